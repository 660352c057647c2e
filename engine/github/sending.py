"""The outbox to GitHub: a call is a row, claimed before it is made, tried again, and never made twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog

from engine.delivery.alerts import raise_alert, resolve_alerts
from engine.errors import GitHubRefused, GitHubUnreachable
from engine.github.accounts import person_of
from engine.github.client import Api
from engine.github.closing import may_be_assigned
from engine.github.comments import marker, text_of
from engine.models import GitHubCall, GitHubIssue, Task

ALERT = "github"
LEASE = timedelta(minutes=5)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
LONGEST_WAIT = timedelta(hours=6)
GONE = 410
NOT_FOUND = 404
OF_THIS_CALL = range(400, 500)
OF_US = {401, 403, 429}  # the token or the pace: it may go through later
MOST_REFUSALS = 8

type Clock = Callable[[], datetime]

log = structlog.get_logger("github")


def send_due(
    *,
    now: datetime,
    clock: Clock,
    api: Api | None = None,
    may_call: Callable[[int], bool] = lambda made: True,
) -> int:
    """Make the calls that are due, oldest first, while GitHub answers; return how many were made."""
    api = api or Api.configured()
    if api is None:
        return 0
    made = 0
    due = GitHubCall.objects.claimable(now=now, real_now=clock()).order_by("pk").values_list("pk", flat=True)
    for pk in list(due):
        if not may_call(made):
            break
        try:
            made += _send_one(pk, api, now=now, clock=clock)
        except GitHubUnreachable:
            break
    return made


def _send_one(pk: int, api: Api, *, now: datetime, clock: Clock) -> bool:
    claim = uuid4()
    free = GitHubCall.objects.claimable(now=now, real_now=clock()).filter(pk=pk)
    if not free.update(claim=claim, claimed_until=clock() + LEASE):
        return False
    call = GitHubCall.objects.select_related("issue__task__team__rules", "issue__repository").get(pk=pk)
    try:
        status = _make(call, api, now=now)
    except GitHubRefused as error:
        _refused(call, claim, error, now=now)
        return True
    except GitHubUnreachable as error:
        _try_later(call, claim, str(error), now=now)
        raise
    _finish(call, claim, status=status, problem="", ended_at=now)
    resolve_alerts([ALERT], now=now)
    return True


def _make(call: GitHubCall, api: Api, *, now: datetime) -> str:
    """Do what the row is about, as things are now."""
    issue = call.issue
    if issue.gone_at is not None or issue.repository is None or issue.repository.is_off or issue.task is None:
        return GitHubCall.Status.DROPPED
    here = f"/repos/{issue.repository.full_name}/issues/{issue.number}"
    match call.kind:
        case GitHubCall.Kind.COMMENT:
            return _comment(issue, api, here, now=now)
        case GitHubCall.Kind.UNASSIGN:
            return _unassign(issue, issue.task, call.login, api, here, now=now)
        case _:
            if issue.task.is_over:
                return GitHubCall.Status.DROPPED
            api.call("PATCH", here, {"state": "open"})
            return GitHubCall.Status.DONE


def _comment(issue: GitHubIssue, api: Api, here: str, *, now: datetime) -> str:
    """Write the comment, or edit it; one that we wrote and do not know of is found again."""
    text = text_of(issue, now=now)
    if text is None or text == issue.said:
        return GitHubCall.Status.DROPPED
    assert issue.task is not None
    assert issue.repository is not None
    known = issue.comment_id or api.find_comment(here, marker(issue.task))
    if known is not None and not _edited(api, issue.repository.full_name, known, text):
        known = None  # somebody deleted it
    if known is None:
        known = int(api.call("POST", f"{here}/comments", {"body": text})["id"])
    GitHubIssue.objects.filter(pk=issue.pk).update(comment_id=known, said=text)
    return GitHubCall.Status.DONE


def _edited(api: Api, repository: str, comment: int, text: str) -> bool:
    try:
        api.call("PATCH", f"/repos/{repository}/issues/comments/{comment}", {"body": text})
    except GitHubRefused as error:
        if error.status in {NOT_FOUND, GONE}:
            return False
        raise
    return True


def _unassign(issue: GitHubIssue, task: Task, login: str, api: Api, here: str, *, now: datetime) -> str:
    if may_be_assigned(task, person_of(login), now=now):  # they took it meanwhile, or it is free
        return GitHubCall.Status.DROPPED
    api.call("DELETE", f"{here}/assignees", {"assignees": [login]})
    return GitHubCall.Status.DONE


def _refused(call: GitHubCall, claim: UUID, error: GitHubRefused, *, now: datetime) -> None:
    """Give up where this call is at fault; whatever else it is, try again."""
    is_ours = error.status in OF_THIS_CALL and error.status not in OF_US
    if error.status == GONE or (is_ours and call.attempts + 1 >= MOST_REFUSALS):
        _finish(call, claim, status=GitHubCall.Status.FAILED, problem=str(error), ended_at=now)
    else:
        _try_later(call, claim, str(error), now=now, wait=error.wait)
    if error.status in OF_THIS_CALL:
        raise_alert(ALERT, f"GitHub refuses call {call.pk} ({call.kind}): {error}", now=now)


def _try_later(
    call: GitHubCall, claim: UUID, problem: str, *, now: datetime, wait: timedelta = timedelta()
) -> None:
    pause = BACK_OFF[min(call.attempts, len(BACK_OFF) - 1)]
    later = now + min(max(pause, wait), LONGEST_WAIT)
    _finish(call, claim, attempts=min(call.attempts + 1, 1_000), not_before=later, problem=problem[:300])
    log.warning("call to GitHub failed", call=call.pk, kind=call.kind, problem=problem)


def _finish(call: GitHubCall, claim: UUID, **changes: Any) -> None:
    """Write what became of a call, if it is still under this claim."""
    GitHubCall.objects.claimed(call.pk, claim).update(claim=None, claimed_until=None, **changes)
