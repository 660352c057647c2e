"""Real processes, some of them killed: cases A22, A27, A29 and A32. The sink's file is the truth."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import psutil
import pytest
from django.conf import settings
from django.utils import timezone

from engine import delivery, practice
from engine.models import Enrolment, Mail, Workout
from tests.databases import url_of_test_database
from tests.engine.delivery.post import LATEST, MINUTE, MONDAY, practising, statuses
from tests.factories import PersonFactory
from tests.sink import Sink
from tests.texts import path_text, published

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

ENDED = {"sent", "uncertain", "failed", "expired", "cancelled"}
LEASE = 2  # seconds
PATIENCE = 120  # seconds, for a busy machine

type Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start `manage.py ...` on the test database, with mail going to a sink; none outlives the test."""
    running: list[subprocess.Popen[bytes]] = []

    def manage(*arguments: str, sink: Sink, **environment: str) -> subprocess.Popen[bytes]:
        own = {
            "DATABASE_URL": url_of_test_database(),
            "EMAIL_URL": sink.url,
            "MAIL_LEASE_SECONDS": str(LEASE),
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "manage.py", *arguments]
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ | own | environment)
        running.append(process)
        return process

    yield manage
    for process in running:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
    process.wait()


def tick(start: Start, sink: Sink, **environment: str) -> subprocess.Popen[bytes]:
    return start("tick", "--now", LATEST.isoformat(), sink=sink, **environment)


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_a22_of_a_thousand_mails_and_four_workers_each_mail_goes_once(start, start_sink):
    sink = start_sink()
    practising(1_000)
    delivery.queue_workouts(now=MONDAY - 60 * MINUTE)
    due = set(Mail.objects.filter(day=MONDAY.date()).values_list("message_id", flat=True))

    workers = [tick(start, sink, MAIL_LEASE_SECONDS="300") for _ in range(4)]

    assert [worker.wait(PATIENCE) for worker in workers] == [0, 0, 0, 0]
    times = Counter(sink.message_ids())
    assert len(due) == 1_000
    assert set(times) == due
    assert set(times.values()) == {1}
    assert set(Mail.objects.filter(message_id__in=due).values_list("status", "attempts")) == {("sent", 1)}


@pytest.mark.parametrize(
    ("point", "crashed", "arrives"),
    [
        ("claimed", "sent", True),
        ("sending", "uncertain", False),
        ("data", "uncertain", True),
        ("sent", "uncertain", True),
    ],
)
def test_a27_a_worker_killed_at_any_point_loses_nothing_and_doubles_nothing(
    start, start_sink, point, crashed, arrives
):
    sink = start_sink()
    practising(6)
    delivery.queue_workouts(now=MONDAY - 60 * MINUTE)
    today = Mail.objects.filter(day=MONDAY.date())
    victims = set()

    for _ in range(2):
        assert tick(start, sink, CRASH_AT=point).wait(PATIENCE) == -signal.SIGKILL
        victims |= set(today.exclude(claim=None).values_list("message_id", flat=True))
    wait_for(lambda: not today.filter(claimed_until__gt=timezone.now()).exists())
    assert tick(start, sink).wait(PATIENCE) == 0

    assert victims
    for mail in today:
        expected = crashed if mail.message_id in victims else "sent"
        assert (mail.status, mail.claim, mail.claimed_until) == (expected, None, None)
        assert mail.status == "sent" or mail.because
    times = Counter(sink.message_ids())
    survivors = {mail.message_id for mail in today if arrives or mail.message_id not in victims}
    assert set(times) == survivors
    assert set(times.values()) == {1}


@pytest.mark.parametrize("point", ["claimed", "sending", "data", "sent"])
def test_a27_before_its_lease_is_over_nobody_takes_what_a_dead_worker_held(start, start_sink, point):
    sink = start_sink()
    practising(3)
    delivery.queue_workouts(now=MONDAY - 60 * MINUTE)
    long = {"MAIL_LEASE_SECONDS": "300"}

    assert tick(start, sink, CRASH_AT=point, **long).wait(PATIENCE) == -signal.SIGKILL
    held = Mail.objects.exclude(claim=None).get()
    assert tick(start, sink, **long).wait(PATIENCE) == 0

    again = Mail.objects.get(pk=held.pk)
    assert (again.status, again.claim, again.attempts) == (held.status, held.claim, held.attempts)
    assert set(Counter(sink.message_ids()).values()) == {1}
    assert Mail.objects.filter(day=MONDAY.date(), status="sent").count() == 2


def test_a29_two_hosts_that_do_everything_at_once_do_it_once(start, start_sink):
    sink = start_sink()
    published(path_text())
    PersonFactory.create_batch(120)

    hosts = [tick(start, sink, MAIL_LEASE_SECONDS="300") for _ in range(2)]

    assert [host.wait(PATIENCE) for host in hosts] == [0, 0]
    assert Enrolment.objects.active().count() == 120
    per_day = Counter(Mail.objects.values_list("person", "day", "kind"))
    assert set(per_day.values()) == {1}
    assert len(per_day) == 240  # today and tomorrow
    assert Counter(sink.message_ids()).most_common(1)[0][1] == 1
    assert len(sink.received()) == 120
    workouts = Workout.objects.prefetch_related("reps")
    assert workouts.count() == 120
    assert all(workout.size == len(workout.reps.all()) > 0 for workout in workouts)


def test_a32_a_worker_asked_to_stop_finishes_its_mail_and_takes_no_other(start, start_sink):
    sink = start_sink({"at": "dot", "seconds": 1})
    practising(40)
    practice.reconcile(now=MONDAY)
    delivery.queue_workouts(now=MONDAY - 60 * MINUTE)
    moved = str(int((LATEST - timezone.now()).total_seconds()))
    worker = start("worker", sink=sink, DEBUG="true", CLOCK_OFFSET=moved, MAIL_LEASE_SECONDS="300")
    wait_for(lambda: len(sink.received()) >= 2)

    asked_at = time.monotonic()
    worker.terminate()
    code = worker.wait(PATIENCE)

    assert (code, time.monotonic() - asked_at < 30) == (0, True)
    found = statuses()
    assert found["sent"] == len(sink.received()) < 40
    assert not set(found) - {"sent", "queued"}
    assert not Mail.objects.exclude(claim=None).exists()
    assert set(Counter(sink.message_ids()).values()) == {1}
