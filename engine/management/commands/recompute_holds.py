"""manage.py recompute_holds: match tasks to the on-ramps in force, and give away every free place."""

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from engine.models import Task
from engine.onramps import holding
from engine.onramps.places import allot
from engine.onramps.pools import Pools
from people.clock import present


class Command(BaseCommand):
    help = "Look at every open task again, as the tick does; the same again changes nothing."

    def handle(self, **options: Any) -> None:
        now = present()
        matched = holding.match_all(now=now)
        waiting = holding.with_tasks_that_wait(now=now)
        pools = Pools({team for team, _ in waiting}, now=now)
        newly = 0
        for pair in tqdm(waiting, unit=" kinds in teams", desc="Recomputing", disable=None):
            newly += allot([pair], now=now, pools=pools)
        held = Task.objects.open().filter(is_held=True, held_until__gt=now).count()
        self.stdout.write(f"Newly matched: {matched}. Newly held: {newly}. Held now: {held}.")
