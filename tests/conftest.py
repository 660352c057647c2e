"""Fixtures that several rooms of the house share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from config.environment import mailer
from tests.sink import Rule, Sink

# A machine that is busy with other things is no fault of the code's.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")


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
