"""Notice which kind of work a task is, and hold it for learners: until when, and how many of a kind."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from engine.errors import NotAnApprover
from engine.models import Bound, Change, Offer, Record, Request, Task
from engine.onramps import audit, hours
from engine.onramps.approvers import manages
from engine.onramps.places import allot
from engine.rules import holds
from paths.catalogue import on_ramps
from paths.schema import OnRampSpec
from people.days_off import DaysOff
from people.models import Person, Team
from people.naming import by_id


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
    if task.due_at is not None:
        _note_change(task, Change.Field.DUE, None, _seconds(task.due_at), by=by, now=now)
    if on_ramp is not None:
        _begin(task, on_ramp, by=by, now=now)
        allot([(task.team_id, on_ramp)], now=now)
        task.refresh_from_db()


def _begin(task: Task, on_ramp: int, *, by: Person | None, now: datetime) -> None:
    """Set the bounds of a task for a kind in its team; those it had before come back as they were."""
    pair = {"task": task, "on_ramp_id": on_ramp, "team": task.team}
    first = Bound.objects.filter(**pair).first()
    task.on_ramp_id = on_ramp
    task.first_seen_at = first.first_seen_at if first else now
    if first is None:
        kind, off = on_ramps()[on_ramp], hours.days_off(now=now)
        until = holds.by_hours(now, kind, hours.of_team(task.team, off))
        _bind(task, Bound.Reason.HOURS, until, by=None, now=now)
        _bind_by_due_date(task, kind, off, by=_who_set_the_date(task, by), now=now)
    _write_hold(task)


def _who_set_the_date(task: Task, by: Person | None) -> Person | None:
    """A due date is its author's, whoever gave the task its kind afterwards."""
    last = task.changes.filter(field=Change.Field.DUE).select_related("by").last()
    return last.by if last else by


def _bind(task: Task, reason: Bound.Reason, until: datetime, *, by: Person | None, now: datetime) -> None:
    assert task.on_ramp_id is not None
    assert task.first_seen_at is not None
    Bound.objects.create(
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
        _bind(task, Bound.Reason.DUE, until, by=by, now=now)


def _write_hold(task: Task) -> None:
    """Write the end of the hold as its bounds have it."""
    bounds = Bound.objects.filter(task=task, on_ramp=task.on_ramp_id, team=task.team_id)
    task.held_until = holds.end_of([holds.Bound(until=one.until, by=one.by_id) for one in bounds])
    task.save(update_fields=["on_ramp", "team", "first_seen_at", "held_until"])


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
        task.save(update_fields=["is_held", "first_seen_at", "held_until", "on_ramp", "team"])
        return
    task.save(update_fields=["is_held"])
    _begin(task, task.on_ramp_id, by=by, now=now)


def _note_changes(task: Task, was: Shape, shape: Shape, *, by: Person | None, now: datetime) -> None:
    for field, before, after in (
        (Change.Field.KIND, was.on_ramp, shape.on_ramp),
        (Change.Field.TEAM, was.team.pk, shape.team.pk),
        (Change.Field.DUE, _seconds(was.due_at), _seconds(shape.due_at)),
    ):
        if before != after:
            _note_change(task, field, before, after, by=by, now=now)


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def _note_change(
    task: Task,
    field: Change.Field,
    before: int | None,
    after: int | None,
    *,
    by: Person | None,
    now: datetime,
) -> None:
    Change.objects.create(task=task, field=field, before=before, after=after, by=by, changed_at=now)
    audit.note(Record.Kind.TASK, now=now, by=by, task=task, field=field, before=before, after=after)


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
    kinds, teams = on_ramps(), by_id(Team.objects.all())
    unmatched = Task.objects.open().filter(on_ramp=None).exclude(labels=[]).select_related("team")
    matched = 0
    for task in unmatched:
        on_ramp = kind_of(task.labels, task.team, kinds, teams)
        if on_ramp is not None and not task.changes.filter(field=Change.Field.KIND).exists():
            revise(task, replace(Shape.of(task), on_ramp=on_ramp), by=None, now=now)
            matched += 1
    pairs = Task.objects.open().of_a_kind().values_list("team_id", "on_ramp_id").distinct().order_by()
    return matched + allot([(team, kind) for team, kind in pairs if kind], now=now)
