"""Days away read from people's own calendars: each about every six hours, and never at the cost of a mail."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from engine import wording
from engine.calendar_reader import read_apart
from engine.errors import AddressRefused, CalendarNotRead
from engine.practice import absences
from engine.practice.fetching import WEB, Web, checked, fetch
from engine.rules.calendar_text import NotUnderstood, Wrong
from people.calendar import Away, spread_of
from people.models import AbsenceCalendar, Person

__all__ = ["checked", "follow", "forget", "read_due"]

EVERY = timedelta(hours=6)
LONGEST_WAIT = timedelta(days=2)  # of a calendar that fails again and again
AHEAD = timedelta(days=365)

log = structlog.get_logger("calendars")

type MayRead = Callable[[int], bool]  # whether there is time for another, after so many


@transaction.atomic
def follow(person: Person, address: str) -> AbsenceCalendar:
    """Read a person's days away from this address from the next tick on."""
    afresh = {"address": checked(address), "due_at": None, "tried_at": None, "read_at": None, "problem": ""}
    calendar, _is_new = AbsenceCalendar.objects.update_or_create(person=person, defaults=afresh)
    return calendar


@transaction.atomic
def forget(person: Person, *, now: datetime) -> None:
    """Read a person's calendar no more; the days to come that it said no longer count."""
    AbsenceCalendar.objects.filter(person=person).delete()
    absences.follow_calendar(person, [], now=now)


def read_due(*, now: datetime, web: Web = WEB, may_read: MayRead = lambda read: True) -> int:
    """Read the calendars that are due, the longest waiting first; return how many were tried."""
    due = AbsenceCalendar.objects.filter(Q(due_at=None) | Q(due_at__lte=now), person__is_active=True)
    tried = 0
    for pk in list(due.order_by("due_at", "pk").values_list("pk", flat=True)):
        if not may_read(tried):
            break
        calendar = AbsenceCalendar.objects.select_related("person").filter(pk=pk).first()
        if calendar is not None and _take(calendar, now=now):
            tried += 1
            _read(calendar, now=now, web=web)
    return tried


def _take(calendar: AbsenceCalendar, *, now: datetime) -> bool:
    """Put the next try off before this one begins: another worker finds it taken, and a crash waits too."""
    mine = AbsenceCalendar.objects.filter(
        pk=calendar.pk, address=calendar.address, due_at=calendar.due_at, tried_at=calendar.tried_at
    )
    return bool(mine.update(due_at=_after_a_failure(calendar, now=now), tried_at=now))


def _read(calendar: AbsenceCalendar, *, now: datetime, web: Web) -> None:
    """Fetch, then understand, then write: nothing is held in the database meanwhile."""
    person = calendar.person
    with wording.spoken_to(person):
        try:
            known = _known(calendar, now=now, web=web)
        except (CalendarNotRead, AddressRefused) as error:
            problem = str(error)
        except Exception as error:  # one person's calendar must not end the tick; errors may quote it
            log.error("calendar broke in an unknown way", person=person.pk, error=type(error).__name__)
            problem = _("The calendar could not be read. Please tell L&D if it stays so.")
        else:
            problem = ""
    still = AbsenceCalendar.objects.filter(pk=calendar.pk, address=calendar.address)
    if problem:
        still.update(problem=problem[:300])
        log.info("calendar was not read", person=person.pk, because=problem)
        return
    with transaction.atomic():
        # Somebody may have removed or replaced the address while it was read.
        if still.update(problem="", read_at=now, due_at=_after_a_success(person, now=now)):
            absences.follow_calendar(person, known, now=now)


def _known(calendar: AbsenceCalendar, *, now: datetime, web: Web) -> list[Away]:
    text = fetch(calendar.address, web=web)
    person = calendar.person
    today = person.today(now)
    within = Away(starts_on=today, ends_on=today + AHEAD)
    try:
        return read_apart(text, zone=person.zone, within=within)
    except NotUnderstood as error:
        raise CalendarNotRead(_said(error.wrong)) from None


def _said(wrong: Wrong) -> str:
    match wrong:
        case Wrong.NOT_UTF8:
            return _("The calendar is not written in UTF-8, so it cannot be read.")
        case Wrong.NOT_A_CALENDAR:
            return _(
                "What is there cannot be read as a calendar (iCalendar). Its address often ends in .ics."
            )
        case Wrong.TOO_MUCH:
            return _("The calendar holds too much to be read, or an event that repeats without end.")


def _after_a_success(person: Person, *, now: datetime) -> datetime:
    """Return this person's own place in the next six hours, so that calendars are spread over them."""
    slot = EVERY * spread_of(f"calendar of {person.pk}")
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (now + EVERY / 2 - midnight - slot) // EVERY
    return midnight + slot + (passed + 1) * EVERY


def _after_a_failure(calendar: AbsenceCalendar, *, now: datetime) -> datetime:
    """Return when to try again: twice as long after each failure, up to two days."""
    if not calendar.problem or calendar.due_at is None or calendar.tried_at is None:
        return now + EVERY
    return now + min(max(2 * (calendar.due_at - calendar.tried_at), EVERY), LONGEST_WAIT)
