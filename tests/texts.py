"""Small path and on-ramp files for tests, written as an author would."""

from collections.abc import Iterable
from datetime import UTC, datetime

from paths.publishing import AnyVersion, publish

PUBLISHED_AT = datetime(2026, 1, 2, 8, tzinfo=UTC)

JUDGE = """\
      - id: {id}
        kind: judge
        ai: off
        minutes: 2
        prompt: "{prompt}"
        sound: {sound}
        why: Because it counts rows twice.
"""


def skill_text(name: str, *, after: Iterable[str] = (), prompt: str = "The total is 350. Sound?") -> str:
    """A skill with two exercises: the first is sound, the second is not."""
    return (
        f"  - id: {name}\n    title: Notice {name}\n    idea: Count the rows before and after.\n"
        f"    after: [{', '.join(after)}]\n    exercises:\n"
        + JUDGE.format(id="first", prompt=prompt, sound="true")
        + JUDGE.format(id="second", prompt=f"Again: {prompt}", sound="false")
    )


def path_text(
    name: str = "analyst-novice",
    *,
    skills: Iterable[str] = ("fan-out", "grain"),
    body: str = "",
    status: str = "active",
    pace: int = 5,
    retired: str = "",
    level: str = "novice",
) -> str:
    """A path for novice data analysts; `body` replaces the skills' text."""
    return (
        f"schema: rampart/path@1\nid: {name}\ntitle: Trust no number\nstatus: {status}\n"
        f"audience: {{ roles: [data-analyst], levels: [{level}] }}\n"
        f"pace: {{ retention: 0.9, new_skills_per_week: {pace} }}\n"
        f"skills:\n{body or ''.join(skill_text(skill) for skill in skills)}{retired}"
    )


def published(*texts: str, now: datetime = PUBLISHED_AT) -> list[AnyVersion]:
    """Publish these texts together."""
    return publish({f"{number}.yaml": text.encode() for number, text in enumerate(texts)}, by=None, now=now)


def on_ramp_text(
    name: str = "clean-extract",
    *,
    skills: Iterable[str] = ("fan-out",),
    labels: Iterable[str] = ("data-cleaning",),
    teams: Iterable[str] = (),
    level: str = "novice",
    status: str = "active",
    more: str = "",
) -> str:
    """An on-ramp for novice data analysts."""
    return (
        f"schema: rampart/on-ramp@1\nid: {name}\ntitle: Clean the weekly extract\nstatus: {status}\n"
        f"learners: {{ roles: [data-analyst], levels: [{level}] }}\nskills: [{', '.join(skills)}]\n"
        f"match: {{ labels: [{', '.join(labels)}], teams: [{', '.join(teams)}] }}\n{more}"
    )
