"""What an assignment, a closing or a reopening on GitHub means here, and what is undone there."""

from datetime import datetime

from engine import onramps
from engine.errors import NotAllowed
from engine.github import queueing
from engine.github.accounts import person_of
from engine.github.payloads import Event
from engine.models import GitHubCall, GitHubIssue, Task, TeamRules
from engine.onramps import intake
from engine.onramps.holding import lock
from engine.onramps.judging import mode_of
from people.models import Person


def follow(issue: GitHubIssue, happened: Event, *, by: Person | None, now: datetime) -> None:
    """Do what goes with an event, after its task is written."""
    assert issue.task is not None
    match happened.action:
        case "assigned":
            _assigned(issue, [happened.concerned], now=now)
        case "opened":
            _assigned(issue, happened.assignees, now=now)
        case "closed":
            _closed(issue, happened, by=by, now=now)
        case "reopened":
            _reopened(issue, by=by, now=now)


def _assigned(issue: GitHubIssue, logins: list[str] | tuple[str, ...], *, now: datetime) -> None:
    assert issue.task is not None
    for login in filter(None, logins):
        if may_be_assigned(issue.task, person_of(login), now=now):
            continue
        is_undone = mode_of(issue.task.team) == TeamRules.Mode.ENFORCE
        _answer(issue, "assigned", login, is_undone=is_undone)
        if is_undone:
            queueing.queue(issue, GitHubCall.Kind.UNASSIGN, login=login, now=now)


def may_be_assigned(task: Task, person: Person | None, *, now: datetime) -> bool:
    """Whether somebody does this task here, or might take it now; of a stranger, whether anybody might."""
    if task.is_over or mode_of(task.team) == TeamRules.Mode.OBSERVE:
        return True
    if person is None:
        return not task.is_held_at(now)
    if task.claims.running().filter(person__in=[person.pk, person.owner_id or person.pk]).exists():
        return True
    return onramps.may(person, task, now=now).verdict.is_allowed


def _answer(issue: GitHubIssue, what: str, login: str, *, is_undone: bool) -> None:
    """Note what our comment has to answer."""
    issue.answer = {"what": what, "login": login, "is_undone": is_undone}
    issue.save(update_fields=["answer"])


def _closed(issue: GitHubIssue, happened: Event, *, by: Person | None, now: datetime) -> None:
    assert issue.task is not None
    task = lock(issue.task)
    issue.task = task
    if task.is_over:
        return
    if happened.is_not_planned:
        intake.close(task, Task.Status.CANCELLED, by=by, now=now)
        return
    if task.claims.running().leads().exists():  # it counts when its lead hands it in
        _answer(issue, "closed", happened.sender, is_undone=False)
        return
    if not _taken_by_closing(task, by, now=now):
        _answer(issue, "closed", happened.sender, is_undone=True)
        queueing.queue(issue, GitHubCall.Kind.REOPEN, now=now)


def _taken_by_closing(task: Task, by: Person | None, *, now: datetime) -> bool:
    """Take who closes a task at their word: they did it, if the rules let them."""
    is_enforced = mode_of(task.team) == TeamRules.Mode.ENFORCE
    if by is None:
        if is_enforced and task.is_held_at(now):
            return False
        intake.close(task, Task.Status.DONE, by=by, now=now)
        return True
    try:
        claim = onramps.take(by, task, now=now)
    except NotAllowed:
        if is_enforced:
            return False
        intake.close(task, Task.Status.DONE, by=by, now=now)
        return True
    if not claim.by_learner:
        onramps.close(task, by=by, now=now)
    return True


def _reopened(issue: GitHubIssue, *, by: Person | None, now: datetime) -> None:
    """Open a task again that was over; what we undid is told on."""
    assert issue.task is not None
    task = issue.task
    if issue.answer and not issue.answer["is_undone"]:
        issue.answer = {}
        issue.save(update_fields=["answer"])
    if task.is_over:
        intake.reopen(task, by=by, now=now)
