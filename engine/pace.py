"""Choose a pace: what simulated people would recall at it, as lines that are kept for who asks the same.

A line is simulated once: in moments while its page is asked for, or else by the worker, one at a time.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from django.utils.translation import gettext as _
from django_q.models import OrmQ
from django_q.tasks import async_task

from engine.errors import EngineError
from engine.models import PaceLine
from engine.models.pace import PaceLineQuerySet
from engine.rules.planning import SHORT_REP
from engine.simulation import POLICIES, WORLDS, Setting, Trial
from people.models import Person

JOB = "engine.jobs.simulate_paces"
PEOPLE = 60  # simulated, however many there are: the lines are smooth, and a page need not wait for more
WORKDAYS = 130  # half a year
QUICK = ("one-off", "drip", "greedy")  # moments each
SHOWN = (*QUICK, "rampart")  # which fits and looks ahead
MOST_WAITING = 12  # lines: of four paces
LEASE = timedelta(seconds=90)  # longer than any job may run
KEPT = timedelta(days=7)  # a newer version may simulate otherwise
DIGITS = 4
PERCENT = 100

log = structlog.get_logger("pace")

type IsOver = Callable[[], bool]


class TooManyPaces(EngineError):
    """The worker is simulating what was asked before."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What an L&D admin can decide, or guess."""

    skills: int
    minutes: int  # a workday
    attendance: int  # percent

    @property
    def reps(self) -> int:
        return max(self.minutes // SHORT_REP, 1)

    @property
    def key(self) -> tuple[int, int, int]:
        """Paces that are simulated alike have the same."""
        return self.skills, self.reps, self.attendance


# What is asked of somebody who says nothing; nobody knows how many will answer before they have begun.
USUAL = Pace(skills=20, minutes=Person._meta.get_field("minutes").get_default(), attendance=80)


def lines_of(pace: Pace) -> PaceLineQuerySet:
    return PaceLine.objects.filter(skills=pace.skills, reps=pace.reps, attendance=pace.attendance)


def asked_lately() -> Sequence[Pace]:
    """Return the paces of which there is something to see, the latest first."""
    done = PaceLine.objects.filter(policy=QUICK[0], world=next(iter(WORLDS)), done_at__isnull=False)
    return [
        Pace(skills=skills, minutes=reps * SHORT_REP, attendance=attendance)
        for skills, reps, attendance in done.order_by("-asked_at").values_list("skills", "reps", "attendance")
    ]


def ask(pace: Pace, *, now: datetime, is_over: IsOver) -> None:
    """Have every line of this pace that is not there simulated; what is not quick is for the worker."""
    PaceLine.objects.filter(asked_at__lt=now - KEPT).delete()
    lines_of(pace).given_up(now).delete()
    if PaceLine.objects.waiting(now).exclude(pk__in=lines_of(pace)).count() >= MOST_WAITING:
        raise TooManyPaces(_("Other paces are being simulated. Ask again in a few minutes."))
    PaceLine.objects.bulk_create(
        [
            PaceLine(
                skills=pace.skills,
                reps=pace.reps,
                attendance=pace.attendance,
                world=world,
                policy=policy,
                asked_at=now,
            )
            for policy in SHOWN
            for world in WORLDS
        ],
        ignore_conflicts=True,
    )
    while not is_over() and simulate_next(lines_of(pace).filter(policy__in=QUICK), now=now, is_over=is_over):
        pass
    wake(now=now)


def simulate_next(lines: PaceLineQuerySet, *, now: datetime, is_over: IsOver) -> PaceLine | None:
    """Simulate the first of these lines that waits, and return it; one that is cut short waits again."""
    line = lines.unclaimed().first()
    if line is None:
        return None
    this = PaceLine.objects.filter(pk=line.pk)
    if not this.unclaimed().update(claimed_until=now + LEASE):
        return None
    trial = Trial(WORLDS[line.world], POLICIES[line.policy], _setting(line))
    for _day in trial.days():
        if is_over():
            this.update(claimed_until=None)
            return line
    line.done_at = now
    line.recall = [round(recall, DIGITS) for recall in trial.recall_by_day]
    line.figures = {name: round(figure, DIGITS) for name, figure in asdict(trial.outcome()).items()}
    line.save(update_fields=["done_at", "recall", "figures"])
    return line


def work_off_one(*, now: datetime, is_over: IsOver, is_asked_to_stop: IsOver) -> PaceLine | None:
    """Simulate one line, and see to the next; one that this is too short for is given up."""
    if PaceLine.objects.in_the_works(now).exists():
        return None
    line = simulate_next(PaceLine.objects.all(), now=now, is_over=lambda: is_asked_to_stop() or is_over())
    if line and line.done_at is None and not is_asked_to_stop():
        line.done_at = now
        line.save(update_fields=["done_at"])
        log.warning("a pace takes too long to be simulated", line=str(line))
    wake(now=now)
    return line


def wake(*, now: datetime) -> None:
    """Queue the job, once, when lines wait and nobody simulates; one that runs is locked for longer."""
    if not PaceLine.objects.unclaimed().exists() or PaceLine.objects.in_the_works(now).exists():
        return
    if not any(row.func() == JOB for row in OrmQ.objects.filter(lock__lte=now + LEASE)):
        async_task(JOB)


def _setting(line: PaceLine) -> Setting:
    return Setting(
        people=PEOPLE,
        skills=line.skills,
        workdays=WORKDAYS,
        reps=line.reps,
        attendance=line.attendance / PERCENT,
    )
