"""The tests' now, and moments as they are written: nothing patches the clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

BERLIN = "Europe/Berlin"
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # nine o'clock in Berlin


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def berlin(text: str) -> datetime:
    """Return in UTC what a clock in Berlin shows as, say, 2026-11-23 09:00."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)
