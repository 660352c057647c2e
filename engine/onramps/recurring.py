"""Tasks that come by themselves, at a time on the clocks of their team."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db import transaction

from engine.models import Task
from engine.onramps.holding import notice_all
from paths.catalogue import on_ramps
from paths.models import OnRamp
from paths.schema import OnRampSpec
from paths.schema.on_ramp import Recurs
from people.calendar import instant_of, local_date
from people.models import Level, Person, Role, Team
from people.models.values import DAY_NAMES
from people.naming import by_id

LOOK_BACK = 32  # days: every recurrence comes once in so many
TITLE = 300


def create_recurring(*, now: datetime) -> int:
    """Create the latest occurrence of each recurring task that is not there yet and not due already.

    What an outage left behind is not made up for: only the latest still makes sense.
    """
    kinds = {row: kind for row, kind in on_ramps().items() if kind.recurs is not None}
    if not kinds:
        return 0
    tasks = list(_due(kinds, now=now))
    keys = [task.key for task in tasks]
    known = set(Task.objects.filter(source=Task.Source.RECURRING, key__in=keys).values_list("key", flat=True))
    return sum(_create(task, now=now) for task in tasks if task.key not in known)


@transaction.atomic
def _create(task: Task, *, now: datetime) -> int:
    """Insert a task unless another tick did: its source and key exist once."""
    on_ramp, task.on_ramp_id = task.on_ramp_id, None
    Task.objects.bulk_create([task], ignore_conflicts=True)
    made = Task.objects.filter(source=task.source, key=task.key, created_at=task.created_at, on_ramp=None)
    fresh = made.select_for_update(no_key=True, of=("self",)).select_related("team").first()
    if fresh is None:
        return 0
    notice_all([(fresh, on_ramp)], by=None, now=now)
    return 1


def _due(kinds: dict[int, OnRampSpec], *, now: datetime) -> Iterator[Task]:
    since = dict(OnRamp.objects.filter(pk__in=kinds).values_list("pk", "current__published_at"))
    teams = list(Team.objects.order_by("pk"))
    for row, kind in kinds.items():
        assert kind.recurs is not None
        for team in _teams_of(kind, teams):
            day = latest(kind.recurs, team.zone, now=now)
            if day is None:
                continue
            at = _instant(kind.recurs, day, team.zone)
            due_at = at + timedelta(hours=kind.recurs.due_after_hours)
            if since[row] <= at and now < due_at:
                yield _task(row, kind, team, day, due_at=due_at, now=now)


def _task(row: int, kind: OnRampSpec, team: Team, day: date, *, due_at: datetime, now: datetime) -> Task:
    return Task(
        title=f"{kind.title[: TITLE - 13]} ({day})",
        team=team,
        on_ramp_id=row,
        labels=list(kind.match.labels[:1]),
        due_at=due_at,
        source=Task.Source.RECURRING,
        key=f"{kind.id}:{team.pk}:{day}",
        created_at=now,
    )


def _teams_of(kind: OnRampSpec, teams: list[Team]) -> list[Team]:
    """Return the teams that a kind names; where it names none, those in which somebody could learn it."""
    if kind.match.teams:
        named = by_id(teams)
        return list({named[name].pk: named[name] for name in kind.match.teams if name in named}.values())
    roles, levels = by_id(Role.objects.all()), by_id(Level.objects.all())
    learners = Person.objects.filter(
        is_active=True,
        kind=Person.Kind.PERSON,
        role__in=[roles[name].pk for name in kind.learners.roles if name in roles],
        level__in=[levels[name].pk for name in kind.learners.levels if name in levels],
    )
    ids = set(learners.values_list("team", flat=True))
    return [team for team in teams if team.pk in ids]


def latest(recurs: Recurs, zone: str, *, now: datetime) -> date | None:
    """Return the local date of the last occurrence up to now."""
    today = local_date(now, zone=zone)
    for back in range(LOOK_BACK):
        day = today - timedelta(days=back)
        if _falls_on(recurs, day) and _instant(recurs, day, zone) <= now:
            return day
    return None


def _instant(recurs: Recurs, day: date, zone: str) -> datetime:
    return instant_of(day, time.fromisoformat(recurs.at), zone=zone)


def _falls_on(recurs: Recurs, day: date) -> bool:
    match recurs.every:
        case "day":
            return True
        case "week":
            return DAY_NAMES[day.weekday()] == recurs.on
    return day.day == recurs.on
