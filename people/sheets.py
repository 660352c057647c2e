"""Read a sheet from the bytes of a CSV file: a header line, then a line for each entry."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

type Value = str | int | Decimal | date | time | None

DELIMITERS = ",;\t"
SHOWN = 60  # characters of a cell that a message repeats

# Line breaks and NUL can forge a mail header, and direction marks can make a name read as another.
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

# What a spreadsheet would take for a formula, also behind the apostrophe that we put before one.
FORMULA = re.compile(r"'*[=+\-@\t\r\n\0]")


class SheetError(Exception):
    """A sheet cannot be used as it is."""


class CellRefused(SheetError):
    """A cell says something that its column cannot hold."""


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing to mend; `column` may also be `file`, `header` or `row`."""

    line: int  # of the file, from 1
    column: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line. A column that the file lacks, or whose cell was refused, is not among the cells."""

    line: int
    cells: Mapping[str, Value]  # None for an empty cell: back to the default

    def text(self, column: str) -> str:
        """Return the cell as text, empty when it is empty, refused or missing."""
        value = self.cells.get(column)
        return "" if value is None else str(value)


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What a header may name, and how the cells below are read; `read` raises CellRefused."""

    known: Sequence[str]
    required: Sequence[str]
    read: Callable[[str, str], Value]  # of a column and the cell's text


class SheetRefused(SheetError):
    """A sheet has problems, so nothing of it was imported."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        many = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__(f"{many}: nothing was imported. Mend the file and import it again.")


def shown(text: str) -> str:
    """Return the text as a message may repeat it: quoted, short, and with nothing invisible in it."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def csv_safe(text: str) -> str:
    """Return a cell that no spreadsheet runs; `csv_plain` gives back what it was."""
    return f"'{text}" if FORMULA.match(text) else text


def csv_plain(text: str) -> str:
    """Return what a cell said before `csv_safe` made it inert."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def visible(text: str) -> str:
    """Return the text without spaces around it; refuse one that hides something."""
    unsafe = UNSAFE.search(text)
    if unsafe:
        code = f"U+{ord(unsafe[0]):04X}"
        raise CellRefused(f"{shown(text)} contains the invisible character {code}; delete it.")
    return text.strip()


def read_sheet(text: bytes, columns: Columns) -> tuple[list[Entry], list[Problem]]:
    """Return the lines and the problems of a CSV file in UTF-8 with commas, semicolons or tabs."""
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        byte = error.object[error.start]
        message = f"byte 0x{byte:02x} is not UTF-8; save the file as CSV in UTF-8."
        return [], [Problem(line=line, column="file", message=message)]
    problems: list[Problem] = []
    rows = _rows(decoded, problems)
    header_line, names = next(rows, (1, []))
    header = [name.strip().lower() for name in names]
    problems += _header_problems(header, columns, line=header_line)
    entries = [_entry(line, header, row, columns, problems) for line, row in rows]
    return entries, problems


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


def _header_problems(header: list[str], columns: Columns, *, line: int) -> Iterator[Problem]:
    def problem(message: str) -> Problem:
        return Problem(line=line, column="header", message=message)

    for number, name in enumerate(header, start=1):
        if name not in columns.known:
            yield problem(f"column {number} is {shown(name)}; the known ones are {', '.join(columns.known)}.")
        elif name in header[: number - 1]:
            yield problem(f"column {number} is {shown(name)} again; keep one of them.")
    missing = [name for name in columns.required if name not in header]
    if missing:
        yield problem(f"these columns are missing: {', '.join(missing)}.")


def _entry(line: int, header: list[str], row: list[str], columns: Columns, problems: list[Problem]) -> Entry:
    if len(row) != len(header):
        message = (
            f"has {len(row)} cells, and the header {len(header)}; quote a cell that holds the delimiter."
        )
        problems.append(Problem(line=line, column="row", message=message))
        return Entry(line=line, cells={})
    cells: dict[str, Value] = {}
    for column, text in zip(header, row, strict=True):
        if column not in columns.known:
            continue
        try:
            cells[column] = columns.read(column, text)
        except CellRefused as refused:
            problems.append(Problem(line=line, column=column, message=str(refused)))
    return Entry(line=line, cells=cells)
