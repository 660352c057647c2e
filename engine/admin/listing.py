"""A path's text beside its line numbers, its problems at their place, and how two texts differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from paths.problems import Problem, Severity
from paths.source import read

AROUND = 60  # characters quoted on either side of a problem


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A problem, and the line it stands in, cut around its column."""

    problem: Problem
    before: str
    there: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Line:
    number: int
    severity: str = ""  # of the worst problem of the line
    is_meant: bool = False  # the page was opened for this line


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One line of a unified diff: `kind` is added, removed, place or same."""

    kind: str
    text: str


def quotes(text: str, problems: Iterable[Problem]) -> list[Quote]:
    lines = text.split("\n")
    return [_quote(lines, problem) for problem in problems]


def _quote(lines: list[str], problem: Problem) -> Quote:
    line = lines[problem.line - 1] if problem.line <= len(lines) else ""
    at = min(problem.column - 1, len(line))
    word = len(line[at:].split(" ")[0]) or 1
    end = min(at + word, at + AROUND)
    return Quote(
        problem=problem,
        before=line[max(0, at - AROUND) : at],
        there=line[at:end],
        after=line[end : end + AROUND],
    )


def numbered(text: str, problems: Iterable[Problem] = (), *, meant: int | None = None) -> list[Line]:
    worst: dict[int, Severity] = {}
    ranks = list(Severity)
    for problem in problems:
        known = worst.get(problem.line, problem.severity)
        worst[problem.line] = min(known, problem.severity, key=ranks.index)
    return [
        Line(number=number, severity=worst.get(number, ""), is_meant=number == meant)
        for number in range(1, text.count("\n") + 2)
    ]


def line_of(name: str, text: str) -> int | None:
    """Return the line where an exercise `skill/exercise` stands, else its skill; None where neither does."""
    tree = read(text, file="").tree
    skill_id, _, exercise_id = name.partition("/")
    skills = tree.data.get("skills") if isinstance(tree.data, dict) else None
    for place, skill in _with_id(skills, skill_id):
        for inside, _exercise in _with_id(skill.get("exercises"), exercise_id):
            return tree.nearest(("skills", place, "exercises", inside)).place[0]
        return tree.nearest(("skills", place)).place[0]
    return None


def _with_id(items: Any, wanted: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the mappings of a list that have this id; a draft may hold anything instead."""
    for place, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict) and item.get("id") == wanted:
            yield place, item


def differences(old: str, new: str) -> list[Changed]:
    """Compare by lines, with three of context; empty when the texts are equal."""
    return list(_changes(old, new))


def _changes(old: str, new: str) -> Iterator[Changed]:
    kinds = {"+": "added", "-": "removed", "@": "place"}
    compared = unified_diff(old.splitlines(), new.splitlines(), lineterm="")
    for index, line in enumerate(compared):
        if index > 1:  # the first two name files
            yield Changed(kind=kinds.get(line[:1], "same"), text=line)
