"""Queue and plan everybody's next workout, as the tick does, and as a loop over people would."""

import resource
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import batched
from time import perf_counter
from uuid import uuid4

from django.db import transaction

from bench.inside.organisation import NOW
from engine import delivery, practice
from engine.delivery.sending import PLANNED_TOGETHER
from engine.models import Mail, Memory, Rep, Workout
from engine.rules import memory as rules
from people.calendar import send_instant, send_window
from people.models import Person

LOOP_REPS = 3
LONG_AGO = date(2026, 1, 1)  # so that the loop's workouts are nobody's last


def run(*, rounds: int, sample: int) -> dict[str, object]:
    """Return people a second, one figure a round, and megabytes at the peak."""
    people, earlier_reps = Person.objects.count(), Rep.objects.count()
    some = list(Person.objects.order_by("pk")[:sample])
    per_second: dict[str, list[float]] = {"queue": [], "tick": [], "loop": []}
    megabytes = 0.0
    for number in range(rounds):
        now = NOW + timedelta(days=number)
        started = perf_counter()
        queued = delivery.queue_workouts(now=now)
        per_second["queue"].append(people / (perf_counter() - started))
        planned = plan_what_waits(now)
        per_second["tick"].append(people / (perf_counter() - started))
        if queued < people or planned != people:
            raise AssertionError(f"Of {people} people, {queued} were queued and {planned} planned.")
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        started = perf_counter()
        plan_one_by_one(some, day=LONG_AGO + timedelta(days=number), now=now)
        per_second["loop"].append(len(some) / (perf_counter() - started))
    return {
        "per_second": per_second,
        "megabytes": megabytes,
        "memories": Memory.objects.count(),
        "reps": earlier_reps,
    }


def plan_what_waits(now: datetime) -> int:
    """In the batches and the order that `delivery.send_due` asks for."""
    waiting = Mail.objects.filter(status=Mail.Status.QUEUED, not_before__gt=now).order_by("not_before", "pk")
    wanted = [(person, day) for person, day in waiting.values_list("person_id", "day") if day]
    return sum(practice.plan_workouts(batch, now=now) for batch in batched(wanted, PLANNED_TOGETHER))


def plan_one_by_one(people: Iterable[Person], *, day: date, now: datetime) -> None:
    """What one writes first: the three weakest memories of each person, row by row."""
    for person in people:
        memories = person.memories.select_related("skill")
        weakest = sorted(memories, key=lambda memory: _recall(memory, today=NOW.date()))[:LOOP_REPS]
        with transaction.atomic():
            workout = Workout.objects.create(
                person=person, day=day, planned_at=now, plan=uuid4(), size=len(weakest)
            )
            for position, memory in enumerate(weakest):
                Rep.objects.create(
                    workout=workout,
                    person=person,
                    skill=memory.skill,
                    exercise=memory.skill.exercises.filter(is_current=True).order_by("?")[0],
                    position=position,
                    why="fading",
                    last_review_on=memory.reviewed_on,
                )
            Mail.objects.create(
                kind=Mail.Kind.WORKOUT,
                person=person,
                key=f"{person.pk}:{day}",
                day=day,
                workout=workout,
                not_before=send_instant(day, person.rhythm),
                expires_at=send_window(day, person.rhythm)[1],
                message_id=f"<{uuid4().hex}@localhost>",
            )


def _recall(memory: Memory, *, today: date) -> float:
    elapsed_days = (today - memory.reviewed_on).days
    return float(rules.retrievability(memory.stability, elapsed_days=elapsed_days))
