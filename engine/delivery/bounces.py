"""What a provider reports later: an address that does not exist, a mail marked as spam."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import structlog
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.db import transaction

from engine.delivery.compose import MAIL
from engine.delivery.headers import is_same_address
from engine.delivery.sending import mark_refused
from engine.models import BounceEvent, Mail

# Delivered, opened, clicked and the like are not taken in: nobody's reading is watched.
TAKEN = {EventType.BOUNCED, EventType.REJECTED, EventType.COMPLAINED}
HARD = {RejectReason.INVALID, RejectReason.BOUNCED}
log = structlog.get_logger("bounces")


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """One event, read off whatever the provider sent."""

    event_id: str
    kind: str
    mail: Mail | None
    recipient: str
    is_final: bool
    because: str
    happened_at: datetime


def take_in(event: AnymailTrackingEvent, *, provider: str, now: datetime) -> bool:
    """Record an event once, and mark the address it was for if that is of no use; say whether it is new.

    Only events of mails we sent mark anything, and only while the person still has that address: an event
    that comes late, twice or out of order marks nobody else and clears nothing.
    """
    if event.event_type not in TAKEN:
        return False
    bounce = _read(event, provider=provider, now=now)
    with transaction.atomic():
        _, is_new = BounceEvent.objects.get_or_create(
            event_id=bounce.event_id,
            defaults={
                "mail": bounce.mail,
                "kind": bounce.kind,
                "happened_at": bounce.happened_at,
                "received_at": now,
            },
        )
        if is_new and bounce.is_final and bounce.mail is not None:
            _mark(bounce, bounce.mail, now=now)
    log.info("bounce", kind=bounce.kind, mail=bounce.mail and bounce.mail.pk, is_new=is_new)
    return is_new


def _read(event: AnymailTrackingEvent, *, provider: str, now: datetime) -> Bounce:
    is_complaint = event.event_type == EventType.COMPLAINED
    is_hard = event.reject_reason in HARD and not _is_soft(event)
    return Bounce(
        event_id=_event_id(event, provider=provider),
        kind=event.event_type,
        mail=_mail_of(event),
        recipient=event.recipient or "",
        is_final=is_complaint or is_hard,
        because="The mail was marked as spam." if is_complaint else f"It bounced: {_said(event)}",
        happened_at=event.timestamp or now,
    )


def _is_soft(event: AnymailTrackingEvent) -> bool:
    """Whether the provider says soft where django-anymail says bounced: a full mailbox is still there."""
    raw = event.esp_event if hasattr(event.esp_event, "get") else {}
    told = " ".join(str(raw.get(field)).lower() for field in ("Type", "type", "event"))
    is_transient = str(event.description).startswith("Transient")  # Amazon SES
    return "soft" in told or is_transient or raw.get("hard_bounce") is False  # Mailjet


def _event_id(event: AnymailTrackingEvent, *, provider: str) -> str:
    """The provider's own id; where it gives none, what tells this event from others."""
    told_apart = (
        event.event_id
        or hashlib.sha256(
            f"{event.event_type} {event.message_id} {event.recipient} {event.timestamp}".encode()
        ).hexdigest()
    )
    return f"{provider}:{told_apart}"[:200]


def _mail_of(event: AnymailTrackingEvent) -> Mail | None:
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    ours = str(metadata.get(MAIL) or event.message_id or "").strip("<>")
    return Mail.objects.select_related("person").filter(message_id=f"<{ours}>").first()


def _said(event: AnymailTrackingEvent) -> str:
    return str(event.mta_response or event.description or event.reject_reason)


def _mark(bounce: Bounce, mail: Mail, *, now: datetime) -> None:
    """Mark the person while they still have the address that bounced."""
    if mail.person and is_same_address(bounce.recipient, mail.person.email):
        mark_refused(mail.person, because=bounce.because, now=now)
