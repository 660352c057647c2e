"""What is published now, as planning and rendering need it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pydantic import TypeAdapter

from paths.models import Exercise, FormerName, OnRamp, Path, Skill
from paths.schema import ExerciseSpec, OnRampSpec, PathSpec

EXERCISE: TypeAdapter[ExerciseSpec] = TypeAdapter(ExerciseSpec)


@lru_cache(maxsize=4096)
def exercise_spec(content: str) -> ExerciseSpec:
    """Read `Exercise.content` back."""
    return EXERCISE.validate_json(content)


@lru_cache(maxsize=256)
def path_spec(spec: str) -> PathSpec:
    """Read `PathVersion.spec` back."""
    return PathSpec.model_validate_json(spec, by_alias=True)


@lru_cache(maxsize=256)
def on_ramp_spec(spec: str) -> OnRampSpec:
    """Read `OnRampVersion.spec` back."""
    return OnRampSpec.model_validate_json(spec, by_alias=True)


def on_ramps() -> dict[int, OnRampSpec]:
    """Every on-ramp that is in force, by row id; first by slug, as the first one that matches counts."""
    published = OnRamp.objects.filter(status=OnRamp.Status.ACTIVE, current__isnull=False).order_by("slug")
    return {row: on_ramp_spec(spec) for row, spec in published.values_list("pk", "current__spec")}


def skill_rows(names: Iterable[str]) -> dict[str, int]:
    """The row id of each skill that is taught under this name now, or was renamed from it."""
    names = set(names)
    taught = Skill.objects.filter(retired_at__isnull=True)
    former = FormerName.objects.filter(slug__in=names, skill__in=taught).values_list("slug", "skill")
    return dict(former) | dict(taught.filter(slug__in=names).values_list("slug", "pk"))


@dataclass(frozen=True, kw_only=True)
class PublishedPath:
    """One path: its skills by row id in teaching order, and what each comes after."""

    id: int
    slug: str
    retention: float
    new_skills_per_week: int
    skills: tuple[int, ...]
    after: Mapping[int, frozenset[int]]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Every path that is practised, and every current exercise by the row id of its skill."""

    paths: Mapping[int, PublishedPath]
    exercises: Mapping[int, tuple[Exercise, ...]]
    never_withhold: frozenset[int]  # skills that must not wait, by row id


def catalogue() -> Catalogue:
    """Read what is published, in three queries."""
    skill_ids = dict(Skill.objects.filter(retired_at__isnull=True).values_list("slug", "pk"))
    published = Path.objects.filter(current__isnull=False).select_related("current")
    specs = {
        path: path_spec(path.current.spec)
        for path in published.defer("draft", "current__text")
        if path.current
    }
    after = _after(specs.values(), skill_ids)
    exercises = defaultdict(list)
    for exercise in Exercise.objects.filter(is_current=True).defer("content"):
        exercises[exercise.skill_id].append(exercise)
    return Catalogue(
        paths={
            path.pk: _published(path, spec, skill_ids, after)
            for path, spec in specs.items()
            if path.status in Path.PRACTISED
        },
        exercises={skill: tuple(found) for skill, found in exercises.items()},
        never_withhold=frozenset(
            skill_ids[skill.id]
            for spec in specs.values()
            for skill in spec.own_skills
            if skill.never_withhold and skill.id in skill_ids
        ),
    )


def _after(specs: Iterable[PathSpec], skill_ids: Mapping[str, int]) -> dict[int, frozenset[int]]:
    """What each skill comes after, as the path that defines it says; it holds wherever the skill is used."""
    return {
        skill_ids[skill.id]: frozenset(skill_ids[slug] for slug in skill.after if slug in skill_ids)
        for spec in specs
        for skill in spec.own_skills
        if skill.id in skill_ids
    }


def _published(
    path: Path, spec: PathSpec, skill_ids: Mapping[str, int], after: Mapping[int, frozenset[int]]
) -> PublishedPath:
    skills = tuple(skill_ids[slug] for slug in spec.skill_ids if slug in skill_ids)
    earlier = {skill: after.get(skill, frozenset()).intersection(skills) for skill in skills}
    return PublishedPath(
        id=path.pk,
        slug=path.slug,
        retention=spec.pace.retention,
        new_skills_per_week=spec.pace.new_skills_per_week,
        skills=skills,
        after={skill: before for skill, before in earlier.items() if before},
    )
