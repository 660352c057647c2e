"""Where tasks come from: a form, a file, the API or GitHub all say the same, and it is taken in here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction

from engine.models import Task
from engine.onramps import signing, working
from engine.onramps.holding import (
    Shape,
    kind_of,
    lock,
    notice_all,
    revise,
)
from paths.catalogue import on_ramps
from paths.models import OnRamp
from people.models import Person, Team
from people.naming import by_id

PLAIN = ("title", "details", "url", "labels")
TRIES = 2


class Outcome(StrEnum):
    """What became of what a source said."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"  # it said nothing new, or something older than what is known


class Kind(StrEnum):
    """Instead of the row id of an on-ramp."""

    BY_LABELS = "by labels"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a source says of one task. None: nothing is said, and what is known stays."""

    source: Task.Source
    key: str = ""  # empty: a new task
    title: str
    team: Team
    details: str | None = None
    url: str | None = None
    labels: Sequence[str] | None = None
    kind: int | Kind = Kind.BY_LABELS
    estimate: float | None = None  # working hours
    due_at: datetime | None = None
    is_dueless: bool = False  # it says that there is no due date
    status: Task.Status | None = None  # open, done or cancelled
    source_at: datetime | None = None

    @classmethod
    def by_hand(cls, *, on_ramp: OnRamp | None, **words: Any) -> "Said":
        """What somebody writes down in a form: of the kind they choose, or as the labels say."""
        kind = on_ramp.pk if on_ramp else Kind.BY_LABELS
        return cls(source=Task.Source.FORM, kind=kind, **words)


@dataclass(frozen=True, kw_only=True)
class Saved:
    task: Task
    outcome: Outcome


def save_task(said: Said, *, by: Person | None, now: datetime) -> Saved:
    """Create or change one task as its source says; what is older than what is known changes nothing."""
    return save_tasks([said], by=by, now=now)[0]


def save_tasks(said: Sequence[Said], *, by: Person | None, now: datetime) -> list[Saved]:
    """Create or change many, in a few queries for all that are new or unchanged; all of them or none."""
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _save(said, by=by, now=now)
        except IntegrityError:  # somebody else created one of them meanwhile
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _save(said: Sequence[Said], *, by: Person | None, now: datetime) -> list[Saved]:
    known = _known(said)
    matching = _Matching()
    new = [_new(one, by=by, now=now) if (one.source, one.key) not in known else None for one in said]
    Task.objects.bulk_create([task for task in new if task is not None])
    found = [
        (task, matching.of(one.kind, task.labels, one.team))
        for task, one in zip(new, said, strict=True)
        if task is not None
    ]
    notice_all(found, by=by, now=now)
    saved = []
    for one, task in zip(said, new, strict=True):
        if task is None:
            saved.append(_revised(known[one.source, one.key], one, matching, by=by, now=now))
        else:
            _close_or_reopen(task, one, by=by, now=now)
            saved.append(Saved(task=task, outcome=Outcome.CREATED))
    return saved


def _known(said: Sequence[Said]) -> dict[tuple[str, str], Task]:
    keys = {one.key for one in said if one.key}
    if not keys:
        return {}
    rows = Task.objects.select_for_update(no_key=True, of=("self",)).select_related("team")
    sources = {one.source for one in said}
    found = rows.filter(source__in=sources, key__in=keys).order_by("pk")
    return {(task.source, task.key): task for task in found}


def _new(said: Said, *, by: Person | None, now: datetime) -> Task:
    return Task(
        title=said.title,
        details=said.details or "",
        url=said.url or "",
        team=said.team,
        labels=list(said.labels or ()),
        estimate=said.estimate,
        due_at=said.due_at,
        source=said.source,
        key=said.key,
        source_at=said.source_at,
        created_at=now,
        created_by=by,
    )


class _Matching:
    """Which on-ramp a task is for, read once for all tasks of an import."""

    def __init__(self) -> None:
        self.kinds, self.teams = on_ramps(), by_id(Team.objects.all())

    def of(self, kind: int | Kind, labels: Collection[str], team: Team) -> int | None:
        if isinstance(kind, Kind):
            return kind_of(labels, team, self.kinds, self.teams)
        return kind if kind in self.kinds else None


def _revised(task: Task, said: Said, matching: _Matching, *, by: Person | None, now: datetime) -> Saved:
    if said.source_at is not None and task.source_at is not None and said.source_at < task.source_at:
        return Saved(task=task, outcome=Outcome.UNCHANGED)
    was, labels = Shape.of(task), set(task.labels)
    is_changed = _write_plain(task, said)
    shape = Shape(
        on_ramp=was.on_ramp,
        team=said.team,
        due_at=None if said.is_dueless else said.due_at or was.due_at,
        estimate=said.estimate or was.estimate,
    )
    # Somebody may have chosen the kind by hand: labels speak again when they change.
    if not isinstance(said.kind, Kind) or set(task.labels) != labels or said.team != was.team:
        shape = replace(shape, on_ramp=matching.of(said.kind, task.labels, said.team))
    if shape != was:
        task = revise(task, shape, by=by, now=now)
        is_changed = True
    is_changed |= _close_or_reopen(task, said, by=by, now=now)
    return Saved(task=task, outcome=Outcome.CHANGED if is_changed else Outcome.UNCHANGED)


def _write_plain(task: Task, said: Said) -> bool:
    """Write what nothing depends on; return whether any of it is new."""
    told = {"title": said.title, "details": said.details, "url": said.url}
    if said.labels is not None:
        told["labels"] = list(said.labels)  # type: ignore[assignment]
    edits = {
        name: value for name, value in told.items() if value is not None and getattr(task, name) != value
    }
    is_newer = said.source_at is not None and said.source_at != task.source_at
    if is_newer:
        task.source_at = said.source_at
    for name, value in edits.items():
        setattr(task, name, value)
    if edits or is_newer:
        task.save(update_fields=[*edits, *(["source_at"] if is_newer else [])])
    return bool(edits)


def _close_or_reopen(task: Task, said: Said, *, by: Person | None, now: datetime) -> bool:
    match said.status:
        case Task.Status.OPEN if task.is_over:
            reopen(task, by=by, now=now)
        case (Task.Status.DONE | Task.Status.CANCELLED) as status if not task.is_over:
            return close(task, status, by=by, now=now)
        case _:
            return False
    return True


@transaction.atomic
def close(task: Task, status: Task.Status, *, by: Person | None, now: datetime) -> bool:
    """End a task that its source calls done or cancelled; return whether anything changed.

    Done while somebody leads it here, it stays theirs: what they hand in and what is signed off ends it.
    """
    task = lock(task)
    if task.is_over:
        return False
    if status == Task.Status.CANCELLED:
        working.close_unasked(task, by=by, now=now, is_cancelled=True)
        return True
    if task.claims.running().leads().exists():
        return False
    working.over(task, Task.Status.DONE, by=by, now=now)
    return True


@transaction.atomic
def reopen(task: Task, *, by: Person | None, now: datetime) -> None:
    """Open a task again that its source opened again: credits for it go, until it is done once more."""
    signing.reopen_unasked(lock(task), by=by, now=now)
