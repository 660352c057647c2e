"""Mails about tasks: what each kind says, and why one that waits may no longer go.

Each kind is a module with `contents(mail)`, and `why_not(mail, now=...)` that is empty while it still holds.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from engine.delivery.onramp_mails import decide, decided, emergency, letter, offer, sign_off, silent
from engine.models import Mail


class Kind(Protocol):
    """A module of this package."""

    def contents(self, mail: Mail) -> dict[str, object]:
        """Return what the three templates show."""

    def why_not(self, mail: Mail, *, now: datetime) -> str:
        """Say why the mail is no longer true; it is looked at just before it goes."""


KINDS: Mapping[str, Kind] = {
    Mail.Kind.OFFER: offer,
    Mail.Kind.SILENT: silent,
    Mail.Kind.DECIDE: decide,
    Mail.Kind.REMINDER: decide,
    Mail.Kind.DECIDED: decided,
    Mail.Kind.EMERGENCY: emergency,
    Mail.Kind.SIGN_OFF: sign_off,
    Mail.Kind.LETTER: letter,
}
