"""What a new version of a path or an on-ramp changes, compared with the one before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from paths.schema import ChoiceSpec, EstimateSpec, ExerciseSpec, JudgeSpec, OnRampSpec, PathSpec, SkillSpec


class Size(IntEnum):
    COSMETIC = 0  # spaces, titles
    MINOR = 1  # the wording of a prompt
    MAJOR = 2  # answer key, options, kind; skills that come or go


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Ids by what happened to them; exercises are `skill/exercise`."""

    size: Size
    skills_new: tuple[str, ...] = ()
    skills_gone: tuple[str, ...] = ()
    skills_changed: tuple[str, ...] = ()
    exercises_new: tuple[str, ...] = ()
    exercises_gone: tuple[str, ...] = ()
    keys_changed: tuple[str, ...] = ()  # what counted as right no longer does
    rules_changed: tuple[str, ...] = ()  # of an on-ramp, by the keys of its file


def compare(old: PathSpec | None, new: PathSpec) -> Difference:
    """Compare two versions of one path; a skill renamed by `was` is the same skill."""
    former = {name: skill.id for skill in new.own_skills for name in skill.was}
    before = {former.get(skill.id, skill.id): skill for skill in old.own_skills} if old else {}
    after = {skill.id: skill for skill in new.own_skills}
    old_exercises, new_exercises = _exercises(before), _exercises(after)
    shared = [name for name in new_exercises if name in old_exercises]
    sizes = [_size(old_exercises[name], new_exercises[name]) for name in shared]
    sizes += [_size_of_skill(before[skill], after[skill]) for skill in before.keys() & after.keys()]
    if old_exercises.keys() ^ new_exercises.keys():
        sizes.append(Size.MAJOR)
    return Difference(
        size=max([_size_of_path(old, new, former), *sizes]),
        skills_new=tuple(skill for skill in after if skill not in before),
        skills_gone=tuple(skill for skill in before if skill not in after),
        skills_changed=tuple(
            skill for skill in after if skill in before and _differs(before[skill], after[skill])
        ),
        exercises_new=tuple(name for name in new_exercises if name not in old_exercises),
        exercises_gone=tuple(name for name in old_exercises if name not in new_exercises),
        keys_changed=tuple(name for name in shared if _key(old_exercises[name]) != _key(new_exercises[name])),
    )


def _size_of_path(old: PathSpec | None, new: PathSpec, former: Mapping[str, str]) -> Size:
    if old is None or old.audience != new.audience or old.status != new.status:
        return Size.MAJOR
    if {former.get(skill, skill) for skill in old.skill_ids} != set(new.skill_ids):  # those used included
        return Size.MAJOR
    return Size.COSMETIC if old.pace == new.pace else Size.MINOR


# what decides whom a task is kept for, for how long, and who else may have it
DECISIVE = ("status", "learners", "skills", "match", "reps", "hold", "agents", "approval")
MINOR_RULES = ("supervised", "off_first", "graduates_after", "in_progress_max", "recurs")


def compare_on_ramps(old: OnRampSpec | None, new: OnRampSpec) -> Difference:
    if old is None:
        return Difference(size=Size.MAJOR, skills_new=tuple(new.skills))
    changed = tuple(name for name in (*DECISIVE, *MINOR_RULES) if _rule(old, name) != _rule(new, name))
    size = Size.COSMETIC if _folded(old.summary) == _folded(new.summary) else Size.MINOR
    if changed:
        size = Size.MAJOR if set(changed) & set(DECISIVE) else Size.MINOR
    return Difference(
        size=size,
        skills_new=tuple(skill for skill in new.skills if skill not in old.skills),
        skills_gone=tuple(skill for skill in old.skills if skill not in new.skills),
        rules_changed=tuple(name for name in changed if name != "skills"),
    )


def _rule(spec: OnRampSpec, name: str) -> object:
    """What one key of the file says; the order of a list says nothing."""
    return _unordered(spec.model_dump(include={name})[name])


def _unordered(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _unordered(part) for key, part in value.items()}
    return set(value) if isinstance(value, list) else value


def _exercises(skills: Mapping[str, SkillSpec]) -> dict[str, ExerciseSpec]:
    return {
        f"{skill}/{exercise.id}": exercise for skill, spec in skills.items() for exercise in spec.exercises
    }


def _size(old: ExerciseSpec, new: ExerciseSpec) -> Size:
    if old.kind != new.kind or _key(old) != _key(new) or _options(old) != _options(new):
        return Size.MAJOR
    return Size.COSMETIC if _folded(old.model_dump()) == _folded(new.model_dump()) else Size.MINOR


def _size_of_skill(old: SkillSpec, new: SkillSpec) -> Size:
    if set(old.after) != set(new.after) or old.never_withhold != new.never_withhold:
        return Size.MINOR
    return Size.COSMETIC if _folded(old.idea) == _folded(new.idea) else Size.MINOR


def _differs(old: SkillSpec, new: SkillSpec) -> bool:
    return old.model_dump(exclude={"was", "id"}) != new.model_dump(exclude={"was", "id"})


def _key(exercise: ExerciseSpec) -> object:
    """What counts as right."""
    match exercise:
        case ChoiceSpec():
            return {option.id for option in exercise.options if option.correct}
        case JudgeSpec():
            return exercise.sound
        case EstimateSpec():
            return exercise.answer, exercise.tolerance
    return None


def _options(exercise: ExerciseSpec) -> object:
    if isinstance(exercise, ChoiceSpec):
        return [(option.id, _folded(option.text)) for option in exercise.options]
    return None


def _folded(value: object) -> object:
    """The same value with every run of white space made one space."""
    if isinstance(value, str):
        return re.sub(r"\s+", " ", value).strip()
    if isinstance(value, Mapping):
        return {key: _folded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_folded(part) for part in value]
    return value
