"""manage.py tick: one pass of the clock, to its end; or many, to live from one instant to another."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from engine.jobs import run_tick
from people.clock import present

FARTHEST = timedelta(days=3653)  # ten years: beyond it an instant is a slip, and dates run out
STEP = timedelta(minutes=15)  # no window is missed
LONGEST = timedelta(days=31)


class Command(BaseCommand):
    help = "Reconcile, plan, queue, send and expire what is due; the same --now again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", help="ISO 8601 with an offset, such as 2027-03-01T09:00:00+01:00.")
        parser.add_argument(
            "--since", help="Tick every quarter of an hour from this instant on, up to --now."
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print what changed as JSON.")

    def handle(self, *, now: str | None, since: str | None, as_json: bool, **options: Any) -> None:
        clock = present()
        ends_at = clock if now is None else instant(now, clock=clock)
        begins_at = ends_at if since is None else instant(since, clock=clock, option="--since")
        if not timedelta() <= ends_at - begins_at <= LONGEST:
            raise CommandError("--since lies at most 31 days before --now; give an instant in between.")
        ticked: Counter[str] = Counter()
        for moment in tqdm(list(_moments(begins_at, ends_at)), unit=" ticks", disable=since is None or None):
            ticked.update(run_tick(now=moment).as_dict())
        text = ", ".join(f"{name} {count}" for name, count in ticked.items())
        self.stdout.write(json.dumps(ticked) if as_json else text)


def _moments(begins_at: datetime, ends_at: datetime) -> Iterator[datetime]:
    """Yield the instants between the two, a step apart, and the last."""
    while begins_at < ends_at:
        yield begins_at
        begins_at += STEP
    yield ends_at


def instant(written: str, *, clock: datetime, option: str = "--now") -> datetime:
    """Return the instant in UTC; refuse one without its offset, or years away from the `clock`."""
    try:
        parsed = datetime.fromisoformat(written)
    except ValueError:
        raise CommandError(
            f"{option} {written!r} is no instant; write one such as 2027-03-01T09:00:00Z."
        ) from None
    if parsed.tzinfo is None:
        raise CommandError(f"{option} {written!r} has no offset; write {written}Z or {written}+01:00.")
    if abs(parsed - clock) > FARTHEST:
        raise CommandError(
            f"{option} {written!r} is more than ten years from the present; write a nearer one."
        )
    return parsed.astimezone(UTC)
