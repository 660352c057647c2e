"""Refusals as programs read them: a status, a code, one sentence, and what else could be done."""

import json
from collections.abc import Sequence
from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from engine import errors, wording
from engine.onramps.judging import Judgement, report
from people.clock import present

STATUS: list[tuple[type[errors.EngineError], int, str]] = [
    (errors.LostRace, 409, "LOST_RACE"),
    (errors.NotAllowed, 403, "NOT_ALLOWED"),
    (errors.ReasonMissing, 422, "REASON_MISSING"),
    (errors.KeyReused, 422, "KEY_REUSED"),
    (errors.CannotJudge, 503, "CANNOT_JUDGE"),
    (errors.NotAnApprover, 403, "NOT_AN_APPROVER"),
    (errors.NotYourTask, 403, "NOT_YOURS"),
    (errors.MayNotSign, 403, "MAY_NOT_SIGN"),
]
OTHERWISE = (409, "NOT_NOW")  # every other refusal: asked at the wrong time

log = structlog.get_logger("api")


class Problem(Exception):
    """A refusal that is told as it is."""

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        *,
        judgement: Judgement | None = None,
        errors: list[dict[str, Any]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence
        self.judgement, self.errors, self.retry_after = judgement, errors, retry_after


def told(problem: Problem) -> HttpResponse:
    from engine.api.shapes import VerdictOut  # not above: shapes may refuse, too

    verdict = None if problem.judgement is None else VerdictOut.of(problem.judgement).model_dump(mode="json")
    body = {
        "status": problem.status,
        "code": problem.code,
        "sentence": problem.sentence,
        "alternatives": verdict["alternatives"] if verdict else [],
        "verdict": verdict,
        "errors": problem.errors or [],
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=problem.status, content_type="application/problem+json"
    )
    response["Cache-Control"] = "no-store"
    if problem.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    return response


def _place(loc: Sequence[str | int]) -> str:
    """Name a field as who sent it knows it: body.task, without the name of our own parameter."""
    names = loc[1:] if tuple(loc[:2]) == ("body", "body") else loc
    return ".".join(map(str, names))


def of_refusal(error: errors.EngineError) -> Problem:
    found = ((status, code) for kind, status, code in STATUS if isinstance(error, kind))
    status, code = next(found, OTHERWISE)
    judgement = getattr(error, "judgement", None)
    return Problem(
        status, code, str(error), judgement=judgement if isinstance(judgement, Judgement) else None
    )


def register(api: NinjaAPI) -> None:
    """Tell every error in the same form."""

    @api.exception_handler(Problem)
    def on_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
        with _spoken(request):
            return told(problem)

    @api.exception_handler(errors.EngineError)
    def on_refusal(request: HttpRequest, error: errors.EngineError) -> HttpResponse:
        if isinstance(error, errors.CannotJudge):
            report(error, now=present())
        with _spoken(request):
            return told(of_refusal(error))

    @api.exception_handler(AuthenticationError)
    def on_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        said = _("Send a token that works: Authorization: Bearer …")
        return told(Problem(401, "TOKEN_MISSING", said))

    @api.exception_handler(ValidationError)
    def on_bad_body(request: HttpRequest, error: ValidationError) -> HttpResponse:
        found = [{"at": _place(one["loc"]), "says": one["msg"]} for one in error.errors]
        said = _("This is not understood; `errors` says where.")
        return told(Problem(422, "BAD_BODY", said, errors=found))

    @api.exception_handler(HttpError)
    def on_unread(request: HttpRequest, error: HttpError) -> HttpResponse:
        status = 422 if error.status_code == 400 else error.status_code  # a body that is no JSON
        return told(Problem(status, "BAD_BODY", str(error)))

    @api.exception_handler(Http404)
    def on_nothing(request: HttpRequest, error: Http404) -> HttpResponse:
        return told(Problem(404, "NOT_FOUND", _("There is nothing here.")))

    @api.exception_handler(Exception)
    def on_error(request: HttpRequest, error: Exception) -> HttpResponse:
        log.exception("api", route=str(request.resolver_match.route if request.resolver_match else ""))
        return told(Problem(500, "ERROR", _("Something went wrong here; it has been logged.")))


def _spoken(request: HttpRequest) -> Any:
    token = getattr(request, "auth", None)
    return wording.spoken_to(getattr(token, "person", None))
