"""manage.py tick: one pass of the clock, to its end."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.jobs import run_tick
from people.clock import present

FARTHEST = timedelta(days=3653)  # ten years: beyond it a --now is a slip, and dates run out


class Command(BaseCommand):
    help = "Reconcile, plan, queue, send and expire what is due; the same --now again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", help="ISO 8601 with an offset, such as 2027-03-01T09:00:00+01:00.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print what changed as JSON.")

    def handle(self, *, now: str | None, as_json: bool, **options: Any) -> None:
        clock = present()
        ticked = run_tick(now=clock if now is None else instant(now, clock=clock)).as_dict()
        text = ", ".join(f"{name} {count}" for name, count in ticked.items())
        self.stdout.write(json.dumps(ticked) if as_json else text)


def instant(written: str, *, clock: datetime) -> datetime:
    """Return the instant in UTC; refuse one without its offset, or years away from the `clock`."""
    try:
        parsed = datetime.fromisoformat(written)
    except ValueError:
        raise CommandError(
            f"--now {written!r} is no instant; write one such as 2027-03-01T09:00:00Z."
        ) from None
    if parsed.tzinfo is None:
        raise CommandError(f"--now {written!r} has no offset; write {written}Z or {written}+01:00.")
    if abs(parsed - clock) > FARTHEST:
        raise CommandError(f"--now {written!r} is more than ten years from the present; write a nearer one.")
    return parsed.astimezone(UTC)
