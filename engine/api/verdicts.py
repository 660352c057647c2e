"""Ask what the rules say; nothing is stored, and there is always an answer."""

from django.http import HttpRequest
from ninja import Router

from engine import onramps
from engine.api.doors import Bearer, actor_of, colleague, task_by
from engine.api.shapes import AskIn, VerdictOut
from engine.api.telling import refusals
from engine.models import ApiToken
from engine.rules.onramp import Role
from people.clock import present

router = Router(tags=["verdicts"])


@router.post(
    "/verdicts",
    auth=Bearer(ApiToken.Scope.VERDICTS),
    response={200: VerdictOut, **refusals(401, 403, 404, 422, 429, 503)},
    url_name="verdicts",
)
def ask(request: HttpRequest, body: AskIn) -> VerdictOut:
    """May I take this task? Asking stores nothing."""
    actor = actor_of(request, body.actor)
    partner = colleague(body.partner) if body.partner is not None else None
    task = task_by(body.task)
    return VerdictOut.of(onramps.may(actor, task, role=Role(body.role), partner=partner, now=present()))
