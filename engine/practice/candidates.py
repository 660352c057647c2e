"""The skills that many people may practise today, as columns: one row for a person and a skill."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

import numpy as np
from django.db.models import CharField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from engine.models import Belief, Memory
from engine.practice.pupils import Pupil
from engine.rules import defence
from engine.rules import planning as rules
from engine.rules.memory import FloatArray, IntArray
from engine.rules.planning import Candidates, Worth
from paths.catalogue import Catalogue, PublishedPath

NO_PATH = -1
MEMORY = (
    *("person_id", "skill_id", "stable", "difficult", "reviews", "last_rating"),
    "last_by_work",
    *("reviewed", "introduced"),
)
# As text: SQLite's driver builds dates one by one, which takes longer than all else of a row.
DAYS_AS_TEXT = {
    "reviewed": Cast("reviewed_on", CharField()),
    "introduced": Cast("introduced_on", CharField()),
}


@dataclass(frozen=True, kw_only=True)
class Table:
    """`rows` as the rules read them, and beside each the ids of the database."""

    rows: Candidates
    skill: IntArray
    path: IntArray
    reviews: IntArray


def score(table: Table, belief: Belief | None) -> Worth:
    """Score each row by what is believed here, or by FSRS-6 before anything is."""
    if belief is None:
        return rules.worth(table.rows)
    return defence.worth(table.rows, model=belief.numbers(), line=belief.line)


class Shelf:
    """The catalogue as lookup arrays: what each skill is for people on a certain set of paths."""

    def __init__(self, catalogue: Catalogue, pupils: Sequence[Pupil]) -> None:
        self.skills: IntArray = np.array(sorted(catalogue.exercises), dtype=np.int64)
        self.minutes: FloatArray = np.array(
            [_mean_minutes(catalogue, skill) for skill in self.skills.tolist()]
        )
        self.is_urgent: NDArray[np.bool_] = np.isin(self.skills, list(catalogue.never_withhold))
        sets = {pupil.path_ids: pupil.paths for pupil in pupils}
        number = {ids: row for row, ids in enumerate(sets)}
        self.set_of: IntArray = np.array([number[pupil.path_ids] for pupil in pupils], dtype=np.int64)
        shape = (len(sets), len(self.skills))
        self.path: IntArray = np.full(shape, NO_PATH, dtype=np.int64)
        self.order: IntArray = np.zeros(shape, dtype=np.int64)
        self.retention: FloatArray = np.zeros(shape)
        for row, paths in enumerate(sets.values()):
            for path in reversed(paths):  # of two paths that share a skill, the older enrolment counts
                self._put(row, path)

    def _put(self, row: int, path: PublishedPath) -> None:
        for order, skill in enumerate(path.skills):
            [place] = np.flatnonzero(self.skills == skill) if skill in self.skills else [NO_PATH]
            if place != NO_PATH:
                self.path[row, place], self.order[row, place] = path.id, order
                self.retention[row, place] = max(self.retention[row, place], path.retention)

    def places(self, skills: IntArray) -> tuple[IntArray, IntArray]:
        """Return which of these skills have exercises (as rows), and their columns."""
        places = np.searchsorted(self.skills, skills)
        places[places == len(self.skills)] = 0
        found = (
            np.flatnonzero(self.skills[places] == skills)
            if len(self.skills)
            else np.array([], dtype=np.int64)
        )
        return found, places[found]


def candidates(pupils: Sequence[Pupil], catalogue: Catalogue, belief: Belief | None) -> Table:
    """Read the pupils' memories as this belief has them, or as FSRS-6 has them where there is none.

    Adds the skills they may be introduced to; fills in what each has met.
    """
    shelf = Shelf(catalogue, pupils)
    pupil, skill, stability, difficulty, reviewed_on, reviews = _memories(pupils, belief)
    new_pupil, new_skill = _new(pupils)
    pupil, skill = np.concatenate([pupil, new_pupil]), np.concatenate([skill, new_skill])
    unknown = np.full(len(new_pupil), np.nan)
    stability, difficulty = np.concatenate([stability, unknown]), np.concatenate([difficulty, unknown])
    reviews = np.concatenate([reviews, np.zeros(len(new_pupil), dtype=np.int64)])
    today = _day_numbers(one.day for one in pupils)
    reviewed_on = np.concatenate([reviewed_on, today[new_pupil]])

    kept, place = shelf.places(skill)
    path = shelf.path[shelf.set_of[pupil[kept]], place]
    on_path = path != NO_PATH
    kept, place, path = kept[on_path], place[on_path], path[on_path]
    in_order = np.argsort(pupil[kept], kind="stable")
    kept, place, path = kept[in_order], place[in_order], path[in_order]
    owner, sets = pupil[kept], shelf.set_of[pupil[kept]]
    return Table(
        rows=Candidates(
            person=owner,
            stability=stability[kept],
            difficulty=difficulty[kept],
            elapsed_days=np.maximum(today[owner] - reviewed_on[kept], 0).astype(float),
            minutes=shelf.minutes[place],
            retention=shelf.retention[sets, place],
            order=shelf.order[sets, place],
            is_urgent=shelf.is_urgent[place],
        ),
        skill=skill[kept],
        path=path,
        reviews=reviews[kept],
    )


def _memories(
    pupils: Sequence[Pupil], belief: Belief | None
) -> tuple[IntArray, IntArray, FloatArray, FloatArray, IntArray, IntArray]:
    number = {pupil.person.pk: row for row, pupil in enumerate(pupils)}
    memories = Memory.objects.filter(person__in=number).as_planned(belief)
    found = list(memories.annotate(**DAYS_AS_TEXT).values_list(*MEMORY))
    person, skill, stability, difficulty, reviews, ratings, by_work, reviewed, introduced = (
        zip(*found, strict=True) if found else [()] * len(MEMORY)
    )
    rows = [number[person_id] for person_id in person]
    days = {text: date.fromisoformat(text) for text in {*reviewed, *introduced}}
    introduced_on, reviewed_on = [days[text] for text in introduced], [days[text] for text in reviewed]
    for row, skill_id, first, last, rating, is_work in zip(
        rows, skill, introduced_on, reviewed_on, ratings, by_work, strict=True
    ):
        pupil = pupils[row]
        pupil.introduced_on[skill_id], pupil.reviewed_on[skill_id] = first, last
        pupil.last_rating[skill_id] = rating
        if is_work:
            pupil.done_for_real.add(skill_id)
    return (
        np.array(rows, dtype=np.int64),
        np.array(skill, dtype=np.int64),
        np.array(stability, dtype=float),
        np.array(difficulty, dtype=float),
        _day_numbers(reviewed_on),
        np.array(reviews, dtype=np.int64),
    )


def _day_numbers(days: Iterable[date]) -> IntArray:
    """Dates as numbers that count the days; numpy's own conversion of dates takes ten times as long."""
    return np.array([day.toordinal() for day in days], dtype=np.int64)


def _new(pupils: Sequence[Pupil]) -> tuple[IntArray, IntArray]:
    offered = [(row, skill) for row, pupil in enumerate(pupils) for skill in _next_skills(pupil)]
    rows, skills = zip(*offered, strict=True) if offered else ((), ())
    return np.array(rows, dtype=np.int64), np.array(skills, dtype=np.int64)


def _next_skills(pupil: Pupil) -> Iterator[int]:
    """The skills that each path may introduce today, in teaching order; a skill shared by two paths once."""
    seen: set[int] = set()
    earlier = {skill for skill, day in pupil.introduced_on.items() if day < pupil.day}
    for path in pupil.paths:
        unseen = (skill for skill in path.skills if skill not in pupil.introduced_on and skill not in seen)
        ready = (skill for skill in unseen if rules.is_open(path.after.get(skill, ()), earlier))
        offered = list(islice(ready, pupil.new_allowed[path.id]))
        seen.update(offered)
        yield from offered


def _mean_minutes(catalogue: Catalogue, skill: int) -> float:
    exercises = catalogue.exercises[skill]
    return sum(exercise.minutes for exercise in exercises) / len(exercises)
