"""When the next workout could come."""

from datetime import date, datetime, timedelta

from people.calendar import Away, local_date, mail_on
from people.days_off import DaysOff
from people.models import Person

LOOK_AHEAD = timedelta(days=60)  # what lies further off is not worth a promise


def next_possible_day(person: Person, *, now: datetime) -> date | None:
    """Return the first local date after today on which a mail could come, if one is near."""
    if not person.is_practising:
        return None
    today = local_date(now, zone=person.zone)
    away = [
        Away(starts_on=absence.starts_on, ends_on=absence.ends_on)
        for absence in person.absences.filter(ends_on__gt=today)
    ]
    days_off = DaysOff(around=now, ahead=LOOK_AHEAD + timedelta(days=1)).of(person)
    days = (today + timedelta(days=ahead) for ahead in range(1, LOOK_AHEAD.days + 1))
    return next((day for day in days if _may_come(person, day, days_off=days_off, away=away)), None)


def is_day_off(person: Person, *, now: datetime) -> bool:
    """Say whether today brings no mail: a weekend, a holiday, an absence."""
    today = local_date(now, zone=person.zone)
    away = [
        Away(starts_on=absence.starts_on, ends_on=absence.ends_on)
        for absence in person.absences.filter(starts_on__lte=today, ends_on__gte=today)
    ]
    return not _may_come(person, today, days_off=DaysOff(around=now).of(person), away=away)


def _may_come(person: Person, day: date, *, days_off: frozenset[date], away: list[Away]) -> bool:
    instant = mail_on(
        day,
        person.rhythm,
        days_off=days_off,
        absences=away,
        paused_until=person.paused_until,
        last_sent_at=None,
    )
    return instant is not None
