"""Ask for verdicts under gunicorn: at a steady rate whatever the server does, and as fast as it can.

Beside it, reading one task with the same token: what a call costs before any rule is asked.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from itertools import cycle, islice
from time import perf_counter, sleep

from django.utils import timezone

from bench.inside.serving import gunicorn
from engine import onramps
from engine.models import Task, TeamRules
from engine.onramps import tokens
from paths.models import OnRamp, OnRampVersion
from paths.schema import OnRampSpec
from people.models import Level, Person, Role, Team

CLIENTS = 64  # more than are ever needed at a steady rate: a slow answer must not delay the next question
HURRIED = 8  # as many as the server has threads
TEAM, LEARNERS, TASKS = 20, 6, 40
OK = 200

type Ask = Callable[[int, int], None]  # on a port, the question of this number


def run(
    *, warm_up: int, rounds: int, questions: int, per_second: float, hurried: int
) -> dict[str, dict[str, object]]:
    """Return by route the seconds that each question took, and how many a second are answered at most."""
    secrets, tasks = scene()
    asks: dict[str, Ask] = {
        "verdicts": lambda port, number: ask(port, secrets[number % TEAM], tasks[number % TASKS]),
        "task": lambda port, number: read(port, secrets[number % TEAM], tasks[number % TASKS]),
    }
    seconds: dict[str, list[float]] = {"verdicts": [], "task": []}
    at_most: dict[str, object] = {}
    with gunicorn("config.wsgi") as port:
        for one in asks.values():
            closed_loop(port, one, warm_up)
        for _ in range(rounds):  # in turns, as the machine may be busy with other things for a while
            for path, one in asks.items():
                seconds[path] += open_loop(port, one, questions, per_second=per_second)
        for path, one in asks.items():
            at_most[path] = closed_loop(port, one, hurried)
    return {"seconds": dict(seconds), "at_most": at_most}


def scene() -> tuple[list[str], list[int]]:
    """A team of twenty, six of them learners, with forty tasks of one kind; a token for everybody."""
    now = timezone.now()
    role = Role.objects.create(slug="data-analyst", name="Data analyst")
    novice = Level.objects.create(slug="novice", name="Novice", rank=1)
    senior = Level.objects.create(slug="senior", name="Senior", rank=2)
    team = Team.objects.create(slug="bench", name="Bench")
    since = dict.fromkeys(
        ("role_since", "level_since", "team_since", "share_since"), (now - timedelta(days=400)).date()
    )
    people = [
        Person.objects.create(
            email=f"person{number}@example.org",
            name=f"Person {number}",
            password="!",
            role=role,
            level=novice if number < LEARNERS else senior,
            team=team,
            **since,
        )
        for number in range(TEAM)
    ]
    team.manager = people[-1]
    team.save(update_fields=["manager"])
    TeamRules.objects.create(team=team, mode=TeamRules.Mode.ENFORCE)
    kind = _on_ramp()
    tasks = [
        Task.objects.create(title=f"Task {number}", team=team, created_at=now) for number in range(TASKS)
    ]
    for task in tasks:
        onramps.notice(task, on_ramp=kind.pk, by=None, now=now)
    made = [tokens.make("bench", person=one, scopes=["verdicts", "tasks"], by=one, now=now) for one in people]
    return [one.secret for one in made], [task.pk for task in tasks]


def _on_ramp() -> OnRamp:
    spec = OnRampSpec.model_validate(
        {
            "schema": "rampart/on-ramp@1",
            "id": "bench",
            "title": "Bench",
            "learners": {"roles": ["data-analyst"], "levels": ["novice"]},
            "skills": ["anything"],
            "match": {"labels": ["bench"], "teams": []},
            "reps": {"minimum": 3, "window_days": 90},
            "hold": {"working_hours": 16, "typical_hours": 4, "offer_hours": 4},
        }
    )
    on_ramp = OnRamp.objects.create(slug="bench", title="Bench", status=OnRamp.Status.ACTIVE)
    on_ramp.current = OnRampVersion.objects.create(
        on_ramp=on_ramp,
        number=1,
        text="",
        digest="0" * 64,
        spec=spec.model_dump_json(by_alias=True),
        change=OnRampVersion.Change.FIRST,
        published_at=timezone.now(),
    )
    on_ramp.save(update_fields=["current"])
    return on_ramp


def open_loop(port: int, one: Ask, questions: int, *, per_second: float) -> list[float]:
    """Seconds from the instant that each question was to be asked at, so that waiting counts."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        starts = perf_counter() + 0.05
        asked = []
        for number in range(questions):
            due = starts + number / per_second
            sleep(max(0.0, due - perf_counter()))
            asked.append(clients.submit(_seconds_since, due, port, one, number))
        return [answer.result() for answer in asked]


def closed_loop(port: int, one: Ask, questions: int) -> float:
    """Answers a second when each client asks again as soon as it was answered."""
    started = perf_counter()
    with ThreadPoolExecutor(HURRIED) as clients:
        list(clients.map(lambda number: one(port, number), islice(cycle(range(TEAM * TASKS)), questions)))
    return questions / (perf_counter() - started)


def _seconds_since(due: float, port: int, one: Ask, number: int) -> float:
    one(port, number)
    return perf_counter() - due


def ask(port: int, secret: str, task: int) -> None:
    _call(port, secret, "POST", "/api/v1/verdicts", json.dumps({"task": task}))


def read(port: int, secret: str, task: int) -> None:
    _call(port, secret, "GET", f"/api/v1/tasks/{task}", None)


def _call(port: int, secret: str, method: str, path: str, body: str | None) -> None:
    """Each on a connection of its own, as programs' questions come."""
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    connection = HTTPConnection("127.0.0.1", port, timeout=300)
    try:
        connection.request(method, path, body, headers)
        status = connection.getresponse().status
    finally:
        connection.close()
    if status != OK:
        raise AssertionError(f"A question was met with status {status}.")
