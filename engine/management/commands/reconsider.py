"""manage.py reconsider: fit how people here forget, rebuild every state, and plan by it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from engine import practice
from engine.management.commands.tick import instant
from engine.models import Belief
from engine.practice import states
from people.clock import present


class Command(BaseCommand):
    help = (
        "Fit how people here forget to their reviews, rebuild the planner's states, and plan by those."
        " The tick does so by itself, four times a week at first; what was stopped halfway goes on there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", help="ISO 8601 with an offset, such as 2027-03-01T09:00:00+01:00.")

    def handle(self, *, now: str | None, **options: Any) -> None:
        clock = present()
        moment = clock if now is None else instant(now, clock=clock)
        belief = Belief.objects.in_the_making() or practice.reconsider(now=moment)
        if belief is None:
            raise CommandError(
                "Nothing to fit: it takes five people, twenty skills that were practised twice, and a day"
                " without a fit so far. Plans go on as before."
            )
        with tqdm(total=states.waiting(belief), unit=" people", desc="Rebuilding", disable=None) as progress:
            while built := states.build_some(belief, now=moment):
                progress.update(built)
        self.stdout.write(
            f"{belief}: fitted to {belief.reviews} reviews of {belief.people} people. The likeliest school is"
            f" {belief.school}; the line of defence is {belief.line:g}. Plans go by it from now on."
        )
