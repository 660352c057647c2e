"""What a line of the roster makes of a person, and how an import tells it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, cast

from django.contrib.auth.hashers import make_password
from django.db.models import Field

from people import calendar
from people.models import Person
from people.roster.cells import days_text
from people.roster.groups import Meaning, Register
from people.roster.matching import Match

type Edits = Mapping[str, tuple[Any, Any]]  # by attribute of Person: what it was, what it became

PLAIN = (
    "email",
    "external_id",
    "name",
    "country",
    "region",
    "zone",
    "language",
    "workdays",
    "share",
    "send_time",
    "window",
    "minutes",
    "left_on",
)
COLUMN_OF = {
    "role_id": "role",
    "level_id": "level",
    "team_id": "team",
    "manager_id": "manager",
    "is_active": "active",
}
SINCE = {"role_id": "role_since", "level_id": "level_since", "team_id": "team_since", "share": "share_since"}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One value that an import changes, before and after as a person would write it."""

    column: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.column} {self.before or 'none'} -> {self.after or 'none'}"


@dataclass(frozen=True, kw_only=True)
class Affected:
    """One person of a roster, and what its import changes of them."""

    line: int
    email: str
    name: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an import did, or would do; each person is in one of the first four, in the order of the file."""

    created: tuple[Affected, ...]
    changed: tuple[Affected, ...]
    left: tuple[Affected, ...]
    unchanged: tuple[Affected, ...]
    groups: tuple[str, ...]  # created, such as "role Data analyst"
    learned: tuple[Meaning, ...] = ()  # other names of what is here
    levels: tuple[str, ...] = ()  # all there are then, from the first to the highest; empty without a new one
    absent: tuple[str, ...] = ()  # names of active people who are not in the file, and stay as they are

    def __str__(self) -> str:
        return (
            f"{len(self.created)} new, {len(self.changed)} changed, {len(self.left)} left, "
            f"{len(self.unchanged)} unchanged"
        )


def wanted(found: Match, registers: Iterable[Register], *, today: date) -> dict[str, Any]:
    """Return the attributes that the line gives its person, all but the manager."""
    cells, person = found.entry.cells, found.person
    values: dict[str, Any] = {column: cells[column] for column in PLAIN if column in cells}
    for column in values:
        if values[column] is None:
            values[column] = _default(column)
    if cells.get("workdays") is None and ("workdays" in cells or person is None):
        country = values.get("country", person.country if person else "")
        values["workdays"] = days_text(calendar.default_workdays(country))
    for register in registers:
        group = register.find(found.entry.text(register.column))
        values[f"{register.column}_id"] = group.pk if group else None
    if "left_on" in values:
        values |= _active(values["left_on"], person, today=today)
    if found.moves:  # what bounced was the old address
        values |= {"mail_refused_at": None, "mail_refused_because": ""}
    return values


def _default(column: str) -> Any:
    return cast("Field[Any, Any]", Person._meta.get_field(column)).get_default()


def _active(left_on: date | None, person: Person | None, *, today: date) -> dict[str, bool]:
    if left_on is not None and left_on <= today:
        return {"is_active": False}
    # Whoever the admin deactivated without a date did not leave, so the roster does not bring them back.
    return {"is_active": True} if person and person.left_on is not None else {}


def newcomer(values: Mapping[str, Any], *, today: date) -> Person:
    """Return an unsaved person, who signs in by a mailed code and whom nobody has started."""
    since = dict.fromkeys(SINCE.values(), today)
    return Person(**values, **since, password=make_password(None))


def revise(person: Person, values: Mapping[str, Any], *, today: date) -> Edits:
    """Set the attributes that differ, and when they began; return each with its value before and after."""
    edits = {
        name: (getattr(person, name), value)
        for name, value in values.items()
        if getattr(person, name) != value
    }
    edits |= {since: (getattr(person, since), today) for name, since in SINCE.items() if name in edits}
    for name, (_, value) in edits.items():
        setattr(person, name, value)
    return edits


class Wording:
    """Values as a person would write them: groups by their name, managers by their e-mail."""

    def __init__(self, registers: Iterable[Register], emails: Mapping[int, str]) -> None:
        self._names: dict[str, Mapping[int, str]] = {"manager_id": emails}
        for register in registers:
            self._names[f"{register.column}_id"] = {group.pk: group.name for group in register.groups}

    def edits(self, changed: Edits) -> tuple[Edit, ...]:
        return tuple(
            Edit(
                column=COLUMN_OF.get(name, name),
                before=self._word(name, before),
                after=self._word(name, after),
            )
            for name, (before, after) in changed.items()
            if name not in SINCE.values()
        )

    def _word(self, name: str, value: Any) -> str:
        match value:
            case None:
                return ""
            case bool():
                return "yes" if value else "no"
            case int() if name in self._names:
                return self._names[name][value]
            case Decimal():
                return f"{value.normalize():f}"
            case time():
                return f"{value:%H:%M}"
        return str(value)
