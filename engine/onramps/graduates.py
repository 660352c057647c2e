"""Note who had learned a kind of work before Rampart counted: one by one, or from a sheet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import ngettext

from engine.models import Graduate, Record
from engine.onramps import audit
from paths.models import OnRamp
from people.graduate_sheets import GraduateSheet
from people.models import Person
from people.sheets import Problem, SheetRefused, shown
from people.strangers import strangers


@transaction.atomic
def graduate(person: Person, on_ramp: OnRamp, *, by: Person, now: datetime) -> Graduate:
    """Note that somebody is no learner for a kind; noted before, it stays as it was."""
    row, is_new = Graduate.objects.get_or_create(
        person=person, on_ramp=on_ramp, defaults={"noted_at": now, "noted_by": by}
    )
    if is_new:
        audit.note(Record.Kind.GRADUATE, now=now, by=by, person=person, on_ramp=on_ramp.pk)
    return row


@transaction.atomic
def take_back(graduate: Graduate, *, by: Person, now: datetime) -> None:
    """Take back what was noted by mistake: the person counts as a learner again, by their credits."""
    audit.note(
        Record.Kind.GRADUATE,
        now=now,
        by=by,
        person=graduate.person,
        on_ramp=graduate.on_ramp_id,
        is_taken_back=True,
    )
    graduate.delete()


@dataclass(frozen=True, kw_only=True)
class Noted:
    """What a sheet says: who is new among the graduates, and how many lines were known before."""

    new: tuple[tuple[Person, OnRamp], ...]
    known: int

    def __str__(self) -> str:
        new = ngettext("%d graduate is new", "%d graduates are new", len(self.new)) % len(self.new)
        known = ngettext("%d is known already", "%d are known already", self.known) % self.known
        return f"{new}, {known}."


@transaction.atomic
def load_graduates(sheet: GraduateSheet, *, by: Person, now: datetime, dry_run: bool = False) -> Noted:
    """Note everybody whom a sheet names, or raise SheetRefused with every problem of it. It only adds."""
    emails = {one.email for one in sheet.said}
    people = {person.email.lower(): person for person in Person.objects.filter(email__in=emails)}
    kinds = {kind.slug: kind for kind in OnRamp.objects.filter(current__isnull=False).defer("draft")}
    problems = [
        *sheet.problems,
        *strangers(sheet.said, people, but_agents="never learn"),
        *_unknown(sheet, kinds),
    ]
    if problems:
        raise SheetRefused(problems)
    said = list(dict.fromkeys((one.email, one.kind) for one in sheet.said))
    pairs = [(people[email], kinds[kind]) for email, kind in said]
    before = set(Graduate.objects.filter(person__in=people.values()).values_list("person_id", "on_ramp_id"))
    new = tuple((person, kind) for person, kind in pairs if (person.pk, kind.pk) not in before)
    if not dry_run:
        for person, kind in new:
            graduate(person, kind, by=by, now=now)
    return Noted(new=new, known=len(pairs) - len(new))


def _unknown(sheet: GraduateSheet, kinds: Mapping[str, OnRamp]) -> Iterator[Problem]:
    for one in sheet.said:
        if one.kind not in kinds:
            known = ", ".join(sorted(kinds)) or "none"
            message = f"{shown(one.kind)} is no on-ramp that was published; those are: {known}."
            yield Problem(line=one.line, column="kind", message=message)
