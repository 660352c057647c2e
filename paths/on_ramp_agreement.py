"""Where on-ramps disagree: with paths, with each other, with the organisation."""

from collections.abc import Iterator

from paths.agreement import audience_problems, unmatched
from paths.problems import Code, Problem
from paths.schema import OnRampSpec, PathSpec
from paths.shelf import Shelf
from paths.source import Reading
from paths.texts import shown


def on_ramp_disagreements(shelf: Shelf) -> Iterator[Problem]:
    yield from _repeated(shelf)
    for reading, on_ramp in shelf.on_ramps:
        yield from _unknown_skills(reading, on_ramp, shelf=shelf)
        yield from audience_problems(reading, "learners", on_ramp.learners, known=shelf.known)
        teams, exist = on_ramp.match.teams, shelf.known.teams
        yield from unmatched(reading, ("match", "teams"), teams, Code.UNKNOWN_TEAM, exist=exist)
        yield from _unmatchable(reading, on_ramp)
        yield from _overlaps(reading, on_ramp, shelf=shelf)
    for reading, path in shelf.paths:
        yield from _unknown_on_ramps(reading, path, shelf=shelf)
        yield from _skills_still_needed(reading, path, shelf=shelf)


def _repeated(shelf: Shelf) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for reading, spec in shelf.on_ramps:
        if spec.id in seen:
            advice = f"the on-ramp {shown(spec.id)} stands in {seen[spec.id]} already; choose another id"
            yield reading.problem(Code.DUPLICATE_ON_RAMP, ("id",), advice)
        seen.setdefault(spec.id, reading.file)


def _unknown_skills(reading: Reading, spec: OnRampSpec, *, shelf: Shelf) -> Iterator[Problem]:
    gone = {*shelf.known.retired, *(name for _, path in shelf.paths for name in path.retired)}
    heirs = {old: skill for skill, home in shelf.homes.items() for old in home.skill.was}
    for index, name in enumerate(spec.skills):
        if name in spec.skills[:index]:
            advice = f"{shown(name)} stands above already; leave one out"
            yield reading.problem(Code.DUPLICATE_SKILL, ("skills", index), advice)
        elif name not in shelf.names:
            advice = f"no path teaches the skill {shown(name)}; check its spelling"
            if name in heirs:
                advice = f"the skill {shown(name)} is called {heirs[name]} now; write that"
            elif name in gone:
                advice = f"the skill {shown(name)} was retired or renamed; name one that a path teaches"
            yield reading.problem(Code.UNKNOWN_SKILL, ("skills", index), advice)


def _unmatchable(reading: Reading, spec: OnRampSpec) -> Iterator[Problem]:
    if not spec.match.labels and spec.recurs is None:
        advice = (
            "without labels no task is recognised as one of these, and none recurs; add labels or `recurs`"
        )
        yield reading.problem(Code.NO_LABELS, ("match", "labels"), advice)


def _overlaps(reading: Reading, spec: OnRampSpec, *, shelf: Shelf) -> Iterator[Problem]:
    """Tell it where the tasks are lost; where that file is not at hand, in the one that takes them."""
    at_hand = {one.id for _, one in shelf.on_ramps}
    for other in sorted(shelf.on_ramp_specs.values(), key=lambda one: one.id):
        if other.id == spec.id or (other.id > spec.id and other.id in at_hand):
            continue
        if both := _shared_labels(spec, other):
            winner = min(spec.id, other.id)
            advice = f"the on-ramp {other.id} has the label {shown(both[0])} too; {winner} takes such tasks"
            keys = ("match", "labels", spec.match.labels.index(both[0]))
            yield reading.problem(Code.SHARED_LABEL, keys, f"{advice}, as the first by id")


def _shared_labels(spec: OnRampSpec, other: OnRampSpec) -> list[str]:
    """The labels, as the first writes them, that a task of one team may match both by."""
    if not spec.status == other.status == "active":
        return []
    teams, other_teams = set(spec.match.teams), set(other.match.teams)
    if teams and other_teams and not teams & other_teams:
        return []
    others = {label.casefold() for label in other.match.labels}
    return [label for label in spec.match.labels if label.casefold() in others]


def _unknown_on_ramps(reading: Reading, path: PathSpec, *, shelf: Shelf) -> Iterator[Problem]:
    specs, known = shelf.on_ramp_specs, shelf.known.on_ramps
    if known is None and not specs:
        return
    for index, name in enumerate(path.on_ramps):
        if name not in specs and name not in shelf.names and name not in (known or ()):
            advice = f"there is no on-ramp {shown(name)}; check its spelling"
            yield reading.problem(Code.UNKNOWN_ON_RAMP, ("on_ramps", index), advice)
        elif name in specs and specs[name].status == "retired" and path.status == "active":
            advice = f"the on-ramp {shown(name)} is retired; leave it out"
            yield reading.problem(Code.RETIRED_ON_RAMP, ("on_ramps", index), advice)


def _skills_still_needed(reading: Reading, path: PathSpec, *, shelf: Shelf) -> Iterator[Problem]:
    """A published on-ramp may practise what this path gives up; a file at hand is told where it says so."""
    at_hand = {spec.id for _, spec in shelf.on_ramps}
    for on_ramp in shelf.known.published_on_ramps.values():
        if on_ramp.id in at_hand or on_ramp.status != "active":
            continue
        for skill in on_ramp.skills:
            if skill in path.retired and skill not in shelf.names:
                advice = f"the on-ramp {on_ramp.id} practises this skill; publish that without it, too"
                yield reading.problem(Code.NEEDED_BY_ON_RAMP, ("retired", skill), advice)
