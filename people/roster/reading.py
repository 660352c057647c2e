"""Read a roster from the bytes of a CSV file, with every check that needs no database."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from people.roster.cells import COLUMNS, REQUIRED, CellRefused, RosterError, Value, read_cell, shown

DELIMITERS = ",;\t"


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing to mend; `column` may also be `file`, `header` or `row`."""

    line: int  # of the file, from 1
    column: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One person's line. A column that the file lacks, or whose cell was refused, is not among the cells."""

    line: int
    cells: Mapping[str, Value]  # None for an empty cell: back to the default

    def text(self, column: str) -> str:
        """Return the cell as text, empty when it is empty, refused or missing."""
        value = self.cells.get(column)
        return "" if value is None else str(value)


@dataclass(frozen=True, kw_only=True)
class Roster:
    """What a file says; problems do not stop the reading, so that all of them are found at once."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


class RosterRefused(RosterError):
    """A roster has problems, so nothing of it was imported."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        many = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__(f"{many}: nothing was imported. Mend the file and import it again.")


def read_roster(text: bytes) -> Roster:
    """Return the people and the problems of a CSV file in UTF-8 with commas, semicolons or tabs."""
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        byte = error.object[error.start]
        message = f"byte 0x{byte:02x} is not UTF-8; save the file as CSV in UTF-8."
        return Roster(entries=(), problems=(Problem(line=line, column="file", message=message),))
    problems: list[Problem] = []
    rows = _rows(decoded, problems)
    header_line, names = next(rows, (1, []))
    header = [name.strip().lower() for name in names]
    problems += _header_problems(header, line=header_line)
    entries = [_entry(line, header, row, problems) for line, row in rows]
    problems += [*_repeated("email", entries), *_repeated("external_id", entries)]
    return Roster(entries=tuple(entries), problems=tuple(sorted(problems)))


def _rows(text: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            message = f"cannot be read as CSV ({error}); look for a quotation mark too many or too few."
            problems.append(Problem(line=line, column="row", message=message))
            return
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield line, row


def _header_problems(header: list[str], *, line: int) -> Iterator[Problem]:
    def problem(message: str) -> Problem:
        return Problem(line=line, column="header", message=message)

    for number, name in enumerate(header, start=1):
        if name not in COLUMNS:
            yield problem(f"column {number} is {shown(name)}; the known ones are {', '.join(COLUMNS)}.")
        elif name in header[: number - 1]:
            yield problem(f"column {number} is {shown(name)} again; keep one of them.")
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        yield problem(f"these columns are missing: {', '.join(missing)}.")


def _entry(line: int, header: list[str], row: list[str], problems: list[Problem]) -> Entry:
    if len(row) != len(header):
        message = (
            f"has {len(row)} cells, and the header {len(header)}; quote a cell that holds the delimiter."
        )
        problems.append(Problem(line=line, column="row", message=message))
        return Entry(line=line, cells={})
    cells: dict[str, Value] = {}
    for column, text in zip(header, row, strict=True):
        if column not in COLUMNS:
            continue
        try:
            cells[column] = read_cell(column, text)
        except CellRefused as refused:
            problems.append(Problem(line=line, column=column, message=str(refused)))
    return Entry(line=line, cells=cells)


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
