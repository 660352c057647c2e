"""How people leave: from then on they cannot sign in, their links are dead and nothing is sent to them."""

from datetime import date, datetime, timedelta

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
        person.pk
        for person in leaving.only("left_on", "zone")
        if person.left_on is not None and person.left_on <= person.today(now)
    ]
    return leaving.filter(pk__in=due).update(is_active=False) if due else 0
