"""The tests' now: nothing patches the clock."""

from datetime import UTC, datetime

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # nine o'clock in Berlin
