"""The roles, levels and teams that a roster names, by slug or by name in any case."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.db.models import Max
from django.utils.text import slugify

from people.models import Level, Role, Team
from people.naming import by_name
from people.sheets import Entry, Problem, shown

type Group = Role | Level | Team
type Name = tuple[str, str]  # the column, and the name in lower case
# What an unknown name means: a row id of what is here; a slug for a new one; None: a new one so called.
type Choices = Mapping[Name, int | str | None]

MODELS: dict[str, Any] = {"role": Role, "level": Level, "team": Team}
SLUG_LENGTH = 50
NEAR = 3  # suggestions in a message


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A name in a roster that no role, level or team has."""

    column: str
    text: str  # as first written
    line: int  # the first that has it
    lines: int  # how many have it
    nearest: tuple[Group, ...]
    awaited: tuple[Group, ...]  # not here yet, though something waits for them; some may be the nearest
    may_be_new: bool  # whether a slug is left to create it with

    @property
    def key(self) -> Name:
        return self.column, self.text.casefold()


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """A name that a roster uses, and the role, level or team that it means from now on."""

    column: str
    text: str
    group: str

    def __str__(self) -> str:
        return f"{self.text} → {self.group}"


class Register:
    """All roles, or all levels, or all teams."""

    def __init__(self, column: str, awaited: Iterable[str] = ()) -> None:
        self.column = column
        self.groups: list[Group] = list(MODELS[column].objects.all())
        self.renamed: dict[str, Group] = {}  # by the name taken over
        self._found: dict[str, Group] = by_name(self.groups)
        self.awaited = [self._new(slug) for slug in awaited if not self.find(slug)]
        self.adopted: list[Group] = []

    def _new(self, slug: str) -> Group:
        """Return an unsaved one whose name can be read: `data-analyst` is called Data analyst."""
        group: Group = MODELS[self.column](slug=slug, name=slug.replace("-", " ").capitalize())
        return group

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

    def unknown(self, entries: Sequence[Entry]) -> list[Unknown]:
        """Return every name that is not here, with what it may mean."""
        used = Counter(entry.text(self.column).casefold() for entry in entries)
        stuck = {problem.line for problem in self._impossible(self.missing(entries))}
        return [
            Unknown(
                column=self.column,
                text=text,
                line=line,
                lines=used[text.casefold()],
                nearest=tuple(self._nearest(text)),
                awaited=tuple(self.awaited),
                may_be_new=line not in stuck,
            )
            for text, line in self.missing(entries).items()
        ]

    def settle(self, entries: Sequence[Entry], choices: Choices, *, create: bool) -> Iterator[Problem]:
        """Take over what was chosen for unknown names; yield a problem for what is left to choose."""
        by_id = {group.pk: group for group in self.groups}
        missing = self.missing(entries)
        for text in missing:
            choice = choices.get((self.column, text.casefold()))
            if isinstance(choice, str):
                self._call(self._adopt(choice), text)
            elif choice is not None and choice in by_id:
                self._call(by_id[choice], text)
        new = {
            text: line
            for text, line in missing.items()
            if not self.find(text) and (create or choices.get((self.column, text.casefold()), 0) is None)
        }
        yield from self._undecided(entries, {text.casefold() for text in new})
        yield from self._impossible(new)

    def _adopt(self, slug: str) -> Group:
        """Return what has this slug or its name; if nothing has, a new one, created with the others."""
        group = self._new(slug)
        if found := self.find(slug) or self.find(group.name):
            return found
        self.adopted.append(group)
        self._found |= {group.name.casefold(): group, group.slug: group}
        return group

    def _call(self, group: Group, text: str) -> None:
        """Know this group under another name, from the next import on without being told."""
        if self.find(text) is group:
            return
        group.also_called = "\n".join([*group.other_names, text])
        self._found[text.casefold()] = group
        self.renamed[text] = group

    def _undecided(self, entries: Sequence[Entry], new: Collection[str]) -> Iterator[Problem]:
        advice = {text.casefold(): self._advice(text) for text in self.missing(entries)}
        for entry in entries:
            text = entry.text(self.column)
            if text.casefold() in advice and text.casefold() not in new:
                message = f"{shown(text)} is no {self.column}{advice[text.casefold()]}"
                yield Problem(line=entry.line, column=self.column, message=message)

    def _advice(self, text: str) -> str:
        slugs = [group.slug for group in self._nearest(text)]
        guess = f"; did you mean {' or '.join(slugs)}?" if slugs else "."
        return f"{guess} Correct it, or import with --create to add it."

    def _nearest(self, text: str) -> list[Group]:
        known = by_name(self.awaited) | self._found
        near = get_close_matches(text.casefold(), known, n=NEAR)
        return list({known[name].slug: known[name] for name in near}.values())

    def _impossible(self, new: Mapping[str, int]) -> Iterator[Problem]:
        """Yield a problem for every new name that cannot be created, because no slug is left for it."""
        taken = {name: group.name for name, group in self._found.items()}
        for text, line in new.items():
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

    def remember(self) -> list[Meaning]:
        """Store the names that were taken over, and return them with what they mean."""
        renamed = {group.slug: group for group in self.renamed.values() if group not in self.adopted}
        for group in renamed.values():
            group.save(update_fields=["also_called"])
        return [
            Meaning(column=self.column, text=text, group=str(group)) for text, group in self.renamed.items()
        ]

    def create(self, entries: Sequence[Entry]) -> list[Group]:
        """Create what is missing; new levels come after all others, in the order of the file."""
        missing = [MODELS[self.column](name=text, slug=_slug(text)) for text in self.missing(entries)]
        created: list[Group] = [*self.adopted, *missing]
        if not created:
            return []
        if self.column == "level":
            last = Level.objects.aggregate(last=Max("rank"))["last"] or 0
            for rank, level in enumerate(created, start=last + 1):
                level.rank = rank  # type: ignore[union-attr]
        MODELS[self.column].objects.bulk_create(created)
        self.groups += created
        for group in created:
            self._found |= {group.name.casefold(): group, group.slug: group}
        return created


def _slug(text: str) -> str:
    return slugify(text)[:SLUG_LENGTH].strip("-_")
