"""Watch over django-q2's cluster: it can hang for good, alive and deaf, when one of its processes dies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import structlog
from django import db
from django.utils import timezone
from django_q.conf import Conf

from engine import schedule
from engine.health import BEAT_WITHIN
from engine.models import Heartbeat
from engine.processes import Child

EVERY = 5.0  # seconds between two looks
EVERY_WHILE_STARTING = 0.1  # a process that dies before it was seen is not missed
START_WITHIN = timedelta(seconds=60)
LONGEST_PAUSE = 60.0  # seconds before another start
STOP_WITHIN = 25.0  # seconds; then its whole group is killed
RESTART_WITHIN = 10.0  # a cluster that hangs will not stop by itself
HELPERS = 3  # processes of a cluster besides its workers: sentinel, monitor, pusher

log = structlog.get_logger("worker")

type Wait = Callable[[float], bool]  # True as soon as a stop is asked for


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at the cluster found."""

    exit_code: int | None
    is_settled: bool
    gone: int  # how many of the processes that were there when it had settled
    running_for: timedelta
    silent_for: timedelta  # since the last heartbeat, or the start


def what_is_wrong(look: Look) -> str:
    """Say why the cluster must be started again; empty when it need not."""
    if look.exit_code is not None:
        return f"it exited with code {look.exit_code}"
    if not look.is_settled and look.running_for > START_WITHIN:
        return f"its processes did not come up within {START_WITHIN.seconds} s"
    if look.gone:
        return f"{look.gone} of its processes ended"
    if look.silent_for > BEAT_WITHIN:
        return f"no heartbeat for {look.silent_for.total_seconds():.0f} s"
    return ""


def pause_before_start(failures: int) -> float:
    """Return the seconds to wait: 1, 2, 4 ... 60 after so many starts that led to no heartbeat."""
    return min(2.0 ** min(failures, 10), LONGEST_PAUSE)


def supervise(command: Sequence[str | Path], *, wait: Wait) -> None:
    """Keep one cluster running, and start it again whenever something is wrong, until a stop is asked for."""
    failures = 0
    while True:
        began_at = timezone.now()
        wrong = _one_life(command, wait=wait)
        if not wrong:
            return
        failures = 0 if _last_beat(began_at) > began_at else failures + 1
        pause = pause_before_start(failures)
        log.error("the cluster is started again", because=wrong, pause=pause)
        if wait(pause):
            return


def _one_life(command: Sequence[str | Path], *, wait: Wait) -> str:
    """Run one cluster; return what was wrong with it, or nothing when a stop was asked for."""
    now = timezone.now()
    db.close_old_connections()
    try:
        schedule.ensure(now=now)
        schedule.tick_soon(now=now)
    except db.Error as error:
        return f"the database cannot be used ({type(error).__name__})"
    cluster = Child(command)
    log.info("the cluster was started")
    wrong = ""
    try:
        wrong = _watch(cluster, started_at=now, wait=wait)
    finally:
        cluster.end(within=RESTART_WITHIN if wrong else STOP_WITHIN)
    return wrong


def _watch(cluster: Child, *, started_at: datetime, wait: Wait) -> str:
    expected = Conf.WORKERS + HELPERS
    settled: set[psutil.Process] = set()
    beat_at = started_at
    while not wait(EVERY if settled else EVERY_WHILE_STARTING):
        present = cluster.descendants()
        if not settled and len(present) >= expected:
            settled = present
            log.info("the cluster is up", processes=len(settled))
        beat_at = _last_beat(beat_at)
        now = timezone.now()
        look = Look(
            exit_code=cluster.exit_code,
            is_settled=bool(settled),
            gone=len(settled - present),
            running_for=now - started_at,
            silent_for=now - beat_at,
        )
        if wrong := what_is_wrong(look):
            return wrong
    return ""


def _last_beat(known: datetime) -> datetime:
    """Return the last heartbeat, or the known instant while there is no later one to be read."""
    db.close_old_connections()
    try:
        beat_at = Heartbeat.objects.values_list("beat_at", flat=True).first()
    except db.Error:
        db.connection.close()
        return known
    return max(known, beat_at) if beat_at else known
