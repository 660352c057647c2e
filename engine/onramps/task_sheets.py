"""Tasks in a CSV file: read, checked as a whole, and taken in or refused as a whole; and written again."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from engine.models import Task
from engine.onramps.intake import Kind, Outcome, Said, save_tasks
from paths.catalogue import on_ramps
from people.calendar import instant_of, is_zone
from people.models import Person, Team
from people.naming import by_name
from people.roster.cells import read_date
from people.sheets import (
    CellRefused,
    Columns,
    Entry,
    Problem,
    SheetRefused,
    Value,
    csv_plain,
    csv_safe,
    read_sheet,
    shown,
    visible,
)

REQUIRED = ("key", "title", "team")
COLUMNS = (*REQUIRED, "details", "url", "labels", "kind", "estimate", "due_at", "status", "updated_at")
LONGEST = {"key": 200, "title": 300, "team": 100, "url": 500, "labels": 2000, "details": 20_000}
LONGEST_ELSEWHERE = 100
STATUSES = ("open", "done", "cancelled")
MOST_HOURS = 2_000
NEXT_LINE = re.compile(r"[\r\n\t]")


@dataclass(frozen=True, kw_only=True)
class TaskSheet:
    """What a file says; problems do not stop the reading, so that all of them are found at once."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What an import did, or would do."""

    created: int
    changed: int
    unchanged: int

    def __str__(self) -> str:
        return f"{self.created} created, {self.changed} changed, {self.unchanged} unchanged"


class TasksRefused(SheetRefused):
    """A file of tasks has problems, so nothing of it was imported."""


def read_tasks(text: bytes) -> TaskSheet:
    """Return the tasks and the problems of a CSV file in UTF-8 with commas, semicolons or tabs."""
    entries, problems = read_sheet(text, Columns(known=COLUMNS, required=REQUIRED, read=_read))
    problems += _repeated(entries)
    return TaskSheet(entries=tuple(entries), problems=tuple(sorted(problems)))


def _repeated(entries: Iterable[Entry]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for entry in entries:
        key = entry.text("key")
        if key and first.setdefault(key, entry.line) != entry.line:
            message = f"{shown(key)} is on line {first[key]} already; give each task one line."
            yield Problem(line=entry.line, column="key", message=message)


def _read(column: str, text: str) -> Value:
    text = csv_plain(text)
    if column == "details":
        visible(NEXT_LINE.sub(" ", text))
    else:
        text = visible(text)
    longest = LONGEST.get(column, LONGEST_ELSEWHERE)
    if len(text) > longest:
        raise CellRefused(f"{shown(text)} has {len(text)} characters; {longest} is the most.")
    if not text:
        if column in REQUIRED:
            raise CellRefused("is empty; every task needs one.")
        return None
    reader = READERS.get(column)
    return reader(text) if reader else text


def _url(text: str) -> str:
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        raise CellRefused(f"{shown(text)} is not an address; write one that begins with https://.") from None
    return text


def _estimate(text: str) -> Value:
    number = re.fullmatch(r"[0-9]{1,4}([.,][0-9]{1,6})?", text)
    hours = text.replace(",", ".")
    if not number or not 0 < float(hours) <= MOST_HOURS:
        raise CellRefused(f"{shown(text)} is not a number of working hours; write one such as 2.5.")
    return hours


def _moment(text: str) -> str:
    """Check a date, or a date and time; what it means depends on the team's zone."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise CellRefused(
            f"{shown(text)} is not a date or an instant; write 2026-12-31 or 2026-12-31T17:00."
        ) from None
    return text


def _status(text: str) -> str:
    if text.lower() not in STATUSES:
        raise CellRefused(f"{shown(text)} is not a status; write {', '.join(STATUSES)}.")
    return text.lower()


READERS: dict[str, Any] = {
    "url": _url,
    "estimate": _estimate,
    "due_at": _moment,
    "updated_at": _moment,
    "status": _status,
}


def load_tasks(
    sheet: TaskSheet,
    *,
    by: Person | None,
    now: datetime,
    dry_run: bool = False,
    source: Task.Source = Task.Source.FILE,
) -> Loaded:
    """Take in every task of a file, or raise TasksRefused with every problem of it.

    A dry run does everything and takes it back. A column that the file lacks changes nothing.
    """
    with transaction.atomic():
        said, problems = _said(sheet, source)
        if problems := [*sheet.problems, *problems]:
            raise TasksRefused(problems)
        outcomes = Counter(one.outcome for one in save_tasks(said, by=by, now=now))
        if dry_run:
            transaction.set_rollback(True)
    return Loaded(**{str(outcome): outcomes[outcome] for outcome in Outcome})


def _said(sheet: TaskSheet, source: Task.Source) -> tuple[list[Said], list[Problem]]:
    teams = by_name(Team.objects.all())
    kinds = {kind.id: row for row, kind in on_ramps().items()}
    said, problems = [], []
    for entry in sheet.entries:
        team, kind = teams.get(entry.text("team").casefold()), entry.text("kind")
        if entry.text("team") and team is None:
            message = f"{shown(entry.text('team'))} is no team here; load the roster first, or mend the name."
            problems.append(Problem(line=entry.line, column="team", message=message))
        if kind and kind not in kinds:
            message = (
                f"{shown(kind)} is no on-ramp in force; the known ones are {', '.join(kinds) or 'none'}."
            )
            problems.append(Problem(line=entry.line, column="kind", message=message))
        if team is not None and (not kind or kind in kinds):
            said.append(_task(entry, team, kinds[kind] if kind else Kind.BY_LABELS, source))
    return said, problems


def _task(entry: Entry, team: Team, kind: int | Kind, source: Task.Source) -> Said:
    cells, due = entry.cells, entry.text("due_at")
    labels = [part.strip() for part in re.split("[,;]", entry.text("labels"))]
    return Said(
        source=source,
        key=entry.text("key"),
        title=entry.text("title"),
        team=team,
        details=entry.text("details") if "details" in cells else None,
        url=entry.text("url") if "url" in cells else None,
        labels=[label for label in labels if label] if "labels" in cells else None,
        kind=kind,
        estimate=float(entry.text("estimate")) if entry.text("estimate") else None,
        due_at=_instant(due, team) if due else None,
        is_dueless="due_at" in cells and not due,
        status=Task.Status(entry.text("status")) if entry.text("status") else None,
        source_at=_instant(entry.text("updated_at"), team) if entry.text("updated_at") else None,
    )


def _instant(written: str, team: Team) -> datetime:
    """Return the instant; a date alone means the end of the team's working hours, on its clocks."""
    zone = team.zone if is_zone(team.zone) else "UTC"
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        day = read_date(written)
        assert isinstance(day, date)
        return instant_of(day, team.ends_at, zone=zone)
    parsed = datetime.fromisoformat(written)
    return parsed if parsed.tzinfo else instant_of(parsed.date(), parsed.time(), zone=zone)


def write_tasks(tasks: Iterable[Task]) -> str:
    """Return tasks as a CSV file that `read_tasks` takes back; no spreadsheet runs any of its cells."""
    names = {row: kind.id for row, kind in on_ramps().items()}
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for task in tasks:
        cells = (
            *(task.key, task.title, task.team.slug, task.details, task.url, ", ".join(task.labels)),
            names.get(task.on_ramp_id or 0, ""),
            "" if task.estimate is None else f"{task.estimate:g}",
            task.due_at.isoformat() if task.due_at else "",
            task.status if task.status in STATUSES else Task.Status.OPEN,
            task.source_at.isoformat() if task.source_at else "",
        )
        writer.writerow([csv_safe(str(cell)) for cell in cells])
    return written.getvalue()
