import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from tests.moments import MONDAY


@pytest.fixture
def at(settings):
    """Move every door's now to a moment, as an operator would in a demo."""

    def move(moment):
        settings.CLOCK_OFFSET = moment - timezone.now()

    return move


@pytest.fixture(autouse=True)
def _on_monday(at):
    at(MONDAY)


@pytest.fixture(autouse=True)
def _static_files(settings, tmp_path):
    """Nothing was collected: WhiteNoise serves what the finders find, and warns of a missing directory."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def visitor():
    """Somebody with nothing but a link: no cookie, no CSRF token."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def everything(db):
    """A function that returns every row of every table, to compare before with after."""
    return lambda: {
        model._meta.label: list(model.objects.order_by("pk").values()) for model in apps.get_models()
    }
