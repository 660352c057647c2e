"""Rosters in a few words, and what became of them."""

from datetime import date

import pytest

from people.models import Person
from people.roster import RosterRefused, load, read_roster

TODAY = date(2026, 3, 2)
REQUIRED = {"role": "data-analyst", "level": "novice", "team": "insights"}


def line(name, **cells):
    return {"email": f"{name.lower()}@example.org", "name": name} | REQUIRED | cells


def roster_of(*lines):
    columns = list(dict.fromkeys(column for cells in lines for column in cells))
    rows = [columns, *([cells.get(column, "") for column in columns] for cells in lines)]
    return read_roster("\n".join("\t".join(row) for row in rows).encode())


def load_lines(*lines, by=None, **options):
    return load(roster_of(*lines), by=by, today=TODAY, **options)


def problems_of(*lines, **options):
    with pytest.raises(RosterRefused) as refused:
        load_lines(*lines, **options)
    return refused.value.problems


def places(problems):
    return [(problem.line, problem.column) for problem in problems]


def names(people):
    return [affected.name for affected in people]


def edits(affected):
    return [str(edit) for edit in affected.edits]


def the(name):
    return Person.objects.get(name=name)
