"""Bring people in line with a roster in CSV."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from people.clock import present
from people.management.files import bytes_of
from people.models import Person
from people.roster import Affected, Outcome, RosterRefused, load, read_roster


class Command(BaseCommand):
    help = "Create, change and end people from a CSV file, all of it or nothing. Nobody is mailed or started."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a CSV file in UTF-8 with a header line; - reads standard input")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would change, and change nothing"
        )
        parser.add_argument(
            "--create", action="store_true", help="add roles, levels and teams that are missing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file, dry_run = options["file"], options["dry_run"]
        today = timezone.localdate(present())
        roster = read_roster(bytes_of(file))
        _check_tables()
        try:
            outcome = load(roster, by=None, today=today, create=options["create"], dry_run=dry_run)
        except RosterRefused as refused:
            for problem in refused.problems:
                self.stderr.write(f"{file}:{problem.line} {problem.column} {problem.message}")
            raise CommandError(str(refused)) from None
        if dry_run:
            self._tell(outcome)
        self.stdout.write(f"{outcome} (nothing was written)" if dry_run else str(outcome))

    def _tell(self, outcome: Outcome) -> None:
        for group in outcome.groups:
            self.stdout.write(f"new {group}")
        self._tell_each("new", outcome.created)
        self._tell_each("changed", outcome.changed)
        self._tell_each("left", outcome.left)

    def _tell_each(self, word: str, people: Iterable[Affected]) -> None:
        for person in people:
            edits = "; ".join(str(edit) for edit in person.edits)
            self.stdout.write(f"{word} {person.name} <{person.email}>{': ' if edits else ''}{edits}")


def _check_tables() -> None:
    if Person._meta.db_table not in connection.introspection.table_names():
        raise CommandError(
            "The database has no table of people yet; run ./run manage migrate, then load again."
        )
