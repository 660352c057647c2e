"""What a person decides about their own practice: pause, go on, change the hour, stop."""

from datetime import date, datetime, time

from django.db import transaction

from engine import delivery
from engine.delivery import outbox
from people.models import Person

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


def _update(person: Person, **changes: object) -> None:
    for name, value in changes.items():
        setattr(person, name, value)
    person.save(update_fields=list(changes))
