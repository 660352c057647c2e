"""Read a roster from the bytes of a CSV file, with every check that needs no database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from people.roster.cells import COLUMNS, REQUIRED, read_cell
from people.sheets import Columns, Entry, Problem, SheetRefused, read_sheet, shown

ROSTER = Columns(known=COLUMNS, required=REQUIRED, read=read_cell)


@dataclass(frozen=True, kw_only=True)
class Roster:
    """What a file says; problems do not stop the reading, so that all of them are found at once."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


class RosterRefused(SheetRefused):
    """A roster has problems, so nothing of it was imported."""


def read_roster(text: bytes) -> Roster:
    """Return the people and the problems of a CSV file in UTF-8 with commas, semicolons or tabs."""
    entries, problems = read_sheet(text, ROSTER)
    problems += [*_repeated("email", entries), *_repeated("external_id", entries)]
    return Roster(entries=tuple(entries), problems=tuple(sorted(problems)))


def _repeated(column: str, entries: Iterable[Entry]) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    for entry in entries:
        value = entry.text(column)
        if not value:
            continue
        first = lines.setdefault(value, entry.line)
        if first != entry.line:
            message = f"{shown(value)} is on line {first} already; give each person one line."
            yield Problem(line=entry.line, column=column, message=message)
