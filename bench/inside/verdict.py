"""Open tasks of five kinds in teams of ten, half of them learners; and verdicts without a database."""

from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TEAM = 10  # people
KINDS = 5
LONG_AGO = date(2025, 1, 7)
ASKED = 60
CROWDED = 40  # tasks of one kind in one team, more than its learners need: some wait in every pass


def verdicts_per_second(count: int) -> float:
    """Return how many the rules give in a second of one core, of a mix of everybody who asks."""
    from engine.rules import onramp
    from engine.rules.onramp import Facts, Hold, Role, Stage, Status
    from paths.schema import OnRampSpec

    kind = OnRampSpec.model_validate(_kind(0))
    hold = Hold(until=NOW + timedelta(days=2))
    bare: dict[str, Any] = {
        "role": Role.LEAD,
        "status": Status.OPEN,
        "is_active": True,
        "kind": kind,
        "hold": hold,
    }
    senior = Facts(actor=1, approvers=(7,), **bare)
    asking = [
        senior,
        Facts(actor=2, stage=Stage.LEARNER, confirmed_leads=1, **bare),
        Facts(actor=3, owner=senior, approvers=(7,), **bare),
        Facts(actor=4, is_needed=False, **bare),
        Facts(actor=5, stage=Stage.GRADUATED, approvers=(7,), **bare),
    ]
    started = process_time()
    for number in range(count):
        onramp.verdict(asking[number % len(asking)], now=NOW)
    return count / (process_time() - started)


def run(*, tasks: int, people: int, is_first: bool) -> dict[str, Any]:
    """Fill the database up to so many tasks; return what two passes take, and one verdict."""
    from engine import onramps
    from engine.models import Mail, Offer, Standing, Task
    from people.models import Person

    if is_first:
        _organisation(people)
    else:
        Mail.objects.all().delete()
        Offer.objects.all().delete()
        Standing.objects.all().delete()
        Task.objects.update(is_held=False)
    _fill_up(tasks)
    figures: dict[str, Any] = {name: _measured(onramps.keep) for name in ("first", "again")}
    seconds = []
    asked = list(Task.objects.select_related("team").order_by("pk")[:ASKED])
    for task, person in zip(asked, Person.objects.order_by("-pk")[:ASKED], strict=True):
        started = perf_counter()
        onramps.may(person, task, now=NOW)
        seconds.append(perf_counter() - started)
    held = Task.objects.filter(is_held=True).count()
    offered = Offer.objects.count()
    return figures | {
        "tasks": tasks,
        "held": held,
        "offered": offered,
        "milliseconds": 1_000 * median(seconds),
    }


def _measured(keep: Any) -> dict[str, float]:
    from django.db import connection

    queries = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(sql, params, many, context)

    started, worked = perf_counter(), process_time()
    with connection.execute_wrapper(count):
        keep(now=NOW)
    seconds, of_processor = perf_counter() - started, process_time() - worked
    return {"seconds": seconds, "processor": of_processor, "queries": queries}


def _kind(number: int) -> dict[str, Any]:
    return {
        "schema": "rampart/on-ramp@1",
        "id": f"k{number}",
        "title": f"Kind {number}",
        "learners": {"roles": ["data-analyst"], "levels": ["novice"]},
        "skills": ["fan-out-joins"],
        "match": {"labels": [f"k{number}"]},
    }


def _organisation(people: int) -> None:
    from engine.models import TeamRules
    from paths.models import OnRamp, OnRampVersion
    from paths.schema import OnRampSpec
    from people.models import Level, Person, Role, Team

    role = Role.objects.create(slug="data-analyst", name="Data analyst")
    levels = [
        Level.objects.create(slug="novice", name="Novice", rank=1),
        Level.objects.create(slug="senior", name="Senior", rank=2),
    ]
    teams = Team.objects.bulk_create(
        Team(slug=f"team-{number}", name=f"Team {number}", zone="Europe/Berlin")
        for number in range(people // TEAM)
    )
    TeamRules.objects.bulk_create(TeamRules(team=team, mode=TeamRules.Mode.ENFORCE) for team in teams)
    Person.objects.bulk_create(
        Person(
            email=f"person{number}@example.org",
            name=f"Person {number}",
            password="!",
            role=role,
            role_since=LONG_AGO,
            level=levels[number % 2],
            team=teams[number // TEAM % len(teams)],
            zone="Europe/Berlin",
        )
        for number in range(people)
    )
    for number in range(KINDS):
        spec = OnRampSpec.model_validate(_kind(number))
        on_ramp = OnRamp.objects.create(slug=spec.id, title=spec.title, status=OnRamp.Status.ACTIVE)
        on_ramp.current = OnRampVersion.objects.create(
            on_ramp=on_ramp,
            number=1,
            text="",
            digest="0" * 64,
            spec=spec.model_dump_json(by_alias=True),
            change=OnRampVersion.Change.FIRST,
            published_at=NOW - timedelta(days=400),
        )
        on_ramp.save(update_fields=["current"])


def _fill_up(tasks: int) -> None:
    """Add open tasks of every kind to every team, first seen a little before now; one team has too many."""
    from engine.models import Bound, Task
    from paths.models import OnRamp
    from people.models import Team

    teams, kinds = list(Team.objects.order_by("pk")), list(OnRamp.objects.order_by("pk"))
    seen, until = NOW - timedelta(hours=1), NOW + timedelta(days=2)
    made = Task.objects.bulk_create(
        [
            Task(
                title=f"Task {number}",
                team=teams[0 if number < CROWDED else number % len(teams)],
                on_ramp=kinds[0 if number < CROWDED else number // len(teams) % len(kinds)],
                labels=["k"],
                due_at=NOW + timedelta(days=5 + number % 20),
                created_at=seen,
                first_seen_at=seen,
                held_until=until,
            )
            for number in range(Task.objects.count(), tasks)
        ],
        batch_size=2_000,
    )
    Bound.objects.bulk_create(
        [
            Bound(
                task=task,
                on_ramp_id=task.on_ramp_id,
                team_id=task.team_id,
                reason=Bound.Reason.HOURS,
                until=until,
                first_seen_at=seen,
                set_at=seen,
            )
            for task in made
        ],
        batch_size=2_000,
    )
