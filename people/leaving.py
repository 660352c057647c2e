"""How people leave: from then on they cannot sign in, their links are dead and nothing is sent to them."""

from datetime import date, datetime, timedelta

from people import calendar
from people.models import Person

DAY = timedelta(days=1)


def leave(person: Person, on: date) -> None:
    """End a person at once; everything they could do depends on `is_active`."""
    person.is_active = False
    person.left_on = on
    person.save(update_fields=["is_active", "left_on"])


def end_leavers(now: datetime) -> int:
    """End those whose `left_on` has come where they live, and return how many."""
    latest = now.date() + DAY  # no place is a whole day ahead of UTC
    leaving = Person.objects.filter(is_active=True, left_on__lte=latest)
    due = [
        key
        for key, left_on, zone in leaving.values_list("pk", "left_on", "zone")
        if left_on is not None and left_on <= calendar.local_date(now, zone=zone)
    ]
    return leaving.filter(pk__in=due).update(is_active=False) if due else 0
