"""Who reports to whom once a roster is loaded; people are known by the e-mail they will have then."""

from collections.abc import Iterator, Mapping, Sequence

from people.models import Person
from people.roster.matching import Match
from people.sheets import Problem, shown


def manager_problems(matches: Sequence[Match], people: Sequence[Person]) -> Iterator[Problem]:
    """Yield managers whom nobody knows, who manage themselves, or who manage each other in a circle."""
    emails = emails_after(matches, people)
    managers = _managers_after(matches, people, emails)
    lines: dict[str, int] = {}
    for found in matches:
        email, manager = found.entry.text("email"), found.entry.text("manager")
        if not manager:
            continue
        lines[email] = found.entry.line
        if manager == email:
            message = "nobody manages themself; name somebody else or leave the cell empty."
        elif manager not in managers:
            message = (
                f"{shown(manager)} is no person in the file or on record; add them, or correct the address."
            )
        else:
            continue
        yield Problem(line=found.entry.line, column="manager", message=message)
    names = {emails[person.pk]: person.name for person in people}
    names |= {found.entry.text("email"): found.entry.text("name") for found in matches}
    for circle in circles(managers):
        on_lines = [lines[email] for email in circle if email in lines]
        if len(circle) > 1 and on_lines:
            ways = " -> ".join(f"{names[email]} ({email})" for email in [*circle, circle[0]])
            message = f"these people manage each other in a circle: {ways}; correct one of them."
            yield Problem(line=min(on_lines), column="manager", message=message)


def emails_after(matches: Sequence[Match], people: Sequence[Person]) -> dict[int, str]:
    """Return the e-mail that each person on record will have, by their primary key."""
    emails = {person.pk: person.email.lower() for person in people}
    emails |= {
        found.person.pk: found.entry.text("email") for found in matches if found.person and found.moves
    }
    return emails


def _managers_after(
    matches: Sequence[Match], people: Sequence[Person], emails: Mapping[int, str]
) -> dict[str, str | None]:
    managers: dict[str, str | None] = {
        emails[person.pk]: emails.get(person.manager_id or 0)
        for person in people
        if person.kind == Person.Kind.PERSON
    }
    for found in matches:
        email = found.entry.text("email")
        if "manager" in found.entry.cells:
            managers[email] = found.entry.text("manager") or None
        else:
            managers.setdefault(email, None)
    return managers


def circles(managers: Mapping[str, str | None]) -> list[list[str]]:
    """Return each circle of people who manage one another, in the order in which they report."""
    found: list[list[str]] = []
    settled: set[str] = set()
    for start in managers:
        way: dict[str, None] = {}  # a set that keeps its order
        at: str | None = start
        while at and at not in settled and at not in way:
            way[at] = None
            at = managers.get(at)
        if at in way:
            met = list(way)
            found.append(met[met.index(at) :])
        settled.update(way)
    return found
