"""Live through the coming months with people drawn from what is believed, once for each line of defence."""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.rules import defence, family, fitting
from engine.rules.defence import LINES
from engine.rules.family import Model, Number
from engine.rules.fitting import Beliefs
from engine.rules.memory import FloatArray, IntArray, Rating

DAYS = 168  # long enough to see what a defended line brings, which comes late
WEEK, WORKDAYS = 7, 5


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
class Habits:
    """How people practise, and which skills each of them is taught."""

    first_shares: FloatArray  # how first reps end, again to easy
    reps: int  # a workday
    new_per_day: float  # skills that a path introduces on a workday at the most
    attendance: float  # the chance that a person answers on a workday
    is_taught: NDArray[np.bool_]  # (people, skills)

    def of(self, people: IntArray) -> Self:
        return replace(self, is_taught=self.is_taught[people])


@dataclass(kw_only=True)
class _Crowd:
    """The same people once for each line. Of `ease` and `stability`, the last row is what is true.

    The rows before it are what the planner thinks possible: it knows the model, as it will after a few more
    fits, but not how easy a skill is for a person.
    """

    model: Model  # a column for each of them
    ease: FloatArray  # (eases + 1, people, skills)
    stability: FloatArray  # (eases + 1, people, skills)
    believed: FloatArray  # what the possible ones come to (people, skills); NaN for a new skill
    log_likelihood: FloatArray  # (eases, people, skills)
    difficulty: FloatArray
    elapsed: FloatArray
    first_rating: IntArray
    is_taught: NDArray[np.bool_]

    def practise(self, pairs: tuple[IntArray, IntArray], luck: FloatArray) -> None:
        """Practise each pair; it is recalled if its luck, from 0 to 1, is below the true chance."""
        person, skill = pairs
        model, is_new = self.model[:, person], np.isnan(self.believed[pairs])
        stability, difficulty = self.stability[:, person, skill], self.difficulty[pairs]
        elapsed = np.maximum(self.elapsed[pairs], family.LEAST_ELAPSED)
        chance = family.retrievability(stability, elapsed, model)
        later = np.where(luck < chance[-1], Rating.GOOD, Rating.AGAIN)
        rating = np.where(is_new, self.first_rating[pairs], later)
        after, after_difficulty, _ = family.review(stability, difficulty, elapsed, rating, model)
        first, first_difficulty = family.first(rating, model, self.ease[:, person, skill])
        after = np.where(is_new, first, after)
        surprise = np.where(is_new, 0.0, fitting.surprise(chance[:-1], rating))
        log_likelihood = self.log_likelihood[:, person, skill] + surprise
        self.stability[:, person, skill], self.log_likelihood[:, person, skill] = after, log_likelihood
        self.believed[pairs] = fitting.typical_stability(after[:-1], log_likelihood)
        self.difficulty[pairs] = np.where(is_new, first_difficulty, after_difficulty)
        self.elapsed[pairs] = 0

    def recall(self) -> FloatArray:
        elapsed = np.maximum(self.elapsed, family.LEAST_ELAPSED)
        chance = family.retrievability(self.stability[-1], elapsed, self.model[:, :, None])
        recalled = np.where(np.isnan(self.believed), 0.0, chance).sum(axis=1, where=self.is_taught)
        return recalled / np.maximum(self.is_taught.sum(axis=1), 1)

    def may_practise(self, new_allowed: int) -> NDArray[np.bool_]:
        is_new = np.isnan(self.believed) & self.is_taught
        return self.is_taught & ~(is_new & (np.cumsum(is_new, axis=1) > new_allowed))


def foresee(
    beliefs: Beliefs,
    elapsed: FloatArray,
    habits: Habits,
    *,
    model: Model,
    day: int,
    rng: np.random.Generator,
) -> Foreseen:
    """Start from what is believed of some people (eases, people, skills), NaN where a skill is new.

    What is true of each is drawn from that. `model` has a column for each of them.
    """
    people, skills = elapsed.shape
    reps = min(habits.reps, skills)
    crowd = _crowd(beliefs, elapsed, habits, model, rng)
    line = np.repeat(LINES, people)[:, None]
    person = np.repeat(np.arange(len(line)), reps)
    weeks: list[FloatArray] = []
    for today in range(day, day + DAYS):
        if today % WEEK < WORKDAYS:
            score = defence.priority(
                crowd.believed, crowd.difficulty, crowd.elapsed, model=crowd.model[:, :, None], line=line
            )
            score[~crowd.may_practise(_new_allowed(habits.new_per_day, today))] = -np.inf
            skill = np.argpartition(-score, reps - 1, axis=1)[:, :reps].ravel()
            comes = (rng.random((people,)) < habits.attendance)[person % people]
            comes &= np.isfinite(score[person, skill])
            luck = rng.random((people, skills))[person % people, skill]  # the same for each line
            crowd.practise((person[comes], skill[comes]), luck[comes])
        crowd.elapsed += ~np.isnan(crowd.believed)
        if today % WEEK == WEEK - 1:
            weeks.append(crowd.recall())
    by_line = (len(LINES), people)
    return Foreseen(final=crowd.recall().reshape(by_line), mean=np.mean(weeks, axis=0).reshape(by_line))


def _new_allowed(per_day: float, today: int) -> int:
    """Spread what is allowed over the workdays, as three a week."""
    weeks, weekday = divmod(today, WEEK)
    workday = weeks * WORKDAYS + weekday
    return math.floor((workday + 1) * per_day) - math.floor(workday * per_day)


def _crowd(
    beliefs: Beliefs, elapsed: FloatArray, habits: Habits, model: Model, rng: np.random.Generator
) -> _Crowd:
    """Draw the ease of each skill for each person: one of those possible, or any where it is new."""
    is_new: NDArray[np.bool_] = np.isnan(beliefs.difficulty)
    drawn = fitting.draw(beliefs.log_likelihood, rng)[None]
    anew = beliefs.ease.mean(axis=0) + rng.normal(size=elapsed.shape) * np.exp(model[Number.SPREAD])[:, None]
    ease = np.where(is_new, anew, np.take_along_axis(beliefs.ease, drawn, axis=0))
    stability = np.concatenate([beliefs.stability, np.take_along_axis(beliefs.stability, drawn, axis=0)])
    first_rating = rng.choice(len(habits.first_shares), elapsed.shape, p=habits.first_shares) + 1

    def for_each_line[A: (FloatArray, IntArray, NDArray[np.bool_])](array: A, *, axis: int = 0) -> A:
        return np.concatenate([array] * len(LINES), axis=axis)

    return _Crowd(
        model=for_each_line(model, axis=1),
        ease=for_each_line(np.concatenate([beliefs.ease, ease]), axis=1),
        stability=for_each_line(stability, axis=1),
        believed=for_each_line(fitting.typical_stability(beliefs.stability, beliefs.log_likelihood)),
        log_likelihood=for_each_line(beliefs.log_likelihood, axis=1),
        difficulty=for_each_line(beliefs.difficulty),
        elapsed=for_each_line(elapsed),
        first_rating=for_each_line(first_rating),
        is_taught=for_each_line(habits.is_taught),
    )
