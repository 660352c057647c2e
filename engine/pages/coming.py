"""When the next workout, and the next mail, could come."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Max

from engine.delivery import outbox
from engine.models import Mail
from people.calendar import DAY, Away, local_date, mail_on, next_mails
from people.days_off import DaysOff
from people.models import Absence, Person

LOOK_AHEAD = timedelta(days=60)  # what lies further off is not worth a promise


def next_possible_day(person: Person, *, now: datetime) -> date | None:
    """Return the first local date after today on which a mail could come, if one is near."""
    if not person.is_practising:
        return None
    today = local_date(now, zone=person.zone)
    away = _away(person.absences.filter(ends_on__gt=today))
    days_off = DaysOff(around=now, ahead=LOOK_AHEAD + DAY).of(person)
    days = (today + timedelta(days=ahead) for ahead in range(1, LOOK_AHEAD.days + 1))
    return next((day for day in days if _may_come(person, day, days_off=days_off, away=away)), None)


def next_mail_day(person: Person, *, now: datetime) -> date | None:
    """Return the local date of the next mail as the outbox would time it: today's, if it is still to come."""
    if not person.is_practising:
        return None
    today = local_date(now, zone=person.zone)
    mails = person.mails.filter(kind=Mail.Kind.WORKOUT)
    settled = {
        *mails.filter(day__gte=today).exclude(status=Mail.Status.QUEUED).values_list("day", flat=True),
        *person.workouts.filter(day__gte=today).values_list("day", flat=True),
    }
    last_sent = mails.filter(status__in=outbox.COUNTED).aggregate(last=Max("sent_at"))
    days = next_mails(
        now,
        person.rhythm,
        days_off=DaysOff(around=now, ahead=LOOK_AHEAD + DAY).of(person),
        absences=_away(person.absences.filter(ends_on__gte=today)),
        paused_until=person.paused_until,
        last_sent_at=last_sent["last"],
        within=LOOK_AHEAD,
    )
    return next((day for day, _instant in days if day not in settled), None)


def is_day_off(person: Person, *, now: datetime) -> bool:
    """Say whether today brings no mail: a weekend, a holiday, an absence."""
    today = local_date(now, zone=person.zone)
    away = _away(person.absences.filter(starts_on__lte=today, ends_on__gte=today))
    return not _may_come(person, today, days_off=DaysOff(around=now).of(person), away=away)


def _away(absences: Iterable[Absence]) -> list[Away]:
    return [Away(starts_on=absence.starts_on, ends_on=absence.ends_on) for absence in absences]


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
