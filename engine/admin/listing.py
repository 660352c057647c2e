"""A path's text beside its line numbers, its problems at their place, and how two texts differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff

from paths.problems import Problem, Severity

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


def numbered(text: str, problems: Iterable[Problem] = ()) -> list[Line]:
    worst: dict[int, Severity] = {}
    ranks = list(Severity)
    for problem in problems:
        known = worst.get(problem.line, problem.severity)
        worst[problem.line] = min(known, problem.severity, key=ranks.index)
    return [Line(number=number, severity=worst.get(number, "")) for number in range(1, text.count("\n") + 2)]


def differences(old: str, new: str) -> list[Changed]:
    """Compare by lines, with three of context; empty when the texts are equal."""
    return list(_changes(old, new))


def _changes(old: str, new: str) -> Iterator[Changed]:
    kinds = {"+": "added", "-": "removed", "@": "place"}
    compared = unified_diff(old.splitlines(), new.splitlines(), lineterm="")
    for index, line in enumerate(compared):
        if index > 1:  # the first two name files
            yield Changed(kind=kinds.get(line[:1], "same"), text=line)
