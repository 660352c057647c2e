"""Load a file of absences, all of it or nothing; what it says holds at once."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import ngettext

from engine import delivery
from engine.practice import absences
from people.absence_sheets import AbsenceSheet
from people.models import Absence, Person
from people.sheets import SheetRefused
from people.strangers import strangers

BATCH = 1_000

log = structlog.get_logger("people")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """How many absences were new, known already, and removed."""

    added: int
    known: int
    removed: int

    def __str__(self) -> str:
        told = [
            ngettext("%d absence added", "%d absences added", self.added) % self.added,
            ngettext("%d known already", "%d known already", self.known) % self.known,
        ]
        if self.removed:
            told.append(ngettext("%d removed", "%d removed", self.removed) % self.removed)
        return ", ".join(told) + "."


@transaction.atomic
def load(
    sheet: AbsenceSheet, *, by: Person | None, now: datetime, replace: bool = False, dry_run: bool = False
) -> Loaded:
    """Add the absences of a sheet, or raise SheetRefused with every problem of it.

    A file only adds. With `replace` it is the whole truth of what files say: absences from earlier files that
    it does not name are removed from each person's today on. `by` is None for whoever runs the server.
    """
    # Locked, so that two files at once cannot both add the same.
    people = {person.email.lower(): person for person in Person.objects.select_for_update(no_key=True)}
    problems = [*sheet.problems, *strangers(sheet.said, people, but_agents="are never away")]
    if problems:
        raise SheetRefused(problems)
    said = {(people[one.email].pk, one.starts_on, one.ends_on): people[one.email] for one in sheet.said}
    rows = Absence.objects.filter(source=Absence.Source.FILE)
    known = set(rows.values_list("person_id", "starts_on", "ends_on"))
    new = [days for days in said if days not in known]
    Absence.objects.bulk_create(
        (
            Absence(person_id=person, starts_on=starts_on, ends_on=ends_on, source=Absence.Source.FILE)
            for person, starts_on, ends_on in new
        ),
        batch_size=BATCH,
    )
    gone = [
        row
        for row in (rows.select_related("person") if replace else ())
        if (row.person_id, row.starts_on, row.ends_on) not in said and row.ends_on >= row.person.today(now)
    ]
    loaded = Loaded(added=len(new), known=len(said) - len(new), removed=len(gone))
    touched = {person for person, *_ in new} | {row.person_id for row in gone}
    absences.end((row, row.person.today(now)) for row in gone)
    delivery.heed_absences(touched, now=now)
    if dry_run:
        transaction.set_rollback(True)
    else:
        log.info("absences imported", by=by.pk if by else None, result=str(loaded))
    return loaded
