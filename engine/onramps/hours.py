"""When teams and people work, for holds, offers and requests."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta

from people.calendar import (
    DAY,
    MIDNIGHT,
    Away,
    NoWorkingTime,
    WorkingHours,
    add_working_hours,
)
from people.days_off import DaysOff
from people.models import Person, Team
from people.models.values import day_numbers

AHEAD = timedelta(days=400)  # no hold, offer or request looks farther
EVERY_DAY = frozenset(range(7))
OFFICE = time(9), time(17)  # of somebody in no team
SOON = 1 / 3600  # hours: a second of work is work


def days_off(*, now: datetime) -> DaysOff:
    """Return the holidays around now, to be shared by everything that one pass looks at."""
    return DaysOff(around=now, ahead=AHEAD)


def of_team(team: Team, off: DaysOff) -> WorkingHours:
    """Return a team's working hours; round the clock without workdays, so that its holds still end."""
    workdays = day_numbers(team.workdays)
    return WorkingHours(
        zone=team.zone,
        workdays=workdays or EVERY_DAY,
        starts=team.starts_at if workdays else MIDNIGHT,
        ends=team.ends_at if workdays else MIDNIGHT,
        days_off=off.in_place(team.country, team.region) if workdays else frozenset(),
    )


def of_person(person: Person, off: DaysOff, absences: Collection[Away]) -> WorkingHours:
    """Return a person's own working time: their days and zone, their team's hours, without their absences."""
    starts, ends = (person.team.starts_at, person.team.ends_at) if person.team else OFFICE
    return WorkingHours(
        zone=person.zone,
        workdays=day_numbers(person.workdays),
        starts=starts,
        ends=ends,
        days_off=off.of(person) | dates_of(absences),
    )


def dates_of(absences: Iterable[Away]) -> frozenset[date]:
    """Return every date on which somebody is away."""
    return frozenset(
        one.starts_on + number * DAY
        for one in absences
        for number in range(min((one.ends_on - one.starts_on).days + 1, AHEAD.days))
    )


def next_work(hours: WorkingHours, *, now: datetime) -> datetime | None:
    """Return the first moment from now on at which these hours run; None if that is not foreseeable."""
    try:
        return add_working_hours(now, SOON, hours) - timedelta(hours=SOON)
    except NoWorkingTime:
        return None
