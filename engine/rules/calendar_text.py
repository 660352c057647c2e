"""Read the days away out of a text in iCalendar (RFC 5545), however odd; titles are never looked at.

It may take long, or much memory, if somebody means it to: `engine.calendar_reader` runs it with limits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import icalendar
import recurring_ical_events

from engine.rules.away import Event, away, may_take_days, merged
from people.calendar import Away

DAY = timedelta(days=1)
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
MOST_DAYS = 5_000  # occurrences that take days; a year has 366


class Wrong(StrEnum):
    """What can be wrong with a text."""

    NOT_UTF8 = "not-utf8"
    NOT_A_CALENDAR = "not-a-calendar"
    TOO_MUCH = "too-much"


class NotUnderstood(Exception):
    """A text that says nothing about days away."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(str(wrong))
        self.wrong = wrong


def days_away(text: bytes, *, zone: str, within: Away) -> list[Away]:
    """Return the days that the events take within these, in order, overlaps joined."""
    try:
        text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotUnderstood(Wrong.NOT_UTF8) from None
    try:
        found = list(_found(text, zone=zone, within=within))
    except NotUnderstood:
        raise
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError, RecursionError):
        # What the two libraries raise for texts that break the standard is not written down anywhere.
        raise NotUnderstood(Wrong.NOT_A_CALENDAR) from None
    return merged(found)


def _found(text: bytes, *, zone: str, within: Away) -> Iterator[Away]:
    # As bytes: a str without a line break is taken for the name of a file.
    calendars = icalendar.Calendar.from_ical(text.removeprefix(b"\xef\xbb\xbf"), multiple=True)
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise NotUnderstood(Wrong.NOT_A_CALENDAR)
    occurrences = 0
    for calendar in calendars:
        relevant = _relevant(calendar)
        query = recurring_ical_events.of(relevant, skip_bad_series=True)
        # A day more on both sides: zones are apart by up to a day.
        for occurrence in query.between(within.starts_on - DAY, within.ends_on + 2 * DAY):
            days = away(_event(occurrence), zone=zone, within=within)
            if days is not None:
                occurrences += 1
                yield days
            if occurrences > MOST_DAYS:
                raise NotUnderstood(Wrong.TOO_MUCH)


def _relevant(calendar: icalendar.Component) -> icalendar.Calendar:
    """Return a calendar of those events that may take days, with every exception to them."""
    series: dict[str, list[icalendar.Component]] = defaultdict(list)
    for number, component in enumerate(calendar.subcomponents):
        if component.name == "VEVENT" and not _is_backwards(component):
            series[str(component.get("UID", number))].append(component)
    relevant = icalendar.Calendar()
    for events in series.values():
        if any(may_take_days(_event(event)) for event in events):
            _refuse_too_often(events)
            relevant.subcomponents.extend(events)
    return relevant


def _is_backwards(event: icalendar.Component) -> bool:
    """Whether it ends on a date before it starts; the library would turn it around."""
    starts, ends = _starts(event), _ends(event)
    return (ends.year, ends.month, ends.day) < (starts.year, starts.month, starts.day)


def _refuse_too_often(events: Iterable[icalendar.Component]) -> None:
    for event in events:
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if TOO_OFTEN & {str(freq).upper() for freq in rule.get("FREQ", [])}:
                raise NotUnderstood(Wrong.TOO_MUCH)


def _event(component: icalendar.Component) -> Event:
    return Event(
        starts=_starts(component),
        ends=_ends(component),
        is_cancelled=_word(component, "STATUS") == "CANCELLED",
        is_free=_word(component, "TRANSP") == "TRANSPARENT",
        busy_status=_word(component, "X-MICROSOFT-CDO-BUSYSTATUS"),
    )


def _starts(component: icalendar.Component) -> date | datetime:
    return _moment(component, "DTSTART")


def _ends(component: icalendar.Component) -> date | datetime:
    if "DTEND" in component:
        return _moment(component, "DTEND")
    duration: Any = component.get("DURATION")
    return _starts(component) + (duration.dt if duration is not None else timedelta())


def _moment(component: icalendar.Component, name: str) -> date | datetime:
    written: Any = component[name]
    moment = written.dt
    if not isinstance(moment, date):  # a datetime is one, too
        raise NotUnderstood(Wrong.NOT_A_CALENDAR)
    return moment


def _word(component: icalendar.Component, name: str) -> str:
    return str(component.get(name, "")).strip().upper()
