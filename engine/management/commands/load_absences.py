"""Add days away from a file in CSV."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.practice import absence_files
from people.absence_sheets import read_absences
from people.clock import present
from people.management.files import bytes_of
from people.sheets import SheetRefused


class Command(BaseCommand):
    help = "Add days away from a CSV file (email, starts_on, ends_on), all of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a CSV file in UTF-8 with a header line; - reads standard input")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would change, and change nothing"
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="the file is complete: remove what earlier files said of the days to come, if it does not",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file, dry_run = options["file"], options["dry_run"]
        sheet = read_absences(bytes_of(file))
        try:
            loaded = absence_files.load(
                sheet, by=None, now=present(), replace=options["replace"], dry_run=dry_run
            )
        except SheetRefused as refused:
            for problem in refused.problems:
                self.stderr.write(f"{file}:{problem.line} {problem.column} {problem.message}")
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{loaded} (nothing was written)" if dry_run else str(loaded))
