"""Mails ready to go, and a pass over the outbox."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from engine import delivery, jobs, practice
from engine.models import Mail
from people.models import Person
from tests.engine_factories import MailFactory, RepFactory, WorkoutFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published

MINUTE = timedelta(minutes=1)
LATEST = MONDAY + 46 * MINUTE  # by then every first try of a window of an hour has come


def a_mail(*, reps: int = 1, kind: str = "choice", **person: Any) -> Mail:
    """A mail that is due on MONDAY, of a workout with reps of one kind."""
    workout = WorkoutFactory(person=PersonFactory(**person), size=reps)
    RepFactory.create_batch(reps, workout=workout, kind=kind)
    return MailFactory(workout=workout)


def mails(count: int) -> list[Mail]:
    return [a_mail() for _ in range(count)]


def practising(count: int, **person: Any) -> list[Person]:
    """People on a published path, whom the tick queues, plans and mails by itself."""
    published(path_text())
    people = PersonFactory.create_batch(count, **person)
    practice.reconcile(now=MONDAY - timedelta(days=2))
    return people


def send(now: datetime = MONDAY, **changes: Any) -> int:
    """One pass over the outbox, of workouts that are planned already."""
    defaults: dict[str, Any] = {"clock": timezone.now, "prepare": lambda wanted: None}
    return delivery.send_due(delivery.Pass(now=now, **(defaults | changes)))


def tick(now: datetime = MONDAY) -> dict[str, int]:
    return jobs.run_tick(now=now).as_dict()


def fresh(mail: Mail) -> Mail:
    return Mail.objects.select_related("person").get(pk=mail.pk)


def statuses() -> dict[str, int]:
    """How many mails are in each status."""
    found: dict[str, int] = {}
    for status in Mail.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found
