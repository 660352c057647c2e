"""What django-q2 runs, and the pass of the clock that it drives."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from engine import delivery, github, onramps, pace, practice
from engine.delivery.alerts import raise_alert, resolve_alerts
from engine.models import Heartbeat
from engine.onramps import replays
from engine.practice import calendars
from engine.practice.fetching import WEB, Web
from engine.processes import is_asked_to_stop
from people.clock import present
from people.leaving import end_leavers

AT_MOST = timedelta(seconds=45)  # of one job; the next tick goes on
# Calendars are begun in what mails left of the first half minute: one may take twenty seconds more.
CALENDARS_WITHIN = timedelta(seconds=30)
MOST_CALENDARS = 10
ON_RAMPS, ON_GITHUB, BELIEFS = "on-ramps", "github calls", "how people forget"  # the kinds of alert
MOST_CALLS = 20  # to GitHub

log = structlog.get_logger("tick")


@dataclass(frozen=True, kw_only=True)
class Ticked:
    """What one tick changed."""

    left: int
    enrolments: int
    queued: int
    digests: int
    letters: int
    retimed: int
    ended: int
    tried: int
    calendars: int
    on_ramps: onramps.Kept
    github: int
    beliefs: int

    def as_dict(self) -> dict[str, int]:
        counts = asdict(self)
        return counts | counts.pop("on_ramps")


def tick() -> None:
    """Run the pass of the clock once a minute; a second one at the same time finds nothing left to do."""
    began = time.monotonic()

    def is_over(at_most: timedelta = AT_MOST) -> bool:
        return is_asked_to_stop() or time.monotonic() > began + at_most.total_seconds()

    def may_read(read: int) -> bool:
        return read < MOST_CALENDARS and not is_over(CALENDARS_WITHIN)

    def may_call(made: int) -> bool:
        return made < MOST_CALLS and not is_over(CALENDARS_WITHIN)

    run_tick(now=present(), is_over=is_over, may_read=may_read, may_call=may_call)
    pace.wake(now=timezone.now())


def simulate_paces() -> None:
    """Simulate one line that a page waits for; the next has a job of its own, behind the tick that is due."""
    began = time.monotonic()
    pace.work_off_one(
        now=timezone.now(),
        is_over=lambda: time.monotonic() > began + AT_MOST.total_seconds(),
        is_asked_to_stop=is_asked_to_stop,
    )


def run_tick(
    *,
    now: datetime,
    is_over: Callable[[], bool] = lambda: False,
    may_read: calendars.MayRead = lambda read: True,
    may_call: Callable[[int], bool] = lambda made: True,
    web: Web = WEB,
) -> Ticked:
    """Reconcile, queue, send and end what is due; the same now again changes nothing but the heartbeat."""
    began_at = timezone.now()
    left = end_leavers(now)
    enrolments = practice.reconcile(now=now)
    retimed = delivery.retime(now=now) + delivery.retime_welcomes(now=now)
    ended = delivery.cancel_unwanted(now=now) + delivery.expire(now=now, real_now=began_at)
    queued = delivery.queue_workouts(now=now)
    digests = delivery.queue_digests(now=now)
    kept = _apart(ON_RAMPS, lambda: onramps.keep(now=now), otherwise=onramps.Kept(), now=now)
    letters = onramps.queue_letters(now=now)
    tried = delivery.send_due(
        delivery.Pass(
            now=now,
            clock=timezone.now,
            prepare=lambda wanted: practice.plan_workouts(wanted, now=now),
            is_over=is_over,
        )
    )
    delivery.forget_texts(now=now, kept=settings.MAIL_TEXT_KEPT)
    called = _apart(ON_GITHUB, lambda: _speak_on_github(now=now, may_call=may_call), otherwise=0, now=now)
    read = calendars.read_due(now=now, web=web, may_read=may_read)  # the outside can wait, mails cannot
    believed = _apart(
        BELIEFS, lambda: practice.go_on_believing(now=now, is_over=is_over), otherwise=None, now=now
    )
    ticked = Ticked(
        left=left,
        enrolments=enrolments,
        queued=queued,
        digests=digests,
        letters=letters,
        retimed=retimed,
        ended=ended,
        tried=tried,
        calendars=read,
        on_ramps=kept,
        github=called,
        beliefs=int(believed is not None),
    )
    _beat(now=now, began_at=began_at)
    log.info("tick", **ticked.as_dict())
    return ticked


def _speak_on_github(*, now: datetime, may_call: Callable[[int], bool]) -> int:
    """Bring comments up to date, and make the calls that are due."""
    replays.forget(now=now)
    github.queue_comments(now=now)
    return github.send_due(now=now, clock=timezone.now, may_call=may_call)


def _apart[T](kind: str, do: Callable[[], T], *, otherwise: T, now: datetime) -> T:
    """Do what no mail must wait for: what goes wrong there is an alert of this kind, and ends nothing."""
    try:
        done = do()
    except DatabaseError:
        raise
    except Exception as error:
        log.exception("a part of the tick failed", part=kind)
        raise_alert(kind, f"{type(error).__name__}: {error}", now=now)
        return otherwise
    resolve_alerts([kind], now=now)
    return done


def _beat(*, now: datetime, began_at: datetime) -> None:
    beat_at = timezone.now()
    seconds = (beat_at - began_at).total_seconds()
    Heartbeat.objects.update_or_create(
        pk=1, defaults={"beat_at": beat_at, "tick_at": now, "seconds": seconds}
    )
