"""Publish path files: all or nothing, versions kept whole, memory kept through every edit."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max

from paths.catalogue import path_spec
from paths.changes import Difference, Size, compare
from paths.library import Known, read_library
from paths.models import Exercise, FormerName, Path, PathVersion, Skill
from paths.problems import Problem, has_errors
from paths.schema import ExerciseSpec, PathSpec, SkillSpec
from people.models import Level, Person, Role
from people.naming import by_id


class NotPublished(Exception):
    """The files have errors; nothing of them was published."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One file that would be published: its text, what it says, and what that changes."""

    file: str
    text: str
    spec: PathSpec
    path: Path | None
    difference: Difference

    @property
    def is_unchanged(self) -> bool:
        return self.path is not None and self.path.current is not None and self.path.current.text == self.text


def known() -> Known:
    """What is published and what the organisation has, for the checks that need more than one file."""
    skills = dict(Skill.objects.filter(retired_at=None).values_list("slug", "path__slug"))
    current = set(Exercise.objects.filter(is_current=True).values_list("skill__slug", "slug"))
    ever = set(Exercise.objects.values_list("skill__slug", "slug"))
    exercises = defaultdict(set)
    for skill, exercise in current:
        exercises[skill].add(exercise)
    retired = {f"{skill}/{exercise}" for skill, exercise in ever - current}
    retired |= set(Skill.objects.filter(retired_at__isnull=False).values_list("slug", flat=True))
    retired |= set(FormerName.objects.values_list("slug", flat=True))
    has_roster = Person.objects.filter(role__isnull=False).exists()
    return Known(
        skills=skills,
        exercises={skill: frozenset(names) for skill, names in exercises.items()},
        after=_after(),
        retired=frozenset(retired),
        roles=_told(Role.objects.all()) if has_roster else None,
        levels=_told(Level.objects.all()) if has_roster else None,
    )


def _told(groups: Iterable[Role | Level]) -> dict[str, str]:
    return {name: f"{group.slug} ({group.name})" for name, group in by_id(groups).items()}


def _after() -> dict[str, list[str]]:
    published = Path.objects.filter(current__isnull=False).values_list("current__spec", flat=True)
    return {skill.id: skill.after for spec in published for skill in path_spec(spec).own_skills}


def prepare(files: Mapping[str, bytes]) -> tuple[list[Draft], list[Problem]]:
    """Read the files against what is published; drafts of those without errors, and every problem."""
    library = read_library(files, known=known())
    readings = [reading for reading in library.readings.values() if reading.spec is not None]
    paths = Path.objects.select_related("current").in_bulk(
        [reading.spec.id for reading in readings if reading.spec], field_name="slug"
    )
    return [
        _draft(reading.file, reading.text, reading.spec, paths) for reading in readings if reading.spec
    ], (library.problems)


def _draft(file: str, text: str, spec: PathSpec, paths: Mapping[str, Path]) -> Draft:
    path = paths.get(spec.id)
    old = path_spec(path.current.spec) if path and path.current else None
    return Draft(file=file, text=text, spec=spec, path=path, difference=compare(old, spec))


def hold_published() -> None:
    """Let nobody else publish until the transaction ends: what was checked must hold when it is written."""
    list(Path.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def publish(files: Mapping[str, bytes], *, by: Person | None, now: datetime) -> list[PathVersion]:
    """Publish what changed in these files; raise NotPublished, with every problem, if one has an error."""
    hold_published()
    drafts, problems = prepare(files)
    if has_errors(problems):
        raise NotPublished(problems)
    changed = [draft for draft in drafts if not draft.is_unchanged]
    versions = [_publish_path(draft, by=by, now=now) for draft in changed]
    for draft, version in zip(changed, versions, strict=True):
        _publish_skills(draft, version, now=now)
    return versions


def _publish_path(draft: Draft, *, by: Person | None, now: datetime) -> PathVersion:
    spec = draft.spec
    path, _ = Path.objects.get_or_create(slug=spec.id, defaults={"title": spec.title})
    last = path.versions.aggregate(last=Max("number"))["last"]
    version = PathVersion.objects.create(
        path=path,
        number=(last or 0) + 1,
        text=draft.text,
        digest=digest_of(draft.text),
        spec=spec.model_dump_json(by_alias=True),
        change=PathVersion.Change.FIRST if last is None else _change(draft.difference.size),
        author=by,
        published_at=now,
    )
    Path.objects.filter(pk=path.pk).update(
        title=spec.title,
        status=spec.status,
        owner=spec.owner,
        review_by=spec.review_by,
        current=version,
        draft="",
        drafted_by=None,
        drafted_at=None,
    )
    return version


def _change(size: Size) -> PathVersion.Change:
    return PathVersion.Change(size.name.lower())


def _publish_skills(draft: Draft, version: PathVersion, *, now: datetime) -> None:
    for spec in draft.spec.own_skills:
        _rename(spec)
        skill, _ = Skill.objects.update_or_create(
            slug=spec.id,
            defaults={
                "title": spec.title,
                "idea": spec.idea,
                "path_id": version.path_id,
                "retired_at": None,
                "retired_because": "",
            },
        )
        _publish_exercises(skill, spec.exercises, version)
    own = [spec.id for spec in draft.spec.own_skills]
    gone = Skill.objects.filter(path=version.path_id, retired_at=None).exclude(slug__in=own)
    for skill in gone:
        retirement = draft.spec.retired.get(skill.slug)
        skill.retired_at, skill.retired_because = now, retirement.reason if retirement else ""
        skill.save(update_fields=["retired_at", "retired_because"])
        skill.exercises.filter(is_current=True).update(is_current=False)


def _rename(spec: SkillSpec) -> None:
    """Keep the row, and so every memory of it, under the new id; the old one is never used again."""
    if Skill.objects.filter(slug=spec.id).exists():
        return
    former = Skill.objects.filter(slug__in=spec.was).order_by(F("retired_at").desc(nulls_first=True)).first()
    if former is not None:
        FormerName.objects.get_or_create(slug=former.slug, defaults={"skill": former})
        Skill.objects.filter(pk=former.pk).update(slug=spec.id)


def _publish_exercises(skill: Skill, specs: Iterable[ExerciseSpec], version: PathVersion) -> None:
    """Replace the rows whose content changed: what was answered keeps the wording it was answered under."""
    current = {exercise.slug: exercise for exercise in skill.exercises.filter(is_current=True)}
    contents = {spec.id: spec.model_dump_json(by_alias=True) for spec in specs}
    outdated = [row.pk for slug, row in current.items() if contents.get(slug) != row.content]
    Exercise.objects.filter(pk__in=outdated).update(is_current=False)
    Exercise.objects.bulk_create(
        Exercise(
            skill=skill,
            slug=spec.id,
            kind=spec.kind,
            ai=spec.ai,
            minutes=spec.minutes,
            content=contents[spec.id],
            version=version,
        )
        for spec in specs
        if spec.id not in current or current[spec.id].content != contents[spec.id]
    )


def save_draft(path: Path, text: str, *, by: Person, now: datetime) -> None:
    """Keep a text that is being edited, errors and all; practice goes on with what is published."""
    Path.objects.filter(pk=path.pk).update(draft=text, drafted_by=by, drafted_at=now)


def roll_back(version: PathVersion, *, by: Person, now: datetime) -> PathVersion:
    """Publish an earlier text again, as a new version; raise NotPublished where it no longer fits."""
    file = f"{version.path.slug}.yaml"
    published = publish({file: version.text.encode()}, by=by, now=now)
    return published[0] if published else version
