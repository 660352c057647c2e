"""Where every name stands: in the files at hand, in what is published, in the organisation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from paths.problems import Code, Problem
from paths.schema import OnRampSpec, PathSpec, SkillSpec
from paths.source import Reading
from paths.tree import Keys


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is published, and what the organisation has; None where it has nothing yet to compare with."""

    skills: Mapping[str, str] = field(default_factory=dict)  # skill -> the path that defines it
    exercises: Mapping[str, Collection[str]] = field(default_factory=dict)  # skill -> its exercises
    after: Mapping[str, Collection[str]] = field(default_factory=dict)  # skill -> the skills before it
    retired: Collection[str] = ()  # skills and `skill/exercise`s that left, and the former names of skills
    roles: Mapping[str, str] | None = None  # every id that means a role -> the role, as authors read it
    levels: Mapping[str, str] | None = None
    teams: Mapping[str, str] | None = None
    on_ramps: Collection[str] | None = None  # every id, of those not yet published too
    published_on_ramps: Mapping[str, OnRampSpec] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where a skill is defined."""

    reading: Reading
    skill: SkillSpec
    keys: Keys

    def problem(self, code: Code, keys: Keys, message: str) -> Problem:
        return self.reading.problem(code, (*self.keys, *keys), message)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The files that could be read, with the skills that the paths define."""

    known: Known
    paths: list[tuple[Reading, PathSpec]]
    on_ramps: list[tuple[Reading, OnRampSpec]]
    homes: dict[str, Home]  # of two skills with one id, the first
    names: Collection[str]  # skills that some path defines, or seems to

    def after(self, skill: str) -> Collection[str]:
        home = self.homes.get(skill)
        return home.skill.after if home else self.known.after.get(skill, ())

    @property
    def on_ramp_specs(self) -> dict[str, OnRampSpec]:
        """Every on-ramp by id, as it would be once these files are published."""
        return {**self.known.published_on_ramps, **{spec.id: spec for _, spec in self.on_ramps}}


def stock(readings: Collection[Reading], *, known: Known) -> Shelf:
    paths = [(reading, reading.spec) for reading in readings if isinstance(reading.spec, PathSpec)]
    on_ramps = [(reading, reading.spec) for reading in readings if isinstance(reading.spec, OnRampSpec)]
    homes: dict[str, Home] = {}
    for reading, spec in paths:
        for index, skill in enumerate(spec.skills):
            if isinstance(skill, SkillSpec):
                homes.setdefault(skill.id, Home(reading=reading, skill=skill, keys=("skills", index)))
    replaced = {spec.id for _, spec in paths}
    published = {skill for skill, path in known.skills.items() if path not in replaced}
    meant = {name for reading in readings if not reading.spec for name in reading.mentioned_ids}
    return Shelf(
        known=known, paths=paths, on_ramps=on_ramps, homes=homes, names=homes.keys() | published | meant
    )
