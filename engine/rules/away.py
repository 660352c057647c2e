"""Which events of a person's calendar are days away, and on which dates.

An event counts when the person is taken by it: not cancelled, not shown as free (TRANSP), nor as tentative or
working elsewhere (Outlook's busy status). Of those that count,

- an all-day event takes its dates;
- one that lasts a whole day or longer, by the clock on the wall, takes each date on which it covers the
  working day, 9 to 17 o'clock;
- a shorter one is a meeting, unless Outlook shows the person as out of office: then it takes each date on
  which it covers more than half of the working day. Half is not enough: practice fits into the other half.

What an event is called is never looked at.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from people.calendar import Away

DAY = timedelta(days=1)
STARTS, ENDS = time(9), time(17)
WHOLE, HALF = timedelta(hours=8), timedelta(hours=4)
OUT_OF_OFFICE = "OOF"
TAKEN = ("", "BUSY", OUT_OF_OFFICE)  # busy statuses that take the person; empty where the program has none


@dataclass(frozen=True, kw_only=True)
class Event:
    """What matters of one occurrence. A date means all day; `ends` is exclusive, as in iCalendar."""

    starts: date | datetime
    ends: date | datetime
    is_cancelled: bool = False
    is_free: bool = False
    busy_status: str = ""

    @property
    def takes_the_person(self) -> bool:
        return not self.is_cancelled and not self.is_free and self.busy_status in TAKEN


def away(event: Event, *, zone: str, within: Away) -> Away | None:
    """Return the dates that an event takes in the person's zone, if it takes any within these."""
    if not event.takes_the_person:
        return None
    days = list(_days(event, zone=zone, within=within))
    return Away(starts_on=days[0], ends_on=days[-1]) if days else None


def may_take_days(event: Event) -> bool:
    """Say whether an event of this kind could take a date at all; most are short meetings."""
    if not event.takes_the_person:
        return False
    if not isinstance(event.starts, datetime) or not isinstance(event.ends, datetime):
        return True
    return event.busy_status == OUT_OF_OFFICE or event.ends.date() > event.starts.date()


def merged(absences: Iterable[Away]) -> list[Away]:
    """Return the same days in order, as few absences: what overlaps or adjoins is one."""
    found: list[Away] = []
    for one in sorted(absences, key=lambda away: away.starts_on):
        if found and one.starts_on <= found[-1].ends_on + DAY:
            last = found.pop()
            found.append(Away(starts_on=last.starts_on, ends_on=max(last.ends_on, one.ends_on)))
        else:
            found.append(one)
    return found


def _days(event: Event, *, zone: str, within: Away) -> Iterator[date]:
    if not isinstance(event.starts, datetime) or not isinstance(event.ends, datetime):
        first, last = _date(event.starts), _date(event.ends)
        # One day where no end is given, or one before the start.
        yield from _dates(first, max(first, last - DAY), within)
        return
    starts, ends = _on_the_wall(event.starts, zone), _on_the_wall(event.ends, zone)
    if ends - starts >= DAY:
        needed = WHOLE
    elif event.busy_status == OUT_OF_OFFICE:
        needed = HALF + timedelta(microseconds=1)
    else:
        return
    for day in _dates(starts.date(), ends.date(), within):
        opens, closes = _working_day(day)
        if min(ends, closes) - max(starts, opens) >= needed:
            yield day


def _dates(first: date, last: date, within: Away) -> Iterator[date]:
    first, last = max(first, within.starts_on), min(last, within.ends_on)
    for number in range((last - first).days + 1):
        yield first + number * DAY


def _working_day(day: date) -> tuple[datetime, datetime]:
    return datetime.combine(day, STARTS), datetime.combine(day, ENDS)


def _date(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _on_the_wall(moment: datetime, zone: str) -> datetime:
    """Return what the person's clock shows; a floating time is meant where the person is."""
    return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
