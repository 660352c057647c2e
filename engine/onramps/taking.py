"""Take a task: the rules are asked once more inside the transaction, and what they said is kept."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from engine import sentences
from engine.errors import EngineError, LostRace, NotAllowed, ReasonMissing
from engine.models import Claim, Emergency, Loss, Offer, Record, Request, Task, TeamRules
from engine.onramps import audit, hours, telling
from engine.onramps.holding import lock, withdraw_offers
from engine.onramps.judging import Judgement, declared, may, mode_of, whole
from engine.onramps.pools import Pool
from engine.rules import onramp as rules
from engine.rules import starvation
from engine.rules.onramp import Code, Role, Stage
from people.calendar import NoWorkingTime, add_working_hours
from people.models import Person

# What no advice lets through: the task is over or led, or nobody is there to do it.
IMPOSSIBLE = {Code.TASK_NOT_OPEN, Code.ACTOR_INACTIVE, Code.ALREADY_LED}
REVIEW_WITHIN = 24  # working hours, of an emergency


@whole
def take(
    actor: Person,
    task: Task,
    *,
    role: Role = Role.LEAD,
    now: datetime,
    with_ai_because: str = "",
    supervisor: Person | None = None,
) -> Claim:
    """Begin to lead or to support a task; raise NotAllowed with the judgement when the rules say no or "ask".

    In a team that is only advised every claim goes through, and one against the advice is marked. Raise
    LostRace when somebody else was first.
    """
    task = lock(task)
    judgement = may(actor, task, role=role, now=now)
    is_against_advice = not judgement.verdict.is_allowed
    if is_against_advice and not _goes_through(judgement):
        raise refusal(judgement)
    return begin(
        judgement,
        now=now,
        is_against_advice=is_against_advice,
        with_ai_because=with_ai_because,
        supervisor=supervisor,
    )


def _goes_through(judgement: Judgement) -> bool:
    is_advised = mode_of(judgement.task.team) == TeamRules.Mode.ADVISE
    return is_advised and judgement.verdict.code not in IMPOSSIBLE


def refusal(judgement: Judgement) -> EngineError:
    """Return what to raise for a verdict that does not allow it."""
    said = sentences.sentence(judgement.verdict, judgement.actor)
    is_lost = judgement.verdict.code is Code.ALREADY_LED
    return LostRace(said, judgement) if is_lost else NotAllowed(said, judgement)


@whole
def take_in_emergency(person: Person, task: Task, *, reason: str, incident: str, now: datetime) -> Claim:
    """Begin at once what cannot wait. Raise NotAllowed where the rules do not accept the emergency."""
    task = lock(task)
    if not reason.strip() or not incident.strip():
        raise ReasonMissing(
            _("Say why this cannot wait, in %(least)d characters or more, and name the incident.")
            % {"least": rules.LEAST_REASON}
        )
    emergency = declared(person, reason=reason, incident=incident)
    judgement = may(person, task, now=now, emergency=emergency)
    if not judgement.verdict.is_allowed:
        raise refusal(judgement)
    displaced = telling.displaced(judgement, now=now)
    claim = begin(judgement, now=now)
    if judgement.verdict.code is not Code.EMERGENCY:  # allowed without one
        return claim
    off = hours.days_off(now=now)
    noted = Emergency.objects.create(
        claim=claim,
        person=person,
        reason=reason,
        incident=incident,
        declared_at=now,
        review_due_at=add_working_hours(now, REVIEW_WITHIN, hours.of_team(task.team, off)),
    )
    audit.note(
        Record.Kind.EMERGENCY, now=now, by=person, task=task, claim=claim.pk, reason=reason, incident=incident
    )
    telling.tell_of_emergency(noted, displaced, now=now)
    return claim


def begin(
    judgement: Judgement,
    *,
    now: datetime,
    request: Request | None = None,
    offer: Offer | None = None,
    is_against_advice: bool = False,
    with_ai_because: str = "",
    supervisor: Person | None = None,
) -> Claim:
    """Make the claim that a verdict or a manager allowed; the caller holds the task's lock."""
    task, actor, verdict = judgement.task, judgement.actor, judgement.verdict
    role, by_learner = judgement.facts.role, judgement.facts.stage is Stage.LEARNER
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                task=task,
                person=actor,
                role=role,
                began_at=now,
                seen_at=now,
                code=verdict.code,
                is_against_advice=is_against_advice,
                by_learner=by_learner,
                request=request,
                with_ai_because=with_ai_because,
                supervisor=supervisor,
            )
    except IntegrityError:
        raise refusal(may(actor, task, role=role, now=now)) from None
    told = audit.grounds(judgement) | {"claim": claim.pk, "is_against_advice": is_against_advice}
    audit.note(Record.Kind.VERDICT, now=now, by=actor, task=task, **told)
    if role is Role.LEAD:
        _lead(claim, judgement, now=now, request=request, offer=offer)
    return claim


def _lead(
    claim: Claim, judgement: Judgement, *, now: datetime, request: Request | None, offer: Offer | None
) -> None:
    """Close what else was open about the task, and note whom the claim went past."""
    task = judgement.task
    task.status = Task.Status.LED
    task.save(update_fields=["status"])
    if not claim.by_learner and judgement.pool is not None:
        _note_losses(claim, judgement.pool)
    mine = task.offers.filter(person=claim.person, status=Offer.Status.LIVE).exclude(
        purpose=Offer.Purpose.PAIR
    )
    mine.update(status=Offer.Status.ACCEPTED, answered_at=now)
    withdraw_offers(task, now=now, but=offer)
    asked = task.requests.filter(status__in=Request.OPEN)
    if request is not None:
        asked = asked.exclude(pk=request.pk)
    asked.update(status=Request.Status.SUPERSEDED, ended_at=now)


def _note_losses(claim: Claim, pool: Pool) -> None:
    """Note each learner who needed the task and had not let it pass."""
    passed = set(claim.task.offers.filter(status__in=Offer.PASSED).values_list("person_id", flat=True))
    short = [
        one.person
        for one in pool.learners
        if starvation.deficit(one.record, pool.kind) > 0 and one.person.pk not in passed
    ]
    Loss.objects.bulk_create(Loss(claim=claim, person=person) for person in short)


@whole
def invite(senior: Person, task: Task, *, learner: Person, now: datetime) -> Claim | Offer:
    """Support a learner who leads a task, or invite one to lead it with this support.

    Return the claim that begins at once, or the invitation that the learner may accept.
    """
    task = lock(task)
    judgement = may(senior, task, role=Role.SUPPORT, partner=learner, now=now)
    if not judgement.verdict.is_allowed:
        raise refusal(judgement)
    if judgement.verdict.code is not Code.PAIRING or judgement.facts.leader is not None:
        return begin(judgement, now=now)
    assert judgement.pool is not None
    member = judgement.pool.members[learner.pk]
    live = Offer.objects.live(now).filter(
        task=task, person=learner, purpose=Offer.Purpose.PAIR, invited_by=senior
    )
    if standing := live.first():
        return standing
    try:
        ends_at = add_working_hours(now, judgement.pool.kind.hold.offer_hours, member.working)
    except NoWorkingTime:
        raise NotAllowed(_("This learner has no working time soon; ask somebody else."), judgement) from None
    offer = Offer.objects.create(
        task=task,
        person=learner,
        purpose=Offer.Purpose.PAIR,
        invited_by=senior,
        offered_at=now,
        ends_at=ends_at,
    )
    telling.tell_learner(offer, works_next_at=member.works_next_at, now=now)
    return offer
