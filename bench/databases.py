"""A fresh database for a bench: SQLite in a temporary folder, and PostgreSQL where one can be reached."""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("SQLite", "PostgreSQL")
LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SECRET_KEY": "only-for-benches",
    "BASE_URL": "http://127.0.0.1",
    "DEBUG": "false",
    "API_PER_MINUTE": "1000000",
    "PYTHONTZPATH": "",
}


class BenchFailed(Exception):
    """A process of a bench ended with an error; its last words are in the message."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """An empty, migrated database, and how processes come to use it."""

    name: str
    url: str

    def environment(self, **more: str) -> dict[str, str]:
        return os.environ | ENVIRONMENT | {"DATABASE_URL": self.url} | more

    def run(self, module: str, *, environment: dict[str, str] | None = None, **keywords: object) -> Any:
        """Run `bench.inside.MODULE` in a process of its own; return what its `run` returned."""
        arguments = ["-m", "bench.inside", module, json.dumps(keywords)]
        return json.loads(_python(*arguments, environment=self.environment(**environment or {})))


def add_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--on", choices=KINDS, nargs="+", default=KINDS, help="which databases (default: both)"
    )


@contextmanager
def lived_demo(*, days: int) -> Iterator[Database]:
    """A demo on SQLite that lived through these days until now, for the time of the block."""
    with TemporaryDirectory(prefix="rampart-demo-") as folder:
        database = Database(name="demo", url=f"sqlite:///{folder}/demo.sqlite3")
        _python("manage.py", "demo", "--no-serve", f"--days={days}", environment=database.environment())
        yield database


@contextmanager
def fresh_databases(kinds: Sequence[str]) -> Iterator[list[Database]]:
    """SQLite, and PostgreSQL on the server that RAMPART_BENCH_PG names; its role must be a superuser."""
    with (
        TemporaryDirectory(prefix="rampart-bench-") as folder,
        _on_postgres(wanted="PostgreSQL" in kinds) as postgres,
    ):
        sqlite = Database(name="SQLite", url=f"sqlite:///{folder}/bench.sqlite3")
        databases = [sqlite, *postgres] if "SQLite" in kinds else postgres
        for database in databases:
            _python("manage.py", "migrate", "--verbosity=0", environment=database.environment())
        yield databases


@contextmanager
def _on_postgres(*, wanted: bool) -> Iterator[list[Database]]:
    if not wanted:
        yield []
        return
    server = os.environ.get("RAMPART_BENCH_PG", LOCAL)
    name = f"rampart_bench_{os.getpid()}"
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        if "RAMPART_BENCH_PG" in os.environ:
            raise
        print("No PostgreSQL on 127.0.0.1:5432; RAMPART_BENCH_PG may name another server.")
        yield []
        return
    with connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield [Database(name="PostgreSQL", url=urlsplit(server)._replace(path=f"/{name}").geturl())]
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _python(*arguments: str, environment: dict[str, str]) -> str:
    """Log lines are written as in production, and read only when something went wrong."""
    ended = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if ended.returncode:
        raise BenchFailed(f"{' '.join(arguments)} ended with {ended.returncode}:\n{ended.stderr[-4_000:]}")
    return ended.stdout
