"""Offer held tasks to learners in turn, and take their answers: an offer ends by itself."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine import delivery
from engine.errors import NotTheTime
from engine.models import Claim, Mail, Offer, OfferPause, Task, TeamRules
from engine.onramps.holding import lock
from engine.onramps.judging import may, whole
from engine.onramps.lapsing import is_live, lapse
from engine.onramps.places import OpenTask, Pair, open_tasks
from engine.onramps.pools import Member, Pool, Pools, candidates_of, key_of_lots
from engine.onramps.taking import begin, refusal
from engine.rules import starvation
from engine.rules.onramp import Role
from engine.rules.starvation import Candidate, Standing
from paths.models import OnRamp
from people.calendar import DAY, NoWorkingTime, add_working_hours, is_away, local_date
from people.models import Person

OVER = gettext_lazy("This offer is over; nothing was changed.")
MANY_DECLINES = 3
DECLINES_WITHIN = timedelta(days=30)


def offer_due(*, now: datetime, pools: Pools | None = None) -> int:
    """Offer each held task that nobody leads and nobody is asked about to whoever is next; return how many.

    As many queries for fifty thousand tasks as for one.
    """
    lapse(now=now)
    waiting = _waiting(now)
    if not waiting:
        return 0
    pools = pools or Pools({task.team for task in waiting}, now=now)
    offers = list(_Turns(waiting, pools, now=now).offers())
    return _hand_out(offers, now=now) if offers else 0


def teams_that_wait(*, now: datetime) -> set[int]:
    """Return the teams in which some task waits for a place, or for an offer to somebody."""
    tasks = Task.objects.open().of_a_kind().filter(~_is_offered(now) | Q(is_held=False), waived_at=None)
    return set(tasks.filter(held_until__gt=now).values_list("team_id", flat=True).distinct().order_by())


def _is_offered(now: datetime) -> Exists:
    live = Offer.objects.live(now).filter(task=OuterRef("pk"))
    return Exists(live.exclude(purpose=Offer.Purpose.PAIR))


def _waiting(now: datetime) -> list[OpenTask]:
    """Return the held tasks that are offered to nobody, earliest due first; who observes holds none."""
    modes = [TeamRules.Mode.ADVISE, TeamRules.Mode.ENFORCE]
    tasks = Task.objects.filter(
        ~_is_offered(now), is_held=True, held_until__gt=now, team__rules__mode__in=modes
    )
    return sorted((row for rows in open_tasks(tasks).values() for row in rows), key=_earliest_first)


def _earliest_first(task: OpenTask) -> tuple[datetime, datetime, int]:
    return task.due_at or task.first_seen_at, task.first_seen_at, task.pk


@dataclass(kw_only=True)
class _Offered:
    """An offer to be made, and the hours in which its mail may come."""

    offer: Offer
    mail_at: datetime


@dataclass(kw_only=True)
class _Turn:
    """One learner who waits for tasks of a kind, with what does not depend on the task."""

    candidate: Candidate
    member: Member
    works_next_at: datetime
    ends_at: datetime  # of an offer made now, unless the task's hold ends before
    standing: Standing
    reps: float
    reps_needed: int


class _Turns:
    """Whose turn it is for each task, with what this pass gave them before."""

    def __init__(self, tasks: Sequence[OpenTask], pools: Pools, *, now: datetime) -> None:
        self.tasks, self.now = tasks, now
        wanted = {(task.team, task.on_ramp) for task in tasks}
        self.pools = {pair: pool for pair in wanted if (pool := pools.of(*pair)) is not None}
        self.key = key_of_lots()
        self.turns = self._who_waits()
        self.had = self._had()

    def _who_waits(self) -> dict[Pair, dict[int, _Turn]]:
        """Return the learners but for who paused offers, is away, or needs no rep that is not on its way."""
        paused = {
            (one.person_id, one.on_ramp_id): one.until
            for one in OfferPause.objects.filter(on_ramp__in={on_ramp for _, on_ramp in self.pools})
        }
        return {
            pair: {
                person: turn
                for person, one in found.items()
                if one.learner.today >= paused.get((person, pair[1]), date.min)
                and (turn := self._turn(one, self.pools[pair])) is not None
            }
            for pair, found in candidates_of(self.pools.values(), now=self.now).items()
        }

    def _turn(self, candidate: Candidate, pool: Pool) -> _Turn | None:
        member = pool.members[candidate.learner.person]
        if member.works_next_at is None or not starvation.may_be_offered(candidate, pool.kind):
            return None
        try:
            ends_at = add_working_hours(self.now, pool.kind.hold.offer_hours, member.working)
        except NoWorkingTime:
            return None
        return _Turn(
            candidate=candidate,
            member=member,
            works_next_at=member.works_next_at,
            ends_at=ends_at,
            standing=starvation.standing(candidate, pool.kind),
            reps=starvation.reps_done(member.record, pool.kind),
            reps_needed=starvation.needed(member.record, pool.kind),
        )

    def _had(self) -> dict[int, set[int]]:
        """Return who was asked about each task before: an offer never comes twice."""
        offered = Offer.objects.filter(
            task__status=Task.Status.OPEN, task__is_held=True, task__held_until__gt=self.now
        ).exclude(purpose=Offer.Purpose.PAIR)
        had: dict[int, set[int]] = defaultdict(set)
        for task, person in offered.order_by().values_list("task_id", "person_id"):
            had[task].add(person)
        return had

    def offers(self) -> Iterator[_Offered]:
        for task in self.tasks:
            turns = self.turns.get((task.team, task.on_ramp))
            if turns and (offered := self._next(task, turns)) is not None:
                yield offered

    def _next(self, task: OpenTask, turns: dict[int, _Turn]) -> _Offered | None:
        before = min(task.due_at or task.held_until, task.held_until)
        had = self.had.get(task.pk, ())
        able = (one for person, one in turns.items() if person not in had and one.works_next_at < before)

        def order(turn: _Turn) -> tuple[Standing, bytes]:
            return turn.standing, starvation.lot(turn.member.person.pk, task=task.pk, key=self.key)

        for turn in sorted(able, key=order):
            ends_at = min(turn.ends_at, before)
            if not self._is_cut_short(turn.member, ends_at):
                self._count(turn, turns, self.pools[task.team, task.on_ramp])
                return self._offer(task, turn, ends_at=ends_at)
        return None

    def _is_cut_short(self, member: Member, ends_at: datetime) -> bool:
        """Whether somebody is away before an offer made now would end."""
        if not member.away:
            return False
        first, last = (local_date(at, zone=member.working.zone) for at in (self.now, ends_at))
        return any(is_away(first + number * DAY, member.away) for number in range((last - first).days + 1))

    def _count(self, turn: _Turn, turns: dict[int, _Turn], pool: Pool) -> None:
        """Remember that this learner has one more offer, and leave out who then needs none."""
        learner = turn.candidate.learner
        learner = replace(learner, offers=learner.offers + 1)
        turn.candidate = replace(turn.candidate, learner=learner, last_offered_on=learner.today)
        if starvation.may_be_offered(turn.candidate, pool.kind):
            turn.standing = starvation.standing(turn.candidate, pool.kind)
        else:
            del turns[learner.person]

    def _offer(self, task: OpenTask, turn: _Turn, *, ends_at: datetime) -> _Offered:
        offer = Offer(
            task_id=task.pk,
            person=turn.member.person,
            offered_at=self.now,
            ends_at=ends_at,
            reps=turn.reps,
            reps_needed=turn.reps_needed,
        )
        return _Offered(offer=offer, mail_at=max(turn.works_next_at, self.now))


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


@whole
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
