"""Read absences from the bytes of a CSV file: columns email, starts_on and ends_on, the last day included."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from people.roster.cells import read_cell, read_date
from people.sheets import CellRefused, Columns, Entry, Problem, Value, read_sheet, shown, visible

COLUMNS = ("email", "starts_on", "ends_on")
LONGEST = timedelta(days=3 * 366)  # beyond it, the year is a slip


@dataclass(frozen=True, kw_only=True)
class Said:
    """One line: these days away, of whoever has this e-mail."""

    line: int
    email: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class AbsenceSheet:
    """What a file says; problems do not stop the reading, so that all of them are found at once."""

    said: tuple[Said, ...]
    problems: tuple[Problem, ...]


def read_absences(text: bytes) -> AbsenceSheet:
    entries, problems = read_sheet(text, Columns(known=COLUMNS, required=COLUMNS, read=_read))
    for entry in entries:
        problems += _order_problems(entry)
    said = [one for entry in entries if (one := _said(entry)) is not None]
    return AbsenceSheet(said=tuple(said), problems=tuple(sorted(problems)))


def _read(column: str, text: str) -> Value:
    if column == "email":
        return read_cell("email", text)
    text = visible(text)
    if not text:
        raise CellRefused("is empty; write a date such as 2026-12-31.")
    return read_date(text)


def _order_problems(entry: Entry) -> Iterator[Problem]:
    starts_on, ends_on = entry.cells.get("starts_on"), entry.cells.get("ends_on")
    if not isinstance(starts_on, date) or not isinstance(ends_on, date):
        return
    if ends_on < starts_on:
        message = f"{shown(str(ends_on))} is before starts_on, {starts_on}; it is the last day away."
        yield Problem(line=entry.line, column="ends_on", message=message)
    elif ends_on - starts_on > LONGEST:
        message = f"{shown(str(ends_on))} is more than three years after starts_on, {starts_on}."
        yield Problem(line=entry.line, column="ends_on", message=message)


def _said(entry: Entry) -> Said | None:
    email, starts_on, ends_on = (entry.cells.get(column) for column in COLUMNS)
    if not isinstance(email, str) or not isinstance(starts_on, date) or not isinstance(ends_on, date):
        return None
    return Said(line=entry.line, email=email, starts_on=starts_on, ends_on=ends_on)
