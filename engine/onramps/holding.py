"""Notice which kind of work a task is, and hold it for learners: until when, and how many of a kind."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from engine.errors import NotAnApprover
from engine.models import Bound, Change, Offer, Record, Request, Task
from engine.onramps import audit, hours
from engine.onramps.approvers import manages
from engine.onramps.places import Pair, allot
from engine.rules import holds
from paths.catalogue import on_ramps
from paths.schema import OnRampSpec
from people.days_off import DaysOff
from people.models import Person, Team
from people.naming import by_id

WRITTEN = ["on_ramp", "team", "first_seen_at", "held_until"]  # of a task whose hold begins


def lock(task: Task) -> Task:
    """Read a task again, and keep everybody else from changing it until the transaction ends."""
    return Task.objects.select_for_update(no_key=True, of=("self",)).select_related("team").get(pk=task.pk)


def kind_of(
    labels: Collection[str], team: Team, kinds: Mapping[int, OnRampSpec], teams: Mapping[str, Team]
) -> int | None:
    """Return the first on-ramp, by id, that any of these labels matches in this team."""
    worn = {label.casefold() for label in labels}
    for on_ramp, kind in sorted(kinds.items(), key=lambda one: one[1].id):
        meant = [teams[name].pk for name in kind.match.teams if name in teams]
        if kind.match.teams and team.pk not in meant:
            continue
        if worn & {label.casefold() for label in kind.match.labels}:
            return on_ramp
    return None


@transaction.atomic
def notice(task: Task, *, on_ramp: int | None, by: Person | None, now: datetime) -> None:
    """Give a new task its kind, or None, and hold it where learners need it."""
    notice_all([(task, on_ramp)], by=by, now=now)
    task.refresh_from_db()


@transaction.atomic
def notice_all(found: Sequence[tuple[Task, int | None]], *, by: Person | None, now: datetime) -> None:
    """Give new tasks their kinds and hold what learners need; as many queries for five hundred as for one.

    The tasks in hand do not know afterwards whether they are held: the rows do.
    """
    _note_all(
        [
            Change(task=task, field=Change.Field.DUE, after=_seconds(task.due_at), by=by, changed_at=now)
            for task, _on_ramp in found
            if task.due_at is not None
        ]
    )
    of_a_kind = [(task, on_ramp) for task, on_ramp in found if on_ramp is not None]
    _begin_all(of_a_kind, by=by, now=now)
    allot([(task.team_id, on_ramp) for task, on_ramp in of_a_kind], now=now)


def _begin(task: Task, on_ramp: int, *, by: Person | None, now: datetime) -> None:
    _begin_all([(task, on_ramp)], by=by, now=now)


def _begin_all(found: Sequence[tuple[Task, int]], *, by: Person | None, now: datetime) -> None:
    """Set the bounds of tasks for a kind in their team; those they had before come back as they were."""
    if not found:
        return
    before: dict[tuple[int, int, int], list[Bound]] = defaultdict(list)
    for bound in Bound.objects.filter(task__in=[task.pk for task, _on_ramp in found]):
        before[bound.task_id, bound.on_ramp_id, bound.team_id].append(bound)
    due_by = _who_set_the_dates([task for task, _on_ramp in found])
    kinds, off = on_ramps(), hours.days_off(now=now)
    new: list[Bound] = []
    for task, on_ramp in found:
        bounds = before[task.pk, on_ramp, task.team_id]
        task.on_ramp_id = on_ramp
        task.first_seen_at = bounds[0].first_seen_at if bounds else now
        if not bounds:
            bounds += _first_bounds(task, kinds[on_ramp], off, due_by=due_by.get(task.pk, by), now=now)
            new += bounds
        task.held_until = _end_of(bounds)
    Bound.objects.bulk_create(new)
    Task.objects.bulk_update([task for task, _on_ramp in found], WRITTEN, batch_size=500)


def _who_set_the_dates(tasks: Sequence[Task]) -> dict[int, Person | None]:
    """Return the author of each task's due date: it is theirs, whoever gave the task its kind afterwards."""
    changes = Change.objects.filter(task__in=tasks, field=Change.Field.DUE).select_related("by")
    return {change.task_id: change.by for change in changes.order_by("pk")}


def _first_bounds(
    task: Task, kind: OnRampSpec, off: DaysOff, *, due_by: Person | None, now: datetime
) -> list[Bound]:
    team_hours = hours.of_team(task.team, off)
    bounds = [_bound(task, Bound.Reason.HOURS, holds.by_hours(now, kind, team_hours), by=None, now=now)]
    if task.due_at is not None:
        until = holds.by_due_date(task.due_at, kind, team_hours, estimate=task.estimate)
        bounds.append(_bound(task, Bound.Reason.DUE, until, by=due_by, now=now))
    return bounds


def _bound(task: Task, reason: Bound.Reason, until: datetime, *, by: Person | None, now: datetime) -> Bound:
    assert task.on_ramp_id is not None
    assert task.first_seen_at is not None
    return Bound(
        task=task,
        on_ramp_id=task.on_ramp_id,
        team_id=task.team_id,
        reason=reason,
        until=until,
        by=by,
        first_seen_at=task.first_seen_at,
        set_at=now,
    )


def _bind_by_due_date(
    task: Task, kind: OnRampSpec, off: DaysOff, *, by: Person | None, now: datetime
) -> None:
    if task.due_at is not None:
        until = holds.by_due_date(task.due_at, kind, hours.of_team(task.team, off), estimate=task.estimate)
        _bound(task, Bound.Reason.DUE, until, by=by, now=now).save()


def _write_hold(task: Task) -> None:
    """Write the end of the hold as its bounds have it."""
    bounds = Bound.objects.filter(task=task, on_ramp=task.on_ramp_id, team=task.team_id)
    task.held_until = _end_of(bounds)
    task.save(update_fields=WRITTEN)


def _end_of(bounds: Iterable[Bound]) -> datetime:
    return holds.end_of([one.reason_to_end() for one in bounds])


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a hold depends on."""

    on_ramp: int | None
    team: Team
    due_at: datetime | None
    estimate: float | None  # working hours

    @classmethod
    def of(cls, task: Task) -> "Shape":
        return cls(on_ramp=task.on_ramp_id, team=task.team, due_at=task.due_at, estimate=task.estimate)


@transaction.atomic
def revise(task: Task, shape: Shape, *, by: Person | None, now: datetime) -> Task:
    """Change what a hold depends on. What somebody changes does not help them, and no hold grows by it.

    A pending request about another kind, team or estimate is stale; the same person may ask again.
    """
    task = lock(task)
    was = Shape.of(task)
    if shape == was:
        return task
    _note_changes(task, was, shape, by=by, now=now)
    task.on_ramp_id, task.team = shape.on_ramp, shape.team
    task.due_at, task.estimate = shape.due_at, shape.estimate
    task.save(update_fields=["due_at", "estimate"])
    is_elsewhere = (was.on_ramp, was.team) != (shape.on_ramp, shape.team)
    if is_elsewhere:
        withdraw_offers(task, now=now)
        _move(task, by=by, now=now)
    elif task.on_ramp_id is not None:
        _bind_by_due_date(task, on_ramps()[task.on_ramp_id], hours.days_off(now=now), by=by, now=now)
        _write_hold(task)
    if is_elsewhere or was.estimate != shape.estimate:
        make_stale(task, now=now)
    allot([(one.team.pk, one.on_ramp) for one in (was, shape) if one.on_ramp is not None], now=now)
    task.refresh_from_db()
    return task


def set_due_date(task: Task, due_at: datetime | None, *, by: Person, now: datetime) -> Task:
    """Say when a task is due: a manager's word, which lengthens no hold."""
    if not manages(by, task.team, now=now):
        raise NotAnApprover(
            _("Only who leads %(team)s may say when its tasks are due.") % {"team": task.team}
        )
    return revise(task, replace(Shape.of(task), due_at=due_at), by=by, now=now)


def _move(task: Task, *, by: Person | None, now: datetime) -> None:
    """Hold a task as what it is now: of another kind, in another team, or of no kind."""
    task.is_held, task.first_seen_at, task.held_until = False, None, None
    if task.on_ramp_id is None:
        task.save(update_fields=["is_held", *WRITTEN])
        return
    task.save(update_fields=["is_held"])
    _begin(task, task.on_ramp_id, by=by, now=now)


def _note_changes(task: Task, was: Shape, shape: Shape, *, by: Person | None, now: datetime) -> None:
    fields = (
        (Change.Field.KIND, was.on_ramp, shape.on_ramp),
        (Change.Field.TEAM, was.team.pk, shape.team.pk),
        (Change.Field.DUE, _seconds(was.due_at), _seconds(shape.due_at)),
    )
    _note_all(
        [
            Change(task=task, field=field, before=before, after=after, by=by, changed_at=now)
            for field, before, after in fields
            if before != after
        ]
    )


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def _note_all(changes: Sequence[Change]) -> None:
    Change.objects.bulk_create(changes)
    Record.objects.bulk_create(
        audit.record(
            Record.Kind.TASK,
            now=one.changed_at,
            by=one.by,
            task=one.task,
            field=one.field,
            before=one.before,
            after=one.after,
        )
        for one in changes
    )


def withdraw_offers(task: Task, *, now: datetime, but: Offer | None = None) -> int:
    """End the offers that live, as the task went elsewhere, all `but` one."""
    live = task.offers.filter(status=Offer.Status.LIVE)
    if but is not None:
        live = live.exclude(pk=but.pk)
    return live.update(status=Offer.Status.WITHDRAWN, answered_at=now)


def make_stale(task: Task, *, now: datetime) -> int:
    """End the requests that asked about what the task was before."""
    asked = task.requests.filter(status__in=Request.OPEN)
    return asked.update(status=Request.Status.STALE, ended_at=now)


@transaction.atomic
def release(task: Task, *, by: Person, now: datetime) -> Task:
    """Let anybody take a held task: a manager's word, which does not help that manager."""
    task = lock(task)
    if not manages(by, task.team, now=now):
        raise NotAnApprover(_("Only who leads %(team)s may release its tasks.") % {"team": task.team})
    task.waived_at, task.waived_by = now, by
    task.save(update_fields=["waived_at", "waived_by"])
    audit.note(Record.Kind.WAIVER, now=now, by=by, task=task)
    if task.on_ramp_id is not None:
        allot([(task.team_id, task.on_ramp_id)], now=now)
    return task


@transaction.atomic
def hold_again(task: Task, *, now: datetime) -> None:
    """Open a task that came back, and hold it for the offer hours at least, where its due date allows."""
    task = lock(task)
    task.status = Task.Status.OPEN
    task.save(update_fields=["status"])
    if task.on_ramp_id is None:
        return
    kind, off = on_ramps().get(task.on_ramp_id), hours.days_off(now=now)
    bound = Bound.objects.filter(
        task=task, on_ramp=task.on_ramp_id, team=task.team_id, reason=Bound.Reason.HOURS
    ).first()
    if kind is None or bound is None:
        return
    bound.until = holds.after_return(bound.until, now=now, kind=kind, hours=hours.of_team(task.team, off))
    bound.save(update_fields=["until"])
    _write_hold(task)
    allot([(task.team_id, task.on_ramp_id)], now=now)


def recompute(*, now: datetime) -> int:
    """Match open tasks of no kind to the on-ramps there are now, and give away every free place.

    Return how many tasks were newly matched or held.
    """
    return match_all(now=now) + allot(with_tasks_that_wait(now=now), now=now)


def match_all(*, now: datetime) -> int:
    """Match open tasks of no kind to the on-ramps there are now; return how many."""
    return _match(would_match(on_ramps()), now=now)


def with_tasks_that_wait(*, now: datetime) -> list[Pair]:
    """Return the teams and on-ramps that have tasks without a place."""
    waiting = Task.objects.open().of_a_kind().filter(held_until__gt=now, is_held=False, waived_at=None)
    pairs = waiting.values_list("team_id", "on_ramp_id").distinct().order_by()
    return [(team, on_ramp) for team, on_ramp in pairs if on_ramp is not None]


def would_match(kinds: Mapping[int, OnRampSpec]) -> dict[int, int]:
    """Return which of these each open task of no kind would match, unless somebody chose its kind."""
    teams = by_id(Team.objects.all())
    worn = {label.casefold() for kind in kinds.values() for label in kind.match.labels}
    if not worn:
        return {}
    chosen = Change.objects.filter(task=OuterRef("pk"), field=Change.Field.KIND)
    tasks = Task.objects.open().filter(on_ramp=None).exclude(labels=[]).exclude(Exists(chosen))
    of = {team.pk: team for team in teams.values()}
    found = {}
    for task, team, labels in tasks.order_by("pk").values_list("pk", "team_id", "labels"):
        if worn.isdisjoint(label.casefold() for label in labels):
            continue
        on_ramp = kind_of(labels, of[team], kinds, teams)
        if on_ramp is not None:
            found[task] = on_ramp
    return found


@transaction.atomic
def _match(found: Mapping[int, int], *, now: datetime) -> int:
    """Give tasks a kind that came into force after them."""
    if not found:
        return 0
    locked = Task.objects.select_for_update(no_key=True, of=("self",)).select_related("team")
    tasks = list(locked.open().filter(pk__in=found, on_ramp=None).order_by("pk"))
    _note_all(
        [Change(task=task, field=Change.Field.KIND, after=found[task.pk], changed_at=now) for task in tasks]
    )
    _begin_all([(task, found[task.pk]) for task in tasks], by=None, now=now)
    return len(tasks)
