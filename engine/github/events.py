"""Take in what GitHub delivers: each event once, never an older one over a newer, nothing from the dead."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from engine.github import closing, comments
from engine.github.accounts import person_of
from engine.github.payloads import Event, event_of, read
from engine.models import GitHubDelivery, GitHubIssue, Repository, Task
from engine.onramps import intake
from engine.onramps.holding import kind_of
from paths.catalogue import on_ramps
from people.models import Person, Team
from people.naming import by_id

ISSUES = "issues"


@transaction.atomic
def receive(delivery: str, event: str, body: bytes, *, now: datetime) -> bool:
    """Take one delivery in; False when it had come before. Raise BadPayload, and store nothing then."""
    payload = read(body)
    try:
        with transaction.atomic():
            row = GitHubDelivery.objects.create(
                delivery=delivery[:100],
                event=event[:50],
                action=str(payload.get("action") or "")[:50],
                outcome="",
                received_at=now,
            )
    except IntegrityError:
        return False
    row.outcome = _outcome(event, payload, now=now)
    row.save(update_fields=["outcome"])
    return True


def _outcome(event: str, payload: Mapping[str, Any], *, now: datetime) -> str:
    """Do what an event asks for, and return in a word what came of it."""
    if event != ISSUES:
        return "ignored"
    happened = event_of(payload)
    repository = _repository(happened.place.repository)
    if repository is None:
        return "unknown"
    if repository.is_off:
        return "switched off"
    issue = _issue(happened, repository)
    if issue.gone_at is not None:
        return "gone"
    if happened.action == "deleted":
        bury(issue, now=now)
        return "deleted"
    if issue.seen_at is not None and happened.updated_at < issue.seen_at:
        return "older"
    if happened.action == "transferred":
        return _move(issue, happened, now=now)
    return _apply(issue, happened, repository, now=now)


def _repository(name: str) -> Repository | None:
    return Repository.objects.filter(full_name__iexact=name).select_related("team").first()


def _issue(happened: Event, repository: Repository) -> GitHubIssue:
    """Return the row of an issue, kept from everybody else until the transaction ends."""
    place = happened.place
    GitHubIssue.objects.get_or_create(
        issue_id=place.issue_id, defaults={"number": place.number, "repository": repository}
    )
    return GitHubIssue.objects.select_for_update(no_key=True).get(issue_id=place.issue_id)


def bury(issue: GitHubIssue, *, now: datetime) -> None:
    """Let an issue be gone for good, and its task with it."""
    issue.gone_at = now
    issue.save(update_fields=["gone_at"])
    issue.calls.filter(status="queued").update(status="dropped", ended_at=now)
    if issue.task is not None and not issue.task.is_over:
        intake.close(issue.task, Task.Status.CANCELLED, by=None, now=now)


def _move(issue: GitHubIssue, happened: Event, *, now: datetime) -> str:
    """Follow an issue into another repository of ours; its old place stays as a grave."""
    goal = happened.moved_to
    repository = _repository(goal.repository) if goal else None
    task = issue.task
    is_known_there = goal is not None and GitHubIssue.objects.filter(issue_id=goal.issue_id).exists()
    if goal is None or repository is None or repository.is_off or task is None or is_known_there:
        bury(issue, now=now)
        return "transferred"
    issue.gone_at, issue.task = now, None
    issue.save(update_fields=["gone_at", "task"])
    issue.calls.filter(status="queued").update(status="dropped", ended_at=now)
    task.key, task.url = str(goal.issue_id), goal.url
    task.save(update_fields=["key", "url"])
    moved = GitHubIssue.objects.create(
        issue_id=goal.issue_id,
        number=goal.number,
        repository=repository,
        task=task,
        seen_at=happened.updated_at,
        assignees=issue.assignees,
    )
    _save_task(happened, repository.team, task, by=person_of(happened.sender), now=now)
    comments.queue(moved, now=now)
    return "transferred"


def _apply(issue: GitHubIssue, happened: Event, repository: Repository, *, now: datetime) -> str:
    issue.seen_at, issue.assignees = happened.updated_at, list(happened.assignees)
    issue.number, issue.repository = happened.place.number, repository
    by = person_of(happened.sender)
    if issue.task is None:
        kind = kind_of(happened.labels, repository.team, on_ramps(), by_id(Team.objects.all()))
        if kind is None or happened.is_closed:  # what is nobody's learning work is no task of ours
            issue.save()
            return "no task"
    issue.task = _save_task(happened, repository.team, issue.task, by=by, now=now)
    issue.save()
    closing.follow(issue, happened, by=by, now=now)
    comments.queue(issue, now=now)
    return "done"


def _save_task(happened: Event, team: Team, known: Task | None, *, by: Person | None, now: datetime) -> Task:
    """Write what the issue says; an estimate, and a due date that is none of a milestone, are ours."""
    said = intake.Said(
        source=Task.Source.GITHUB,
        key=known.key if known else str(happened.place.issue_id),
        title=happened.title,
        team=team,
        details=happened.details,
        url=known.url if known and happened.moved_to else happened.place.url,
        labels=happened.labels,
        due_at=happened.due_at,
        source_at=happened.updated_at,
    )
    return intake.save_task(said, by=by, now=now).task
