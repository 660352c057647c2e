"""The database under test, as other processes and comparisons see it."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.db import connection


def url_of_test_database() -> str:
    """Return the DATABASE_URL of the test database, for a process that a test starts."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(settings['NAME']).resolve()}"
    user, password = quote(settings["USER"], safe=""), quote(settings["PASSWORD"], safe="")
    credentials = f"{user}:{password}" if password else user
    return f"postgres://{credentials}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


def dump(*, without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of ours and Django's, by model, to see whether anything changed."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.label not in without
    }
