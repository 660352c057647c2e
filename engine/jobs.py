"""What django-q2 runs, and the pass of the clock that it drives."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from engine import delivery, practice
from engine.models import Heartbeat
from engine.processes import is_asked_to_stop
from people.clock import present
from people.leaving import end_leavers

AT_MOST = timedelta(seconds=45)  # of one job; the next tick goes on

log = structlog.get_logger("tick")


@dataclass(frozen=True, kw_only=True)
class Ticked:
    """What one tick changed."""

    left: int
    enrolments: int
    queued: int
    retimed: int
    ended: int
    tried: int

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def tick() -> None:
    """Run the pass of the clock once a minute; a second one at the same time finds nothing left to do."""
    ends = time.monotonic() + AT_MOST.total_seconds()
    run_tick(now=present(), is_over=lambda: is_asked_to_stop() or time.monotonic() > ends)


def run_tick(*, now: datetime, is_over: Callable[[], bool] = lambda: False) -> Ticked:
    """Reconcile, queue, send and end what is due; the same now again changes nothing but the heartbeat."""
    began_at = timezone.now()
    left = end_leavers(now)
    enrolments = practice.reconcile(now=now)
    retimed = delivery.retime(now=now) + delivery.retime_welcomes(now=now)
    ended = delivery.cancel_unwanted(now=now) + delivery.expire(now=now, real_now=began_at)
    queued = delivery.queue_workouts(now=now)
    tried = delivery.send_due(
        delivery.Pass(
            now=now,
            clock=timezone.now,
            prepare=lambda wanted: practice.plan_workouts(wanted, now=now),
            is_over=is_over,
        )
    )
    delivery.forget_texts(now=now, kept=settings.MAIL_TEXT_KEPT)
    ticked = Ticked(
        left=left, enrolments=enrolments, queued=queued, retimed=retimed, ended=ended, tried=tried
    )
    _beat(now=now, began_at=began_at)
    log.info("tick", **ticked.as_dict())
    return ticked


def _beat(*, now: datetime, began_at: datetime) -> None:
    beat_at = timezone.now()
    seconds = (beat_at - began_at).total_seconds()
    Heartbeat.objects.update_or_create(
        pk=1, defaults={"beat_at": beat_at, "tick_at": now, "seconds": seconds}
    )
