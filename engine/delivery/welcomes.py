"""Welcomes: one to each person, in their office hours, and before any workout."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet

from engine.delivery.headers import ascii_domain
from engine.models import Mail
from people import calendar
from people.calendar import Away
from people.days_off import DaysOff, absences_to_come
from people.models import Person

BATCH = 1_000
KEPT_FOR = timedelta(days=7)  # after its hour: a relay may be down for a while
OVER = [Mail.Status.CANCELLED, Mail.Status.EXPIRED, Mail.Status.FAILED]
TAKEN_BACK = "The start was taken back."


def queue_welcomes(people: Sequence[Person], *, sender: Person | None, note: str, now: datetime) -> None:
    """Queue one welcome to each; one that ended unsent, such as by a start taken back, waits anew."""
    days_off = DaysOff(around=now)
    for some in batched(people, BATCH):
        mails = list(_welcomes(some, sender=sender, note=note, now=now, days_off=days_off))
        Mail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=500)
        ended = Mail.objects.filter(kind=Mail.Kind.WELCOME, person__in=some, status__in=OVER)
        again = {mail.key: mail for mail in mails}
        for key in ended.values_list("key", flat=True):
            _replace(ended, again[key])


def _welcomes(
    people: Collection[Person], *, sender: Person | None, note: str, now: datetime, days_off: DaysOff
) -> Iterator[Mail]:
    absences = absences_to_come(people, now=now)
    domain = ascii_domain(settings.MAIL_DOMAIN)
    for person in people:
        try:
            goes_at = hour_of(person, now=now, days_off=days_off, absences=absences.get(person.pk, []))
        except calendar.CalendarError:
            goes_at = now  # it fails alone when it is to be sent, with its reason
        yield Mail(
            kind=Mail.Kind.WELCOME,
            person=person,
            sender=sender,
            note=note,
            key=str(person.pk),
            message_id=f"<{uuid4().hex}@{domain}>",
            not_before=goes_at,
            expires_at=goes_at + KEPT_FOR,
        )


def _replace(ended: QuerySet[Mail], mail: Mail) -> None:
    ended.filter(key=mail.key).update(
        status=Mail.Status.QUEUED,
        because="",
        sender=mail.sender,
        note=mail.note,
        message_id=mail.message_id,
        not_before=mail.not_before,
        expires_at=mail.expires_at,
        attempts=0,
        dated_at=None,
        ended_at=None,
    )


def hour_of(person: Person, *, now: datetime, days_off: DaysOff, absences: Collection[Away]) -> datetime:
    """Return when a welcome to this person may go: now, or when they are next at work."""
    return calendar.office_hour(
        now,
        person.rhythm,
        days_off=days_off.of(person),
        absences=absences,
        paused_until=person.paused_until,
    )


def put_off(mail: Mail, *, now: datetime, days_off: DaysOff) -> Mapping[str, datetime]:
    """Return the later time of a welcome whose person is not at work right now; empty for other mails."""
    if mail.kind != Mail.Kind.WELCOME:
        return {}
    absences = absences_to_come([mail.reader], now=now).get(mail.reader.pk, [])
    goes_at = hour_of(mail.reader, now=now, days_off=days_off, absences=absences)
    return {} if goes_at == now else _times(goes_at)


def _times(goes_at: datetime) -> dict[str, datetime]:
    return {"not_before": goes_at, "expires_at": goes_at + KEPT_FOR}


def retime_welcomes(*, now: datetime) -> int:
    """Move what waits to when its person is at work, as that is known now; return how many rows moved.

    One that is held back does not grow too old meanwhile.
    """
    held = Mail.objects.held().filter(kind=Mail.Kind.WELCOME, expires_at__lt=now + KEPT_FOR / 2)
    moved = held.update(expires_at=now + KEPT_FOR)
    days_off = DaysOff(around=now)
    # A later try than the first has its time from the relay.
    waiting = Mail.objects.going().filter(
        kind=Mail.Kind.WELCOME, status=Mail.Status.QUEUED, claim=None, attempts=0, not_before__gt=now
    )
    for mails in batched(list(waiting.select_related("person")), BATCH):
        absences = absences_to_come([mail.reader for mail in mails], now=now)
        for mail in mails:
            away = absences.get(mail.reader.pk, [])
            try:
                goes_at = hour_of(mail.reader, now=now, days_off=days_off, absences=away)
            except calendar.CalendarError:
                goes_at = now
            if goes_at != mail.not_before:
                moved += waiting.filter(pk=mail.pk).update(**_times(goes_at))
    return moved


def cancel_welcomes(people: Collection[Person], *, now: datetime) -> None:
    """Cancel the welcomes that wait, as their people are not to start after all."""
    waiting = Mail.objects.filter(person__in=people, kind=Mail.Kind.WELCOME, status=Mail.Status.QUEUED)
    waiting.update(
        status=Mail.Status.CANCELLED, because=TAKEN_BACK, ended_at=now, claim=None, claimed_until=None
    )
