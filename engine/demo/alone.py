"""One demo at a time on one database."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dj_database_url
from django.conf import settings

from engine.errors import EngineError


class AnotherDemo(EngineError):
    """A demo runs on the same database."""


def beside(database_url: str, ending: str) -> Path:
    """Return a path next to the SQLite file, or in `var/` under the database's name."""
    database = dj_database_url.parse(database_url)
    name = Path(str(database["NAME"]))
    if database["ENGINE"].endswith("sqlite3"):
        return name.absolute().with_name(name.name.removesuffix(".sqlite3") + ending)
    base: Path = settings.BASE_DIR
    return base / "var" / f"demo-{name.name}{ending}"


@contextmanager
def alone(database_url: str) -> Iterator[Callable[[str], None]]:
    """Hold the demo's lock, or raise AnotherDemo; what is yielded takes down what this demo does."""
    file = beside(database_url, ".lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as lock:  # not "w": a refused start must not empty it
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            does = lock.read() or "is starting"
            raise AnotherDemo(f"A demo {does}; end it first.") from None

        def take_down(does: str) -> None:
            lock.truncate(0)
            lock.write(f"{does} (process {os.getpid()})")
            lock.flush()

        take_down("is starting")
        yield take_down
