"""How long a task is held for a learner, and how many of a kind are."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from paths.schema import OnRampSpec
from people.calendar import WorkingHours, add_working_hours, subtract_working_hours

ROOM = 1.5  # of the typical hours: what a learner's work may take before the task is due
HELD_PER_REP = 1.5  # tasks held for each rep that learners still need


@dataclass(frozen=True, kw_only=True)
class Bound:
    """One reason why a hold ends when it does, and who gave it (None: the rules themselves)."""

    until: datetime
    by: int | None = None
    set_at: datetime | None = None  # None: when the task first matched its kind


def by_hours(first_seen_at: datetime, kind: OnRampSpec, hours: WorkingHours) -> datetime:
    """Return when the hold ends for want of a due date: after the kind's working hours."""
    return add_working_hours(first_seen_at, kind.hold.working_hours, hours)


def by_due_date(
    due_at: datetime, kind: OnRampSpec, hours: WorkingHours, *, estimate: float | None
) -> datetime:
    """Return when the hold must end so that whoever takes the task then can finish; `estimate` in hours."""
    return subtract_working_hours(due_at, ROOM * (estimate or kind.hold.typical_hours), hours)


def after_return(by_hours: datetime, *, now: datetime, kind: OnRampSpec, hours: WorkingHours) -> datetime:
    """Return when the hold of a task that came back ends: not before the offer hours, unless due sooner."""
    return max(by_hours, add_working_hours(now, kind.hold.offer_hours, hours))


def end_of(bounds: Collection[Bound], *, without: Collection[int] = ()) -> datetime:
    """Return the earliest bound, leaving out those that these people set; a hold never grows by a bound."""
    return min(bound.until for bound in bounds if bound.by not in without)


def began(bounds: Collection[Bound], *, first_seen_at: datetime, without: Collection[int] = ()) -> bool:
    """Whether there was time to hold the task at all: a date that came later only ends what had begun."""
    first = [one for one in bounds if one.set_at is None or one.set_at <= first_seen_at]
    return end_of(first, without=without) > first_seen_at


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An open task of one kind and team."""

    task: int
    until: datetime  # of its hold
    first_seen_at: datetime
    due_at: datetime | None
    is_held: bool  # it had a place before
    demand: float  # reps that learners need who work before it is due


def places(demand: float) -> int:
    """Return how many tasks of a kind are held in a team whose learners need so many reps."""
    return math.ceil(HELD_PER_REP * demand)


def held(waiting: Iterable[Waiting], *, now: datetime) -> set[int]:
    """Return the tasks that are held: a place is kept to its end, a free one goes to the earliest due."""
    running = [one for one in waiting if one.first_seen_at < one.until and now < one.until]
    kept = {one.task for one in running if one.is_held}
    for one in sorted((one for one in running if not one.is_held), key=_earliest_first):
        if len(kept) < places(one.demand):
            kept.add(one.task)
    return kept


def _earliest_first(one: Waiting) -> tuple[datetime, datetime, int]:
    return one.due_at or one.first_seen_at, one.first_seen_at, one.task
