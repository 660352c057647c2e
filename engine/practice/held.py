"""How the export tells rows of one kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from people.models import Person

type Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Held[M: Model]:
    """Rows of one kind: which are a person's, and what the export tells of each."""

    model: type[M]
    rows: Callable[[Person], QuerySet[M]]
    tell: Callable[[M], Row]


def columns(*names: str) -> Callable[[Model], Row]:
    return lambda row: {name: getattr(row, name) for name in names}


def name_of(row: Model | None) -> str | None:
    return None if row is None else str(row)


def who(somebody: Person | None, *, reader_id: int) -> str:
    """Say who did something by their role: a name would tell of others."""
    if somebody is None:
        return _("Rampart")
    if somebody.pk == reader_id:
        return _("you")
    return str(somebody.role) if somebody.role else _("somebody else")
