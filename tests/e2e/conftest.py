"""A browser, and the product served beside the test."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from tests.chromium import ARGUMENTS, CHROMIUM
from tests.processes import MANAGE, environment, eventually
from tests.sink import Sink


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        missing = f"{CHROMIUM} is missing; install Debian's package chromium"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    # Playwright runs an event loop in this thread, and Django would refuse it every query.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()
        connections.close_all()  # under its loop, Django opened one more


class Product:
    """The product on the test database: its commands, and a web server; both can be moved in time."""

    def __init__(self, relay: Sink, log: Path) -> None:
        self.relay = relay
        self.url = f"http://127.0.0.1:{free_port()}"
        self._log = log
        self.offset = timedelta()
        self._web: subprocess.Popen[bytes] | None = None

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [*MANAGE, *command],
            env=self._environment(),
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def serve(self, *, offset: timedelta = timedelta()) -> None:
        """Serve from now on, so much ahead of the clock, as commands are then; what served before ends."""
        self.stop()
        self.offset = offset
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]
        environment = self._environment(WEB_WORKERS="1")
        with self._log.open("ab") as log:
            self._web = subprocess.Popen(
                [*gunicorn, "--bind", self.url.removeprefix("http://")],
                env=environment,
                cwd=settings.BASE_DIR,
                stderr=log,
            )
        eventually(self._answers, within=60)

    def serve_at(self, now: datetime) -> None:
        self.serve(offset=now - timezone.now())

    def stop(self) -> None:
        if self._web is not None:
            self._web.terminate()
            self._web.wait(timeout=30)
            self._web = None

    def _answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/accounts/login/", timeout=10):
            return True
        return False

    def _environment(self, **changes: str) -> dict[str, str]:
        offset = str(int(self.offset.total_seconds()))
        ours = {"BASE_URL": self.url, "EMAIL_URL": self.relay.url, "DEBUG": "true", "CLOCK_OFFSET": offset}
        return environment(**ours, **changes)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def product(start_sink: Callable[..., Sink], tmp_path: Path) -> Iterator[Product]:
    product = Product(start_sink(), tmp_path / "web.log")
    yield product
    product.stop()
