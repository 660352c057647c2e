"""Take in a task as its source tells it: a new one, or what changed about one we know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from engine.models import Task
from engine.onramps.holding import Shape, kind_of, lock, notice, revise
from paths.catalogue import on_ramps
from people.models import Person, Team
from people.naming import by_id


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a source says of a task."""

    source: str
    key: str
    title: str
    team: Team
    details: str = ""
    url: str = ""
    labels: Sequence[str] = ()
    estimate: float | None = None  # working hours
    due_at: datetime | None = None


@transaction.atomic
def upsert(told: Told, *, by: Person | None, now: datetime) -> tuple[Task, bool]:
    """Return the task of this source and key, and whether it is new."""
    kind = kind_of(told.labels, told.team, on_ramps(), by_id(Team.objects.all()))
    known = Task.objects.filter(source=told.source, key=told.key).first()
    if known is None:
        return _new(told, kind, by=by, now=now), True
    task = lock(known)
    words = {"title": told.title, "details": told.details, "url": told.url, "labels": list(told.labels)}
    if changed := [name for name, value in words.items() if getattr(task, name) != value]:
        for name in changed:
            setattr(task, name, words[name])
        task.save(update_fields=changed)
    shape = Shape(on_ramp=kind, team=told.team, due_at=told.due_at, estimate=told.estimate)
    return revise(task, shape, by=by, now=now), False


def _new(told: Told, kind: int | None, *, by: Person | None, now: datetime) -> Task:
    task = Task.objects.create(
        source=told.source,
        key=told.key,
        title=told.title,
        details=told.details,
        url=told.url,
        labels=list(told.labels),
        team=told.team,
        estimate=told.estimate,
        due_at=told.due_at,
        created_at=now,
        created_by=by,
    )
    notice(task, on_ramp=kind, by=by, now=now)
    task.refresh_from_db()
    return task
