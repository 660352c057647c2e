"""People in thirty zones on one path of sixty skills, and what each practised: always the same."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import Model

from engine import practice
from engine.models import Memory, Rep, Workout
from paths.models import Exercise, Skill
from paths.publishing import publish
from people.models import Level, Person, Role

NOW = datetime(2026, 6, 2, tzinfo=UTC)  # a Tuesday: in every zone a workday begins within 24 hours
FIRST_DAY = date(2026, 4, 13)  # of 47; nobody was away when NOW comes
SKILLS = 60
REPS = 3  # of each workout they had
SEED = 20_261_102
ORIGINALS = 100  # people whose history is made; all others copy one of theirs
ZONES = (
    *("Pacific/Auckland", "Australia/Sydney", "Australia/Adelaide", "Asia/Tokyo", "Asia/Singapore"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Dubai", "Asia/Tehran", "Africa/Nairobi", "Europe/Istanbul"),
    *("Europe/Helsinki", "Africa/Johannesburg", "Africa/Cairo", "Europe/Berlin", "Europe/Paris"),
    *("Europe/Warsaw", "Europe/Madrid", "Africa/Lagos", "Europe/London", "Europe/Lisbon"),
    *("Atlantic/Azores", "America/St_Johns", "America/Sao_Paulo", "America/New_York", "America/Toronto"),
    *("America/Chicago", "America/Denver", "America/Los_Angeles", "Pacific/Honolulu"),
)
EXERCISES = """\
      - id: total
        kind: choice
        ai: off
        minutes: 2
        moment: before you send a total
        prompt: |
          `orders` has one row per order, `items_{number}` one row per item. Order 7 has **three** items.

          | order | total | items |
          | ----- | ----- | ----- |
          | 7     | 100   | 3     |
          | 8     | 50    | 1     |

          You join the two and add up `total`. What comes out?
        options:
          - {{ id: a, text: "150", why: "That is the total without the join: each order counted once." }}
          - {{ id: b, text: "350", correct: true, why: "100 is counted three times, 50 once." }}
          - {{ id: c, text: "450", why: "Order 8 has one item, so it is counted once." }}
        feedback: Count the rows before and after every join; more rows than before means repeated totals.
      - id: report
        kind: judge
        ai: off
        minutes: 2
        prompt: |
          > Revenue rose by 12 % after items were joined to orders in report {number}.

          The report adds up the orders' totals. Is its conclusion sound?
        sound: false
        why: The join repeats each order once for every item, so the rise may come from the join alone.
"""


def run(*, people: int, minutes: int, zones: int = len(ZONES)) -> None:
    """Fill an empty database; every fourth person is still on the way through the path."""
    _publish_path()
    role, level = Role.objects.get(), Level.objects.get(slug="novice")
    Person.objects.bulk_create(
        _person(number, role, level, minutes=minutes, zone=ZONES[number % zones]) for number in range(people)
    )
    practice.reconcile(now=NOW)
    rng = np.random.default_rng(SEED)
    ids = list(Person.objects.order_by("pk").values_list("pk", flat=True)[:ORIGINALS])
    known = [SKILLS if place % 4 < 3 else int(rng.integers(0, SKILLS)) for place in range(len(ids))]
    Memory.objects.bulk_create(_memories(ids, known, rng))
    Workout.objects.bulk_create(_workouts(ids, known))
    Rep.objects.bulk_create(_reps())
    _copy_history(first=ids[0])


def _copy_history(*, first: int) -> None:
    """Give everybody else the history of one of the originals; through Python a million rows take minutes."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Copies refer to what their originals do; to check a million of them again takes half a minute.
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table in (Memory, Workout, Rep):
            cursor.execute(_copy(table, first=first))
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")  # as autovacuum would, a minute later


def _copy(table: type[Model], *, first: int) -> str:
    own = {"id", "person_id", "workout_id"}
    columns = [field.column or "" for field in table._meta.concrete_fields if field.column not in own]
    copied = ", ".join(f"original.{column}" for column in columns)
    original = f"original.person_id = {first} + (person.id - {first}) % {ORIGINALS}"
    is_rep = table is Rep
    return (
        f"INSERT INTO {table._meta.db_table} ({'workout_id, ' * is_rep}person_id, {', '.join(columns)}) "
        f"SELECT {'workout.id, ' * is_rep}person.id, {copied} "
        f"FROM people_person person JOIN {table._meta.db_table} original ON {original} "
        + is_rep
        * (
            "JOIN engine_workout theirs ON theirs.id = original.workout_id "
            "JOIN engine_workout workout ON workout.person_id = person.id AND workout.day = theirs.day "
        )
        + f"WHERE person.id >= {first + ORIGINALS}"
    )


def _publish_path() -> None:
    Role.objects.create(slug="data-analyst", name="Data analyst")
    Level.objects.create(slug="novice", name="Novice", rank=1)
    Level.objects.create(slug="expert", name="Expert", rank=2)
    skills = "".join(
        f"  - id: skill-{number}\n    title: Notice when a join repeats rows, case {number}\n"
        "    idea: A join repeats a row once for *every* match on the other side.\n    exercises:\n"
        + EXERCISES.format(number=number)
        for number in range(SKILLS)
    )
    text = (
        "schema: rampart/path@1\nid: data-analyst-novice\ntitle: Trust no number\n"
        f"audience: {{ roles: [data-analyst], levels: [novice] }}\nskills:\n{skills}"
    )
    publish({"data-analyst-novice.yaml": text.encode()}, by=None, now=NOW - timedelta(days=60))


def _person(number: int, role: Role, level: Level, *, minutes: int, zone: str) -> Person:
    return Person(
        email=f"person{number}@example.org",
        name=f"Person {number}",
        password="!",
        role=role,
        level=level,
        zone=zone,
        send_time=time(7 + number % 4),
        minutes=minutes,
        started_on=FIRST_DAY,
    )


def _day(workout: int) -> date:
    return FIRST_DAY + timedelta(days=workout * 5 // 2)


def _memories(ids: list[int], known: list[int], rng: np.random.Generator) -> Iterator[Memory]:
    skills = list(Skill.objects.order_by("pk").values_list("pk", flat=True))
    for person, met in zip(ids, known, strict=True):
        stability, difficulty = np.exp(rng.uniform(0, 5, met)).tolist(), rng.uniform(1, 10, met).tolist()
        for place, skill in enumerate(skills[:met]):
            yield Memory(
                person_id=person,
                skill_id=skill,
                stability=stability[place],
                difficulty=difficulty[place],
                reviewed_on=_day(place // REPS),
                introduced_on=_day(place // REPS),
                reviews=1 + place % 7,
                last_rating=1 + place % 4,
            )


def _workouts(ids: list[int], known: list[int]) -> Iterator[Workout]:
    for person, met in zip(ids, known, strict=True):
        for number in range(met // REPS):
            yield Workout(
                person_id=person,
                day=_day(number),
                planned_at=NOW - timedelta(days=30),
                plan=UUID(int=1),
                size=REPS,
            )


def _reps() -> Iterator[Rep]:
    exercises = list(Exercise.objects.filter(slug="total").order_by("skill").values_list("skill", "pk"))
    number_of = {_day(number): number for number in range(SKILLS // REPS)}
    for workout, person, day in Workout.objects.values_list("pk", "person", "day"):
        for position in range(REPS):
            skill, exercise = exercises[number_of[day] * REPS + position]
            yield Rep(
                workout_id=workout,
                person_id=person,
                skill_id=skill,
                exercise_id=exercise,
                position=position,
                why="new",
            )
