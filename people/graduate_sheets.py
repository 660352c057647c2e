"""Read graduates from the bytes of a CSV file: columns email and kind, the id of an on-ramp."""

from dataclasses import dataclass

from people.roster.cells import read_cell
from people.sheets import CellRefused, Columns, Entry, Problem, Value, read_sheet, visible

COLUMNS = ("email", "kind")


@dataclass(frozen=True, kw_only=True)
class Said:
    """One line: whoever has this e-mail had learned this kind of work."""

    line: int
    email: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class GraduateSheet:
    """What a file says; problems do not stop the reading, so that all of them are found at once."""

    said: tuple[Said, ...]
    problems: tuple[Problem, ...]


def read_graduates(text: bytes) -> GraduateSheet:
    entries, problems = read_sheet(text, Columns(known=COLUMNS, required=COLUMNS, read=_read))
    said = [one for entry in entries if (one := _said(entry)) is not None]
    return GraduateSheet(said=tuple(said), problems=tuple(sorted(problems)))


def _read(column: str, text: str) -> Value:
    if column == "email":
        return read_cell("email", text)
    kind = visible(text).lower()
    if not kind:
        raise CellRefused("is empty; write the id of an on-ramp, such as clean-weekly-extract.")
    return kind


def _said(entry: Entry) -> Said | None:
    email, kind = entry.text("email"), entry.text("kind")
    return Said(line=entry.line, email=email, kind=kind) if email and kind else None
