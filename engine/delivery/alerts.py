"""What an operator must know: open alerts, and a relay that refuses us."""

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog

from engine.models import Alert, Relay

RELAY = "relay"
LONGEST_PAUSE = timedelta(minutes=30)

log = structlog.get_logger("alerts")


def raise_alert(kind: str, message: str, *, now: datetime) -> None:
    """Raise one alert of a kind; while it is open, the same again adds nothing."""
    _, is_new = Alert.objects.get_or_create(
        kind=kind, resolved_at=None, defaults={"message": message[:500], "raised_at": now}
    )
    if is_new:
        log.error("alert", kind=kind, message=message)


def resolve_alerts(kinds: Collection[str], *, now: datetime) -> None:
    Alert.objects.filter(kind__in=kinds, resolved_at=None).update(resolved_at=now)


def rhythm_of(person_id: int) -> str:
    """The kind of alert for a person whose hour, days or zone no mail can keep to."""
    return f"rhythm of person {person_id}"


def relay_is_paused(*, real_now: datetime) -> bool:
    return Relay.objects.filter(retry_at__gt=real_now).exists()


def pause_relay(message: str, *, real_now: datetime) -> None:
    """Stop all sending for a while, twice as long each time, and say so once."""
    relay, _ = Relay.objects.get_or_create(pk=1)
    pause = min(timedelta(minutes=2**relay.failures), LONGEST_PAUSE)
    Relay.objects.filter(pk=1).update(
        failures=min(relay.failures + 1, 10),
        paused_at=relay.paused_at or real_now,
        retry_at=real_now + pause,
    )
    raise_alert(RELAY, f"Sending is paused: {message}", now=real_now)


def relay_works(*, real_now: datetime) -> None:
    if Relay.objects.filter(failures__gt=0).update(failures=0, paused_at=None, retry_at=None):
        resolve_alerts([RELAY], now=real_now)
