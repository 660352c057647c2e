"""Who may decide about a request now, and how long they take: silence never approves."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge

from people.calendar import DAY, WorkingHours, local_date, shifts

FARTHEST = 60  # days that a request is followed; its hold ends long before
HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Boss:
    """One person of a reporting line."""

    person: int
    is_here: bool
    manager: int | None = None
    deputy: int | None = None


@dataclass(frozen=True, kw_only=True)
class Approver:
    """Somebody who may decide, and whom they stand in for."""

    person: int
    acting_for: int | None = None


def line_of(first: int | None, people: Mapping[int, Boss]) -> Iterator[Boss]:
    """Yield somebody and those above them, each once."""
    seen: set[int] = set()
    while first is not None and first in people and first not in seen:
        seen.add(first)
        yield people[first]
        first = people[first].manager


def approvers(
    manager: int | None,
    people: Mapping[int, Boss],
    *,
    interested: Collection[int],
    is_away: Callable[[int], bool],
    guardians: Sequence[int],
    is_late: bool = False,
) -> list[Approver]:
    """Return who may decide, the manager before the deputy, then whoever is above; empty when nobody may.

    `manager` is the owning team's present or last one. Who is interested, or left, is passed over with their
    deputy. An absent manager may still decide, but somebody who is there is asked as well. `is_late`: the
    deputy is asked though the manager is there.
    """

    def may_stand_in(deputy: int | None) -> bool:
        known = people.get(deputy) if deputy is not None else None
        return known is not None and known.is_here and deputy not in interested and not is_away(known.person)

    found: list[Approver] = []
    for boss in line_of(manager, people):
        if not boss.is_here or boss.person in interested:
            continue
        found.append(Approver(person=boss.person))
        is_gone = is_away(boss.person)
        if boss.deputy is not None and (is_gone or is_late) and may_stand_in(boss.deputy):
            found.append(Approver(person=boss.deputy, acting_for=boss.person))
            return found
        if not is_gone:
            return found
    return found + [Approver(person=one) for one in guardians if one not in interested]


def reached_at(since: datetime, hours: float, calendars: Sequence[WorkingHours]) -> datetime | None:
    """Return the first instant by which so many hours of any of the shifts have passed; None if not soon."""
    left, counted_until = hours * HOUR, since
    if left <= timedelta():
        return since
    for starts_at, ends_at in _shifts(since, calendars):
        begins_at = max(starts_at, counted_until)
        if ends_at <= begins_at:
            continue
        if ends_at - begins_at >= left:
            return begins_at + left
        left -= ends_at - begins_at
        counted_until = ends_at
    return None


def hours_between(since: datetime, now: datetime, calendars: Sequence[WorkingHours]) -> float:
    """Return how many hours of any of the shifts have passed, each counted once."""
    passed, counted_until = timedelta(), since
    for starts_at, ends_at in _shifts(since, calendars):
        begins_at, stops_at = max(starts_at, counted_until), min(ends_at, now)
        if stops_at > begins_at:
            passed, counted_until = passed + (stops_at - begins_at), stops_at
        if starts_at >= now:
            break
    return passed / HOUR


def _shifts(since: datetime, calendars: Sequence[WorkingHours]) -> Iterator[tuple[datetime, datetime]]:
    each = [
        shifts(calendar, first=local_date(since, zone=calendar.zone) - DAY, days=FARTHEST)
        for calendar in calendars
    ]
    return merge(*each)
