"""Load a roster into the database, all of it or nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import structlog
from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from people import calendar
from people.models import Level, Person
from people.roster.changes import Affected, Edits, Outcome, Wording, newcomer, revise, wanted
from people.roster.groups import MODELS, Choices, Register, Unknown
from people.roster.managers import emails_after, manager_problems
from people.roster.matching import Match, match
from people.roster.reading import Roster, RosterRefused
from people.sheets import Problem, shown
from people.sign_in import forget_addresses

BATCH = 1000

type Awaited = Mapping[str, Iterable[str]]

log = structlog.get_logger("people")


def load(
    roster: Roster,
    *,
    by: Person | None,
    today: date,
    create: bool = False,
    choices: Choices | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Bring people in line with the roster, or raise RosterRefused with every problem of it.

    `by` is None for whoever runs the server. Changes of role, level, team and share begin on `today`;
    whoever left by then is ended. `choices` says what unknown roles, levels and teams mean, and `create`
    makes the others new. A dry run does everything and takes it back.
    """
    with transaction.atomic():
        # Locked, so that what somebody sets meanwhile is not overwritten by what was read here.
        people = list(Person.objects.select_for_update(no_key=True).order_by("pk"))
        matches, problems = match(roster.entries, people)
        registers = [Register(column) for column in MODELS]
        problems += [*roster.problems, *manager_problems(matches, people), *_guarded(matches, by)]
        problems += _unknown_calendars(matches, roster.problems, year=today.year)
        for register in registers:
            problems += register.settle(roster.entries, choices or {}, create=create)
        if problems:
            raise RosterRefused(problems)
        outcome = _write(matches, people, registers, today=today)
        if dry_run:
            transaction.set_rollback(True)
    if not dry_run:
        log.info("roster imported", by=by.pk if by else None, result=str(outcome))
    return outcome


def _absent(matches: Iterable[Match], people: Iterable[Person]) -> tuple[str, ...]:
    here = {found.person.pk for found in matches if found.person}
    rest = (one for one in people if one.is_active and one.kind == Person.Kind.PERSON and one.pk not in here)
    return tuple(sorted(person.name for person in rest))


def _guarded(matches: Iterable[Match], by: Person | None) -> Iterator[Problem]:
    """Keep L&D from taking over a more powerful account by giving it another address to sign in with."""
    if by is None or by.is_superuser:
        return
    for found in matches:
        person = found.person
        if person and found.moves and person != by and (person.is_staff or person.is_superuser):
            message = (
                f"{person.name} may open the admin; ask a superuser to change the e-mail they sign in with."
            )
            yield Problem(line=found.entry.line, column="email", message=message)


def _unknown_calendars(matches: Iterable[Match], known: Iterable[Problem], *, year: int) -> Iterator[Problem]:
    """Check country and region together, as the person will have them; either may stand in the database."""
    refused = {problem.line for problem in known if problem.column == "country"}
    for found in matches:
        entry, person = found.entry, found.person
        if not {"country", "region"} & entry.cells.keys() or entry.line in refused:
            continue
        country = entry.text("country") if "country" in entry.cells or not person else person.country
        region = entry.text("region") if "region" in entry.cells or not person else person.region
        column = "region" if entry.text("region") else "country"
        if region and not country:
            message = f"{shown(region)} needs a country beside it."
            yield Problem(line=entry.line, column=column, message=message)
        elif country:
            try:
                calendar.public_holidays(country, region, year)
            except calendar.UnknownCalendar as unknown:
                yield Problem(line=entry.line, column=column, message=str(unknown))


def _write(
    matches: Sequence[Match], people: Sequence[Person], registers: Sequence[Register], *, today: date
) -> Outcome:
    entries = [found.entry for found in matches]
    absent = _absent(matches, people)
    learned = tuple(name for register in registers for name in register.remember())
    created = [(register.column, group) for register in registers for group in register.create(entries)]
    groups = tuple(f"{column} {group}" for column, group in created)
    has_new_level = any(column == "level" for column, _group in created)
    levels = tuple(map(str, Level.objects.all())) if has_new_level else ()
    rows = [wanted(found, registers, today=today) for found in matches]
    _vacate(matches)
    persons = [
        found.person or newcomer(values, today=today) for found, values in zip(matches, rows, strict=True)
    ]
    Person.objects.bulk_create([person for person in persons if person.pk is None], batch_size=BATCH)
    emails = emails_after(matches, people)
    emails |= {person.pk: found.entry.text("email") for found, person in zip(matches, persons, strict=True)}
    keys = {email: key for key, email in emails.items()}
    for found, values in zip(matches, rows, strict=True):
        if "manager" in found.entry.cells:  # only now has everybody a primary key
            values["manager_id"] = keys.get(found.entry.text("manager"))
    edits = [revise(person, values, today=today) for person, values in zip(persons, rows, strict=True)]
    _save(persons, edits)
    moved = zip(persons, edits, strict=True)
    forget_addresses([person.pk for person, changed in moved if "email" in changed])
    people_after = _people(matches, edits, Wording(registers, emails))
    return Outcome(**people_after, groups=groups, learned=learned, levels=levels, absent=absent)


def _vacate(matches: Sequence[Match]) -> None:
    """Free the e-mails that pass from one person to another, since no two may have one even for a moment."""
    needed = {found.entry.text("email") for found in matches}
    leaving = [
        found.person.pk
        for found in matches
        if found.person and found.moves and found.person.email.lower() in needed
    ]
    if leaving:
        free = Concat(Value("moving-"), Cast("pk", CharField()), Value("@rampart.invalid"))
        Person.objects.filter(pk__in=leaving).update(email=free)


def _save(persons: Sequence[Person], edits: Sequence[Edits]) -> None:
    """Write what changed by inserting over the rows there are; bulk_update takes minutes for 20,000."""
    names = sorted({name for changed in edits for name in changed})
    revised = [person for person, changed in zip(persons, edits, strict=True) if changed]
    if names:
        Person.objects.bulk_create(
            revised, update_conflicts=True, unique_fields=["id"], update_fields=names, batch_size=BATCH
        )


def _people(
    matches: Sequence[Match], edits: Sequence[Edits], wording: Wording
) -> dict[str, tuple[Affected, ...]]:
    """Return who was created, changed, left and unchanged."""
    told: dict[str, list[Affected]] = {"created": [], "changed": [], "left": [], "unchanged": []}
    for found, changed in zip(matches, edits, strict=True):
        entry = found.entry
        shown_edits = wording.edits(changed) if found.person else ()
        affected = Affected(
            line=entry.line, email=entry.text("email"), name=entry.text("name"), edits=shown_edits
        )
        told[_kind(found, changed)].append(affected)
    return {kind: tuple(affected) for kind, affected in told.items()}


def unknown_names(roster: Roster, awaited: Awaited | None = None) -> list[Unknown]:
    """Return the roles, levels and teams that a roster names and that are not here, column by column.

    `awaited` has slugs, by column, of what is not here either and would be welcome.
    """
    registers = [Register(column, (awaited or {}).get(column, ())) for column in MODELS]
    return [unknown for register in registers for unknown in register.unknown(roster.entries)]


def _kind(found: Match, changed: Edits) -> str:
    if found.person is None:
        return "created"
    if changed.get("is_active", (False, True)) == (True, False):
        return "left"
    return "changed" if changed else "unchanged"
