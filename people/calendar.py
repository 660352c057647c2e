"""Local dates, send instants, workdays, working hours; no clock and no database: everything is an argument.

Instants are aware datetimes and come out in UTC. Dates, weekdays (Monday is 0) and times are what a calendar
and a clock on the wall show in a zone. Wall clocks are set forward (a gap: some times never come) and back (a
fold: some come twice), also over midnight, and a few places have skipped a whole date.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import holidays

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
MIDNIGHT = time()
NO_TIME = timedelta()

MINIMUM_GAP = timedelta(hours=20)  # between two practice mails, also after a move or a change of hour
FIRST_TRIES = 0.75  # mails are spread over this share of a window; the rest is for late ticks and retries
FARTHEST = 3660  # dates that a search for working hours looks at
OFFICE_HOURS = time(8), time(18)  # when a first mail from a colleague does not startle

MONDAY_TO_FRIDAY = frozenset({0, 1, 2, 3, 4})
SUNDAY_TO_THURSDAY = frozenset({6, 0, 1, 2, 3})
SATURDAY_TO_THURSDAY = frozenset({5, 6, 0, 1, 2, 3})
REST_ON_FRIDAY_AND_SATURDAY = frozenset(
    ("BD", "BH", "DZ", "EG", "IL", "IQ", "JO", "KW", "LY", "MV", "OM", "QA", "SA", "SD", "SY", "YE")
)
REST_ON_FRIDAY = frozenset(("IR",))  # many offices there close on Thursday too, but not by law

# Kept in most of the region, but not in all of it, so that `holidays` does not count them as public.
REGIONAL_CATEGORIES = {("DE", "BY"): ("catholic",)}


class CalendarError(Exception):
    """A calendar cannot answer what was asked."""


class NaiveInstant(CalendarError):
    """An instant came without its zone, so nobody knows when it was."""


class UnknownZone(CalendarError):
    """No such time zone."""


class UnknownCalendar(CalendarError):
    """Nobody knows the public holidays of this country or region."""


class ImpossibleRhythm(CalendarError):
    """No mail could keep to this rhythm."""


class ImpossibleHours(CalendarError):
    """A number of working hours that cannot be counted off."""


class NoWorkingTime(CalendarError):
    """A calendar has too little working time for what was asked."""


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) - {"Factory", "localtime"}  # neither of them is a place


def is_zone(name: str) -> bool:
    return name in _zone_names()


@cache
def _clock(zone: str) -> ZoneInfo:
    if not is_zone(zone):
        similar = get_close_matches(zone, _zone_names(), n=1) or ["Europe/Berlin"]
        raise UnknownZone(f"{zone!r} is not a time zone; write one such as {similar[0]}.")
    return ZoneInfo(zone)


def zone_data_is_sound() -> bool:
    """Return whether zone data is recent: it keeps Vancouver on UTC-7 in December 2026, old data does not."""
    if not is_zone("America/Vancouver"):
        return False
    return datetime(2026, 12, 1, tzinfo=_clock("America/Vancouver")).utcoffset() == timedelta(hours=-7)


def local_date(instant: datetime, *, zone: str) -> date:
    if instant.tzinfo is None:
        raise NaiveInstant(f"{instant} has no time zone; pass an aware datetime, in UTC.")
    return instant.astimezone(_clock(zone)).date()


def instant_of(day: date, at: time, *, zone: str) -> datetime:
    """Return the first instant at which the clock shows `at` or later: the end of a gap, once in a fold."""
    wall = datetime.combine(day, at, _clock(zone)).replace(fold=0)
    instant = wall.astimezone(UTC)
    by_later_offset = wall.replace(fold=1).astimezone(UTC)
    if by_later_offset >= instant:
        return instant
    return _end_of_gap(wall, after=by_later_offset, until=instant)


def _end_of_gap(wall: datetime, *, after: datetime, until: datetime) -> datetime:
    # PEP 495: read by the offsets before and after a gap, a time in it falls on either side of the change.
    shown = wall.replace(tzinfo=None)
    seconds = range(int(after.timestamp()), int(until.timestamp()) + 1)
    change = bisect_left(
        seconds, True, key=lambda s: datetime.fromtimestamp(s, wall.tzinfo).replace(tzinfo=None) >= shown
    )
    return datetime.fromtimestamp(seconds[change], UTC)


def day_bounds(day: date, *, zone: str) -> tuple[datetime, datetime]:
    """Return when the local date begins and ends, half-open; a date that the zone skipped takes no time."""
    return instant_of(day, MIDNIGHT, zone=zone), instant_of(day + DAY, MIDNIGHT, zone=zone)


def spread_of(key: str) -> float:
    """Return where in [0, 1) of every window this key belongs, the same in every process and release."""
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / 2**53  # 53 bits: more would round up to 1.0


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """When one person works and reads practice mail."""

    zone: str
    workdays: frozenset[int]
    send_time: time
    window_minutes: int
    spread: float  # from `spread_of`: where in the window their mail goes

    def __post_init__(self) -> None:
        if self.window_minutes < 1:
            raise ImpossibleRhythm(
                f"A window of {self.window_minutes} minutes has no room; make it 1 or longer."
            )
        if not 0 <= self.spread < 1:
            raise ImpossibleRhythm(f"A spread of {self.spread} is outside [0, 1); take it from spread_of().")


@dataclass(frozen=True, kw_only=True)
class Away:
    """An absence, both dates included."""

    starts_on: date
    ends_on: date


class _Window(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    length: timedelta  # by the wall clock; by a stopwatch it differs where the clock is set forward or back


@lru_cache(maxsize=2**15)  # people who share an hour share the work; 15 MB when full
def _window(day: date, zone: str, send_time: time, window_minutes: int) -> _Window:
    opens = datetime.combine(day, send_time)
    closes = min(opens + timedelta(minutes=window_minutes), datetime.combine(day + DAY, MIDNIGHT))
    starts_at = instant_of(day, send_time, zone=zone)
    ends_at = instant_of(closes.date(), closes.time(), zone=zone)
    if ends_at - starts_at < (closes - opens) / 2:
        ends_at = min(starts_at + (closes - opens), instant_of(day + DAY, MIDNIGHT, zone=zone))
    return _Window(starts_at, ends_at, closes - opens)


def send_window(day: date, rhythm: Rhythm) -> tuple[datetime, datetime]:
    """Return when a mail for the date may go, half-open, read off the wall clock and over by 24:00.

    A gap shortens a window, but one with less than half left lasts its full length, from the end of the gap
    if it began inside. A fold makes it longer. A date without that hour has an empty window: the zone skipped
    the date, or the gap runs to its end.
    """
    starts_at, ends_at, _ = _window(day, rhythm.zone, rhythm.send_time, rhythm.window_minutes)
    return starts_at, ends_at


def send_instant(day: date, rhythm: Rhythm) -> datetime:
    """Return when the mail of the date goes, to the second, early enough in its window to be tried again."""
    starts_at, ends_at, length = _window(day, rhythm.zone, rhythm.send_time, rhythm.window_minutes)
    if starts_at == ends_at:
        raise ImpossibleRhythm(f"{day} has no {rhythm.send_time} in {rhythm.zone}; ask send_window() first.")
    later = int(rhythm.spread * FIRST_TRIES * min(length, ends_at - starts_at).total_seconds()) * SECOND
    if ends_at - starts_at <= length:
        return starts_at + later
    # A share of the longer day would move the mail on the wall, and so too close to that of a day beside it.
    return instant_of(day, (datetime.combine(day, rhythm.send_time) + later).time(), zone=rhythm.zone)


def is_workday(day: date, rhythm: Rhythm, *, days_off: Collection[date]) -> bool:
    return day.weekday() in rhythm.workdays and day not in days_off


def is_away(day: date, absences: Collection[Away]) -> bool:
    return any(away.starts_on <= day <= away.ends_on for away in absences)


def default_workdays(country: str) -> frozenset[int]:
    """Return the usual week of a country (two letters); Monday to Friday where nothing else is known."""
    if country in REST_ON_FRIDAY_AND_SATURDAY:
        return SUNDAY_TO_THURSDAY
    return SATURDAY_TO_THURSDAY if country in REST_ON_FRIDAY else MONDAY_TO_FRIDAY


def _holidays_of(country: str) -> holidays.HolidayBase:
    refusal = f"No public holidays are known for country {country!r}; write two letters such as DE."
    try:
        national = holidays.country_holidays(country)
    except NotImplementedError:
        raise UnknownCalendar(refusal) from None
    if national.country != country:  # "Germany", "DEU"
        raise UnknownCalendar(refusal)
    return national


@lru_cache(maxsize=4096)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """Return the public holidays of a country ("DE") and, unless empty, of one of its regions ("BY")."""
    national = _holidays_of(country)
    if region and region not in national.subdivisions:
        known = ", ".join(national.subdivisions) or "none: leave the region empty"
        raise UnknownCalendar(
            f"{country} has no region {region!r} with public holidays of its own; known: {known}."
        )
    categories = (holidays.PUBLIC, *REGIONAL_CATEGORIES.get((country, region), ()))
    return frozenset(
        holidays.country_holidays(country, subdiv=region or None, years=year, categories=categories)
    )


def mail_on(
    day: date,
    rhythm: Rhythm,
    *,
    days_off: Collection[date],
    absences: Collection[Away],
    paused_until: date | None,
    last_sent_at: datetime | None,
) -> datetime | None:
    """Return the send instant of the date, or None when no mail may go; a pause ends on `paused_until`."""
    if not is_workday(day, rhythm, days_off=days_off) or is_away(day, absences):
        return None
    if paused_until is not None and day < paused_until:
        return None
    starts_at, ends_at = send_window(day, rhythm)
    if starts_at == ends_at:
        return None
    instant = send_instant(day, rhythm)
    return None if last_sent_at is not None and _is_too_soon(instant, day, rhythm, last_sent_at) else instant


def _is_too_soon(instant: datetime, day: date, rhythm: Rhythm, last_sent_at: datetime) -> bool:
    # From 00:05 to 23:30 is more than twenty hours, and yet a second mail of one date.
    return instant - last_sent_at < MINIMUM_GAP or local_date(last_sent_at, zone=rhythm.zone) == day


def next_mails(
    now: datetime,
    rhythm: Rhythm,
    *,
    days_off: Collection[date],
    absences: Collection[Away],
    paused_until: date | None,
    last_sent_at: datetime | None,
    within: timedelta = DAY,
) -> list[tuple[date, datetime]]:
    """Return dates and their send instants: those in (now, now + within], and that of a window open now."""
    mails: list[tuple[date, datetime]] = []
    day, last_day = local_date(now, zone=rhythm.zone), local_date(now + within, zone=rhythm.zone)
    while day <= last_day:
        instant = mail_on(
            day,
            rhythm,
            days_off=days_off,
            absences=absences,
            paused_until=paused_until,
            last_sent_at=last_sent_at,
        )
        if instant is not None:
            opens_at, closes_at = send_window(day, rhythm)
            if now < closes_at and (opens_at <= now or instant <= now + within):
                mails.append((day, instant))
                last_sent_at = instant
        day += DAY
    return mails


def office_hour(
    now: datetime,
    rhythm: Rhythm,
    *,
    days_off: Collection[date],
    absences: Collection[Away],
    paused_until: date | None,
) -> datetime:
    """Return now, if the person is at work, or else when the office hours of their next workday begin."""
    day = local_date(now, zone=rhythm.zone)
    for _ in range(FARTHEST):
        is_back = paused_until is None or day >= paused_until
        if is_back and is_workday(day, rhythm, days_off=days_off) and not is_away(day, absences):
            opens_at, closes_at = (instant_of(day, at, zone=rhythm.zone) for at in OFFICE_HOURS)
            if now < closes_at:
                return max(now, opens_at)
        day += DAY
    raise NoWorkingTime(f"No workday is near after {now}; give the person workdays, or a shorter absence.")


@dataclass(frozen=True, kw_only=True)
class WorkingHours:
    """When a team works: one shift each workday, which belongs to the day on which it begins."""

    zone: str
    workdays: frozenset[int]
    starts: time
    ends: time  # not after `starts` means on the next day: 00:00, a night shift, round the clock
    days_off: frozenset[date] = frozenset()


@lru_cache(maxsize=2**14)
def _shift(day: date, zone: str, starts: time, ends: time) -> tuple[datetime, datetime]:
    last_day = day if starts < ends else day + DAY
    return instant_of(day, starts, zone=zone), instant_of(last_day, ends, zone=zone)


def shifts(
    calendar: WorkingHours, *, first: date, days: int, step: timedelta = DAY
) -> Iterator[tuple[datetime, datetime]]:
    """Yield when each shift begins and ends, for so many dates from the first."""
    day = first
    for _ in range(days):
        if day.weekday() in calendar.workdays and day not in calendar.days_off:
            yield _shift(day, calendar.zone, calendar.starts, calendar.ends)
        day += step


def add_working_hours(instant: datetime, hours: float, calendar: WorkingHours) -> datetime:
    """Return the first instant by which that many hours of shifts have passed, as a stopwatch counts them."""
    left = _working_time(hours)
    yesterday = local_date(instant, zone=calendar.zone) - DAY  # its shift may last past midnight
    if not left:
        return instant.astimezone(UTC)
    for starts_at, ends_at in shifts(calendar, first=yesterday, days=FARTHEST):
        begins_at = max(starts_at, instant)
        if ends_at - begins_at >= left:
            return (begins_at + left).astimezone(UTC)
        left -= max(ends_at - begins_at, NO_TIME)
    raise NoWorkingTime(_too_little(hours, calendar, side=f"after {instant}"))


def subtract_working_hours(instant: datetime, hours: float, calendar: WorkingHours) -> datetime:
    """Return the last instant from which that many hours of shifts pass until `instant`."""
    left = _working_time(hours)
    today = local_date(instant, zone=calendar.zone)
    if not left:
        return instant.astimezone(UTC)
    for starts_at, ends_at in shifts(calendar, first=today, days=FARTHEST, step=-DAY):
        stops_at = min(ends_at, instant)
        if stops_at - starts_at >= left:
            return (stops_at - left).astimezone(UTC)
        left -= max(stops_at - starts_at, NO_TIME)
    raise NoWorkingTime(_too_little(hours, calendar, side=f"before {instant}"))


def working_hours_between(start: datetime, end: datetime, calendar: WorkingHours) -> float:
    """Return the hours of shifts in [start, end); below zero when `end` comes first."""
    if end < start:
        return -working_hours_between(end, start, calendar)
    yesterday = local_date(start, zone=calendar.zone) - DAY
    days = (local_date(end, zone=calendar.zone) - yesterday).days + 1
    worked = (
        min(ends_at, end) - max(starts_at, start)
        for starts_at, ends_at in shifts(calendar, first=yesterday, days=days)
    )
    return sum((max(time_worked, NO_TIME) for time_worked in worked), NO_TIME) / HOUR


def _working_time(hours: float) -> timedelta:
    if not 0 <= hours <= FARTHEST * 24:  # refuses nan as well
        raise ImpossibleHours(f"{hours} working hours cannot be counted; ask for 0 to {FARTHEST * 24}.")
    return timedelta(hours=hours)


def _too_little(hours: float, calendar: WorkingHours, *, side: str) -> str:
    return (
        f"The working hours in {calendar.zone} have no {hours} hours within ten years {side}; "
        "give the calendar workdays, or fewer days off."
    )
