"""An `issues` event as we read it: the issue as it was then, and what was done to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.errors import BadPayload

NOT_PLANNED = {"not_planned", "duplicate"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an issue is, or went."""

    issue_id: int
    number: int
    url: str
    repository: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event about one issue."""

    action: str
    place: Place
    title: str
    details: str
    is_closed: bool
    is_not_planned: bool
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    concerned: str  # the login that was assigned
    sender: str
    due_at: datetime | None  # of its milestone
    updated_at: datetime
    moved_to: Place | None


def read(body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body)
    except ValueError as error:  # no JSON, or no text
        raise BadPayload("The body is no JSON; choose application/json for the webhook.") from error
    if not isinstance(payload, dict):
        raise BadPayload("The body is no JSON object.")
    return payload


def event_of(payload: Mapping[str, Any]) -> Event:
    """Return what an `issues` event says; raise BadPayload when it lacks something."""
    try:
        issue = payload["issue"]
        return Event(
            action=_text(payload["action"]),
            place=_place(issue, payload["repository"]),
            title=_text(issue["title"])[:300],
            details=_text(issue.get("body")),
            is_closed=issue["state"] == "closed",
            is_not_planned=issue.get("state_reason") in NOT_PLANNED,
            labels=tuple(_text(label["name"]) for label in issue.get("labels") or ()),
            assignees=tuple(_text(one["login"]) for one in issue.get("assignees") or ()),
            concerned=_text((payload.get("assignee") or {}).get("login")),
            sender=_text((payload.get("sender") or {}).get("login")),
            due_at=_moment((issue.get("milestone") or {}).get("due_on")),
            updated_at=_moment(issue["updated_at"]) or datetime.min.replace(tzinfo=UTC),
            moved_to=_moved(payload.get("changes") or {}),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadPayload(f"This is no event about an issue: {type(error).__name__}.") from error


def _moved(changes: Mapping[str, Any]) -> Place | None:
    if "new_issue" not in changes:
        return None
    return _place(changes["new_issue"], changes["new_repository"])


def _place(issue: Mapping[str, Any], repository: Mapping[str, Any]) -> Place:
    return Place(
        issue_id=int(issue["id"]),
        number=int(issue["number"]),
        url=_text(issue.get("html_url"))[:500],
        repository=_text(repository["full_name"]),
    )


def _text(value: object) -> str:
    """Return a text that every database takes."""
    return "" if value is None else str(value).replace("\x00", "").encode(errors="replace").decode()


def _moment(value: object) -> datetime | None:
    """Return an instant in UTC; GitHub always says the zone."""
    if value is None:
        return None
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError("An instant without its zone.")
    return at.astimezone(UTC)
