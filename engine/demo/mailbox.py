"""The mails that go out directly, such as sign-in codes: in a demo, files of Django's file backend."""

import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

from django.conf import settings

BETWEEN_TWO = b"\n" + b"-" * 79 + b"\n"
OURS = "List-Unsubscribe"  # workout mails, which the outbox has
SHOWN = 10  # mails


@dataclass(frozen=True, kw_only=True)
class DirectMail:
    """A mail that is no row of the outbox."""

    to: str
    subject: str
    at: datetime
    text: str


def direct_mails() -> list[DirectMail]:
    """Return the newest, the newest first; none when mails are not kept in files."""
    return list(islice(map(_read, _written()), SHOWN))


def forget_direct_mails() -> None:
    for file in _files():
        file.unlink()


def _files() -> list[Path]:
    """Return the newest first: each is named after the second it was begun in."""
    folder = settings.MAILERS["default"].get("OPTIONS", {}).get("file_path")
    return sorted(Path(folder).glob("*.log"), reverse=True) if folder else []


def _written() -> Iterator[EmailMessage]:
    for file in _files():
        for written in reversed(file.read_bytes().split(BETWEEN_TWO)):
            message = email.message_from_bytes(written, policy=email.policy.default)
            if message["To"] and OURS not in message:
                yield message


def _read(message: EmailMessage) -> DirectMail:
    text = message.get_body(("plain", "html"))
    return DirectMail(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=message["Date"].datetime,
        text=text.get_content() if text else "",
    )
