"""Which open tasks compete for the places of their kind."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from engine.models import Task
from engine.onramps.pools import Pool, Pools
from engine.rules import holds
from engine.rules.holds import Waiting

type Pair = tuple[int, int]  # row ids of a team and an on-ramp


class OpenTask(NamedTuple):
    """One row of an open task that nobody released."""

    pk: int
    team: int
    on_ramp: int
    held_until: datetime
    first_seen_at: datetime
    due_at: datetime | None
    is_held: bool


def open_tasks(tasks: QuerySet[Task]) -> dict[Pair, list[OpenTask]]:
    """Read the open ones of a kind among these, by team and on-ramp, in one query."""
    columns = ("pk", "team_id", "on_ramp_id", "held_until", "first_seen_at", "due_at", "is_held")
    rows = tasks.filter(status=Task.Status.OPEN, waived_at=None, on_ramp__isnull=False)
    found: dict[Pair, list[OpenTask]] = defaultdict(list)
    for row in map(OpenTask._make, rows.order_by().values_list(*columns)):
        found[row.team, row.on_ramp].append(row)
    return found


def held(rows: Iterable[OpenTask], pool: Pool, *, now: datetime) -> set[int]:
    """Return the row ids of those that are held now, whatever the tick has written since."""
    return holds.held((_waiting(row, pool) for row in rows), now=now)


def _waiting(row: OpenTask, pool: Pool) -> Waiting:
    return Waiting(
        task=row.pk,
        until=row.held_until,
        first_seen_at=row.first_seen_at,
        due_at=row.due_at,
        is_held=row.is_held,
        demand=pool.demand(before=row.due_at or row.held_until),
    )


def allot(pairs: Iterable[Pair], *, now: datetime, pools: Pools | None = None) -> int:
    """Give the free places of these kinds and teams to tasks that wait; return how many are newly held.

    A constant number of queries, however many tasks wait. A task that has a place keeps it to its own end.
    """
    wanted = set(pairs)
    if not wanted:
        return 0
    teams, on_ramps = {team for team, _ in wanted}, {on_ramp for _, on_ramp in wanted}
    pools = pools or Pools(teams, now=now)
    new: set[int] = set()
    for pair, rows in open_tasks(Task.objects.filter(team__in=teams, on_ramp__in=on_ramps)).items():
        pool = pools.of(*pair)
        if pair in wanted and pool is not None:
            new |= held(rows, pool, now=now) - {row.pk for row in rows if row.is_held}
    return Task.objects.filter(pk__in=new, is_held=False).update(is_held=True) if new else 0
