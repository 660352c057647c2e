"""Hand one message to the configured relay, and sort what comes back into the five things that can happen."""

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from requests import ConnectTimeout
from urllib3.exceptions import NewConnectionError

from engine.errors import (
    ConnectionBroke,
    PermanentlyRefused,
    PolicyRefused,
    RecipientRefused,
    RelayDown,
    RelayError,
    TemporarilyRefused,
    Uncertain,
)

REFUSES_US = {401, 402, 403}
TRY_LATER = {408, 425, 429, 503}
AT_MOST_IN_A_ROW = 10  # messages lost to breaks and policy before the relay counts as down


class RelayConnection:
    """One connection for many messages; opened when first needed and again after a break."""

    def __init__(self) -> None:
        self._mailer: BaseEmailBackend | None = None
        self._in_a_row = 0

    def send(self, message: EmailMessage) -> None:
        """Send, or raise the RelayError that says what became of the message."""
        mailer = self._open()
        try:
            mailer.send_messages([message])
        except AnymailError as error:
            self._count(meaning := _meaning(error))
            raise meaning from error
        except RelayError as error:
            self._count(error)
            raise
        self._in_a_row = 0

    def check(self) -> None:
        """Raise RelayDown when one message after the other was lost, through no fault of theirs."""
        if self._in_a_row >= AT_MOST_IN_A_ROW:
            raise RelayDown(f"{self._in_a_row} messages in a row broke or were refused by policy.")

    def close(self) -> None:
        if self._mailer is not None:
            self._mailer.close()

    def _open(self) -> BaseEmailBackend:
        try:
            if self._mailer is None:
                self._mailer = mailers.default
            self._mailer.open()
        except (ImproperlyConfigured, AnymailError) as error:
            raise RelayDown(f"EMAIL_URL cannot be used: {error}") from error
        return self._mailer

    def _count(self, error: RelayError) -> None:
        is_ours = isinstance(error, (ConnectionBroke, PolicyRefused, Uncertain))
        self._in_a_row = self._in_a_row + 1 if is_ours else 0


def _meaning(error: AnymailError) -> RelayError:
    """Return what a provider's error says of the message, from its status code or else its cause."""
    said = str(error)[:250]
    if isinstance(error, AnymailRecipientsRefused):
        return RecipientRefused(said)
    if isinstance(error, AnymailAPIError) and error.status_code is None and error.__cause__ is not None:
        return ConnectionBroke(said) if _never_reached(error.__cause__) else Uncertain(said)
    match error.status_code:
        case None:
            return PermanentlyRefused(said)
        case code if code in REFUSES_US:
            return RelayDown(said)
        case code if code in TRY_LATER:
            return TemporarilyRefused(said)
        case code if code < 300 or code >= 500:  # taken, but the answer cannot be read; or broken on the way
            return Uncertain(said)
    return PermanentlyRefused(said)


def _never_reached(cause: BaseException) -> bool:
    """Whether no byte of the request can have arrived: no name, no route, no connection."""
    reasons = [getattr(argument, "reason", None) for argument in cause.args]
    return isinstance(cause, ConnectTimeout) or any(isinstance(one, NewConnectionError) for one in reasons)
