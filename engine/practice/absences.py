"""Days away, whoever knows of them: they hold at once, for mails already queued too."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from engine import delivery
from engine.errors import AbsenceRefused
from engine.rules.away import merged
from people.calendar import Away
from people.models import Absence, Person

DAY = timedelta(days=1)
MOST_OF_THEIR_OWN = 50  # absences to come that one person may note


@transaction.atomic
def note(person: Person, *, starts_on: date, ends_on: date, now: datetime) -> None:
    """Write down what a person says of themself; the same days again add nothing."""
    to_come = person.absences.filter(source=Absence.Source.PERSON, ends_on__gte=person.today(now))
    if to_come.filter(starts_on=starts_on, ends_on=ends_on).exists():
        return
    if to_come.count() >= MOST_OF_THEIR_OWN:
        raise AbsenceRefused(
            _("You have noted %(most)d absences already. Remove one first, or join some into one.")
            % {"most": MOST_OF_THEIR_OWN}
        )
    person.absences.create(source=Absence.Source.PERSON, starts_on=starts_on, ends_on=ends_on)
    delivery.heed_absences([person.pk], now=now)


@transaction.atomic
def take_back(person: Person, absence_id: int, *, now: datetime) -> bool:
    """Remove one of the person's own, or what is left of it; what others noted is not theirs to remove.

    Return whether the person is back on all its days: another absence may cover some.
    """
    today = person.today(now)
    own = list(person.absences.filter(pk=absence_id, source=Absence.Source.PERSON))
    covered = [_covers_some(person, absence, today=today) for absence in own]
    end([(absence, today) for absence in own])
    delivery.heed_absences([person.pk], now=now)
    return not any(covered)


def _covers_some(person: Person, absence: Absence, *, today: date) -> bool:
    others = person.absences.exclude(pk=absence.pk)
    return others.filter(ends_on__gte=max(absence.starts_on, today), starts_on__lte=absence.ends_on).exists()


def end(absences: Iterable[tuple[Absence, date]]) -> None:
    """Remove each absence from its date on; the days before it were lived, and stay."""
    for absence, on in absences:
        if absence.starts_on < on:
            absence.ends_on = min(absence.ends_on, on - DAY)
            absence.save(update_fields=["ends_on"])
        else:
            absence.delete()


def heed(people: Collection[int], *, now: datetime) -> int:
    """Let what stands in the table hold for the mails of these people (by row id)."""
    return delivery.heed_absences(people, now=now)


@transaction.atomic
def follow_calendar(person: Person, known: Sequence[Away], *, now: datetime) -> bool:
    """Let the days to come from their calendar be those that it says now; return whether any changed."""
    today = person.today(now)
    # Locked, so that two readers at once cannot both add.
    Person.objects.select_for_update(no_key=True).filter(pk=person.pk).first()
    # One that ended yesterday may go on today: it is one absence, however often the calendar was read.
    rows = person.absences.filter(source=Absence.Source.CALENDAR, ends_on__gte=today - DAY)
    before = [Away(starts_on=row.starts_on, ends_on=row.ends_on) for row in rows]
    lived = [
        Away(starts_on=away.starts_on, ends_on=min(away.ends_on, today - DAY))
        for away in before
        if away.starts_on < today
    ]
    to_come = [
        Away(starts_on=max(away.starts_on, today), ends_on=away.ends_on)
        for away in known
        if away.ends_on >= today
    ]
    wanted = merged([*lived, *to_come])
    if wanted == sorted(before, key=lambda away: away.starts_on):
        return False
    rows.delete()
    Absence.objects.bulk_create(
        Absence(
            person=person,
            source=Absence.Source.CALENDAR,
            starts_on=away.starts_on,
            ends_on=away.ends_on,
        )
        for away in wanted
    )
    delivery.heed_absences([person.pk], now=now)
    return True
