"""The roster: a CSV file of everybody, read, checked as a whole, and loaded or refused as a whole."""

from people.roster.cells import COLUMNS, REQUIRED
from people.roster.changes import Affected, Edit, Outcome
from people.roster.groups import MODELS, Choices, Group, Meaning, Unknown
from people.roster.loading import load, unknown_names
from people.roster.reading import Roster, RosterRefused, read_roster
from people.sheets import Entry, Problem

__all__ = [
    "COLUMNS",
    "MODELS",
    "REQUIRED",
    "Affected",
    "Choices",
    "Edit",
    "Entry",
    "Group",
    "Meaning",
    "Outcome",
    "Problem",
    "Roster",
    "RosterRefused",
    "Unknown",
    "load",
    "read_roster",
    "unknown_names",
]
