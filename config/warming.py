"""What the first page of a web process would else wait for, done while the process starts."""

from importlib import import_module
from pathlib import Path

import structlog
from django.apps import apps
from django.template.loader import get_template
from django.urls import get_resolver

log = structlog.get_logger("warming")

NOT_OF_PAGES = "mail"  # the worker writes those


def warm() -> None:
    """Do each step; one that fails is logged, and its cost left to the first page. No database is touched."""
    for step in (resolve_addresses, load_holidays, compile_templates):
        try:
            step()
        except Exception:
            log.exception("not warmed", step=step.__name__)


def resolve_addresses() -> None:
    """Import the views, forms and what they import, and make the table that addresses are reversed by."""
    get_resolver().reverse_dict  # noqa: B018 (a property that fills itself)


def load_holidays() -> None:
    """`holidays` imports some 250 countries when it is first asked for one: half a second of a first page."""
    import_module("holidays.countries")


def compile_templates() -> None:
    for name in templates():
        get_template(name)


def templates() -> list[str]:
    """Return the templates of our pages, those of the admin included."""
    folder = Path(apps.get_app_config("engine").path) / "templates"
    names = [file.relative_to(folder) for file in sorted(folder.rglob("*.html"))]
    return [name.as_posix() for name in names if name.parts[0] != NOT_OF_PAGES]
