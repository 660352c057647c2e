"""What was taken in an emergency, to those who were skipped, and to the learner it was meant for."""

from datetime import datetime

from engine import links
from engine.models import Mail


def contents(mail: Mail) -> dict[str, object]:
    claim = mail.about
    assert claim is not None
    emergency = claim.emergency
    return {
        "task": claim.task,
        "who": claim.person,
        "emergency": emergency,
        "reviews": mail.team_id is not None,  # to the learner no more is said than what became of the task
        "due": emergency.review_due_at.astimezone(mail.reader.tzinfo),
        "decisions_url": links.url("decisions"),
    }


def why_not(mail: Mail, *, now: datetime) -> str:
    return ""
