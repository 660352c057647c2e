"""Tell people by mail what is asked of them and what was decided, in their own working hours."""

from datetime import datetime, timedelta

from engine import delivery
from engine.models import Asked, Claim, Emergency, Mail, Offer, Request
from engine.onramps.approvers import approvers_of
from engine.onramps.judging import Judgement
from engine.onramps.pools import candidates, key_of_lots
from engine.onramps.request_states import RequestState, works_at
from engine.rules import starvation
from engine.rules.approval import Approver
from people.models import Person

KEPT = timedelta(days=7)  # a mail that could not go by then is no news any more
APART = timedelta(hours=1)  # between two mails that ask the same approver to decide
MOST_MAILS = 3  # for one request
ASKS = Mail.Kind.DECIDE, Mail.Kind.REMINDER


def hour_for(person: Person, state: RequestState, *, now: datetime) -> datetime | None:
    """Return when an approver is asked: at work, or at once where the task would be lost by then.

    None where the request would be over by then.
    """
    at = works_at(person, now=now)
    if state.lost_at is not None and now < state.lost_at <= at:
        return now
    return at if state.ends_at is None or at < state.ends_at else None


def ask_approvers(request: Request, state: RequestState, *, now: datetime) -> int:
    """Ask whoever may decide and was not asked yet; one mail brings all that waits for them."""
    asked = set(request.asked.filter(is_reminder=False).values_list("person_id", flat=True))
    new = [one for one in state.approvers if one.person not in asked]
    return sum(_ask(request, state, one, is_reminder=False, now=now) for one in new)


def remind_approvers(request: Request, state: RequestState, *, now: datetime) -> int:
    """Remind those who are at work first, once for each request."""
    if state.remind_at is None or state.remind_at > now or request.reminded_at is not None:
        return 0
    request.reminded_at = state.remind_at
    request.save(update_fields=["reminded_at"])
    people = Person.objects.select_related("team").in_bulk([one.person for one in state.approvers])
    hours = {one.person: hour_for(people[one.person], state, now=now) for one in state.approvers}
    first = min((at for at in hours.values() if at is not None), default=None)
    at_work = [one for one in state.approvers if first is not None and hours[one.person] == first]
    return sum(_ask(request, state, one, is_reminder=True, now=now) for one in at_work)


def _ask(
    request: Request, state: RequestState, approver: Approver, *, is_reminder: bool, now: datetime
) -> bool:
    if request.asked.exclude(mail=None).count() >= MOST_MAILS:
        return False
    person = Person.objects.select_related("team").get(pk=approver.person)
    at = hour_for(person, state, now=now)
    if at is None:
        return False
    kind = Mail.Kind.REMINDER if is_reminder else Mail.Kind.DECIDE
    mail = _join(kind, person, at=at) or delivery.post(
        kind,
        person,
        key=f"{request.pk} {person.pk}",
        not_before=_apart(person, state, at=at) if not is_reminder else at,
        expires_at=at + KEPT,
        request=request,
    )
    _asked, is_new = Asked.objects.get_or_create(
        request=request,
        person=person,
        is_reminder=is_reminder,
        defaults={"acting_for_id": approver.acting_for, "mail": mail, "asked_at": now},
    )
    return is_new


def _join(kind: Mail.Kind, person: Person, *, at: datetime) -> Mail | None:
    """Return the mail of this kind that waits for somebody, due by `at`: it tells of this request, too."""
    waiting = Mail.objects.filter(kind=kind, person=person, status=Mail.Status.QUEUED, claim=None)
    mail = waiting.order_by("not_before").first()
    if mail is not None and at < mail.not_before:
        waiting.filter(pk=mail.pk).update(not_before=at)
    return mail


def _apart(person: Person, state: RequestState, *, at: datetime) -> datetime:
    """Return a later hour where somebody was asked just before, so that a busy day brings few mails."""
    last = (
        Mail.objects.filter(person=person, kind__in=ASKS, sent_at__gt=at - APART).order_by("sent_at").last()
    )
    if last is None or last.sent_at is None:
        return at
    later = last.sent_at + APART
    ends = [one for one in (state.ends_at, state.lost_at) if one is not None]
    return at if any(later >= one for one in ends) else later


def tell_asker(request: Request, *, now: datetime) -> Mail | None:
    """Tell who asked, or whose agent did, how their request was settled."""
    return _tell(Mail.Kind.DECIDED, request.owner, key=f"request {request.pk}", now=now, request=request)


def tell_learner(offer: Offer, *, works_next_at: datetime | None, now: datetime) -> Mail | None:
    """Tell a learner of an offer that is theirs by a colleague's or a manager's wish, when they work."""
    return delivery.post(
        Mail.Kind.OFFER,
        offer.person,
        key=str(offer.pk),
        not_before=max(works_next_at or now, now),
        expires_at=offer.ends_at,
        offer=offer,
    )


def tell_displaced(claim: Claim, person: Person, *, now: datetime) -> Mail | None:
    """Tell a learner that a task meant for them went to somebody else."""
    key = f"displaced {claim.pk} {person.pk}"
    return _tell(Mail.Kind.DECIDED, person, key=key, now=now, about=claim, request=claim.request)


def tell_revoked(claim: Claim, *, now: datetime) -> Mail | None:
    """Tell who did the task, or whose agent did, that a manager revoked it."""
    person = claim.person.owner or claim.person
    return _tell(Mail.Kind.DECIDED, person, key=f"revoked {claim.pk}", now=now, about=claim)


def tell_of_emergency(emergency: Emergency, displaced: Person | None, *, now: datetime) -> None:
    """Tell the approvers who were skipped, and the learner who would have been next."""
    claim = emergency.claim
    skipped = approvers_of(claim.task.team, owner=emergency.person_id, now=now)
    people = list(Person.objects.filter(pk__in=[one.person for one in skipped]))
    if displaced is not None and displaced not in people:
        people.append(displaced)
    for person in people:
        reviews = person.pk in {one.person for one in skipped}
        about = {"about": claim, "team": claim.task.team if reviews else None}
        _tell(Mail.Kind.EMERGENCY, person, key=f"{emergency.pk} {person.pk}", now=now, **about)


def _tell(kind: Mail.Kind, person: Person, *, key: str, now: datetime, **about: object) -> Mail | None:
    at = works_at(person, now=now)
    return delivery.post(kind, person, key=key, not_before=at, expires_at=at + KEPT, **about)


def displaced(judgement: Judgement, *, now: datetime) -> Person | None:
    """Return the learner to whom the task is offered, or would be offered next, before it goes elsewhere."""
    task, pool = judgement.task, judgement.pool
    offer = Offer.objects.live(now).filter(task=task, purpose=Offer.Purpose.ROUTED).first()
    if offer is not None:
        return offer.person
    turn = in_turn(judgement, now=now)
    return pool.members[turn[0].learner.person].person if pool is not None and turn else None


def in_turn(judgement: Judgement, *, now: datetime) -> list[starvation.Candidate]:
    """Return the learners who may be offered the task, who is next first."""
    task, pool = judgement.task, judgement.pool
    if pool is None or judgement.facts.hold is None:
        return []
    before = task.due_at or max(judgement.facts.hold.until, now + KEPT)
    found = candidates(pool, before=before, now=now)
    return starvation.in_turn(found, pool.kind, task=task.pk, key=key_of_lots())
