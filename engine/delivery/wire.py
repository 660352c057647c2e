"""What a message is on the wire: bytes that every relay carries unchanged.

Python's own folding of headers writes addresses as encoded words that no mail program opens, makes words
longer than RFC 2047 allows, and adds spaces to long names; so the headers we fill are folded here.
"""

import email.policy
import textwrap
from base64 import b64encode
from collections.abc import Iterator
from email.headerregistry import Address, HeaderRegistry, UniqueAddressHeader, UniqueUnstructuredHeader
from email.policy import Policy
from functools import cached_property
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives

LONGEST_LINE = 76
LONGEST_WORD = 75
AROUND_A_WORD = len("=?utf-8?b??=")
EOL = "\r\n"


class Headers(HeaderRegistry):
    """Python's registry makes a new class for every header of every message."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


class OneLine(UniqueUnstructuredHeader):
    """A header of our own in ASCII, with nothing to parse; it stays whole."""

    name: str

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds |= {"decoded": value, "parse_tree": None}

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{EOL}"


class Text(OneLine):
    """A line for people, in any script; what looks like an encoded word in it is text."""

    def fold(self, *, policy: Policy) -> str:
        start = f"{self.name}: "
        return start + _folded(str(self), after=len(start)) + EOL


class Mailboxes(UniqueAddressHeader):
    """Names with their addresses."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        start = f"{self.name}: "
        return start + f",{EOL} ".join(_mailbox(one, after=len(start)) for one in self.addresses) + EOL


def _mailbox(address: Address, *, after: int) -> str:
    if address.display_name.isascii():
        return str(address)
    return f"{_encoded(address.display_name, after=after)}{EOL} <{address.addr_spec}>"


def _folded(text: str, *, after: int) -> str:
    if not text.isascii() or "=?" in text:
        return _encoded(text, after=after)
    lines = textwrap.wrap(text, LONGEST_LINE - after, break_long_words=False, break_on_hyphens=False)
    return f"{EOL} ".join(lines)


def _encoded(text: str, *, after: int) -> str:
    """Return encoded words (RFC 2047), each with whole characters, one a line."""
    return f"{EOL} ".join(f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in _chunks(text, after=after))


def _chunks(text: str, *, after: int) -> Iterator[bytes]:
    room = (min(LONGEST_WORD, LONGEST_LINE - after) - AROUND_A_WORD) // 4 * 3
    chunk = b""
    for character in text:
        written = character.encode()
        if len(chunk) + len(written) > room:
            yield chunk
            chunk, room = b"", (LONGEST_WORD - AROUND_A_WORD) // 4 * 3
        chunk += written
    yield chunk


HEADERS = Headers()
for _kind, _names in {
    Mailboxes: ["From", "To", "Reply-To"],
    Text: ["Subject"],
    OneLine: [
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
    ],
}.items():
    for _name in _names:
        HEADERS.map_to_type(_name, _kind)  # type: ignore[arg-type]  # the registry adds the base class
# Seven bits, because not every relay on the way announces 8BITMIME.
POLICY = email.policy.SMTP.clone(header_factory=HEADERS, cte_type="7bit")


class OutboxMessage(EmailMultiAlternatives):
    """A message that is written once: its size is measured on the bytes that go out."""

    metadata: dict[str, str]  # what a provider hands back with its events

    @cached_property
    def written(self) -> bytes:
        return self.message(policy=POLICY).as_bytes()


def written(message: EmailMessage) -> bytes:
    """Return the bytes of any message, such as a sign-in code that goes out directly."""
    return (
        message.written if isinstance(message, OutboxMessage) else message.message(policy=POLICY).as_bytes()
    )
