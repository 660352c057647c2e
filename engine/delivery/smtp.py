"""Speak SMTP one phase at a time, to know whether a break came before or after the final dot.

`smtplib.sendmail` raises the same error for both, and a retry after the dot sends a second copy.
"""

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from engine.delivery.crashing import crash_at
from engine.delivery.wire import written
from engine.errors import (
    ConnectionBroke,
    PermanentlyRefused,
    PolicyRefused,
    RecipientRefused,
    RelayDown,
    TemporarilyRefused,
    Uncertain,
)

# RFC 5321, 4.2.1: the first digit decides, whatever the other two say.
DONE, GO_ON, LATER, NEVER = 2, 3, 4, 5
CLOSING = 421
SIGN_IN_NEEDED = {530, 534, 535, 538}
ABOUT_THE_ADDRESS = {550, 551, 553}
# RFC 3463: the subject of an enhanced status code such as 5.1.1; mailbox full is 5.2.2.
ENHANCED = re.compile(rb"\s*5\.(\d{1,3})\.(\d{1,3})\b")
ADDRESS, MAILBOX, ROUTE, POLICY = 1, 2, 4, 7
FULL = 2

LINE_ENDS = re.compile(rb"\r\n|\r|\n")
LEADING_DOT = re.compile(rb"(?m)^\.")

type Reply = tuple[int, bytes]


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A message as SMTP hands it over."""

    sender: str
    recipient: str
    data: bytes  # dot-stuffed, with the final dot


class PhasedSmtp(EmailBackend):
    """Django's SMTP settings and sign-in; our own way through one message."""

    _is_used = False  # whether the open connection has carried a message

    def open(self) -> bool | None:
        try:
            is_new = super().open()
            if is_new:
                self._is_used = False
                self._smtp.ehlo_or_helo_if_needed()
        except (OSError, ValueError) as error:  # smtplib's errors are OSErrors; a ValueError is a bad setting
            self.close()
            raise RelayDown(f"The relay {self.host} cannot be used: {error}") from error
        return is_new

    def close(self) -> None:
        try:
            super().close()
        except OSError:
            self.connection = None

    def _send(self, message: EmailMessage) -> bool:
        envelope = self._envelope(message)
        self._begin(envelope.sender)
        with self._before_the_dot():
            self._expect(DONE, self._smtp.rcpt(envelope.recipient), at_rcpt=True)
            self._expect(GO_ON, self._smtp.docmd("DATA"))
            self._smtp.send(envelope.data)
        crash_at("data")
        self._expect_verdict()
        return True

    @property
    def _smtp(self) -> smtplib.SMTP:
        assert self.connection is not None
        return self.connection

    def _envelope(self, message: EmailMessage) -> Envelope:
        try:
            [recipient] = [self.prep_address(address) for address in message.recipients()]
            return Envelope(
                sender=self.prep_address(message.from_email),
                recipient=recipient,
                data=_with_final_dot(written(message)),
            )
        except Exception as error:
            raise PermanentlyRefused(f"The message cannot be written: {error}") from error

    def _begin(self, sender: str) -> None:
        """Open a transaction; relays close a connection after a while, so a used one gets a second chance."""
        is_used, self._is_used = self._is_used, True
        try:
            self._mail_from(sender)
        except TemporarilyRefused:
            if not is_used or self.connection is not None:
                raise
            self.open()
            self._is_used = True
            self._mail_from(sender)

    def _mail_from(self, sender: str) -> None:
        with self._before_the_dot():
            try:
                self._expect(DONE, self._smtp.mail(sender))
            except PermanentlyRefused as error:
                raise RelayDown(f"The relay refuses our sender: {error}") from error

    @contextmanager
    def _before_the_dot(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.close()
            raise ConnectionBroke(f"The connection broke before the message was complete: {error}") from error

    def _expect(self, wanted: int, reply: Reply, *, at_rcpt: bool = False) -> None:
        """Return on a reply of the wanted class, else raise what it says; not for use after the final dot."""
        code, said = reply[0], _said(reply)
        if code // 100 == wanted:
            return
        if code // 100 not in (LATER, NEVER):
            self.close()
            raise ConnectionBroke(f"The relay makes no sense: {said}")
        self._be_ready_again(code)
        raise _refusal(reply, at_rcpt=at_rcpt)

    def _expect_verdict(self) -> None:
        """Read the reply to the final dot. Without a clear one, the message may have gone out."""
        try:
            reply = self._smtp.getreply()
        except OSError as error:
            self.close()
            raise Uncertain(f"The connection broke after the message was sent: {error}") from error
        if reply[0] // 100 == DONE:
            return
        if reply[0] // 100 not in (LATER, NEVER):
            self.close()
            raise Uncertain(f"The relay's answer to the message makes no sense: {_said(reply)}")
        self._be_ready_again(reply[0])
        raise _refusal(reply, at_rcpt=False)

    def _be_ready_again(self, code: int) -> None:
        """After a refusal, leave a connection that takes the next message, or none."""
        try:
            is_ready = code != CLOSING and self._smtp.rset()[0] // 100 == DONE
        except OSError:
            is_ready = False
        if not is_ready:
            self.close()


def _refusal(reply: Reply, *, at_rcpt: bool) -> TemporarilyRefused | PermanentlyRefused | RelayDown:
    """Return what a 4xx or 5xx reply means; only one to RCPT can say something of the address."""
    code, text = reply
    said = _said(reply)
    if code // 100 == LATER:
        return TemporarilyRefused(said)
    if code in SIGN_IN_NEEDED:
        return RelayDown(f"The relay wants us to sign in: {said}")
    subject, detail = _enhanced(text)
    if subject == POLICY:
        return PolicyRefused(said)
    is_full = (subject, detail) == (MAILBOX, FULL)
    is_gone = subject in (ADDRESS, MAILBOX, ROUTE) or (subject is None and code in ABOUT_THE_ADDRESS)
    return RecipientRefused(said) if at_rcpt and is_gone and not is_full else PermanentlyRefused(said)


def _enhanced(text: bytes) -> tuple[int, int] | tuple[None, None]:
    found = ENHANCED.match(text)
    return (int(found[1]), int(found[2])) if found else (None, None)


def _said(reply: Reply) -> str:
    code, text = reply
    return f"{code} {text.decode(errors='replace')}"[:250]


def _with_final_dot(data: bytes) -> bytes:
    lines = LEADING_DOT.sub(b"..", LINE_ENDS.sub(b"\r\n", data))
    return (lines if lines.endswith(b"\r\n") else lines + b"\r\n") + b".\r\n"
