"""The worker's watch over its cluster: what it makes of a look, and real processes that are killed."""

import asyncio
import os
import signal
import socket
from collections import Counter
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from engine import delivery, jobs, practice, schedule
from engine.models import Heartbeat, Mail
from engine.processes import LIFELINE
from engine.worker import Look, pause_before_start, what_is_wrong
from tests import processes
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.processes import eventually
from tests.texts import path_text, published

MINUTE = timedelta(minutes=1)
EVERY_DAY = "mon,tue,wed,thu,fri,sat,sun"


def look(**changes):
    sound = {
        "exit_code": None,
        "is_settled": True,
        "gone": 0,
        "running_for": 5 * MINUTE,
        "silent_for": MINUTE,
    }
    return Look(**sound | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"silent_for": 3 * MINUTE},
        {"running_for": MINUTE, "is_settled": False},
        {"silent_for": -MINUTE},
    ],
)
def test_a_sound_cluster_is_left_alone(changes):
    assert what_is_wrong(look(**changes)) == ""


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"exit_code": 1}, "it exited with code 1"),
        ({"exit_code": 0}, "it exited with code 0"),
        ({"exit_code": -9, "gone": 5}, "it exited with code -9"),
        ({"gone": 1}, "1 of its processes ended"),
        ({"silent_for": 3 * MINUTE + timedelta(seconds=1)}, "no heartbeat for 181 s"),
        ({"running_for": 61 * MINUTE / 60, "is_settled": False}, "its processes did not come up within 60 s"),
    ],
)
def test_whatever_is_wrong_is_named(changes, because):
    assert what_is_wrong(look(**changes)) == because


def test_each_failed_start_doubles_the_pause_up_to_a_minute():
    assert [pause_before_start(failures) for failures in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_before_start(10_000) == 60


@pytest.mark.django_db
class TestSchedule:
    def test_one_row_runs_the_tick_every_minute(self):
        schedule.ensure(now=MONDAY)
        schedule.ensure(now=MONDAY + MINUTE)

        [row] = Schedule.objects.all()
        assert (row.func, row.schedule_type, row.minutes, row.repeats) == ("engine.jobs.tick", "I", 1, -1)
        assert row.next_run == MONDAY + MINUTE

    def test_its_broken_siblings_are_removed_and_others_left_alone(self):
        Schedule.objects.create(name="tick", func="engine.jobs.tick", args="not python(")
        Schedule.objects.create(name="ours too", func="engine.jobs.tick", repeats=0)
        other = Schedule.objects.create(name="other", func="math.sqrt", args="4", schedule_type="D")

        schedule.ensure(now=MONDAY)

        assert Schedule.objects.count() == 2
        assert Schedule.objects.filter(pk=other.pk).exists()
        assert schedule.ticks() == 1

    @pytest.mark.parametrize(
        "columns",
        [
            {"args": "not python("},
            {"args": "name"},
            {"kwargs": "5"},
            {"kwargs": "{[]: 1}"},
            {"kwargs": "{1: 2}"},
            {"kwargs": "{'q_options': 'high'}"},
            {"schedule_type": "C", "cron": "* * * * *"},
            {"schedule_type": "??"},
        ],
    )
    def test_a_row_that_would_stop_every_schedule_is_found(self, columns):
        row = Schedule.objects.create(func="math.sqrt", schedule_type="D")
        Schedule.objects.filter(pk=row.pk).update(**columns)

        assert schedule.broken() == [row.pk]

    @pytest.mark.parametrize(
        "columns",
        [
            {"args": "4"},
            {"args": "1, 'two', None"},
            {"kwargs": "x=1, y='two'"},
            {"kwargs": "{'x': 1}"},
            {"kwargs": "what django-q2 forgives ("},
            {"schedule_type": "O"},
            {"args": "not python(", "repeats": 0},
            {"args": "not python(", "cluster": "another"},
        ],
    )
    def test_a_row_that_does_no_harm_is_not(self, columns):
        Schedule.objects.create(**{"func": "math.sqrt", "schedule_type": "D"} | columns)

        assert schedule.broken() == []

    def test_a_first_tick_is_queued_once(self):
        now = timezone.now() + MINUTE

        schedule.tick_soon(now=now)
        schedule.tick_soon(now=now)

        assert OrmQ.objects.count() == 1


class Worker:
    """A real `manage.py worker`, its log, and everything below it."""

    def __init__(self, log):
        self.log = log
        self.process = None

    def start(self, **changes):
        self.process = processes.start("worker", log=self.log, **changes)

    def says(self, text, times=1):
        return self.log.read_text().count(text) >= times

    def cluster(self, starts=1):
        """Return its processes, django-q2's command first, once all are up and a tick has passed."""
        eventually(lambda: self.says("the cluster is up", starts), within=30)
        eventually(lambda: self.says('"event": "tick"', starts), within=30)
        return family(self.process.pid)[1:]

    def ends_by_itself(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30) == 0


@pytest.fixture
def worker(tmp_path):
    """A worker to start; whatever a test leaves of it is killed."""
    worker = Worker(tmp_path / "worker.log")
    yield worker
    for process in family(worker.process.pid):
        process.kill()
    worker.process.wait()


def family(pid):
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def idle_workers(cluster):
    sentinel = cluster[0].children()[0]
    return sorted(sentinel.children(), key=lambda process: process.create_time())[:2]


def are_gone(those):
    _, alive = psutil.wait_procs(those, timeout=30)
    left = [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    assert left == []


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
class TestProcesses:
    # Only the one idle worker that holds the queue's lock takes the cluster with it; of both, one does.
    @pytest.mark.parametrize("how_many", [1, 2])
    def test_a_killed_idle_child_brings_a_new_cluster_and_a_new_heartbeat(self, worker, how_many):
        worker.start()
        cluster = worker.cluster()
        killed_at = timezone.now()

        for child in idle_workers(cluster)[:how_many]:
            child.kill()

        eventually(lambda: worker.says(f"{how_many} of its processes ended"), within=60)
        renewed = worker.cluster(starts=2)
        assert timezone.now() - killed_at < timedelta(seconds=60)
        assert Heartbeat.objects.get().beat_at > killed_at
        assert worker.ends_by_itself()
        are_gone(cluster + renewed)

    def test_a_cluster_whose_head_was_killed_leaves_no_orphans_and_starts_again(self, worker):
        worker.start()
        cluster = worker.cluster()

        cluster[0].kill()

        eventually(lambda: worker.says("it exited with code -9"), within=30)
        are_gone(cluster)
        renewed = worker.cluster(starts=2)
        assert worker.ends_by_itself()
        are_gone(renewed)

    def test_a_worker_that_is_killed_itself_takes_its_cluster_along(self, worker):
        worker.start()
        cluster = worker.cluster()

        worker.process.kill()

        are_gone(cluster)

    def test_it_waits_for_a_database_that_is_down(self, worker):
        worker.start(DATABASE_URL="postgres://nobody@127.0.0.1:9/nowhere")

        eventually(lambda: worker.says("the database cannot be used", times=2), within=30)
        assert worker.ends_by_itself()

    def test_a32_on_sigterm_the_current_mail_finishes_and_no_other_is_begun(self, worker, slow_sink):
        due = mails_due_now(6)
        worker.start(EMAIL_URL=f"smtp://127.0.0.1:{slow_sink.port}")

        eventually(lambda: slow_sink.begun, within=30)
        assert worker.ends_by_itself()

        of_today = Mail.objects.filter(not_before__lte=timezone.now())
        found = Counter(of_today.values_list("status", flat=True))
        assert found == {"sent": slow_sink.kept, "queued": due - slow_sink.kept}
        assert 0 < slow_sink.kept < due
        assert not Mail.objects.filter(claim__isnull=False).exists()


class SlowSink:
    """Takes a second for each message, and counts those it began and those it kept."""

    def __init__(self):
        self.begun = self.kept = self.port = 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        self.begun += 1
        await asyncio.sleep(1)
        self.kept += 1
        return "250 kept"


@pytest.fixture
def slow_sink():
    sink = SlowSink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        sink.port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    yield sink
    controller.stop()


def mails_due_now(how_many):
    """Queue mails by the real clock: the worker has no other."""
    now = timezone.now()
    hours_to_noon = 12 - now.hour
    zone = f"Etc/GMT{-hours_to_noon:+d}" if hours_to_noon else "Etc/GMT"
    published(path_text())
    people = PersonFactory.create_batch(
        how_many, zone=zone, send_time="11:00", window=180, workdays=EVERY_DAY
    )
    practice.reconcile(now=now)
    delivery.queue_workouts(now=now - timedelta(hours=3))
    return Mail.objects.filter(person__in=people).update(not_before=now - MINUTE)


@pytest.fixture
def cut_lifeline():
    """The end of a pipe that nobody holds any more."""
    lifeline, hold = os.pipe()
    os.close(hold)
    yield lifeline
    os.close(lifeline)


def test_a_tick_that_is_asked_to_stop_sends_nothing(db, monkeypatch, cut_lifeline):
    mails_due_now(2)
    monkeypatch.setenv(LIFELINE, str(cut_lifeline))

    jobs.tick()

    assert set(Mail.objects.values_list("status", flat=True)) == {"queued"}
    assert Heartbeat.objects.get().tick_at > datetime(2026, 1, 1, tzinfo=UTC)
