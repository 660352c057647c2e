"""Build the message of a mail: subject, text and HTML from three templates side by side, and its headers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache

import css_inline
from django.conf import settings
from django.db import DatabaseError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from engine import links, wording
from engine.delivery import digest_mail, onramp_mails, welcome_mail, workout_mail
from engine.delivery.headers import address, clean, sender_name
from engine.delivery.rests import Rest
from engine.delivery.wire import OutboxMessage
from engine.errors import CannotCompose
from engine.links import Purpose
from engine.models import Mail, Rep
from people.models import Organisation

# Gmail cuts a message off at 102 KB of HTML.
MOST_HTML = 80_000  # bytes, decoded
MOST_BYTES = 150_000  # of the whole message
MAIL = "mail"  # the key of our Message-ID in events: a provider's own message ids are not known here


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A message ready for the relay, and the parts of it that the outbox keeps."""

    subject: str
    text: str
    html: str
    message: OutboxMessage


def compose(
    mail: Mail,
    reps: Sequence[Rep],
    *,
    dated_at: datetime,
    organisation: str | None = None,
    rests: Sequence[Rest] = (),
) -> Composed:
    """Build the whole message; raise CannotCompose with the reason, so that it fails alone.

    Who builds many looks up the organisation's name once.
    """
    try:
        name = Organisation.get().name if organisation is None else organisation
        with wording.spoken_to(mail.person):
            contents = _contents(mail, reps, rests) | {"organisation": name}
            composed = _compose(mail, contents, dated_at=dated_at)
        _refuse_too_big(composed)
    except (CannotCompose, DatabaseError):  # a database that fails is no fault of the mail's
        raise
    except Exception as error:
        raise CannotCompose(f"cannot be built: {type(error).__name__}: {error}") from error
    return composed


def _compose(mail: Mail, contents: dict[str, object], *, dated_at: datetime) -> Composed:
    context = _frame(mail) | contents
    template = f"mail/{mail.kind}"
    subject = clean(render_to_string(f"{template}.subject.txt", context))
    text = render_to_string(f"{template}.txt", context | {"subject": subject})
    html = _inliner().inline(render_to_string(f"{template}.html", context | {"subject": subject}))
    message = OutboxMessage(
        subject=subject,
        body=text,
        from_email=_from(mail),
        to=[address(*mail.recipient)],
        reply_to=_reply_to(mail),
        headers=_headers(mail, dated_at=dated_at),
    )
    message.attach_alternative(html, "text/html")
    message.metadata = {MAIL: mail.message_id}
    return Composed(subject=subject, text=text, html=html, message=message)


def _contents(mail: Mail, reps: Sequence[Rep], rests: Sequence[Rest]) -> dict[str, object]:
    """Return what this kind of mail says."""
    match mail.kind:
        case Mail.Kind.WELCOME:
            return welcome_mail.contents(mail)
        case Mail.Kind.DIGEST:
            return digest_mail.contents(mail)
    if mail.kind in onramp_mails.KINDS:
        return onramp_mails.KINDS[mail.kind].contents(mail)
    return workout_mail.contents(mail, reps, rests)


def _frame(mail: Mail) -> dict[str, object]:
    """Return what stands around every mail."""
    is_rtl = translation.get_language_bidi()
    frame: dict[str, object] = {
        "mail": mail,
        "person": mail.person,
        "language": translation.get_language(),
        "direction": "rtl" if is_rtl else "ltr",
        # Mail programs do not know logical properties.
        "starts": "right" if is_rtl else "left",
        "ends": "left" if is_rtl else "right",
    }
    if mail.is_practice:
        settings_token = links.token(Purpose.SETTINGS, mail.pk)
        frame |= {"settings_url": links.url("mail_settings", settings_token), "stop_url": _stop_url(mail)}
    return frame


def _stop_url(mail: Mail) -> str:
    return links.url("stop", links.token(Purpose.STOP, mail.pk))


def _from(mail: Mail) -> str:
    if mail.sender is None:
        return _mailbox(settings.DEFAULT_FROM_EMAIL)
    name = _("%(colleague)s, by Rampart") % {"colleague": mail.sender.name}
    return _mailbox(f"{sender_name(name)} <{settings.DEFAULT_FROM_EMAIL.rpartition('<')[2]}")


def _reply_to(mail: Mail) -> list[str] | None:
    """Answers to a colleague's mail reach the colleague."""
    if mail.sender is not None:
        return [address(mail.sender.name, mail.sender.email)]
    return [_mailbox(settings.REPLY_TO)] if settings.REPLY_TO else None


def _mailbox(written: str) -> str:
    """Return an operator's `Name <email>`, or bare address, with a name that cannot pass for an address."""
    name, _bracket, email = written.rpartition("<")
    return address(sender_name(name), email.rstrip("> "))


def _headers(mail: Mail, *, dated_at: datetime) -> dict[str, str]:
    headers = {
        "Message-ID": mail.message_id,
        "Date": format_datetime(dated_at.astimezone(UTC)),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, NRN, AutoReply, RN",
    }
    if mail.is_practice:
        headers |= {
            "List-Unsubscribe": f"<{_stop_url(mail)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return headers


@cache
def _inliner() -> css_inline.CSSInliner:
    # Rules that cannot be inlined (dark mode, narrow screens) stay in the head.
    return css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)


def _refuse_too_big(composed: Composed) -> None:
    html_size, whole = len(composed.html.encode()), len(composed.message.written)
    if html_size > MOST_HTML or whole > MOST_BYTES:
        raise CannotCompose(f"too_big: {html_size:,} bytes of HTML, {whole:,} in all; shorten its exercises.")
