"""What is published now, as planning and rendering need it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pydantic import TypeAdapter

from paths.models import Exercise, Path, Skill
from paths.schema import ExerciseSpec, PathSpec, SkillSpec

EXERCISE: TypeAdapter[ExerciseSpec] = TypeAdapter(ExerciseSpec)


@lru_cache(maxsize=4096)
def exercise_spec(content: str) -> ExerciseSpec:
    """Read `Exercise.content` back."""
    return EXERCISE.validate_json(content)


@lru_cache(maxsize=256)
def path_spec(spec: str) -> PathSpec:
    """Read `PathVersion.spec` back."""
    return PathSpec.model_validate_json(spec, by_alias=True)


@dataclass(frozen=True, kw_only=True)
class PublishedPath:
    """One active path: its skills by row id in teaching order, and what each comes after."""

    id: int
    slug: str
    retention: float
    new_skills_per_week: int
    skills: tuple[int, ...]
    after: Mapping[int, frozenset[int]]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Every active path and every current exercise, by the row id of its skill."""

    paths: Mapping[int, PublishedPath]
    exercises: Mapping[int, tuple[Exercise, ...]]


def catalogue() -> Catalogue:
    """Read what is published, in three queries."""
    skill_ids = dict(Skill.objects.filter(retired_at__isnull=True).values_list("slug", "pk"))
    active = Path.objects.filter(status=Path.Status.ACTIVE, current__isnull=False).select_related("current")
    exercises = defaultdict(list)
    for exercise in Exercise.objects.filter(is_current=True).defer("content"):
        exercises[exercise.skill_id].append(exercise)
    return Catalogue(
        paths={path.pk: _published(path, skill_ids) for path in active},
        exercises={skill: tuple(found) for skill, found in exercises.items()},
    )


def _published(path: Path, skill_ids: Mapping[str, int]) -> PublishedPath:
    assert path.current is not None
    spec = path_spec(path.current.spec)
    own = [skill for skill in spec.skills if isinstance(skill, SkillSpec)]
    return PublishedPath(
        id=path.pk,
        slug=path.slug,
        retention=spec.pace.retention,
        new_skills_per_week=spec.pace.new_skills_per_week,
        skills=tuple(skill_ids[slug] for slug in spec.skill_ids if slug in skill_ids),
        after={
            skill_ids[skill.id]: frozenset(skill_ids[slug] for slug in skill.after if slug in skill_ids)
            for skill in own
            if skill.id in skill_ids and skill.after
        },
    )
