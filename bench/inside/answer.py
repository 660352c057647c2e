"""Press answers under gunicorn: at a steady rate whatever the server does, and as fast as it can."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import islice
from time import perf_counter, sleep

from django.utils import timezone

from bench.inside.organisation import NOW
from bench.inside.serving import gunicorn
from engine import links, practice
from engine.links import Purpose
from engine.models import Answer, Rep, Review, Workout
from people.models import Person

CLIENTS = 64  # more than are ever needed at a steady rate: a slow answer must not delay the next press
HURRIED = 8  # as many as the server has threads
PRESS = "attempt=1&option=b&sound=flawed"
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
SEE_OTHER = 303


def run(*, warm_up: int, rounds: int, presses: int, per_second: float, hurried: int) -> dict[str, object]:
    """Return by server the seconds that each press took, and how many a second it answers at most."""
    plan_for_now()
    each = warm_up + rounds * presses + hurried
    reps = list(Rep.objects.filter(workout__day=NOW.date()).order_by("pk")[: 2 * each])
    waiting = {"rampart": map(address, reps[:each]), "bare": map(bare_address, reps[each:])}
    seconds: dict[str, list[float]] = {"rampart": [], "bare": []}
    at_most: dict[str, float] = {}
    with gunicorn("config.wsgi") as rampart, gunicorn("bench.inside.bare") as bare:
        ports = {"rampart": rampart, "bare": bare}
        for server, port in ports.items():  # each worker loads its pages with its first answers
            closed_loop(port, list(islice(waiting[server], warm_up)))
        for _ in range(rounds):  # in turns, as the machine may be busy with other things for a while
            for server, port in ports.items():
                seconds[server] += open_loop(
                    port, list(islice(waiting[server], presses)), per_second=per_second
                )
        for server, port in ports.items():
            at_most[server] = closed_loop(port, list(waiting[server]))
    written = (Answer.objects.count(), Review.objects.count())
    if written != (2 * each, each):
        raise AssertionError(
            f"Of {each} presses on each, {written[0]} answers and {written[1]} reviews came."
        )
    return {"seconds": seconds, "at_most": at_most}


def plan_for_now() -> None:
    """Plan on the bench's own day, so that the reps are always the same; the server asks the real clock."""
    everybody = Person.objects.values_list("pk", flat=True)
    practice.plan_workouts([(person_id, NOW.date()) for person_id in everybody], now=NOW)
    Workout.objects.filter(day=NOW.date()).update(planned_at=timezone.now())


def address(rep: Rep) -> str:
    return f"/rep/{links.token(Purpose.ANSWER, rep.pk)}/"


def bare_address(rep: Rep) -> str:
    return f"/{rep.pk}/{rep.exercise_id}/"


def open_loop(port: int, addresses: Sequence[str], *, per_second: float) -> list[float]:
    """Seconds from the instant that each press was to happen at, so that waiting for the server counts."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        starts = perf_counter() + 0.05
        pressed = []
        for number, one in enumerate(addresses):
            due = starts + number / per_second
            sleep(max(0.0, due - perf_counter()))
            pressed.append(clients.submit(_seconds_since, due, port, one))
        return [press.result() for press in pressed]


def closed_loop(port: int, addresses: Sequence[str]) -> float:
    """Answers a second when each client presses again as soon as it was answered."""
    started = perf_counter()
    with ThreadPoolExecutor(HURRIED) as clients:
        list(clients.map(lambda one: press(port, one), addresses))
    return len(addresses) / (perf_counter() - started)


def _seconds_since(due: float, port: int, one: str) -> float:
    press(port, one)
    return perf_counter() - due


def press(port: int, one: str) -> None:
    """Each on a connection of its own, as people's presses come."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", one, PRESS, HEADERS)
        status = connection.getresponse().status
    finally:
        connection.close()
    if status != SEE_OTHER:
        raise AssertionError(f"An answer was met with status {status}.")
