"""How L&D starts people, and takes a start back that nobody has noticed yet."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from itertools import batched

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from engine import delivery
from engine.delivery.outbox import COUNTED
from engine.models import Enrolment, Mail, Workout
from engine.practice.enrolment import enrol, leave_paths
from paths.catalogue import path_spec
from paths.models import Path
from people.models import Person

BATCH = 1_000
MINUTES: int = Person._meta.get_field("minutes").get_default()


def startable(people: QuerySet[Person]) -> QuerySet[Person]:
    """Those of them who can be started: people who are here, were not started before and did not stop."""
    return Person.objects.filter(
        pk__in=people.order_by().values("pk"),
        kind=Person.Kind.PERSON,
        is_active=True,
        started_on=None,
        stopped_at=None,
    )


@transaction.atomic
def start(people: QuerySet[Person], *, by: Person | None, note: str = "", now: datetime) -> list[Person]:
    """Start people's practice, L&D's own press and never an import's, and welcome each; return whom.

    The welcome comes from `by`, with a few words of their own. Workouts follow it, from a later day on.
    """
    # Locked: of two presses at once, one starts them.
    started = list(startable(people).select_for_update(no_key=True))
    for day, ids in _by_today(started, now=now).items():
        for some in batched(ids, BATCH):
            Person.objects.filter(pk__in=some).update(started_on=day)
    for batch in batched(started, BATCH):
        enrol(Person.objects.filter(pk__in=[person.pk for person in batch]), now=now)
        _keep_pace([person.pk for person in batch if person.minutes == MINUTES])
    delivery.queue_welcomes(started, sender=by, note=note, now=now)
    return started


def _keep_pace(people: Collection[int]) -> None:
    """Let people whose minutes nobody chose begin with what their path asks for; of two paths, the more."""
    enrolled = Enrolment.objects.active().filter(person__in=people)
    paths = Path.objects.filter(pk__in=enrolled.values("path"), current__isnull=False).select_related(
        "current"
    )
    asked = {path.pk: path_spec(path.current.spec).pace.minutes_per_workday for path in paths if path.current}
    for path_id, minutes in sorted(asked.items(), key=lambda pair: pair[1]):
        on_it = enrolled.filter(path=path_id).values("person")
        Person.objects.filter(pk__in=on_it).update(minutes=minutes)


def _by_today(people: Iterable[Person], *, now: datetime) -> dict[date, list[int]]:
    found: dict[date, list[int]] = defaultdict(list)
    for person in people:
        found[person.today(now)].append(person.pk)
    return found


@transaction.atomic
def take_back_start(people: QuerySet[Person], *, now: datetime) -> list[Person]:
    """Set people back to not started, as long as no mail of practice reached them; return whom."""
    unmet = list(_unmet(people).select_for_update(no_key=True))
    delivery.cancel_welcomes(unmet, now=now)
    # A worker may have begun to send one before it could be cancelled.
    taken_back = list(_unmet(Person.objects.filter(pk__in=[person.pk for person in unmet])))
    chosen = Person.objects.filter(pk__in=[person.pk for person in taken_back])
    chosen.update(started_on=None)
    leave_paths(chosen, now=now)
    return taken_back


def _unmet(people: QuerySet[Person]) -> QuerySet[Person]:
    """Those who practise and neither got a mail of practice nor began by themselves."""
    mailed = Mail.objects.filter(person=OuterRef("pk"), kind__in=Mail.PRACTICE, status__in=COUNTED)
    planned = Workout.objects.filter(person=OuterRef("pk"))
    practising = Person.objects.practising().filter(pk__in=people.order_by().values("pk"))
    return practising.exclude(Exists(mailed)).exclude(Exists(planned))
