"""The roles, levels and teams that a roster names, by slug or by name in any case."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from django.db.models import Max
from django.utils.text import slugify

from people.models import Level, Role, Team
from people.sheets import Entry, Problem, shown

type Group = Role | Level | Team

MODELS: dict[str, Any] = {"role": Role, "level": Level, "team": Team}
SLUG_LENGTH = 50
NEAR = 3  # suggestions in a message


class Register:
    """All roles, or all levels, or all teams."""

    def __init__(self, column: str) -> None:
        self.column = column
        self.groups: list[Group] = list(MODELS[column].objects.all())
        self._found: dict[str, Group] = {}
        for group in self.groups:
            self._found[group.name.casefold()] = group
        for group in self.groups:  # where one's slug is another's name, the slug counts
            self._found[group.slug.casefold()] = group

    def find(self, text: str) -> Group | None:
        return self._found.get(text.casefold())

    def missing(self, entries: Iterable[Entry]) -> dict[str, int]:
        """Return each name that nothing here has, as first written, with the first line that has it."""
        lines: dict[str, int] = {}
        written: dict[str, str] = {}
        for entry in entries:
            text = entry.text(self.column)
            if text and not self.find(text):
                lines.setdefault(written.setdefault(text.casefold(), text), entry.line)
        return lines

    def unknown(self, entries: Sequence[Entry]) -> Iterator[Problem]:
        """Yield a problem for every line that names what is not here."""
        advice = {text.casefold(): self._advice(text) for text in self.missing(entries)}
        for entry in entries:
            text = entry.text(self.column)
            if text.casefold() in advice:
                message = f"{shown(text)} is no {self.column}{advice[text.casefold()]}"
                yield Problem(line=entry.line, column=self.column, message=message)

    def _advice(self, text: str) -> str:
        near = get_close_matches(text.casefold(), self._found, n=NEAR)
        slugs = list(dict.fromkeys(self._found[name].slug for name in near))
        guess = f"; did you mean {' or '.join(slugs)}?" if slugs else "."
        return f"{guess} Correct it, or import with --create to add it."

    def impossible(self, entries: Sequence[Entry]) -> Iterator[Problem]:
        """Yield a problem for every missing name that cannot be created, because no slug is left for it."""
        taken = {name: group.name for name, group in self._found.items()}
        for text, line in self.missing(entries).items():
            slug = _slug(text)
            if not slug:
                reason = "has no letters from a to z to make a slug of"
            elif slug in taken:
                reason = f"would have the slug {slug}, as {shown(taken[slug])} has"
            else:
                taken[slug] = text
                continue
            message = f"{shown(text)} {reason}; create it in the admin with a slug of its own."
            yield Problem(line=line, column=self.column, message=message)

    def create(self, entries: Sequence[Entry]) -> list[Group]:
        """Create what is missing; new levels come after all others, in the order of the file."""
        fields = [{"name": text, "slug": _slug(text)} for text in self.missing(entries)]
        if not fields:
            return []
        created: list[Group]
        if self.column == "level":
            last = Level.objects.aggregate(last=Max("rank"))["last"] or 0
            created = [Level(rank=last + step, **group) for step, group in enumerate(fields, start=1)]
        else:
            created = [MODELS[self.column](**group) for group in fields]
        MODELS[self.column].objects.bulk_create(created)
        self.groups += created
        for group in created:
            self._found |= {group.name.casefold(): group, group.slug: group}
        return created


def _slug(text: str) -> str:
    return slugify(text)[:SLUG_LENGTH].strip("-_")
