"""What a message is on the wire: bytes that every relay carries unchanged.

Written here and not by Python's `email`, which writes addresses as encoded words that no mail program opens,
makes words longer than RFC 2047 allows, adds spaces to long names, and costs more than all else of a mail.
"""

import textwrap
from base64 import b64encode, encodebytes
from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, make_msgid, parseaddr
from functools import cached_property

from django.core.mail import DNS_NAME, EmailMessage, EmailMultiAlternatives

from engine.delivery.headers import ascii_address

LONGEST_LINE = 76
LONGEST_WORD = 75
AROUND_A_WORD = len("=?utf-8?b??=")
EOL = "\r\n"
# Quoted-printable writes every = as =3D, and base64 has no _ : no part can hold this.
BOUNDARY = "=_rampart_part"

type Part = tuple[str, str]  # content type, text


class OutboxMessage(EmailMultiAlternatives):
    """A message that is written once: its size is measured on the bytes that go out."""

    metadata: dict[str, str]  # what a provider hands back with its events

    @cached_property
    def written(self) -> bytes:
        return _written(self)


def written(message: EmailMessage) -> bytes:
    """Return the bytes of any message, such as a sign-in code that goes out directly.

    Raises ValueError for a line break in a header, and for an attachment, since no mail of ours has one.
    """
    return message.written if isinstance(message, OutboxMessage) else _written(message)


def _written(message: EmailMessage) -> bytes:
    if message.attachments:
        raise ValueError("A mail has no attachments.")
    alternatives = getattr(message, "alternatives", [])
    parts = [(f"text/{message.content_subtype}", str(message.body))]
    parts += [(other.mimetype, str(other.content)) for other in alternatives]
    headers = "".join(f"{line}{EOL}" for line in _headers(message))
    return headers.encode("ascii") + (_alternative(parts) if alternatives else _part(parts[0]))


def _headers(message: EmailMessage) -> Iterator[str]:
    given = {name.title(): str(value) for name, value in message.extra_headers.items()}
    yield _text("Subject", str(message.subject))
    yield _mailboxes("From", [given.pop("From", message.from_email)])
    for name, mailboxes in {"To": message.to, "Cc": message.cc, "Reply-To": message.reply_to}.items():
        own = given.pop(name, None)
        if mailboxes or own:
            yield _mailboxes(name, [own] if own else mailboxes)
    yield _text("Date", given.pop("Date", "") or format_datetime(datetime.now(UTC)))
    yield _text("Message-ID", given.pop("Message-Id", "") or make_msgid(domain=str(DNS_NAME)))
    yield "MIME-Version: 1.0"
    for name, value in message.extra_headers.items():
        if name.title() in given:
            yield _text(name, str(value))


def _alternative(parts: Sequence[Part]) -> bytes:
    between = f"--{BOUNDARY}".encode()
    opened = f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"{EOL}{EOL}'.encode()
    return opened + b"".join(between + b"\r\n" + _part(part) for part in parts) + between + b"--\r\n"


def _part(part: Part) -> bytes:
    """Return one part in seven bits, because not every relay on the way announces 8BITMIME."""
    kind, text = part
    raw = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    encodings = {"quoted-printable": b2a_qp(raw), "base64": encodebytes(raw)}
    shortest = min(encodings, key=lambda name: len(encodings[name]))
    heading = f'Content-Type: {kind}; charset="utf-8"{EOL}Content-Transfer-Encoding: {shortest}{EOL}{EOL}'
    return heading.encode() + encodings[shortest].replace(b"\n", b"\r\n") + b"\r\n"


def _text(name: str, value: str) -> str:
    """Return a header for people or machines, in any script; what looks like an encoded word is text."""
    _refuse_line_breaks(name, value)
    if not value.isascii() or "=?" in value:
        return f"{name}: {_encoded(value, after=len(name) + 2)}"
    room = LONGEST_LINE - len(name) - 2
    if name != "Subject" or len(value) <= room:  # a machine's line stays whole
        return f"{name}: {value}"
    lines = textwrap.wrap(value, room, break_long_words=False, break_on_hyphens=False)
    return f"{name}: " + f"{EOL} ".join(lines)


def _mailboxes(name: str, mailboxes: Sequence[str]) -> str:
    start = f"{name}: "
    return start + f",{EOL} ".join(_mailbox(name, str(one), after=len(start)) for one in mailboxes)


def _mailbox(header: str, mailbox: str, *, after: int) -> str:
    _refuse_line_breaks(header, mailbox)
    if mailbox.isascii():
        return mailbox
    name, email = parseaddr(mailbox)
    address = ascii_address(email)
    if not address.isascii():
        raise ValueError(f"{email} has non-ASCII characters before the @.")
    if name.isascii():
        return mailbox.replace(email, address)
    return f"{_encoded(name, after=after)}{EOL} <{address}>"


def _refuse_line_breaks(name: str, value: str) -> None:
    if "\r" in value or "\n" in value:
        raise ValueError(f"{name} holds a line break.")


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
