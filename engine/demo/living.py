"""Live through the demo's days: the engine ticks, its mails come, and people answer them, or do not."""

import heapq
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from engine import delivery, onramps, practice
from engine.demo import truth
from engine.demo.happenings import happenings
from engine.demo.truth import Nature, Trace
from engine.demo.work import Work
from engine.errors import EngineError
from engine.jobs import run_tick
from engine.models import Mail, Rep, Task
from paths.catalogue import exercise_spec
from people.calendar import local_date

DAY = timedelta(days=1)
HURRY = (Mail.Kind.OFFER, Mail.Kind.DECIDE, Mail.Kind.EMERGENCY)  # others go with the next tick
SOON = timedelta(minutes=40)  # in life, the next minute
# Few ticks, each for many: just before the first window closes, when all that is open may go.
BEFORE_IT_CLOSES = timedelta(minutes=6)
LONGEST_WAIT = timedelta(hours=20)  # a mail is queued in the 24 hours before it goes
COMPLETED = 0.92  # the chance to go on to the next rep

type Deed = Callable[[datetime], object]


def live(*, begins_at: datetime, ends_at: datetime, seed: int = 1) -> Iterator[datetime]:
    """Live from one instant to the other, and yield after each day; the same seed lives the same life."""
    life = _Life(seed=seed, next_tick_at=begins_at)
    for happening in happenings(begins_at=begins_at, ends_at=ends_at, seed=seed):
        life.plan(happening.at, happening.happen)
    life.work.begin(begins_at=begins_at, ends_at=ends_at)
    evening = begins_at
    while evening < ends_at:
        evening = min(evening + DAY, ends_at)
        with _quickly(), transaction.atomic():
            life.live_until(evening)
        yield evening


@dataclass(kw_only=True)
class _Life:
    """What lies ahead of everybody, and what they really know."""

    seed: int
    next_tick_at: datetime
    next_news_at: datetime | None = None  # of tasks, before the next tick
    agenda: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    natures: dict[str, Nature] = field(default_factory=dict)
    traces: dict[tuple[str, int], Trace] = field(default_factory=dict)

    work: Work = field(init=False)

    def __post_init__(self) -> None:
        self.work = Work(agenda=self._plan_work, dice=self._dice)

    def plan(self, at: datetime, deed: Deed) -> None:
        heapq.heappush(self.agenda, (at, next(self.numbers), deed))

    def _plan_work(self, at: datetime, deed: Deed) -> None:
        def and_hear(now: datetime) -> None:
            deed(now)
            self._hear_soon(now)

        self.plan(at, and_hear)

    def live_until(self, evening: datetime) -> None:
        """Do what lies ahead in the order of time, and tick at the end in any case."""
        while (at := self._next_at()) < evening:
            if self.agenda and self.agenda[0][0] == at:
                now, _, deed = heapq.heappop(self.agenda)
                deed(now)
            elif self.next_tick_at == at:
                self._tick(at)
            else:
                self._hear(at)
        self._tick(evening)

    def _next_at(self) -> datetime:
        next_deed_at = self.agenda[0][0] if self.agenda else None
        return min(filter(None, (next_deed_at, self.next_news_at, self.next_tick_at)))

    def _hear_soon(self, now: datetime) -> None:
        """Hear soon of a task that came, and where a mail about one waits for nothing but that."""
        ready = Mail.objects.filter(status=Mail.Status.QUEUED, not_before__lte=now, kind__in=HURRY)
        if Task.objects.filter(created_at=now).exists() or ready.exists():
            self.next_news_at = min(filter(None, (self.next_news_at, now + SOON)))

    def _hear(self, now: datetime) -> None:
        """Do the part of a tick that brings news of tasks; who practises is looked after by whole ticks."""
        onramps.keep(now=now)
        prepare = partial(practice.plan_workouts, now=now)
        delivery.send_due(delivery.Pass(now=now, clock=timezone.now, prepare=prepare, is_over=lambda: False))
        self._read_mails(now)

    def _tick(self, now: datetime) -> None:
        run_tick(now=now)
        self._read_mails(now)
        waiting = Mail.objects.going().filter(status=Mail.Status.QUEUED, not_before__gt=now)
        workouts, welcomes = waiting.filter(kind=Mail.Kind.WORKOUT), waiting.filter(kind=Mail.Kind.WELCOME)
        closes_at = workouts.aggregate(first=Min("expires_at"))["first"]
        welcome_at = welcomes.aggregate(first=Min("not_before"))["first"]
        self.next_tick_at = min(
            filter(None, [welcome_at, closes_at and closes_at - BEFORE_IT_CLOSES, now + LONGEST_WAIT])
        )

    def _read_mails(self, now: datetime) -> None:
        came = Mail.objects.filter(kind=Mail.Kind.WORKOUT, sent_at=now, status=Mail.Status.SENT)
        for mail in came.select_related("person").order_by("pk"):
            self._read(mail, now)
        told = Mail.objects.filter(sent_at=now, status=Mail.Status.SENT).exclude(kind__in=Mail.PRACTICE)
        for mail in told.exclude(kind=Mail.Kind.DIGEST).select_related("person").order_by("key"):
            self.work.react(mail, now)
        waiting = Mail.objects.filter(status=Mail.Status.QUEUED, not_before__gt=now, kind__in=HURRY)
        self.next_news_at = waiting.aggregate(first=Min("not_before"))["first"]

    def _read(self, mail: Mail, now: datetime) -> None:
        """Plan when the reps of a mail will be answered, if they will be."""
        email = mail.reader.email
        dice = self._dice(email, mail.day)
        wait = truth.waits(self._nature(email), dice)
        if wait is None:
            return
        at = now + wait
        reps = Rep.objects.filter(workout=mail.workout_id).select_related("person", "workout", "exercise")
        for rep in reps.order_by("position"):
            self.plan(at, partial(self._answer, rep, email))
            at += timedelta(minutes=dice.uniform(1, 4))
            if dice.random() > COMPLETED:
                return

    def _answer(self, rep: Rep, email: str, now: datetime) -> None:
        nature, today = self._nature(email), local_date(now, zone=rep.person.zone)
        trace = self.traces.get((email, rep.skill_id))
        dice = self._dice(email, rep.workout.day, rep.position)
        knows = dice.random() < truth.chance(trace, nature=nature, today=today)
        given = truth.given(exercise_spec(rep.exercise.content), knows=knows, dice=dice)
        with suppress(EngineError):  # who left meanwhile, or came too late, is told so
            practice.answer(rep, given, attempt=rep.attempt, now=now)
            left = truth.practised(trace, nature=nature, knew=knows, today=today)
            self.traces[email, rep.skill_id] = left

    def _nature(self, email: str) -> Nature:
        if email not in self.natures:
            self.natures[email] = truth.nature_of(self._dice(email))
        return self.natures[email]

    def _dice(self, *about: object) -> random.Random:
        """Return dice that fall the same for the same matter, whatever else happens in the organisation."""
        return random.Random(":".join(map(str, [self.seed, *about])))  # noqa: S311 (a story, no secret)


@contextmanager
def _quickly() -> Iterator[None]:
    """Mail nobody, keep no record of each query (as DEBUG does), and do not wait for the disk."""
    kept = settings.DEBUG, settings.MAILERS
    settings.DEBUG = False
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-262144")  # KiB: the whole of it
    try:
        yield
    finally:
        settings.DEBUG, settings.MAILERS = kept
