"""What is published and what the organisation has, for the checks that need more than one file."""

from collections import defaultdict
from collections.abc import Iterable

from paths.catalogue import on_ramp_spec, path_spec
from paths.models import Exercise, FormerName, OnRamp, Path, Skill
from paths.shelf import Known
from people.models import Level, Person, Role, Team
from people.naming import by_id


def known() -> Known:
    skills = dict(Skill.objects.filter(retired_at=None).values_list("slug", "path__slug"))
    current = set(Exercise.objects.filter(is_current=True).values_list("skill__slug", "slug"))
    ever = set(Exercise.objects.values_list("skill__slug", "slug"))
    exercises = defaultdict(set)
    for skill, exercise in current:
        exercises[skill].add(exercise)
    retired = {f"{skill}/{exercise}" for skill, exercise in ever - current}
    retired |= set(Skill.objects.filter(retired_at__isnull=False).values_list("slug", flat=True))
    retired |= set(FormerName.objects.values_list("slug", flat=True))
    on_ramps = dict(OnRamp.objects.values_list("slug", "current__spec"))
    has_roster = Person.objects.filter(role__isnull=False).exists()
    return Known(
        skills=skills,
        exercises={skill: frozenset(names) for skill, names in exercises.items()},
        after=_after(),
        retired=frozenset(retired),
        roles=_told(Role.objects.all()) if has_roster else None,
        levels=_told(Level.objects.all()) if has_roster else None,
        teams=_told(Team.objects.all()) if has_roster else None,
        on_ramps=frozenset(on_ramps),
        published_on_ramps={slug: on_ramp_spec(spec) for slug, spec in on_ramps.items() if spec},
    )


def _told(groups: Iterable[Role | Level | Team]) -> dict[str, str]:
    return {name: f"{group.slug} ({group.name})" for name, group in by_id(groups).items()}


def _after() -> dict[str, list[str]]:
    published = Path.objects.filter(current__isnull=False).values_list("current__spec", flat=True)
    return {skill.id: skill.after for spec in published for skill in path_spec(spec).own_skills}
