"""Consistency without guilt: of the days that brought a workout, those that were practised, week by week."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


class Day(StrEnum):
    """What a date was for somebody's practice."""

    PRACTISED = "practised"
    LEFT_OUT = "left-out"
    EXTRA = "extra"  # practised, though nobody would have expected it
    UNCOUNTED = "uncounted"


@dataclass(frozen=True, kw_only=True)
class Week:
    """Seven days from a Monday on."""

    monday: date
    days: tuple[Day, ...]

    @property
    def counted(self) -> int:
        return self.practised + self.days.count(Day.LEFT_OUT)

    @property
    def practised(self) -> int:
        return self.days.count(Day.PRACTISED)

    @property
    def extra(self) -> int:
        return self.days.count(Day.EXTRA)


def first_day(*, today: date, weeks: int) -> date:
    """Return the Monday on which so many weeks begin, the present one included."""
    return today - timedelta(days=today.weekday()) - (weeks - 1) * WEEK


def by_week(
    *,
    offered: Collection[date],
    practised: Collection[date],
    free: Collection[date],
    today: date,
    weeks: int,
) -> list[Week]:
    """Sort the days of the last weeks.

    A day counts if it brought a workout, was not `free` (a weekend, a holiday, an absence), and is over or
    was practised already. What was practised on a free day is an extra.
    """

    def kind(day: date) -> Day:
        if day in practised:
            return Day.EXTRA if day in free else Day.PRACTISED
        is_left_out = day in offered and day not in free and day < today
        return Day.LEFT_OUT if is_left_out else Day.UNCOUNTED

    mondays = [first_day(today=today, weeks=weeks) + number * WEEK for number in range(weeks)]
    return [Week(monday=monday, days=tuple(kind(monday + at * DAY) for at in range(7))) for monday in mondays]
