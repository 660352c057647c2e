"""Links in mails: a signed reference to one row, with a purpose of its own.

What the row allows (state, expiry, whether its person is active) is asked of the row, not of the token.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse

from engine.errors import BadLink


class Purpose(StrEnum):
    ANSWER = "answer"
    SETTINGS = "settings"
    STOP = "stop"
    OFFER = "offer"


def _signer(purpose: Purpose) -> signing.Signer:
    return signing.Signer(salt=f"rampart.link.{purpose}", sep=".")


_OPENS_NOTHING = ContextVar("opens_nothing", default=False)


@contextmanager
def inert() -> Iterator[None]:
    """Make links that open nothing inside the block: for previews, which show mails that nobody got."""
    reset = _OPENS_NOTHING.set(True)
    try:
        yield
    finally:
        _OPENS_NOTHING.reset(reset)


def token(purpose: Purpose, row_id: int) -> str:
    if _OPENS_NOTHING.get():
        return "preview"
    return _signer(purpose).sign(str(row_id))


def row_id(purpose: Purpose, token: str) -> int:
    """Return the row a token refers to; raise BadLink for any other text."""
    try:
        return int(_signer(purpose).unsign(token))
    except (signing.BadSignature, ValueError):
        raise BadLink from None


def url(route: str, *arguments: object) -> str:
    """Return an absolute address, from BASE_URL and never from a request; it ends in a slash."""
    return settings.BASE_URL + reverse(route, args=arguments)
