"""Offer held tasks to learners in turn, and take their answers: an offer ends by itself."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine import delivery
from engine.errors import NotTheTime
from engine.models import Claim, Mail, Offer, OfferPause, Task, TeamRules
from engine.onramps.holding import lock
from engine.onramps.judging import may
from engine.onramps.lapsing import is_live, lapse
from engine.onramps.pools import Member, Pool, Pools, candidates_of
from engine.onramps.taking import begin, refusal
from engine.rules import starvation
from engine.rules.onramp import Role
from engine.rules.starvation import Candidate
from paths.models import OnRamp
from people.calendar import DAY, NoWorkingTime, add_working_hours, is_away, local_date
from people.models import Person

OVER = gettext_lazy("This offer is over; nothing was changed.")
MANY_DECLINES = 3
DECLINES_WITHIN = timedelta(days=30)

type Pair = tuple[int, int]  # row ids of a team and an on-ramp


def offer_due(*, now: datetime, pools: Pools | None = None) -> int:
    """Offer each held task that nobody leads and nobody is asked about to whoever is next; return how many.

    As many queries for fifty thousand tasks as for one.
    """
    lapse(now=now)
    waiting = _waiting(now)
    if not waiting:
        return 0
    pools = pools or Pools({task.team_id for task in waiting}, now=now)
    offers = list(_Turns(waiting, pools, now=now).offers())
    return _hand_out(offers, now=now) if offers else 0


def _waiting(now: datetime) -> list[Task]:
    """Return the held tasks that are offered to nobody, earliest due first; who observes holds none."""
    live = Offer.objects.live(now).filter(task=OuterRef("pk")).exclude(purpose=Offer.Purpose.PAIR)
    modes = [TeamRules.Mode.ADVISE, TeamRules.Mode.ENFORCE]
    tasks = (
        Task.objects.open()
        .of_a_kind()
        .filter(is_held=True, waived_at=None, held_until__gt=now, team__rules__mode__in=modes)
    )
    columns = ("team", "on_ramp", "due_at", "first_seen_at", "held_until")
    return sorted(tasks.exclude(Exists(live)).order_by().only(*columns), key=_earliest_first)


def _earliest_first(task: Task) -> tuple[datetime, datetime, int]:
    assert task.first_seen_at is not None
    return task.due_at or task.first_seen_at, task.first_seen_at, task.pk


@dataclass(kw_only=True)
class _Offered:
    """An offer to be made, and the hours in which its mail may come."""

    offer: Offer
    mail_at: datetime


class _Turns:
    """Whose turn it is for each task, with what this pass gave them before."""

    def __init__(self, tasks: Sequence[Task], pools: Pools, *, now: datetime) -> None:
        self.tasks, self.now = tasks, now
        wanted = {(task.team_id, task.on_ramp_id) for task in tasks if task.on_ramp_id is not None}
        self.pools = {pair: pool for pair in wanted if (pool := pools.of(*pair)) is not None}
        self.candidates = candidates_of(self.pools.values(), now=now)
        self.key = salted_hmac("rampart.onramps.turn", "", algorithm="sha256").digest()
        self._leave_out()

    def _leave_out(self) -> None:
        """Forget who paused offers, is away, or needs no rep that is not on its way."""
        paused = {
            (one.person_id, one.on_ramp_id): one.until
            for one in OfferPause.objects.filter(on_ramp__in={on_ramp for _, on_ramp in self.pools})
        }
        for pair, found in self.candidates.items():
            pool = self.pools[pair]
            self.candidates[pair] = {
                person: one
                for person, one in found.items()
                if starvation.may_be_offered(one, pool.kind)
                and one.learner.today >= paused.get((person, pool.on_ramp), date.min)
            }
        offered = Offer.objects.filter(
            task__status=Task.Status.OPEN, task__is_held=True, task__held_until__gt=self.now
        ).exclude(purpose=Offer.Purpose.PAIR)
        self.had: dict[int, set[int]] = defaultdict(set)  # by task: an offer never comes twice
        for task, person in offered.order_by().values_list("task_id", "person_id"):
            self.had[task].add(person)

    def offers(self) -> Iterator[_Offered]:
        for task in self.tasks:
            pair = (task.team_id, task.on_ramp_id or 0)
            if self.candidates.get(pair) and (offered := self._next(task, pair)) is not None:
                yield offered

    def _next(self, task: Task, pair: Pair) -> _Offered | None:
        pool, found = self.pools[pair], self.candidates[pair]
        assert task.held_until is not None
        before = min(task.due_at or task.held_until, task.held_until)
        had = self.had.get(task.pk, ())
        able = [one for person, one in found.items() if person not in had]
        for candidate in starvation.in_turn(able, pool.kind, task=task.pk, key=self.key):
            member = pool.members[candidate.learner.person]
            ends_at = self._ends_at(member, pool, before=before)
            if ends_at is not None:
                self._count(candidate, pair)
                return self._offer(task, pool, member, ends_at=ends_at)
        return None

    def _ends_at(self, member: Member, pool: Pool, *, before: datetime) -> datetime | None:
        """Return how long somebody would have, or None for who is not at work in time, or away meanwhile."""
        if member.works_next_at is None or member.works_next_at >= before:
            return None
        try:
            ends_at = add_working_hours(self.now, pool.kind.hold.offer_hours, member.working)
        except NoWorkingTime:
            return None
        ends_at = min(ends_at, before)
        first, last = (local_date(at, zone=member.working.zone) for at in (self.now, ends_at))
        is_cut_short = any(
            is_away(first + number * DAY, member.away) for number in range((last - first).days + 1)
        )
        return None if is_cut_short else ends_at

    def _count(self, candidate: Candidate, pair: Pair) -> None:
        """Remember that this learner has one more offer, and leave out who then needs none."""
        learner = replace(candidate.learner, offers=candidate.learner.offers + 1)
        one = replace(candidate, learner=learner, last_offered_on=learner.today)
        if starvation.may_be_offered(one, self.pools[pair].kind):
            self.candidates[pair][learner.person] = one
        else:
            del self.candidates[pair][learner.person]

    def _offer(self, task: Task, pool: Pool, member: Member, *, ends_at: datetime) -> _Offered:
        assert member.works_next_at is not None
        offer = Offer(
            task=task,
            person=member.person,
            offered_at=self.now,
            ends_at=ends_at,
            reps=starvation.reps_done(member.record, pool.kind),
            reps_needed=starvation.needed(member.record, pool.kind),
        )
        return _Offered(offer=offer, mail_at=max(member.works_next_at, self.now))


@transaction.atomic
def _hand_out(offers: Collection[_Offered], *, now: datetime) -> int:
    """Write the offers of tasks that still wait, and a mail for each."""
    ids = [one.offer.task_id for one in offers]
    tasks = Task.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    open_now = set(tasks.open().filter(is_held=True, waived_at=None).values_list("pk", flat=True))
    # Only now, behind the lock: another tick may have offered them meanwhile.
    live = Offer.objects.filter(task__in=ids, status=Offer.Status.LIVE).exclude(purpose=Offer.Purpose.PAIR)
    open_now -= set(live.values_list("task_id", flat=True))
    mine = [one for one in offers if one.offer.task_id in open_now]
    Offer.objects.bulk_create([one.offer for one in mine])
    delivery.post_all(list(_letters(mine)))
    return len(mine)


def _letters(offers: Collection[_Offered]) -> Iterator[Mail]:
    """Return one mail for each person, about everything that this pass offers them."""
    by_person: dict[int, list[_Offered]] = defaultdict(list)
    for one in offers:
        by_person[one.offer.person_id].append(one)
    for several in by_person.values():
        first = several[0]
        yield delivery.letter(
            Mail.Kind.OFFER,
            first.offer.person,
            key=str(first.offer.pk),
            not_before=first.mail_at,
            expires_at=max(one.offer.ends_at for one in several),
            offer=first.offer,
        )


@transaction.atomic
def accept(offer: Offer, *, now: datetime) -> Claim:
    """Begin to lead what was offered; who invited the learner to pair begins to support it.

    Raise NotTheTime when the offer is over, NotAllowed when the rules say something else by now.
    """
    offer = _locked(offer, now=now)
    judgement = may(offer.person, offer.task, now=now)
    if not judgement.verdict.is_allowed:
        raise refusal(judgement)
    claim = begin(judgement, now=now, offer=offer)
    if offer.invited_by is not None:
        support = may(offer.invited_by, claim.task, role=Role.SUPPORT, now=now)
        if not support.verdict.is_allowed:
            raise NotTheTime(_("Who invited you cannot support it any more; you may take it without them."))
        begin(support, now=now)
        _answer(offer, Offer.Status.ACCEPTED, now=now)
    return claim


@transaction.atomic
def decline(offer: Offer, *, now: datetime) -> None:
    """Let an offer pass: nobody is told, and the next in turn is asked. Raise NotTheTime when it is over."""
    offer = _locked(offer, now=now)
    _answer(offer, Offer.Status.DECLINED, now=now)


def _locked(offer: Offer, *, now: datetime) -> Offer:
    """Read a live offer again behind the lock of its task."""
    if offer.purpose == Offer.Purpose.APPROVED:
        raise ValueError("What a manager approved is answered in engine.onramps.answering.")
    task = lock(offer.task)
    offer = Offer.objects.select_related("person__team", "invited_by").get(pk=offer.pk)
    offer.task = task
    if not is_live(offer, now=now):
        raise NotTheTime(OVER)
    return offer


def _answer(offer: Offer, status: Offer.Status, *, now: datetime) -> None:
    live = Offer.objects.filter(pk=offer.pk, status=Offer.Status.LIVE)
    if not live.update(status=status, answered_at=now):  # a tick ended it meanwhile
        raise NotTheTime(OVER)


def pause_offers(person: Person, on_ramp: OnRamp, *, until: date, now: datetime) -> None:
    """Offer somebody no task of a kind before a later date; nobody else is told."""
    if until <= person.today(now):
        raise NotTheTime(_("A pause ends on a later day; choose one from tomorrow on."))
    OfferPause.objects.update_or_create(person=person, on_ramp=on_ramp, defaults={"until": until})


def offer_again(person: Person, on_ramp: OnRamp) -> None:
    """End a pause."""
    OfferPause.objects.filter(person=person, on_ramp=on_ramp).delete()


def wants_a_pause(person: Person, on_ramp: OnRamp, *, now: datetime) -> bool:
    """Whether to ask somebody if they want a pause: they let pass several of a kind within a month."""
    if OfferPause.objects.filter(person=person, on_ramp=on_ramp, until__gt=person.today(now)).exists():
        return False
    declined = Offer.objects.filter(
        person=person,
        task__on_ramp=on_ramp,
        status=Offer.Status.DECLINED,
        answered_at__gt=now - DECLINES_WITHIN,
        answered_at__lte=now,
    )
    return declined.count() >= MANY_DECLINES
