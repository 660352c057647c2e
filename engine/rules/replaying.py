"""What holds would have done in weeks that were only observed: the same tasks, through the same rules.

A replay knows when tasks came and who took them. It does not know what a learner would have answered to an
offer, so it assumes that each accepts the first one, and tells the delay for the earliest and for the latest
moment at which they could have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush

from engine.rules import holds, starvation
from engine.rules.approval import reached_at
from engine.rules.holds import ROOM, Waiting
from engine.rules.onramp import Role
from engine.rules.starvation import Candidate, Learner, Rep
from paths.schema import OnRampSpec
from people.calendar import WorkingHours, local_date

SOON = 1 / 3600  # hours: a second of work is work


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One task as it was observed."""

    task: int
    first_seen_at: datetime
    until: datetime  # of the hold it would have had
    due_at: datetime | None = None
    is_too_urgent: bool = False
    taken_at: datetime | None = None  # None: nobody led it
    by_learner: int | None = None
    went_past: bool = False  # somebody else led it, while a learner needed one


@dataclass(frozen=True, kw_only=True)
class Pupil:
    """A learner as they stood when the observing began: their reps from before, and what they led then."""

    learner: Learner
    working: WorkingHours
    away: frozenset[date] = frozenset()

    @property
    def person(self) -> int:
        return self.learner.person


@dataclass(frozen=True, kw_only=True)
class Given:
    """A task that went past the learners, and whom a hold would have given it to, and when."""

    task: int
    to: int
    taken_at: datetime  # as it was
    soonest_at: datetime  # when they next worked
    latest_at: datetime  # when their offer, or the hold, would have ended


@dataclass(frozen=True, kw_only=True)
class _Lead:
    began_at: datetime
    done_at: datetime


@dataclass(kw_only=True)
class _Replay:
    kind: OnRampSpec
    pupils: Sequence[Pupil]
    leads: dict[int, list[_Lead]] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    given: dict[int, Given] = field(default_factory=dict)

    def lead(self, pupil: Pupil, began_at: datetime) -> datetime:
        """Let somebody lead a task, and be done when its typical hours and half of them have passed."""
        done_at = reached_at(began_at, ROOM * self.kind.hold.typical_hours, [pupil.working])
        done_at = done_at or began_at + timedelta(days=7)
        self.leads.setdefault(pupil.person, []).append(_Lead(began_at=began_at, done_at=done_at))
        return done_at

    def record(self, pupil: Pupil, at: datetime) -> Learner:
        """Return how somebody stands at a moment of the replay."""
        today, mine = local_date(at, zone=pupil.working.zone), self.leads.get(pupil.person, [])
        zone = pupil.working.zone
        done = [
            Rep(on=local_date(one.done_at, zone=zone), role=Role.LEAD) for one in mine if one.done_at <= at
        ]
        window = timedelta(days=self.kind.reps.window_days)
        since = pupil.learner.role_since or date.min
        absent = sum(today - window < day <= today and day >= since for day in pupil.away)
        return replace(
            pupil.learner,
            today=today,
            absent=absent,
            reps=[*pupil.learner.reps, *done],
            in_progress=pupil.learner.in_progress + sum(one.began_at <= at < one.done_at for one in mine),
            provisional=0,
            offers=0,
        )

    def waiting(self, one: Seen, at: datetime) -> Waiting:
        before = one.due_at or one.until
        demand = sum(
            starvation.still_needed(self.record(pupil, at), self.kind)
            for pupil in self.pupils
            if _works_at(pupil, at, before=before)
        )
        return Waiting(
            task=one.task,
            until=one.until,
            first_seen_at=one.first_seen_at,
            due_at=one.due_at,
            is_held=one.task in self.held,
            demand=demand,
        )

    def give(self, one: Seen, at: datetime) -> datetime | None:
        """Give a held task to whoever is next; return when they would have done it."""
        assert one.taken_at is not None
        working = {pupil.person: pupil for pupil in self.pupils if _works_at(pupil, at, before=one.until)}
        candidates = [Candidate(learner=self.record(pupil, at)) for pupil in working.values()]
        order = starvation.in_turn(candidates, self.kind, task=one.task, key=b"replay")
        if not order:
            return None
        pupil = working[order[0].learner.person]
        soonest_at = reached_at(at, SOON, [pupil.working]) or at
        ends_at = reached_at(at, self.kind.hold.offer_hours, [pupil.working]) or one.until
        latest_at = max(soonest_at, min(ends_at, one.until))
        self.given[one.task] = Given(
            task=one.task,
            to=pupil.person,
            taken_at=one.taken_at,
            soonest_at=soonest_at,
            latest_at=latest_at,
        )
        done_at = self.lead(pupil, latest_at)
        # From the offer on the task is on its way to them.
        self.leads[pupil.person][-1] = _Lead(began_at=at, done_at=done_at)
        return done_at


def replay(tasks: Sequence[Seen], pupils: Sequence[Pupil], kind: OnRampSpec) -> list[Given]:
    """Return which of the tasks that went past the learners a hold would have given to one of them."""
    run = _Replay(kind=kind, pupils=pupils)
    by_person: Mapping[int, Pupil] = {pupil.person: pupil for pupil in pupils}
    moments = [one.first_seen_at for one in tasks]
    for one in tasks:
        if one.taken_at is not None and one.by_learner is not None and one.by_learner in by_person:
            moments.append(run.lead(by_person[one.by_learner], one.taken_at))
    heapify(moments)
    last: datetime | None = None
    while moments:
        at = heappop(moments)
        if at != last:
            for done_at in _at(run, tasks, at):
                heappush(moments, done_at)
        last = at
    return [run.given[one.task] for one in tasks if one.task in run.given]


def _at(run: _Replay, tasks: Sequence[Seen], at: datetime) -> list[datetime]:
    """Hold and give what is there at one moment; return when what was given is done."""
    there = {one.task: one for one in tasks if one.task not in run.given and _is_open(one, at)}
    run.held = holds.held((run.waiting(one, at) for one in there.values()), now=at)
    in_order = sorted((there[task] for task in run.held), key=lambda one: (one.due_at or one.until, one.task))
    done = [run.give(one, at) for one in in_order if one.went_past]
    return [one for one in done if one is not None]


def _is_open(one: Seen, at: datetime) -> bool:
    """Whether a task waits: what went past the learners would have, as long as its hold ran."""
    if one.is_too_urgent or not one.first_seen_at <= at < one.until:
        return False
    return one.went_past or one.taken_at is None or at < one.taken_at


def _works_at(pupil: Pupil, at: datetime, *, before: datetime) -> bool:
    next_at = reached_at(at, SOON, [pupil.working])
    return next_at is not None and next_at < before
