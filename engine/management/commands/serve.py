"""manage.py serve: the web server and the worker on this machine."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.processes import Child, StopSignal

EVERY = 1.0  # seconds between two looks
STOP_WITHIN = 29.0  # the worker takes at most 25


class Command(BaseCommand):
    help = "Bring the database up to date, then run the web server and the worker until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Default: this machine only.")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        stop = StopSignal()
        call_command("migrate", interactive=False, verbosity=0)
        manage, gunicorn = settings.BASE_DIR / "manage.py", settings.BASE_DIR / "config" / "gunicorn.py"
        commands: dict[str, list[str | Path]] = {
            "web server": [
                sys.executable,
                "-m",
                "gunicorn",
                "--config",
                gunicorn,
                "--bind",
                f"{host}:{port}",
            ],
            "worker": [sys.executable, manage, "worker"],
        }
        children = {name: Child(command) for name, command in commands.items()}
        self.stdout.write(
            f"Rampart serves on http://{host}:{port}/ and as {settings.BASE_URL}. Ctrl-C ends it."
        )
        try:
            self._watch(children, stop)
        finally:
            for child in children.values():
                child.ask_to_stop()
            for child in children.values():
                child.end(within=STOP_WITHIN)

    def _watch(self, children: dict[str, Child], stop: StopSignal) -> None:
        while not stop.wait(EVERY):
            for name, child in children.items():
                if child.exit_code is not None:
                    raise CommandError(f"The {name} ended by itself with code {child.exit_code}; stopping.")
