"""Ask the managers to let somebody take a task that is held for learners; what time does to a request."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from engine import sentences
from engine.delivery.alerts import raise_alert, resolve_alerts
from engine.errors import AlreadyAsked, NothingToApprove, NotTheTime, NotYourTask, ReasonMissing
from engine.models import Alert, Mail, Record, Request, Task
from engine.onramps import audit, telling
from engine.onramps.approvers import approvers_of
from engine.onramps.holding import lock, withdraw_offers
from engine.onramps.judging import may
from engine.onramps.request_states import Lines, RequestState, state_of
from engine.rules.onramp import Code, Outcome
from people.models import Person, Team

NOBODY_DECIDES = "nobody decides"  # begins the kind of alert
SETTLED_WITHOUT_A_WORD = (Request.Status.EXPIRED, Request.Status.SUPERSEDED, Request.Status.STALE)
NEWS = timedelta(days=2)  # for so long it is told that a request was settled


def ask(task: Task, *, by: Person, reason: str, now: datetime) -> Request:
    """Ask for a yes to lead a task.

    Raise ReasonMissing without a reason, NothingToApprove where the rules say yes or no by themselves, and
    AlreadyAsked while the same question is pending, or after a no until the task changes.
    """
    if not reason.strip():
        raise ReasonMissing(_("Say in a sentence why you should take it; whoever decides reads that."))
    try:
        return _ask(task, by=by, reason=reason.strip(), now=now)
    except NothingToApprove as refused:
        if refused.code == Code.NO_APPROVER:  # outside of the transaction, so that it stays
            _alert(task.team, by.owner or by, now=now)
        raise


@transaction.atomic
def _ask(task: Task, *, by: Person, reason: str, now: datetime) -> Request:
    task = lock(task)
    judgement = may(by, task, now=now)
    if judgement.verdict.outcome is not Outcome.NEEDS_APPROVAL:
        said = sentences.sentence(judgement.verdict, by)
        raise NothingToApprove(said, judgement.verdict.code)
    assert judgement.pool is not None
    request = Request(
        task=task,
        by=by,
        owner=by.owner or by,
        reason=reason,
        code=judgement.verdict.code,
        asked_at=now,
        on_ramp_id=judgement.pool.on_ramp,
        team_id=judgement.pool.team,
        estimate=task.estimate,
        counted_until=now,
    )
    _refuse_twice(request, now=now)
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError:
        raise AlreadyAsked(_("You have asked already; your request waits for an answer."), None) from None
    told = audit.grounds(judgement) | {"request": request.pk, "reason": reason}
    audit.note(Record.Kind.REQUEST, now=now, by=by, task=task, **told)
    telling.ask_approvers(request, state_of(request, now=now), now=now)
    return request


def _refuse_twice(request: Request, *, now: datetime) -> None:
    """One question at a time, and a no holds until the task changes."""
    same = Request.objects.filter(task=request.task, owner=request.owner)
    for pending in same.filter(status__in=Request.OPEN):
        if write_down(pending, now=now).status in Request.OPEN:
            raise AlreadyAsked(_("You have asked already; your request waits for an answer."), pending)
    about = {"on_ramp": request.on_ramp_id, "team": request.team_id, "estimate": request.estimate}
    if declined := same.filter(status=Request.Status.DECLINED, **about).first():
        said = _("A manager said no to this; you can ask again when the task has changed.")
        raise AlreadyAsked(said, declined)


@transaction.atomic
def withdraw(request: Request, *, by: Person, now: datetime) -> Request:
    """Take a question back, as who asked it or whose agent did."""
    lock(request.task)
    request = fresh(request)
    if by.pk not in {request.by_id, request.owner_id}:
        raise NotYourTask(_("Only who asked can withdraw a request."))
    if write_down(request, now=now).status not in Request.OPEN:
        raise NotTheTime(_("This request is settled; there is nothing to withdraw."))
    _end(request, Request.Status.WITHDRAWN, at=now, by=by, now=now)
    return request


def fresh(request: Request) -> Request:
    """Read a request again, with what its state depends on."""
    return Request.objects.select_related("task__team", "team", "by__owner", "owner").get(pk=request.pk)


def write_down(request: Request, *, now: datetime, lines: Lines | None = None) -> RequestState:
    """Write what time has made of a pending request, and return its state; the caller holds the task's lock.

    What waits for a learner is carried out by `deciding.settle`.
    """
    state = state_of(request, now=now, lines=lines)
    if request.status != Request.Status.PENDING:
        return state
    if state.status != request.status and state.ended_at is not None:
        _end(request, state.status, at=state.ended_at, by=None, now=now)
    elif request.counted_until < state.counted_until:
        request.hours_counted, request.counted_until = state.hours_counted, state.counted_until
        request.save(update_fields=["hours_counted", "counted_until"])
    return state


def _end(request: Request, status: str, *, at: datetime, by: Person | None, now: datetime) -> None:
    open_one = Request.objects.filter(pk=request.pk, status__in=Request.OPEN)
    if not open_one.update(status=status, ended_at=at):
        return
    if request.status == Request.Status.WAITING:
        withdraw_offers(request.task, now=now)
    request.status, request.ended_at = status, at
    told: dict[str, Any] = {"request": request.pk, "status": status, "ended_at": at.isoformat()}
    audit.note(Record.Kind.REQUEST, now=now, by=by, task=request.task, **told)


def keep(*, now: datetime) -> int:
    """Write down what time has made of every pending request, ask, remind and tell; return how many changed.

    The same now again changes nothing and sends nothing.
    """
    lines, changed = Lines(), 0
    pending = Request.objects.filter(status=Request.Status.PENDING).order_by("pk")
    for pk in list(pending.values_list("pk", flat=True)):
        changed += _keep(pk, lines=lines, now=now)
    _resolve_alerts(lines, now=now)
    return changed + _tell_what_was_settled(now=now)


def _alert(team: Team, owner: Person, *, now: datetime) -> None:
    said = (
        f"Nobody can decide in team {team} about what {owner} asks: give the team a manager, or a guardian."
    )
    raise_alert(f"{NOBODY_DECIDES} {team.pk} {owner.pk}", said, now=now)


def _resolve_alerts(lines: Lines, *, now: datetime) -> None:
    """Resolve what was raised for want of anybody who could decide, where there is somebody again."""
    for alert in Alert.objects.filter(kind__startswith=f"{NOBODY_DECIDES} ", resolved_at=None):
        team_id, owner = (int(one) for one in alert.kind.split()[-2:])
        team = Team.objects.get(pk=team_id)
        if approvers_of(team, owner=owner, now=now, line=lines.of(team)):
            resolve_alerts([alert.kind], now=now)


@transaction.atomic
def _keep(pk: int, *, lines: Lines, now: datetime) -> bool:
    request = fresh(Request(pk=pk))
    request.task = lock(request.task)
    request = fresh(request)
    if request.status != Request.Status.PENDING:
        return False
    state = write_down(request, now=now, lines=lines)
    if not state.is_pending:
        return True
    if not state.approvers:
        _alert(request.team, request.owner, now=now)
    asked = telling.ask_approvers(request, state, now=now)
    return bool(asked + telling.remind_approvers(request, state, now=now))


def _tell_what_was_settled(*, now: datetime) -> int:
    """Tell who asked that their request is over without a manager's word."""
    told = Mail.objects.filter(kind=Mail.Kind.DECIDED, request=OuterRef("pk"), person=OuterRef("owner"))
    new = Request.objects.filter(
        ~Exists(told), status__in=SETTLED_WITHOUT_A_WORD, ended_at__gt=now - NEWS, owner__is_active=True
    )
    found = list(new.select_related("owner__team"))
    return sum(telling.tell_asker(request, now=now) is not None for request in found)
