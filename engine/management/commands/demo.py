"""manage.py demo: an organisation whose last ninety days were lived through the engine, ready to look at."""

import logging
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from engine import demo
from engine.models import Answer, Mail
from people.clock import present
from people.models import Person, Team

HOST = "127.0.0.1"
PORTS_TRIED = 50
TEXTS_KEPT = "120"  # days: the inbox shows every mail


class Command(BaseCommand):
    help = "Make an organisation and live through its last ninety days, then serve it on this machine."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_false", dest="serve", help="Do all but serve.")
        parser.add_argument("--port", type=int, default=8000, help="If it is taken, the next free one.")
        parser.add_argument("--fresh", action="store_true", help="Live it anew, from an empty database.")
        parser.add_argument("--days", type=int, default=90, help="How many to live through.")

    def handle(self, *, serve: bool, port: int, fresh: bool, days: int, **options: Any) -> None:
        if days < 1:
            raise CommandError(f"--days {days}: live through one at least.")
        if serve:
            port = self._free_port(port)
        self._under_its_own_settings(port)
        call_command("migrate", interactive=False, verbosity=0)
        try:
            demo.check_ours()
        except demo.NotTheDemo as refused:
            raise CommandError(str(refused)) from None
        if fresh or not demo.is_complete():
            self._live(days)
        self._tell(is_served=serve)
        if serve:
            call_command("serve", host=HOST, port=port)

    def _free_port(self, wanted: int) -> int:
        for port in range(wanted, wanted + PORTS_TRIED):
            if is_free(port):
                if port != wanted:
                    self.stderr.write(f"Port {wanted} is taken; the demo serves on {port}.")
                return port
        raise CommandError(f"Ports {wanted} to {wanted + PORTS_TRIED - 1} are taken; give another --port.")

    def _under_its_own_settings(self, port: int) -> None:
        """Start again under the demo's settings, as they are read only once; under them, do nothing."""
        environment = environment_of(os.environ, port=port)
        if environment != os.environ:
            arguments = [*sys.orig_argv, "--port", str(port)]
            os.execve(sys.executable, arguments, environment)  # noqa: S606 (ourselves)

    def _live(self, days: int) -> None:
        ends_at = present()
        begins_at = ends_at - timedelta(days=days)
        logging.disable(logging.INFO)
        demo.clear()
        demo.found(now=begins_at)
        lived = demo.live(begins_at=begins_at, ends_at=ends_at)
        try:
            for _ in tqdm(lived, total=days, unit=" days", desc=f"Living through {days} days"):
                pass
        except KeyboardInterrupt:
            raise CommandError("Stopped halfway; the next start lives it anew.") from None
        demo.let_in()
        logging.disable(logging.NOTSET)

    def _tell(self, *, is_served: bool) -> None:
        mails = Mail.objects.filter(status=Mail.Status.SENT).count()
        people, teams, answers = Person.objects.count(), Team.objects.count(), Answer.objects.count()
        self.stdout.write(
            f"\nThe demo is there: {people} people in {teams} teams, {mails} mails, {answers} answers.\n\n"
        )
        for one in demo.SIGN_INS:
            page = "/admin/" if one.group else "/"
            self.stdout.write(f"  {one.who:<10} {one.email:<32} {one.password:<14} {settings.BASE_URL}{page}")
        self.stdout.write(f"\n  every mail sent: {settings.BASE_URL}/inbox/\n\n")
        ends = f"Ctrl-C or `kill {os.getpid()}` ends it" if is_served else "`./run demo` serves it"
        self.stdout.write(f"{ends}; `./run demo --fresh` lives it anew.")


def environment_of(given: Mapping[str, str], *, port: int) -> dict[str, str]:
    """Return what the demo's settings are read from: what was given, and what makes it a demo."""
    own = {
        "DATABASE_URL": f"sqlite:///{settings.BASE_DIR / 'var' / 'demo.sqlite3'}",
        "EMAIL_URL": "dummy:",
        "BASE_URL": f"http://{HOST}:{port}",
        "MAIL_TEXT_KEPT_DAYS": TEXTS_KEPT,
    }
    return own | dict(given) | {"DEMO": "true", "DEBUG": "true"}


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
