"""What somebody reads whose task has been silent for two working days."""

from datetime import datetime

from engine import links, sentences
from engine.models import Claim, Mail

OVER = "The task was handed in, ended, or heard of before the mail could go."
GONE = "The person left."


def contents(mail: Mail) -> dict[str, object]:
    assert mail.about is not None
    return {
        "task": mail.about.task,
        "until": sentences.moment(mail.expires_at, mail.reader),
        "today_url": links.url("today"),
    }


def why_not(mail: Mail, *, now: datetime) -> str:
    assert mail.about is not None
    claim: Claim = mail.about
    if not mail.reader.is_active:
        return GONE
    is_over = claim.ended_at is not None or claim.submitted_at is not None
    was_heard_of = claim.reminded_at is None or claim.seen_at > claim.reminded_at
    return OVER if is_over or was_heard_of else ""
