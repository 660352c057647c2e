"""What waits for an approver's answer, all of it in one mail, and the link to where they give it.

Who may decide, and what a yes costs, is known further up: `engine.apps` says whom to ask.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from engine import links
from engine.models import Mail
from people.models import Person

NOTHING_WAITS = "Nothing waits for their answer any more."


class Waiting(Protocol):
    """A request that waits for its reader's answer, as the templates show it."""

    @property
    def sentence(self) -> str: ...

    @property
    def cost(self) -> str: ...

    @property
    def answer_by(self) -> str: ...


class AllWaiting(Protocol):
    """The first of them, and how many more there are."""

    @property
    def shown(self) -> Sequence[Waiting]: ...

    @property
    def more(self) -> int: ...


class Above:
    """What the rooms above know."""

    waiting_for: Callable[[Person, datetime], AllWaiting]


def contents(mail: Mail) -> dict[str, object]:
    waiting = Above.waiting_for(mail.reader, mail.dated_at or mail.not_before)
    return {
        "waiting": waiting.shown,
        "more": waiting.more,
        "count": len(waiting.shown) + waiting.more,
        "is_reminder": mail.kind == Mail.Kind.REMINDER,
        "decisions_url": links.url("decisions"),
    }


def why_not(mail: Mail, *, now: datetime) -> str:
    return "" if Above.waiting_for(mail.reader, now).shown else NOTHING_WAITS
