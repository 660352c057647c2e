"""Ask managers for a yes, and take that back. Deciding needs a person who signed in, and no token."""

from typing import NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from engine import links
from engine.api.doors import Bearer, actor_of, agent_refused, is_agent, task_by, token_of
from engine.api.problems import Problem
from engine.api.shapes import PathId, RequestIn, RequestOut
from engine.api.telling import refusals
from engine.models import ApiToken, Request
from engine.onramps import requesting
from people.clock import present

REQUESTS = Bearer(ApiToken.Scope.REQUESTS)

router = Router(tags=["requests"])


@router.post(
    "/tasks/{task_id}/requests",
    auth=REQUESTS,
    response={201: RequestOut, **refusals(401, 403, 404, 409, 422, 429, 503)},
    url_name="requests",
)
def ask(request: HttpRequest, task_id: PathId, body: RequestIn) -> Status[RequestOut]:
    """Ask the task's approvers for a yes. Silence never approves."""
    actor = actor_of(request, body.actor)
    asked = requesting.ask(task_by(task_id), by=actor, reason=body.reason, now=present())
    return Status(201, RequestOut.of(asked))


@router.delete(
    "/requests/{request_id}",
    auth=REQUESTS,
    response={200: RequestOut, **refusals(401, 403, 404, 409, 422, 429)},
    url_name="request",
)
def withdraw(request: HttpRequest, request_id: PathId) -> RequestOut:
    """Take an own request back."""
    person = token_of(request).person
    own = Request.objects.asked_by(person).filter(pk=request_id).select_related("task").first()
    if own is None:
        raise Problem(404, "UNKNOWN_REQUEST", _("You have no such request."))
    return RequestOut.of(requesting.withdraw(own, by=person, now=present()))


@router.post(
    "/requests/{request_id}/decision",
    auth=REQUESTS,
    response=refusals(401, 403, 422, 429),
    url_name="decision",
)
def decide(request: HttpRequest, request_id: PathId) -> NoReturn:
    """Refused to every token: a yes or a no is a person's who signed in."""
    if is_agent(token_of(request).person):
        raise agent_refused()
    said = _("Deciding needs a sign-in; decide at %(address)s.") % {"address": links.url("decisions")}
    raise Problem(403, "SIGN_IN_TO_DECIDE", said)
