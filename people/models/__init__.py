"""Who: people, and what decides where and when they work."""

from people.models.absences import Absence, AbsenceCalendar, Holiday
from people.models.organisation import Level, Named, Organisation, Role, Team
from people.models.person import Person, PersonManager
from people.models.values import (
    DAY_NAMES,
    day_numbers,
    organisation_zone,
    valid_country,
    valid_days,
    valid_zone,
)

__all__ = [
    "DAY_NAMES",
    "Absence",
    "AbsenceCalendar",
    "Holiday",
    "Level",
    "Named",
    "Organisation",
    "Person",
    "PersonManager",
    "Role",
    "Team",
    "day_numbers",
    "organisation_zone",
    "valid_country",
    "valid_days",
    "valid_zone",
]
