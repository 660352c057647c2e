"""What a person decides about their practice: pause, go on, change the hour, stop; and a pause for all."""

from datetime import date, datetime, time

from django.db import transaction

from engine import delivery
from engine.delivery import outbox
from people.models import Organisation, Person

STOPPED = "The person stopped."


@transaction.atomic
def pause(person: Person, *, until: date, now: datetime) -> None:
    """Send nothing before `until`; what waits for the days until then is cancelled at once."""
    _update(person, paused_until=until)
    delivery.cancel(person, because=outbox.PAUSED, now=now, before=until)


@transaction.atomic
def go_on(person: Person, *, now: datetime) -> None:
    """End a pause or a stop; a mail whose hour is still to come goes after all."""
    _update(person, paused_until=None, stopped_at=None)
    delivery.reopen(person, now=now)


@transaction.atomic
def stop(person: Person, *, now: datetime) -> None:
    """Send nothing any more; what the person remembers stays, should they come back."""
    if person.stopped_at is None:
        _update(person, stopped_at=now)
    delivery.cancel(person, because=STOPPED, now=now)


@transaction.atomic
def change_hour(person: Person, *, send_time: time, minutes: int, workdays: str, now: datetime) -> None:
    """Mail at another hour or on other days from now on, what waits already included."""
    _update(person, send_time=send_time, minutes=minutes, workdays=workdays)
    delivery.retime(now=now)


@transaction.atomic
def pause_everyone(*, by: Person, now: datetime) -> bool:
    """Send no practice mail to anybody, one already queued included; say whether this began the pause."""
    Organisation.objects.get_or_create(pk=1)
    began = Organisation.objects.filter(pk=1, paused_at=None).update(paused_at=now, paused_by=by)
    delivery.hold(now=now)
    return bool(began)


@transaction.atomic
def go_on_with_everyone(*, now: datetime) -> bool:
    """End the pause for everyone: mails whose hour is still to come go after all, and welcomes at theirs."""
    ended = Organisation.objects.filter(pk=1, paused_at__isnull=False).update(paused_at=None, paused_by=None)
    if ended:
        delivery.let_go(now=now)
    return bool(ended)


def _update(person: Person, **changes: object) -> None:
    for name, value in changes.items():
        setattr(person, name, value)
    person.save(update_fields=list(changes))
