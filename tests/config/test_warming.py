"""What a web process does before its first page; no test here has a database, so the warmer needs none."""

from pathlib import Path

import pytest
from django.template import engines
from structlog.testing import capture_logs

from config import warming
from tests.config.test_environment import python

TEMPLATES = Path("engine/templates")


@pytest.fixture
def compiled():
    """The templates that this process has at hand, none at first."""
    [loader] = engines["django"].engine.template_loaders
    loader.reset()
    yield loader.get_template_cache
    loader.reset()


@pytest.mark.parametrize("folder", ["pages", "account", "admin"])
def test_every_template_of_pages_is_compiled(compiled, folder):
    names = {file.relative_to(TEMPLATES).as_posix() for file in (TEMPLATES / folder).rglob("*.html")}

    warming.warm()

    assert names
    assert names <= set(compiled)


def test_what_only_the_worker_writes_is_left_cold(compiled):
    warming.warm()

    assert not [name for name in compiled if name.startswith("mail/")]


@pytest.mark.parametrize("step", ["resolve_addresses", "load_holidays"])
def test_a_step_that_fails_is_logged_and_the_next_ones_are_done(compiled, monkeypatch, step):
    def fails():
        raise OSError("no such file")

    fails.__name__ = step
    monkeypatch.setattr(warming, step, fails)

    with capture_logs() as logs:
        warming.warm()

    assert [(log["log_level"], log["step"]) for log in logs] == [("error", step)]
    assert "pages/today.html" in compiled


def test_a_web_process_is_warm_before_it_serves():
    loaded = "{'holidays.countries.germany', 'engine.pages.weeks'} <= set(sys.modules)"

    ended = python(
        f"import sys, config.wsgi; print({loaded})",
        SECRET_KEY="x",
        DATABASE_URL="sqlite:////nowhere/at/all.sqlite3",
    )

    assert ended.stdout.strip() == "True"
    assert "not warmed" not in ended.stderr
