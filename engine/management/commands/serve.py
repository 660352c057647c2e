"""manage.py serve: the web server and the worker on this machine."""

import os
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine.processes import Child, StopSignal

ANY, HERE = "0.0.0.0", "127.0.0.1"  # noqa: S104 (an operator may say so)
EVERY = 1.0  # seconds between two looks
STOP_WITHIN = 29.0  # the worker takes at most 25


class Command(BaseCommand):
    help = "Bring the database up to date, then run the web server and the worker until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=HERE, help="Default: this machine only.")
        parser.add_argument("--port", type=port_number, default=8000)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        here = f"http://{host}:{port}"
        links_begin_with = os.environ.setdefault("BASE_URL", here.replace(ANY, HERE))  # the children read it
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
        named = "" if links_begin_with.rstrip("/") == here else f" and as {links_begin_with}"
        self.stdout.write(f"Rampart serves on {here}/{named}. Ctrl-C ends it.")
        self.stdout.flush()
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


def port_number(written: str) -> int:
    if written.isdecimal() and 0 < int(written) < 65536:
        return int(written)
    raise ArgumentTypeError(f"{written!r} is no port; write a number from 1 to 65535.")
