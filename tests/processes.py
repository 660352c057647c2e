"""Real processes on the database of the test that starts them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from tests.databases import url_of_test_database

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]


def environment(**changes: str) -> dict[str, str]:
    """Return what a process needs to work beside the test."""
    ours = {
        "DATABASE_URL": url_of_test_database(),
        "EMAIL_URL": "dummy:",
        "SECRET_KEY": settings.SECRET_KEY,
        "DEBUG": "false",
    }
    return os.environ | {"PYTHONTZPATH": ""} | ours | changes


def start(*command: str, log: Path, **changes: str) -> subprocess.Popen[bytes]:
    """Start a management command whose standard error goes to the file."""
    with log.open("wb") as stderr:
        return subprocess.Popen(
            [*MANAGE, *command], env=environment(**changes), cwd=settings.BASE_DIR, stderr=stderr
        )


def eventually[Found](look: Callable[[], Found], *, within: float) -> Found:
    """Return the first truth that `look` finds; fail after so many seconds."""
    ends = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < ends, f"not within {within} s: {look}"
        time.sleep(0.05)
    return found
