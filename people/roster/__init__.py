"""The roster: a CSV file of everybody, read, checked as a whole, and loaded or refused as a whole."""

from people.roster.changes import Affected, Edit, Outcome
from people.roster.loading import load
from people.roster.reading import Roster, RosterRefused, read_roster
from people.sheets import Entry, Problem

__all__ = [
    "Affected",
    "Edit",
    "Entry",
    "Outcome",
    "Problem",
    "Roster",
    "RosterRefused",
    "load",
    "read_roster",
]
