"""Where paths disagree: with each other, with what was published before, with the organisation."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from paths.problems import MAX_PROBLEMS, Code, Problem
from paths.schema import Audience, PathSpec, SkillSpec, UseSpec
from paths.shelf import Home, Known, Shelf
from paths.source import Reading
from paths.texts import shown
from paths.tree import Keys

NEVER_REUSED = "was retired or renamed, and an id is never reused; choose another"
MOST_HERE = 20  # roles, levels or teams to choose from, in one message


def disagreements(shelf: Shelf) -> Iterator[Problem]:
    yield from _repeated_paths(shelf)
    for reading, spec in shelf.paths:
        yield from _repeated_skills(reading, spec, shelf=shelf)
        yield from _unknown_names(reading, spec, shelf=shelf)
        yield from _off_path(reading, spec, shelf=shelf)
        yield from _reused_ids(reading, spec, shelf=shelf)
        yield from _vanished_skills(reading, spec, shelf=shelf)
        yield from audience_problems(reading, "audience", spec.audience, known=shelf.known)
    for home in shelf.homes.values():
        yield from _taken_names(home, shelf=shelf)
        yield from _vanished_exercises(home, shelf=shelf)
    yield from _cycles(shelf)


def _repeated_paths(shelf: Shelf) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for reading, spec in shelf.paths:
        if spec.id in seen:
            advice = f"the path {shown(spec.id)} stands in {seen[spec.id]} already; choose another id"
            yield reading.problem(Code.DUPLICATE_PATH, ("id",), advice)
        seen.setdefault(spec.id, reading.file)


def _repeated_skills(reading: Reading, spec: PathSpec, *, shelf: Shelf) -> Iterator[Problem]:
    path_ids = {other.id for _, other in shelf.paths}
    for index, skill in enumerate(spec.skills):
        keys: Keys = ("skills", index)
        if isinstance(skill, UseSpec):
            if skill.use in spec.skill_ids[:index]:
                advice = f"{shown(skill.use)} stands on this path already; leave one out"
                yield reading.problem(Code.DUPLICATE_SKILL, (*keys, "use"), advice)
            continue
        home = shelf.homes[skill.id]
        owner = shelf.known.skills.get(skill.id)
        if home.reading is not reading or home.keys != keys:
            advice = f"{shown(skill.id)} is defined in {home.reading.file} already; share it by `use`"
            yield reading.problem(Code.DUPLICATE_SKILL, (*keys, "id"), advice)
        elif owner and owner not in path_ids:
            advice = f"the published path {owner} defines {shown(skill.id)} already; share it by `use`"
            yield reading.problem(Code.DUPLICATE_SKILL, (*keys, "id"), advice)


def _references(spec: PathSpec) -> Iterator[tuple[Keys, str]]:
    for index, skill in enumerate(spec.skills):
        if isinstance(skill, UseSpec):
            yield ("skills", index, "use"), skill.use
        else:
            for position, name in enumerate(skill.after):
                yield ("skills", index, "after", position), name
    for name, retirement in spec.retired.items():
        if retirement.instead:
            yield ("retired", name, "instead"), retirement.instead.split("/")[0]


def _unknown_names(reading: Reading, spec: PathSpec, *, shelf: Shelf) -> Iterator[Problem]:
    for keys, name in _references(spec):
        if name not in shelf.names:
            advice = f"no path defines the skill {shown(name)}; check its spelling"
            yield reading.problem(Code.UNKNOWN_SKILL, keys, advice)


def _off_path(reading: Reading, spec: PathSpec, *, shelf: Shelf) -> Iterator[Problem]:
    on_path = set(spec.skill_ids)
    for index, skill in enumerate(spec.skills):
        name = skill.id if isinstance(skill, SkillSpec) else skill.use
        for position, earlier in enumerate(shelf.after(name)):
            if earlier in shelf.names and earlier not in on_path:
                place: Keys = ("after", position) if isinstance(skill, SkillSpec) else ("use",)
                advice = f"{shown(earlier)} comes before and is not on this path; add `use: {earlier}`"
                yield reading.problem(Code.AFTER_OFF_PATH, ("skills", index, *place), advice)


def _reused_ids(reading: Reading, spec: PathSpec, *, shelf: Shelf) -> Iterator[Problem]:
    gone = {*shelf.known.retired, *spec.retired}
    for index, skill in enumerate(spec.skills):
        if isinstance(skill, UseSpec):
            continue
        if skill.id in gone:
            yield reading.problem(
                Code.REUSED_ID, ("skills", index, "id"), f"{shown(skill.id)} {NEVER_REUSED}"
            )
        for position, exercise in enumerate(skill.exercises):
            if f"{skill.id}/{exercise.id}" in gone:
                keys: Keys = ("skills", index, "exercises", position, "id")
                yield reading.problem(Code.REUSED_ID, keys, f"{shown(exercise.id)} {NEVER_REUSED}")


def _vanished_skills(reading: Reading, spec: PathSpec, *, shelf: Shelf) -> Iterator[Problem]:
    renamed = {old for home in shelf.homes.values() for old in home.skill.was}
    here = {*shelf.names, *renamed, *spec.retired}
    for name, path in shelf.known.skills.items():
        if path == spec.id and name not in here:
            advice = f"the skill {shown(name)} was published and is gone; name it in `retired`, or in `was`"
            yield reading.problem(Code.VANISHED, ("skills",), advice)


def _vanished_exercises(home: Home, *, shelf: Shelf) -> Iterator[Problem]:
    names = [home.skill.id, *home.skill.was]
    spec = home.reading.spec
    retired = set(spec.retired) if isinstance(spec, PathSpec) else set()
    here = {exercise.id for exercise in home.skill.exercises}
    published = {one for name in names for one in shelf.known.exercises.get(name, ())}
    for exercise in sorted(published - here):
        if not retired & {f"{name}/{exercise}" for name in names}:
            advice = f"the exercise {shown(exercise)} was published and is gone; name it in `retired`"
            yield home.problem(Code.VANISHED, ("exercises",), advice)


def _taken_names(home: Home, *, shelf: Shelf) -> Iterator[Problem]:
    for position, old in enumerate(home.skill.was):
        heirs = sorted(other.skill.id for other in shelf.homes.values() if old in other.skill.was)
        if old in shelf.homes:
            advice = f"{shown(old)} still is a skill; a renamed skill leaves its old id"
            yield home.problem(Code.WAS_TAKEN, ("was", position), advice)
        elif heirs[0] != home.skill.id:
            advice = f"{shown(old)} is an old id of {shown(heirs[0])}; it has one heir"
            yield home.problem(Code.WAS_TAKEN, ("was", position), advice)
        elif old in shelf.known.skills and (beside := _published_beside(home.skill, position, shelf=shelf)):
            advice = (
                f"{shown(old)} was published beside {shown(beside)}; leave it out and name it in `retired`"
            )
            yield home.problem(Code.WAS_TAKEN, ("was", position), advice)


def _published_beside(skill: SkillSpec, position: int, *, shelf: Shelf) -> str:
    """The published skill whose memory this one has already: two memories cannot become one."""
    return next((name for name in (skill.id, *skill.was[:position]) if name in shelf.known.skills), "")


def audience_problems(reading: Reading, key: str, audience: Audience, *, known: Known) -> Iterator[Problem]:
    roles, levels = (key, "roles"), (key, "levels")
    yield from unmatched(reading, roles, audience.roles, Code.UNKNOWN_ROLE, exist=known.roles)
    yield from unmatched(reading, levels, audience.levels, Code.UNKNOWN_LEVEL, exist=known.levels)


def unmatched(
    reading: Reading, keys: Keys, names: list[str], code: Code, *, exist: Mapping[str, str] | None
) -> Iterator[Problem]:
    """Names of roles, levels or teams that the organisation does not have."""
    if exist is None or not names:
        return
    kind = str(keys[-1]).removesuffix("s")
    if not set(names) & set(exist):
        yield reading.problem(Code.NO_AUDIENCE, keys, _nobody(kind, names, exist))
        return
    for index, name in enumerate(names):
        if name not in exist:
            advice = f"the organisation has no {kind} {shown(name)}; check its spelling"
            advice += _did_you_mean(name, exist)
            yield reading.problem(code, (*keys, index), advice)


def _nobody(kind: str, names: list[str], exist: Mapping[str, str]) -> str:
    """Say which of the organisation's a path could be for, as its ids are seen nowhere near the text."""
    here = sorted(set(exist.values()))
    more = f" and {len(here) - MOST_HERE} more" if len(here) > MOST_HERE else ""
    choose = f"write one of these: {', '.join(here[:MOST_HERE])}{more}; or " if here else ""
    called = f", or write it under “also called” of the {kind} it means" if here else ""
    unknown = " or ".join(shown(name) for name in names)
    return f"the organisation has no {kind} {unknown}; {choose}add the {kind} {names[0]}{called}"


def _did_you_mean(name: str, exist: Mapping[str, str]) -> str:
    near = get_close_matches(name, sorted(exist), n=1)
    return f"; did you mean {exist[near[0]]}?" if near else ""


def _cycles(shelf: Shelf) -> Iterator[Problem]:
    """Report each cycle at its first `after`, take that one out, and look again."""
    before = {name: set(shelf.after(name)) for name in {*shelf.homes, *shelf.known.after}}
    for _ in range(MAX_PROBLEMS):
        try:
            TopologicalSorter(before).prepare()
        except CycleError as error:
            later, earlier, problem = _cycle(error.args[1], shelf=shelf)
            before[later].remove(earlier)
            if problem:
                yield problem
        else:
            return


def _cycle(ring: list[str], *, shelf: Shelf) -> tuple[str, str, Problem | None]:
    """The skill to blame, what it should not come after, and the problem if it is in a file."""
    steps = [(later, earlier) for earlier, later in pairwise(ring)]
    at_hand = [
        (
            home.problem(Code.CYCLE, ("after", home.skill.after.index(earlier)), _around(ring, later)),
            later,
            earlier,
        )
        for later, earlier in steps
        if (home := shelf.homes.get(later))
    ]
    if not at_hand:
        return *steps[0], None
    problem, later, earlier = min(at_hand, key=lambda one: (one[0].file, one[0].line, one[0].column))
    return later, earlier, problem


def _around(ring: list[str], first: str) -> str:
    """The ring read backwards from its first skill, as `after` says it."""
    start = ring.index(first)
    turn = [*ring[start:-1], *ring[:start], first][::-1]
    turn = turn if len(turn) <= 6 else [*turn[:3], "...", *turn[-2:]]
    return f"{' after '.join(turn)}: nobody could ever begin; take one `after` out"
