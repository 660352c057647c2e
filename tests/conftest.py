"""Fixtures that several rooms of the house share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection

from config.environment import mailer
from engine.append_only import guard, unguard
from engine.models import Record
from tests.sink import Rule, Sink

# A machine that is busy with other things is no fault of the code's.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")

AUDIT = Record._meta.db_table


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let one core have all tests that start processes: several at once would starve each other."""
    if item.get_closest_marker("processes"):
        item.add_marker(pytest.mark.xdist_group("processes"))


@pytest.fixture(autouse=True)
def audit_may_be_flushed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the database be emptied after a test that commits: the audit's triggers would refuse it."""
    marker = request.node.get_closest_marker("django_db")
    is_committing = marker is not None and marker.kwargs.get("transaction", False)
    if not (is_committing or "transactional_db" in request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.schema_editor() as editor:
        unguard(AUDIT, editor)
    Record.objects.all().delete()
    with connection.schema_editor() as editor:
        guard(AUDIT, editor)


@pytest.fixture
def start_sink(tmp_path: Path) -> Iterator[Callable[..., Sink]]:
    """Start relays with `start_sink(rule, ...)`; all end with the test."""
    running: list[Sink] = []

    def start(*rules: Rule, **options: object) -> Sink:
        running.append(Sink(tmp_path / f"sink-{len(running)}", *rules, **options))
        return running[-1]

    yield start
    for sink in running:
        sink.stop()


@pytest.fixture
def post_to(settings: Any, start_sink: Callable[..., Sink]) -> Callable[..., Sink]:
    """Start a relay by `post_to(rule, ...)`, and send this process's mail there."""

    def start(*rules: Rule, **options: object) -> Sink:
        sink = start_sink(*rules, **options)
        settings.MAILERS = {"default": mailer(sink.url)}
        return sink

    return start
