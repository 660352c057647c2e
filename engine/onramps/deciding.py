"""Decide about a request: the first word that decides counts, and a yes begins the work at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engine import sentences
from engine.errors import (
    AlreadyDecided,
    EngineError,
    NotAllowed,
    NotAnApprover,
    NothingToApprove,
    NotTheTime,
)
from engine.models import Claim, Decision, Offer, Record, Request
from engine.onramps import audit, telling
from engine.onramps.approvers import approvers_of
from engine.onramps.holding import lock, withdraw_offers
from engine.onramps.judging import Judgement, may, whole
from engine.onramps.pools import Member
from engine.onramps.request_states import RequestState, state_of
from engine.onramps.requesting import fresh, write_down
from engine.onramps.taking import begin
from engine.rules.approval import Approver
from engine.rules.onramp import Outcome, Role
from people.calendar import NoWorkingTime, add_working_hours
from people.models import Person

Answer = Decision.Answer


def decide(
    request: Request,
    *,
    by: Person,
    answer: str,
    reason: str = "",
    learner: Person | None = None,
    learner_leads: bool = True,
    now: datetime,
) -> Decision:
    """Answer a request, as somebody who may decide about it at this moment.

    Yes begins the work in the same transaction; yes with a learner offers it to them first. Raise
    AlreadyDecided when it is settled: the vote is kept then, without effect.
    """
    vote = _Vote(by=by, answer=Answer(answer), reason=reason.strip(), learner=learner, leads=learner_leads)
    outcome = _decide(request, vote, now=now)
    if isinstance(outcome, Decision):
        return outcome
    raise AlreadyDecided(_settled(outcome, by), outcome.status)  # after the commit: the vote is kept


@dataclass(frozen=True, kw_only=True)
class _Vote:
    by: Person
    answer: Answer
    reason: str
    learner: Person | None
    leads: bool

    def store(self, request: Request, approver: Approver, *, has_effect: bool, now: datetime) -> Decision:
        decision = Decision.objects.create(
            request=request,
            by=self.by,
            acting_for_id=approver.acting_for,
            answer=self.answer,
            learner=self.learner,
            learner_leads=self.leads,
            reason=self.reason,
            decided_at=now,
            has_effect=has_effect,
        )
        told: dict[str, Any] = {
            "request": request.pk,
            "decision": decision.pk,
            "answer": self.answer,
            "reason": self.reason,
            "acting_for": approver.acting_for,
            "learner": self.learner.pk if self.learner else None,
            "has_effect": has_effect,
        }
        audit.note(Record.Kind.DECISION, now=now, by=self.by, task=request.task, **told)
        return decision


@whole
def _decide(request: Request, vote: _Vote, *, now: datetime) -> Decision | RequestState:
    """Return the decision that counts, or how the request was settled before."""
    task = lock(request.task)
    request = fresh(request)
    request.task = task
    state = write_down(request, now=now)
    approver = _entitled(request, state, vote.by, now=now)
    if not state.is_pending:
        same = request.decisions.filter(by=vote.by, answer=vote.answer, has_effect=True).first()
        if same is not None:  # pressed twice
            return same
        vote.store(request, approver, has_effect=False, now=now)
        return state
    match vote.answer:
        case Answer.NO:
            return _decline(request, vote, approver, now=now)
        case Answer.YES:
            return _approve(request, vote, approver, now=now)
    return _offer(request, vote, approver, now=now)


def entitled(request: Request, by: Person, *, now: datetime) -> Approver | None:
    """Return as whom somebody may decide about a request now; None where they may not."""
    return _as_approver(request, state_of(request, now=now), by, now=now)


def _as_approver(request: Request, state: RequestState, by: Person, *, now: datetime) -> Approver | None:
    if by.kind != Person.Kind.PERSON or not by.is_active:
        return None
    if state.is_pending:
        return state.approver(by)
    # It is settled: whoever could have decided is told how.
    found = approvers_of(request.team, owner=request.owner_id, now=now, is_late=True)
    return next((one for one in found if one.person == by.pk), None)


def _entitled(request: Request, state: RequestState, by: Person, *, now: datetime) -> Approver:
    if by.kind != Person.Kind.PERSON:
        raise NotAnApprover(_("An agent never decides; its owner may ask a manager."))
    if by.pk in {request.owner_id, request.by_id}:
        raise NotAnApprover(_("Nobody decides about what they, or their own agent, ask for."))
    approver = _as_approver(request, state, by, now=now)
    has_voted = request.decisions.filter(by=by).exists()
    if approver is None and has_voted and not state.is_pending:
        return Approver(person=by.pk)
    if approver is None:
        raise NotAnApprover(_("You may not decide about this request, or not any more."))
    return approver


def _settled(state: RequestState, reader: Person) -> str:
    """Say how a request was settled."""
    at = sentences.moment(state.ended_at, reader) if state.ended_at else ""
    match state.status:
        case Request.Status.APPROVED:
            return _("It was approved already, %(at)s.") % {"at": at}
        case Request.Status.WAITING:
            return _("It was approved already, with a learner.")
        case Request.Status.DECLINED:
            return _("It was declined already, %(at)s.") % {"at": at}
        case Request.Status.EXPIRED:
            return _("Nobody answered in time: it expired %(at)s.") % {"at": at}
        case Request.Status.WITHDRAWN:
            return _("It was withdrawn by who asked, %(at)s.") % {"at": at}
        case Request.Status.STALE:
            return _("The task changed %(at)s, so nothing is asked any more.") % {"at": at}
    return _("The task was taken, released or closed %(at)s, so nothing is asked any more.") % {"at": at}


def _decline(request: Request, vote: _Vote, approver: Approver, *, now: datetime) -> Decision:
    _settle(request, Request.Status.DECLINED, at=now)
    decision = vote.store(request, approver, has_effect=True, now=now)
    telling.tell_asker(request, now=now)
    return decision


def _approve(request: Request, vote: _Vote, approver: Approver, *, now: datetime) -> Decision:
    judgement = _judge(request, now=now)
    displaced = telling.displaced(judgement, now=now)
    _settle(request, Request.Status.APPROVED, at=now)
    decision = vote.store(request, approver, has_effect=True, now=now)
    claim = begin(judgement, now=now, request=request)
    telling.tell_asker(request, now=now)
    if displaced is not None and displaced.pk != request.by_id:
        telling.tell_displaced(claim, displaced, now=now)
    return decision


def _judge(request: Request, *, now: datetime) -> Judgement:
    """Ask the rules once more: a manager's yes takes nobody past what no manager may allow."""
    judgement = may(request.by, request.task, now=now)
    if judgement.verdict.outcome is Outcome.DENY:
        said = sentences.sentence(judgement.verdict, request.by)
        raise NothingToApprove(said, judgement.verdict.code)
    return judgement


def _offer(request: Request, vote: _Vote, approver: Approver, *, now: datetime) -> Decision:
    """Offer the task to a learner, who leads it or supports on it when they accept."""
    judgement = _judge(request, now=now)
    member = _learner(judgement, vote.learner, now=now)
    assert judgement.pool is not None
    try:
        ends_at = add_working_hours(now, judgement.pool.kind.hold.offer_hours, member.working)
    except NoWorkingTime:
        raise NotTheTime(
            _("This learner has no working time soon; choose another, or say yes or no.")
        ) from None
    _settle(request, Request.Status.WAITING, at=None)
    withdraw_offers(request.task, now=now)
    offer = Offer.objects.create(
        task=request.task,
        person=member.person,
        purpose=Offer.Purpose.APPROVED,
        request=request,
        invited_by=request.owner,
        offered_at=now,
        ends_at=ends_at,
    )
    telling.tell_learner(offer, works_next_at=member.works_next_at, now=now)
    with_learner = _Vote(
        by=vote.by, answer=vote.answer, reason=vote.reason, learner=member.person, leads=vote.leads
    )
    return with_learner.store(request, approver, has_effect=True, now=now)


def _learner(judgement: Judgement, named: Person | None, *, now: datetime) -> Member:
    """Return the learner to be offered the task: the one who is named, or else who is next."""
    pool = judgement.pool
    turn = [one.learner.person for one in telling.in_turn(judgement, now=now)]
    if named is not None:
        member = pool.members.get(named.pk) if pool else None
        if member is None or not member.is_learner:
            raise NotTheTime(_("%(name)s is no learner for this kind of work.") % {"name": named})
        if pool is not None and len(member.tasks) >= pool.kind.in_progress_max:
            raise NotTheTime(_("%(name)s has enough such tasks in progress.") % {"name": named})
        return member
    if pool is None or not turn:
        raise NotTheTime(_("No learner has need, room and time for it now; say yes or no instead."))
    return pool.members[turn[0]]


def _settle(request: Request, status: Request.Status, *, at: datetime | None) -> None:
    """Let the first word count: a conditional update, whatever the lock is worth on this database."""
    pending = Request.objects.filter(pk=request.pk, status=Request.Status.PENDING)
    if not pending.update(status=status, ended_at=at):
        raise AlreadyDecided(_("Somebody else decided at the same moment."), fresh(request).status)
    request.status, request.ended_at = status, at


def accept(offer: Offer, *, now: datetime) -> Claim:
    """Begin what was approved with a learner: they lead and who asked supports, or the other way round.

    Raise NotTheTime when the offer has ended, NotAllowed when the rules forbid it by now.
    """
    with transaction.atomic():
        request, offer = _locked(offer, now=now)
        decision = request.decisions.get(has_effect=True)
        if decision.learner_leads:
            lead, support = offer.person, request.owner
        else:
            lead, support = request.by, offer.person
        judgement = may(lead, request.task, now=now)
        is_barred = judgement.verdict.outcome is not Outcome.ALLOW and decision.learner_leads
        if is_barred or judgement.verdict.outcome is Outcome.DENY:
            raise NotAllowed(sentences.sentence(judgement.verdict, offer.person), judgement)
        claim = begin(judgement, now=now, request=request, offer=offer)
        _answer(offer, Offer.Status.ACCEPTED, at=now)
        supports = _support(support, request, now=now)
        _finish(request, at=now, now=now)
        return claim if decision.learner_leads or supports is None else supports


def _support(person: Person, request: Request, *, now: datetime) -> Claim | None:
    if not person.is_active or request.task.claims.running().filter(person=person).exists():
        return None
    return begin(may(person, request.task, role=Role.SUPPORT, now=now), now=now, request=request)


def decline(offer: Offer, *, now: datetime) -> Claim | None:
    """Let an approved task pass, so that who asked leads alone; return their claim."""
    with transaction.atomic():
        request, offer = _locked(offer, now=now)
        _answer(offer, Offer.Status.DECLINED, at=now)
        return _alone(request, at=now, now=now)


def _locked(offer: Offer, *, now: datetime) -> tuple[Request, Offer]:
    task = lock(offer.task)
    offer = Offer.objects.select_related("request", "person__team").get(pk=offer.pk)
    if not offer.is_live(now) or offer.request is None:
        raise NotTheTime(_("This offer has ended."))
    request = fresh(offer.request)
    request.task = offer.task = task
    if request.status != Request.Status.WAITING:
        raise NotTheTime(_("This offer has ended."))
    return request, offer


def _answer(offer: Offer, status: Offer.Status, *, at: datetime) -> None:
    Offer.objects.filter(pk=offer.pk).update(status=status, answered_at=at)
    offer.status, offer.answered_at = status, at


def _alone(request: Request, *, at: datetime, now: datetime) -> Claim | None:
    """Let who asked lead alone from an instant on; None where the rules have come to forbid it."""
    judgement = may(request.by, request.task, now=now)
    if judgement.verdict.outcome is Outcome.DENY:
        _finish(request, at=at, now=now, status=Request.Status.SUPERSEDED)
        return None
    claim = begin(judgement, now=at, request=request)
    _finish(request, at=at, now=now)
    return claim


def _finish(
    request: Request, *, at: datetime, now: datetime, status: Request.Status = Request.Status.APPROVED
) -> None:
    Request.objects.filter(pk=request.pk).update(status=status, ended_at=at)
    request.status, request.ended_at = status, at
    told: dict[str, Any] = {"request": request.pk, "status": status, "ended_at": at.isoformat()}
    audit.note(Record.Kind.REQUEST, now=now, by=None, task=request.task, **told)
    telling.tell_asker(request, now=now)


def settle(*, now: datetime) -> int:
    """Carry out what waited for a learner whose time has passed; return how many."""
    waiting = Request.objects.filter(status=Request.Status.WAITING).order_by("pk")
    return sum(_settle_one(pk, now=now) for pk in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def _settle_one(pk: int, *, now: datetime) -> bool:
    request = fresh(Request(pk=pk))
    task = lock(request.task)
    request = fresh(request)
    request.task = task
    state = state_of(request, now=now)
    if request.status != Request.Status.WAITING or state.ended_at is None:
        return False
    lapsed = task.offers.filter(request=request, status=Offer.Status.LIVE)
    for offer in lapsed:
        _answer(offer, Offer.Status.LAPSED, at=offer.ends_at)
    _alone(request, at=state.ended_at, now=now)
    return True


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """What became of several requests that were decided together."""

    decided: Sequence[Decision] = ()
    refused: Sequence[tuple[Request, EngineError]] = field(default=())


def decide_many(
    requests: Iterable[Request], *, by: Person, answer: str, reason: str = "", now: datetime
) -> Outcomes:
    """Give the same answer to several; each stands by itself, and what was refused says why."""
    decided: list[Decision] = []
    refused: list[tuple[Request, EngineError]] = []
    for request in requests:
        try:
            decided.append(decide(request, by=by, answer=answer, reason=reason, now=now))
        except EngineError as error:
            refused.append((request, error))
    return Outcomes(decided=decided, refused=refused)
