"""Who on the roster is whom among the people on record."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from people.models import Person
from people.sheets import Entry, Problem, shown


@dataclass(frozen=True, kw_only=True)
class Match:
    """A line of the roster and the person it means."""

    entry: Entry
    person: Person | None  # None: somebody new

    @property
    def moves(self) -> bool:
        """Whether the person gets another e-mail, so that somebody else may have theirs."""
        email = self.entry.text("email")
        return self.person is not None and bool(email) and email != self.person.email.lower()


def match(entries: Sequence[Entry], people: Iterable[Person]) -> tuple[list[Match], list[Problem]]:
    """Find each line's person by external id, else by e-mail; problems are clashes between the two."""
    by_id, by_email = _registers(people)
    sure = {
        entry.line: Match(entry=entry, person=by_id[entry.text("external_id")])
        for entry in entries
        if entry.text("external_id") in by_id
    }
    claimed = {found.person.pk: found for found in sure.values() if found.person}
    matches: list[Match] = []
    problems: list[Problem] = []
    for entry in entries:
        holder = by_email.get(entry.text("email"))
        found = sure.get(entry.line) or _match_by_email(entry, holder, claimed)
        matches.append(found)
        problems += _clashes(found, holder, claimed)
    return matches, problems


def _registers(people: Iterable[Person]) -> tuple[dict[str, Person], dict[str, Person]]:
    by_id, by_email = {}, {}
    for person in people:
        by_email[person.email.lower()] = person
        if person.external_id:
            by_id[person.external_id] = person
    return by_id, by_email


def _match_by_email(entry: Entry, holder: Person | None, claimed: dict[int, Match]) -> Match:
    if holder is None or holder.pk in claimed:
        return Match(entry=entry, person=None)
    return Match(entry=entry, person=holder)


def _clashes(found: Match, holder: Person | None, claimed: dict[int, Match]) -> Iterator[Problem]:
    entry, person = found.entry, found.person

    def problem(message: str) -> Problem:
        return Problem(line=entry.line, column="email", message=f"{shown(entry.text('email'))} {message}")

    if person and person.kind == Person.Kind.AGENT:
        yield problem("is the address of an agent; the roster holds people only.")
    if holder is None:
        return
    external_id = entry.text("external_id")
    if holder is person:
        if external_id and person.external_id and external_id != person.external_id:
            yield problem(
                f"belongs to {person.name}, whose external_id is {shown(person.external_id)} and not "
                f"{shown(external_id)}; correct one of the two."
            )
        return
    other = claimed.get(holder.pk)
    if other is None:
        yield problem(f"belongs to {holder.name} already, who is not the person with this external_id.")
    elif not external_id:
        yield problem(
            f"belongs to {holder.name}, who is on line {other.entry.line}; give this line its external_id."
        )
    elif not other.moves and other.entry.text("email") != entry.text("email"):
        yield problem(f"belongs to {holder.name}, who is on line {other.entry.line} without a valid new one.")
