"""Live through the coming months with people drawn from what is believed, once for each line of defence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.rules import defence, family
from engine.rules.defence import LINES
from engine.rules.family import Model, Number
from engine.rules.memory import FloatArray, IntArray, Rating

DAYS = 112
WEEK, WORKDAYS = 7, 5
CARRIED_EASE = 0.7  # of the spread of ease: how uncertain the stability of a practised skill still is


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """Recall by line and person (lines, people)."""

    final: FloatArray
    mean: FloatArray

    def value(self, people: NDArray[np.bool_]) -> FloatArray:
        """By line: final and mean recall of these people, and half the final recall of the weakest tenth."""
        final, mean = self.final[:, people], self.mean[:, people]
        return (final + mean).mean(axis=1) + np.quantile(final, 0.1, axis=1) / 2


@dataclass(kw_only=True)
class _Crowd:
    """The same people once for each line; what is true of them, and what the planner believes."""

    truth: Model  # a column for each of them
    ease: FloatArray
    stability: FloatArray  # true
    believed: FloatArray
    difficulty: FloatArray
    elapsed: FloatArray
    first_rating: IntArray

    def practise(self, pairs: tuple[IntArray, IntArray], model: Model, rng: np.random.Generator) -> None:
        truth = self.truth[:, pairs[0]]
        is_new, elapsed = np.isnan(self.believed[pairs]), self.elapsed[pairs]
        chance = family.retrievability(
            self.stability[pairs], np.maximum(elapsed, family.LEAST_ELAPSED), truth
        )
        later = np.where(rng.random(len(elapsed)) < chance, Rating.GOOD, Rating.AGAIN)
        rating = np.where(is_new, self.first_rating[pairs], later)
        difficulty = self.difficulty[pairs]
        after, after_difficulty, _ = family.review(self.stability[pairs], difficulty, elapsed, rating, truth)
        believed, _, _ = family.review(self.believed[pairs], difficulty, elapsed, rating, model)
        first, first_difficulty = family.first(rating, truth, self.ease[pairs])
        self.stability[pairs] = np.where(is_new, first, after)
        self.believed[pairs] = np.where(is_new, family.first(rating, model)[0], believed)
        self.difficulty[pairs] = np.where(is_new, first_difficulty, after_difficulty)
        self.elapsed[pairs] = 0

    def recall(self) -> FloatArray:
        elapsed = np.maximum(self.elapsed, family.LEAST_ELAPSED)
        chance = family.retrievability(self.stability, elapsed, self.truth[:, :, None])
        return np.where(np.isnan(self.stability), 0.0, chance).mean(axis=1)


def foresee(
    stability: FloatArray,
    difficulty: FloatArray,
    elapsed: FloatArray,
    *,
    model: Model,
    truths: Model,
    first_shares: FloatArray,
    reps: int,
    attendance: float,
    day: int,
    rng: np.random.Generator,
) -> Foreseen:
    """Start from the states of some people (people, skills); `truths` has a row for each of them."""
    people, skills = stability.shape
    ease = rng.normal(size=stability.shape) * np.exp(truths[:, Number.SPREAD, None])
    first_rating = rng.choice(len(first_shares), stability.shape, p=first_shares) + 1

    def for_each_line[A: (FloatArray, IntArray)](column: A) -> A:
        return np.tile(column, (len(LINES), 1))

    crowd = _Crowd(
        truth=for_each_line(truths).T,
        ease=for_each_line(ease),
        stability=for_each_line(stability * np.exp(CARRIED_EASE * ease)),
        believed=for_each_line(stability),
        difficulty=for_each_line(difficulty),
        elapsed=for_each_line(elapsed),
        first_rating=for_each_line(first_rating),
    )
    line = np.repeat(LINES, people)[:, None]
    person = np.repeat(np.arange(len(line)), min(reps, skills))
    weeks: list[FloatArray] = []
    for today in range(day, day + DAYS):
        if today % WEEK < WORKDAYS:
            wanted = defence.priority(crowd.believed, crowd.difficulty, crowd.elapsed, model=model, line=line)
            best = np.argpartition(-wanted, min(reps, skills) - 1, axis=1)[:, :reps]
            comes = np.tile(rng.random(people) < attendance, len(LINES))[person]
            crowd.practise((person[comes], best.ravel()[comes]), model, rng)
        crowd.elapsed += ~np.isnan(crowd.believed)
        if today % WEEK == WEEK - 1:
            weeks.append(crowd.recall())
    by_line = (len(LINES), people)
    return Foreseen(final=crowd.recall().reshape(by_line), mean=np.mean(weeks, axis=0).reshape(by_line))
