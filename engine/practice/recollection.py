"""What a person is believed to remember, for their own eyes: read from their reviews, never stored."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.models import Answer, Belief, Enrolment, Memory, Review
from engine.rules import memory as rules
from engine.rules.curves import falls_to
from paths.catalogue import path_spec
from paths.models import Path, Skill
from people.models import Person

RETENTION = 0.9  # of a skill that is on no path of the person's


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a skill stands for one person: the path that brings it, and the chance that path keeps it at."""

    path: Path
    retention: float


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """One skill that a person has met; without a place it is on none of their paths any more."""

    skill: Skill
    place: Place | None

    @property
    def path(self) -> Path | None:
        return self.place.path if self.place else None

    @property
    def retention(self) -> float:
        return self.place.retention if self.place else RETENTION


@dataclass(frozen=True, kw_only=True)
class Recollection:
    """The skills a person has met, path by path in teaching order, and how many more each path has."""

    skills: Sequence[Remembered]
    waiting: Mapping[int, int]  # by the path's row id
    paths: Sequence[Path]


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What the latest answer did to the memory of its skill."""

    before: rules.Memory | None
    after: rules.Memory
    retention: float
    falls_on: date
    comes_again: bool  # its skill is on a path of the person's


def recollect(person: Person) -> Recollection:
    """Return what a person has met, in three queries."""
    paths, places = _places(person)
    met = {memory.skill_id: memory.skill for memory in _memories(person)}
    skills = [Remembered(skill=met[skill], place=place) for skill, place in places.items() if skill in met]
    elsewhere = [Remembered(skill=skill, place=None) for pk, skill in met.items() if pk not in places]
    waiting: dict[int, int] = defaultdict(int)
    for skill_id, place in places.items():
        waiting[place.path.pk] += skill_id not in met
    return Recollection(skills=skills + elsewhere, waiting=waiting, paths=paths)


def _memories(person: Person) -> list[Memory]:
    return list(Memory.objects.filter(person=person).select_related("skill").order_by("skill__title"))


def _places(person: Person) -> tuple[list[Path], dict[int, Place]]:
    """Return a person's paths, and where each skill of theirs stands, by its row id in teaching order.

    Of two paths that share a skill, the older enrolment shows it, and the higher retention keeps it.
    """
    enrolled = Enrolment.objects.active().filter(
        person=person, path__status__in=Path.PRACTISED, path__current__isnull=False
    )
    in_order = enrolled.select_related("path__current").defer("path__draft", "path__current__text")
    paths = [one.path for one in in_order.order_by("started_on", "path")]
    specs = {path: path_spec(path.current.spec) for path in paths if path.current}
    slugs = {slug for spec in specs.values() for slug in spec.skill_ids}
    ids = dict(Skill.objects.filter(slug__in=slugs, retired_at=None).order_by().values_list("slug", "pk"))
    places: dict[int, Place] = {}
    for path, spec in specs.items():
        for skill in (ids[slug] for slug in spec.skill_ids if slug in ids):
            first = places.get(skill)
            places[skill] = Place(
                path=first.path if first else path,
                retention=max(spec.pace.retention, first.retention if first else 0),
            )
    return paths, places


def reviews_of(person: Person, skills: Collection[Skill]) -> dict[int, list[Review]]:
    """Return the reviews that stand, oldest first, by the skill's row id, in one query."""
    found: dict[int, list[Review]] = defaultdict(list)
    for review in Review.objects.standing().filter(person=person, skill__in=skills).in_order():
        found[review.skill_id].append(review)
    return found


def effect_of(answer: Answer) -> Effect | None:
    """Return what an answer did; None once it was taken back, or when a later review followed it."""
    rep = answer.rep
    history = list(Review.objects.standing().filter(person=rep.person_id, skill=rep.skill_id).in_order())
    if not history or history[-1].answer_id != answer.pk:
        return None
    by = Belief.objects.forgetting()
    memories = by.follow([review.evidence() for review in history])
    place = _places(rep.person)[1].get(rep.skill_id)
    retention = place.retention if place else RETENTION
    return Effect(
        before=memories[-2] if len(memories) > 1 else None,
        after=memories[-1],
        retention=retention,
        falls_on=falls_to(memories[-1], retention, by=by),
        comes_again=place is not None,
    )
