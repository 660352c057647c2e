"""manage.py demo: an organisation whose last ninety days were lived through the engine, ready to look at."""

import logging
import os
import shlex
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from engine import demo, pace
from engine.management.commands.serve import port_number
from engine.models import Answer, Mail
from people.clock import present
from people.models import Person, Team

HOST = "127.0.0.1"
PORTS_TRIED = 50
TEXTS_KEPT = "120"  # days: the inbox shows every mail
ITS_OWN = ("DATABASE_URL", "EMAIL_URL", "BASE_URL", "MAIL_TEXT_KEPT_DAYS", "DEMO")


class Command(BaseCommand):
    help = "Make an organisation and live through its last ninety days, then serve it on this machine."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_false", dest="serve", help="Do all but serve.")
        parser.add_argument(
            "--port", type=port_number, default=8000, help="If it is taken, the next free one."
        )
        parser.add_argument("--fresh", action="store_true", help="Live it anew, from an empty database.")
        parser.add_argument("--days", type=int, default=90, help="How many to live through.")

    def handle(self, *, serve: bool, port: int, fresh: bool, days: int, **options: Any) -> None:
        if days < 1:
            raise CommandError(f"--days {days}: live through one at least.")
        try:
            with demo.alone(database_of(os.environ)) as take_down:
                self._run(serve=serve, port=port, fresh=fresh, days=days, take_down=take_down)
        except (demo.AnotherDemo, demo.NotTheDemo) as refused:
            raise CommandError(str(refused)) from None

    def _run(
        self, *, serve: bool, port: int, fresh: bool, days: int, take_down: Callable[[str], None]
    ) -> None:
        if serve:
            port = self._free_port(port)
            take_down(f"serves on http://{HOST}:{port}")
        self._under_its_own_settings(port)
        demo.check_ours()
        call_command("migrate", interactive=False, verbosity=0)
        if fresh or not demo.is_complete():
            self._live(days)
        self._tell(is_served=serve)
        if serve:
            call_command("serve", host=HOST, port=port)

    def _free_port(self, wanted: int) -> int:
        for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
            if is_free(port):
                if port != wanted:
                    self.stderr.write(f"Port {wanted} is taken; the demo serves on {port}.")
                return port
        raise CommandError(f"Port {wanted} and those after it are taken; give another --port.")

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
        demo.forget_direct_mails()
        demo.found(now=begins_at)
        lived = demo.live(begins_at=begins_at, ends_at=ends_at)
        task = f"Living through {days} days"
        if not sys.stderr.isatty():
            self.stderr.write(f"{task} ...")
        try:
            for _ in tqdm(lived, total=days, unit=" days", desc=task, disable=None):
                pass
        except KeyboardInterrupt:
            raise CommandError("Stopped halfway; the next start lives it anew.") from None
        pace.ask(pace.USUAL, now=timezone.now(), is_over=lambda: False)
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
        self.stdout.write(
            "\nTo look at: what waits for the manager to decide (/decisions/), the work offered to the "
            "employee,\nwhat the rules say to the senior, and the emergency that waits for the guardian.\n"
        )
        self.stdout.write(f"\n  every mail sent: {settings.BASE_URL}/inbox/\n\n")
        ends = f"Ctrl-C or `kill {os.getpid()}` ends it" if is_served else "`./run demo` serves it"
        self.stdout.write(f"{ends}; `./run demo --fresh` lives it anew. This moves it to tomorrow:\n")
        self.stdout.write(f"  {moving(os.environ, since=present(), to=present() + timedelta(days=1))}\n\n")
        self.stdout.flush()


def database_of(given: Mapping[str, str]) -> str:
    return given.get("DATABASE_URL") or f"sqlite:///{settings.BASE_DIR / 'var' / 'demo.sqlite3'}"


def environment_of(given: Mapping[str, str], *, port: int) -> dict[str, str]:
    """Return what the demo's settings are read from: what was given, and what makes it a demo."""
    database = database_of(given)
    may_be_given = {"BASE_URL": f"http://{HOST}:{port}", "MAIL_TEXT_KEPT_DAYS": TEXTS_KEPT}
    fixed = {"DATABASE_URL": database, "EMAIL_URL": demo.beside(database, "-mails").as_uri(), "DEMO": "true"}
    return may_be_given | dict(given) | fixed


def moving(environment: Mapping[str, str], *, since: datetime, to: datetime) -> str:
    """Return the command that takes the demo to another instant, with all that it needs to be the demo's."""
    words = [f"{name}={shlex.quote(environment[name])}" for name in ITS_OWN]
    moments = f"--since {since:%Y-%m-%dT%H:%MZ} --now {to:%Y-%m-%dT%H:%MZ}"
    return f"{' '.join(words)} LOG_LEVEL=WARNING ./run manage tick {moments}"


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
