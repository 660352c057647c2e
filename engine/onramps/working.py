"""From taking a task to handing it in: signs of work, giving it back, a supervisor, and closing it."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from engine.errors import NotTheTime, NotYourTask, ReasonMissing
from engine.models import Claim, Record, Request, Task
from engine.onramps import audit, signers
from engine.onramps.approvers import manages
from engine.onramps.holding import hold_again, lock, withdraw_offers
from engine.onramps.places import allot
from people.calendar import local_date
from people.models import Person


def fresh(claim: Claim) -> Claim:
    """Lock the task of a claim, and read the claim again."""
    task = lock(claim.task)
    claim = Claim.objects.select_related("person", "supervisor").get(pk=claim.pk)
    claim.task = task
    return claim


def needs_sign_off(claim: Claim) -> bool:
    """Whether this work counts for somebody who learns it."""
    return claim.by_learner and claim.task.on_ramp_id is not None


@transaction.atomic
def write(claim: Claim, *, by: Person, note: str, now: datetime) -> Claim:
    """Write a line or a link about work in progress; it is a sign of work, too."""
    claim = _in_progress(claim, by)
    if not note.strip():
        raise ReasonMissing(_("Write a line, or paste a link to what you have."))
    claim.note, claim.seen_at, claim.reminded_at = note.strip(), now, None
    claim.save(update_fields=["note", "seen_at", "reminded_at"])
    return claim


@transaction.atomic
def hand_back(claim: Claim, *, by: Person, now: datetime) -> Claim:
    """Give a task back; without its lead it is open again, and those who support it are free."""
    claim = _in_progress(claim, by)
    leads = claim.role == Claim.Role.LEAD
    for one in list(claim.task.claims.running()) if leads else [claim]:
        end(one, Claim.Ending.RETURNED, by=by, now=now)
    if leads:
        hold_again(claim.task, now=now)
    claim.refresh_from_db()
    return claim


@transaction.atomic
def supervise(claim: Claim, *, by: Person, now: datetime) -> Claim:
    """Agree to supervise work in progress, named for it or not."""
    claim = fresh(claim)
    if claim.ended_at is not None or not needs_sign_off(claim):
        raise NotTheTime(_("This work needs no supervisor, or not any more."))
    signers.check_supervisor(claim, by, now=now)
    if claim.supervisor_agreed_at is not None:
        if claim.supervisor_id == by.pk:
            return claim
        raise NotTheTime(_("Somebody supervises this work already."))
    claim.supervisor, claim.supervisor_agreed_at = by, now
    claim.save(update_fields=["supervisor", "supervisor_agreed_at"])
    return claim


@transaction.atomic
def hand_in(
    claim: Claim,
    *,
    by: Person,
    role: str,
    ai: str,
    note: str = "",
    done_at: datetime | None = None,
    now: datetime,
) -> Claim:
    """Hand work in, and say how it was: led, helped or watched, and how AI was used.

    Who supports the lead is handed in with them, and may still say how it was. Nobody waits for a sign-off
    where nobody learns: then the task is done.
    """
    claim = fresh(claim)
    _check_own(claim, by)
    is_late_word = claim.submitted_at is not None and not claim.said_role  # handed in with the lead
    if claim.ended_at is not None or (claim.submitted_at is not None and not is_late_word):
        raise NotTheTime(_("This was handed in already, or it has ended."))
    claim.said_role, claim.said_ai = Claim.Role(role), Claim.Help(ai)
    claim.note = note.strip() or claim.note
    claim.save(update_fields=["said_role", "said_ai", "note"])
    _submit(claim, done_at=done_at or claim.done_at or now, now=now)
    audit.note(
        Record.Kind.HAND_IN,
        now=now,
        by=by,
        person=claim.person,
        task=claim.task,
        claim=claim.pk,
        role=claim.said_role,
    )
    if claim.role == Claim.Role.LEAD:
        _hand_in_support(claim, now=now)
    elif not needs_sign_off(claim):
        end(claim, Claim.Ending.CLOSED, by=by, now=now)
    finish(claim.task, by=by, now=now)
    claim.refresh_from_db()
    return claim


def end_of_work(claim: Claim, day: date, *, now: datetime) -> datetime:
    """Return when the work of a day ended, as far as can be known: by five where the person is, or now."""
    if day >= claim.person.today(now):
        return now
    evening = datetime.combine(day, time(17), tzinfo=claim.person.tzinfo)
    return max(evening, claim.began_at) if day == claim.person.today(claim.began_at) else evening


def _submit(claim: Claim, *, done_at: datetime, now: datetime) -> None:
    """Note when the work was done: the day is the person's own, and stays when they move."""
    done_on = local_date(done_at, zone=claim.person.zone)
    if done_at > now:
        raise NotTheTime(_("The work cannot have been done after now; choose an earlier day."))
    if done_on < local_date(claim.began_at, zone=claim.person.zone):
        raise NotTheTime(_("The work cannot have been done before it was taken; choose a later day."))
    is_first = claim.submitted_at is None
    claim.submitted_at, claim.seen_at = claim.submitted_at or now, now
    claim.done_at, claim.done_on = done_at, done_on
    claim.save(update_fields=["submitted_at", "seen_at", "done_at", "done_on"])
    if is_first and needs_sign_off(claim):
        signers.ask(claim, key=f"{claim.pk}:{now.isoformat()}", now=now)


def _hand_in_support(lead: Claim, *, now: datetime) -> None:
    assert lead.done_at is not None
    working = lead.task.claims.running().filter(submitted_at=None).select_related("person")
    for claim in working.exclude(pk=lead.pk):
        claim.task = lead.task
        _submit(claim, done_at=max(lead.done_at, claim.began_at), now=now)
    lead.task.status = Task.Status.SUBMITTED
    lead.task.save(update_fields=["status"])


def finish(task: Task, *, by: Person | None, now: datetime) -> None:
    """Call a task that was handed in done, once nobody's work on it waits for a sign-off."""
    if task.status != Task.Status.SUBMITTED:
        return
    running = list(task.claims.running())
    if task.on_ramp_id is not None and any(claim.by_learner for claim in running):
        return
    for claim in running:
        end(claim, Claim.Ending.CLOSED, by=by, now=now)
    over(task, Task.Status.DONE, by=by, now=now)


def end(claim: Claim, ending: Claim.Ending, *, by: Person | None, now: datetime) -> None:
    """End a claim; the caller holds the task's lock."""
    claim.ended_at, claim.ending = now, ending
    claim.save(update_fields=["ended_at", "ending"])
    audit.note(
        Record.Kind.CLAIM_ENDED,
        now=now,
        by=by,
        person=claim.person,
        task=claim.task,
        claim=claim.pk,
        ending=ending,
    )


def over(task: Task, status: Task.Status, *, by: Person | None, now: datetime) -> None:
    """Write that a task is over, and with it whatever was offered or asked about it."""
    was = task.status
    task.status, task.closed_at = status, now
    task.save(update_fields=["status", "closed_at"])
    withdraw_offers(task, now=now)
    asked = task.requests.filter(status__in=Request.OPEN)
    asked.update(status=Request.Status.SUPERSEDED, ended_at=now)
    audit.note(Record.Kind.TASK, now=now, by=by, task=task, field="status", before=was, after=status)
    if task.on_ramp_id is not None:
        allot([(task.team_id, task.on_ramp_id)], now=now)


@transaction.atomic
def close(task: Task, *, by: Person, now: datetime, is_cancelled: bool = False) -> Task:
    """Close a task as one of those it concerns says.

    A learner's work is handed in by that, and waits for its sign-off; what nobody did, or is not wanted any
    more, is cancelled.
    """
    task = lock(task)
    if not may_close(task, by, now=now):
        raise NotYourTask(_("Only who does a task, made it, or leads the team may close it."))
    return close_unasked(task, by=by, now=now, is_cancelled=is_cancelled)


def close_unasked(task: Task, *, by: Person | None, now: datetime, is_cancelled: bool = False) -> Task:
    """Close a locked task whoever says so, as its source may."""
    if task.is_over:
        return task
    running = list(task.claims.running().select_related("person"))
    for claim in running:
        claim.task = task
    waiting = [one for one in running if needs_sign_off(one) and (one.submitted_at or not is_cancelled)]
    for claim in running:
        if claim not in waiting and not (waiting and claim.role == Claim.Role.LEAD):
            end(claim, Claim.Ending.CLOSED, by=by, now=now)
        elif claim.submitted_at is None:
            _submit(claim, done_at=now, now=now)
    if waiting:
        task.status = Task.Status.SUBMITTED
        task.save(update_fields=["status"])
    else:
        is_done = bool(running) and not is_cancelled
        over(task, Task.Status.DONE if is_done else Task.Status.CANCELLED, by=by, now=now)
    return task


def may_close(task: Task, by: Person, *, now: datetime) -> bool:
    """Whether a task is somebody's to close or to open again: they did it, made it, or lead the team."""
    mine = {by.pk, by.owner_id}
    return (
        task.created_by_id in mine - {None}
        or task.claims.filter(person__in=mine - {None}).exists()
        or manages(by, task.team, now=now)
    )


def _in_progress(claim: Claim, by: Person) -> Claim:
    claim = fresh(claim)
    _check_own(claim, by)
    if claim.ended_at is not None or claim.submitted_at is not None:
        raise NotTheTime(_("This was handed in already, or it has ended."))
    return claim


def _check_own(claim: Claim, by: Person) -> None:
    """An agent's work is its owner's too."""
    if by.pk not in {claim.person_id, claim.person.owner_id}:
        raise NotYourTask(_("Only who does this task may do that."))
