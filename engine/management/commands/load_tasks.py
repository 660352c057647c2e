"""manage.py load_tasks: take in tasks from a file in CSV."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.onramps.task_sheets import TasksRefused, load_tasks, read_tasks
from people.clock import present
from people.management.files import bytes_of


class Command(BaseCommand):
    help = "Create and change tasks from a CSV file (key, title, team and more), all of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a CSV file in UTF-8 with a header line; - reads standard input")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would change, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file, dry_run = options["file"], options["dry_run"]
        try:
            loaded = load_tasks(read_tasks(bytes_of(file)), by=None, now=present(), dry_run=dry_run)
        except TasksRefused as refused:
            for problem in refused.problems:
                self.stderr.write(f"{file}:{problem.line} {problem.column} {problem.message}")
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{loaded} (nothing was written)" if dry_run else str(loaded))
