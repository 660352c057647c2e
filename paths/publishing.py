"""Publish path and on-ramp files: all or nothing, versions kept whole, memory kept through every edit."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from paths.catalogue import on_ramp_spec, path_spec
from paths.changes import Difference, Size, compare, compare_on_ramps
from paths.knowledge import known
from paths.library import Library, read_library
from paths.models import Exercise, FormerName, OnRamp, OnRampVersion, Path, PathVersion, Skill, Version
from paths.problems import Problem, has_errors
from paths.schema import ExerciseSpec, OnRampSpec, PathSpec, SkillSpec
from paths.source import Reading
from people.models import Person

type AnyVersion = PathVersion | OnRampVersion


class NotPublished(Exception):
    """The files have errors; nothing of them was published."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Draft[S: (PathSpec, OnRampSpec), R: (Path, OnRamp)]:
    """One file that would be published: its text, what it says, and what that changes."""

    file: str
    text: str
    spec: S
    row: R | None
    difference: Difference

    @property
    def is_unchanged(self) -> bool:
        return self.row is not None and self.row.current is not None and self.row.current.text == self.text


class PathDraft(Draft[PathSpec, Path]):
    pass


class OnRampDraft(Draft[OnRampSpec, OnRamp]):
    pass


type AnyDraft = PathDraft | OnRampDraft


def prepare(files: Mapping[str, bytes]) -> tuple[list[AnyDraft], list[Problem]]:
    """Read the files against what is published; drafts of those without errors, and every problem."""
    library = read_library(files, known=known())
    paths, on_ramps = _rows(Path, library), _rows(OnRamp, library)
    drafts: list[AnyDraft] = []
    for reading in library.readings.values():
        match reading.spec:
            case PathSpec() as spec:
                drafts.append(_path_draft(reading, spec, paths.get(spec.id)))
            case OnRampSpec() as on_ramp:
                drafts.append(_on_ramp_draft(reading, on_ramp, on_ramps.get(on_ramp.id)))
    return drafts, library.problems


def _rows[R: (Path, OnRamp)](model: type[R], library: Library) -> dict[str, R]:
    slugs = [spec.id for spec in library.specs.values()]
    return model.objects.select_related("current").in_bulk(slugs, field_name="slug")


def _path_draft(reading: Reading, spec: PathSpec, row: Path | None) -> PathDraft:
    old = path_spec(row.current.spec) if row and row.current else None
    difference = compare(old, spec)
    return PathDraft(file=reading.file, text=reading.text, spec=spec, row=row, difference=difference)


def _on_ramp_draft(reading: Reading, spec: OnRampSpec, row: OnRamp | None) -> OnRampDraft:
    old = on_ramp_spec(row.current.spec) if row and row.current else None
    difference = compare_on_ramps(old, spec)
    return OnRampDraft(file=reading.file, text=reading.text, spec=spec, row=row, difference=difference)


def hold_published() -> None:
    """Let nobody else publish until the transaction ends: what was checked must hold when it is written."""
    for model in (Path, OnRamp):
        list(model.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def publish(files: Mapping[str, bytes], *, by: Person | None, now: datetime) -> list[AnyVersion]:
    """Publish what changed in these files; raise NotPublished, with every problem, if one has an error."""
    hold_published()
    drafts, problems = prepare(files)
    if has_errors(problems):
        raise NotPublished(problems)
    changed = [draft for draft in drafts if not draft.is_unchanged]
    versions = [_publish_text(draft, by=by, now=now) for draft in changed]
    for draft, version in zip(changed, versions, strict=True):
        if isinstance(draft, PathDraft) and isinstance(version, PathVersion):
            _publish_skills(draft, version, now=now)
    return versions


def _publish_text(draft: AnyDraft, *, by: Person | None, now: datetime) -> AnyVersion:
    spec = draft.spec
    row = _row_of(draft)
    last = row.versions.aggregate(last=Max("number"))["last"]
    version = row.versions.create(
        number=(last or 0) + 1,
        text=draft.text,
        digest=digest_of(draft.text),
        spec=spec.model_dump_json(by_alias=True),
        change=Version.Change.FIRST if last is None else _change(draft.difference.size),
        author=by,
        published_at=now,
    )
    head: dict[str, Any] = {
        "title": spec.title,
        "status": spec.status,
        "owner": spec.owner,
        "current": version,
    }
    if isinstance(spec, PathSpec):
        head["review_by"] = spec.review_by
    no_draft = {"draft": "", "drafted_by": None, "drafted_at": None}
    type(row).objects.filter(pk=row.pk).update(**head, **no_draft)
    return version


def _row_of(draft: AnyDraft) -> Path | OnRamp:
    model = Path if isinstance(draft, PathDraft) else OnRamp
    row, _ = model.objects.get_or_create(slug=draft.spec.id, defaults={"title": draft.spec.title})
    return row


def _change(size: Size) -> Version.Change:
    return Version.Change(size.name.lower())


def _publish_skills(draft: PathDraft, version: PathVersion, *, now: datetime) -> None:
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


def save_draft(row: Path | OnRamp, text: str, *, by: Person, now: datetime) -> None:
    """Keep a text that is being edited, errors and all; practice goes on with what is published."""
    type(row).objects.filter(pk=row.pk).update(draft=text, drafted_by=by, drafted_at=now)


def roll_back(version: AnyVersion, *, by: Person, now: datetime) -> AnyVersion:
    """Publish an earlier text again, as a new version; raise NotPublished where it no longer fits."""
    published = publish({version.of.file: version.text.encode()}, by=by, now=now)
    return published[0] if published else version
