"""Hand work in, and sign others' work off."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from engine import onramps
from engine.api.doors import Bearer, token_of
from engine.api.problems import Problem
from engine.api.shapes import ClaimOut, HandInIn, PathId, SignedOut, SignOffIn
from engine.api.telling import refusals
from engine.models import ApiToken, Claim, Task
from paths.models import Skill
from people.clock import present

router = Router(tags=["work"])


@router.post(
    "/claims/{claim_id}/hand-in",
    auth=Bearer(ApiToken.Scope.CLAIMS),
    response={200: ClaimOut, **refusals(401, 403, 404, 409, 422, 429)},
    url_name="hand_in",
)
def hand_in(request: HttpRequest, claim_id: PathId, body: HandInIn) -> ClaimOut:
    """Hand own work in, and say how it was. What is said of AI is the person's own note."""
    person = token_of(request).person
    own = Claim.objects.filter(person__in=[person, *person.agents.all()], pk=claim_id)
    claim = own.select_related("task", "person").first()
    if claim is None:
        raise Problem(404, "UNKNOWN_CLAIM", _("You have no such claim."))
    handed = onramps.hand_in(
        claim,
        by=claim.person,
        role=body.role,
        ai=body.ai,
        note=body.note,
        done_at=body.done_at,
        now=present(),
    )
    return ClaimOut.of(handed)


@router.post(
    "/claims/{claim_id}/sign-off",
    auth=Bearer(ApiToken.Scope.SIGN_OFF),
    response={201: SignedOut, **refusals(401, 403, 404, 409, 422, 429)},
    url_name="sign_off",
)
def sign_off(request: HttpRequest, claim_id: PathId, body: SignOffIn) -> Status[SignedOut]:
    """Say what somebody else did and what it took; a person does that, and no learner for the kind."""
    claim = Claim.objects.filter(pk=claim_id).select_related("task", "person").first()
    if claim is None:
        raise Problem(404, "UNKNOWN_CLAIM", _("There is no such claim."))
    credit = onramps.sign_off(
        claim,
        by=token_of(request).person,
        role=body.role,
        help=body.help,
        skills=_skills(claim.task, body.skills),
        note=body.note,
        now=present(),
    )
    return Status(201, SignedOut(claim=claim.pk, role=credit.role, help=body.help))


def _skills(task: Task, slugs: list[str]) -> list[Skill]:
    """Return the skills by their slugs; only those that the task's kind is linked to can have shown."""
    linked = {skill.slug: skill for skill in onramps.linked_skills(task)}
    if unknown := sorted(set(slugs) - linked.keys()):
        said = _("The task is not linked to the skill %(skill)s.") % {"skill": unknown[0]}
        raise Problem(422, "UNKNOWN_SKILL", said)
    return [linked[slug] for slug in dict.fromkeys(slugs)]
