"""Live through the coming months with people drawn from what is believed, once for each line of defence."""

import math
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


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Some people as they stand today (people, skills), and how they practise."""

    stability: FloatArray  # as believed; NaN for a skill not yet introduced
    difficulty: FloatArray
    elapsed: FloatArray  # days since the last review
    is_taught: NDArray[np.bool_]  # False fills up the rows of those who have fewer skills
    first_shares: FloatArray  # how first reps end, again to easy
    reps: int  # a workday
    new_per_day: float  # skills that a path introduces on a workday at the most
    attendance: float  # the chance that a person answers on a workday


@dataclass(kw_only=True)
class _Lives:
    """The same people once for each line; what is true of them, and what the planner believes."""

    truth: Model  # a column for each of them
    ease: FloatArray
    stability: FloatArray  # true
    believed: FloatArray
    difficulty: FloatArray
    elapsed: FloatArray
    first_rating: IntArray
    is_taught: NDArray[np.bool_]

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
        recalled = np.where(np.isnan(self.stability), 0.0, chance).sum(axis=1, where=self.is_taught)
        return recalled / self.is_taught.sum(axis=1)

    def may_practise(self, new_allowed: int) -> NDArray[np.bool_]:
        is_new = np.isnan(self.believed) & self.is_taught
        return self.is_taught & ~(is_new & (np.cumsum(is_new, axis=1) > new_allowed))


def foresee(crowd: Crowd, *, model: Model, truths: Model, day: int, rng: np.random.Generator) -> Foreseen:
    """Live on under each line: the planner believes `model`, and each person lives by a row of `truths`."""
    people, skills = crowd.stability.shape
    reps = min(crowd.reps, skills)
    ease = rng.normal(size=crowd.stability.shape) * np.exp(truths[:, Number.SPREAD, None])
    first_rating = rng.choice(len(crowd.first_shares), crowd.stability.shape, p=crowd.first_shares) + 1

    def for_each_line[A: (FloatArray, IntArray, NDArray[np.bool_])](column: A) -> A:
        return np.tile(column, (len(LINES), 1))

    lives = _Lives(
        truth=for_each_line(truths).T,
        ease=for_each_line(ease),
        stability=for_each_line(crowd.stability * np.exp(CARRIED_EASE * ease)),
        believed=for_each_line(crowd.stability),
        difficulty=for_each_line(crowd.difficulty),
        elapsed=for_each_line(crowd.elapsed),
        first_rating=for_each_line(first_rating),
        is_taught=for_each_line(crowd.is_taught),
    )
    line = np.repeat(LINES, people)[:, None]
    person = np.repeat(np.arange(len(line)), reps)
    weeks: list[FloatArray] = []
    for today in range(day, day + DAYS):
        if today % WEEK < WORKDAYS:
            score = defence.priority(lives.believed, lives.difficulty, lives.elapsed, model=model, line=line)
            may = lives.may_practise(_new_allowed(crowd.new_per_day, today))
            best = np.argpartition(np.where(may, -score, np.inf), reps - 1, axis=1)[:, :reps].ravel()
            comes = np.tile(rng.random(people) < crowd.attendance, len(LINES))[person]
            comes &= may[person, best]
            lives.practise((person[comes], best[comes]), model, rng)
        lives.elapsed += ~np.isnan(lives.believed)
        if today % WEEK == WEEK - 1:
            weeks.append(lives.recall())
    by_line = (len(LINES), people)
    return Foreseen(final=lives.recall().reshape(by_line), mean=np.mean(weeks, axis=0).reshape(by_line))


def _new_allowed(per_day: float, today: int) -> int:
    """Spread what is allowed over the workdays, as three a week."""
    weeks, weekday = divmod(today, WEEK)
    workday = weeks * WORKDAYS + weekday
    return math.floor((workday + 1) * per_day) - math.floor(workday * per_day)
