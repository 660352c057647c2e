"""What the product sees of its people: ratings, days and the order of the path, never the truth."""

from dataclasses import dataclass, field

import numpy as np

from engine.rules import memory
from engine.rules.memory import FloatArray, IntArray

type Pairs = tuple[IntArray, IntArray]  # of a person and a skill, none twice


@dataclass(kw_only=True)
class Record:
    """The reviews so far, by person and skill; skills stand in the order of their path."""

    people: int
    skills: int
    stability: FloatArray = field(init=False)  # NaN for a skill not yet introduced
    difficulty: FloatArray = field(init=False)
    reviewed_on: FloatArray = field(init=False)
    reviews: IntArray = field(init=False)

    def __post_init__(self) -> None:
        shape = (self.people, self.skills)
        self.stability, self.difficulty = np.full(shape, np.nan), np.full(shape, np.nan)
        self.reviewed_on, self.reviews = np.full(shape, np.nan), np.zeros(shape, int)

    @property
    def is_new(self) -> np.ndarray:
        return self.reviews == 0

    def elapsed_days(self, day: int) -> FloatArray:
        return np.where(self.is_new, 0.0, day - self.reviewed_on)

    def add(self, day: int, pairs: Pairs, rating: IntArray) -> None:
        elapsed = np.where(self.is_new[pairs], 0.0, day - self.reviewed_on[pairs])
        self.stability[pairs], self.difficulty[pairs] = memory.review(
            self.stability[pairs], self.difficulty[pairs], elapsed_days=elapsed, rating=rating
        )
        self.reviewed_on[pairs] = day
        self.reviews[pairs] += 1


def highest(score: FloatArray, *, present: np.ndarray, reps: int) -> Pairs:
    """Return the pairs of the highest scores of each person present; never one that scores -inf.

    Of equal ones the first in the path.
    """
    person = np.flatnonzero(present)
    skill = np.argsort(-score[person], axis=1, kind="stable")[:, :reps]
    chosen = np.isfinite(np.take_along_axis(score[person], skill, axis=1))
    return np.repeat(person, skill.shape[1]).reshape(skill.shape)[chosen], skill[chosen]
