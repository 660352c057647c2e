"""Rampart: believe schools of memory by what they foretold, and defend the recall that foresight advises.

docs/planner.md tells the idea, what was tried instead, and its limits.
"""

import numpy as np

from engine.rules import believing, defence, family, fitting
from engine.rules.believing import is_fitting_day
from engine.rules.foresight import Habits
from engine.rules.groups import Group
from engine.rules.memory import FloatArray, IntArray, Rating
from engine.simulation.policies.base import Policy
from engine.simulation.record import Pairs

LONGEST = 64  # reviews of one history; of later ones the last is kept
SCOUTS = 0.1  # of people: for the first weeks they review more and introduce less, so that there is evidence
LEAST_SCOUTS, MOST_OF_FEW = 25, 0.25  # where a tenth is fewer, but never more than a quarter
SCOUTING_DAYS = 21
SCOUT_INTRODUCES = 0.5  # chance a day
SCOUTS_COUNT_DAYS = 56  # until then histories of scouts are fitted before others
CALM = 3  # scouts stop after so many calm fits
ENOUGH_REVIEWS = 600  # of skills seen before; with fewer, scouts go on however calm the fits are
PROBES = 0.1  # chance a day that who still meets new skills is asked for one that waited long
ABOVE_ALL = 1e6


class Rampart(Policy):
    """Leave out only what would hardly gain."""

    thrift = 0.0  # of what the organisation's reps are worth today, in the mean; less is not sent

    def __init__(self, people: int, skills: int, reps: int, seed: int) -> None:
        super().__init__(people, skills, reps, seed)
        shape = (people, skills)
        self.elapsed, self.rating = np.zeros((*shape, LONGEST)), np.zeros((*shape, LONGEST), int)
        self.belief = believing.FIRST
        self.by_ease = np.full((len(fitting.EASES), *shape), np.nan)
        self.log_likelihood = np.zeros((len(fitting.EASES), *shape))
        self.stability, self.difficulty = np.full(shape, np.nan), np.full(shape, np.nan)
        self.firsts = np.zeros(len(Rating))
        self.is_scout = np.zeros(people, bool)
        self.is_scout[self.rng.permutation(people)[: scouts_of(people)]] = True
        self.fitted_on = 0
        self.came, self.could = 0, 0

    @property
    def group(self) -> Group:
        return Group(elapsed=self.elapsed, rating=self.rating, reviews=self.record.reviews)

    def choose(self, day: int, present: np.ndarray) -> Pairs:
        self.came, self.could = self.came + int(present.sum()), self.could + len(present)
        return super().choose(day, present)

    def learn(self, day: int, pairs: Pairs, rating: IntArray) -> None:
        person, skill = pairs
        is_new = self.record.is_new[pairs]
        elapsed = self.record.elapsed_days(day)[pairs]
        place = np.minimum(self.record.reviews[pairs], LONGEST - 1)
        self.elapsed[person, skill, place], self.rating[person, skill, place] = elapsed, rating
        self.firsts += np.bincount(rating[is_new] - 1, minlength=len(self.firsts))
        after, difficulty, chance = family.review(
            self.by_ease[:, person, skill], self.difficulty[pairs], elapsed, rating, self.belief.model
        )
        ease = fitting.eases(self.belief.model)[:, None]
        first, first_difficulty = family.first(rating, self.belief.model, ease)
        self.by_ease[:, person, skill] = np.where(is_new, first, after)
        self.log_likelihood[:, person, skill] += np.where(is_new, 0, fitting.surprise(chance, rating))
        self.difficulty[pairs] = np.where(is_new, first_difficulty, difficulty)
        self.stability[pairs] = fitting.typical_stability(
            self.by_ease[:, person, skill], self.log_likelihood[:, person, skill]
        )
        super().learn(day, pairs, rating)

    def score(self, day: int) -> FloatArray:
        if is_fitting_day(day, self.belief) and day != self.fitted_on:
            self.fitted_on = day
            self._reconsider(day)
        elapsed = self.record.elapsed_days(day)
        score = defence.priority(
            self.stability, self.difficulty, elapsed, model=self.belief.model, line=self.belief.line
        )
        score = defence.worth_sending(score, reps=self.reps, thrift=self.thrift)
        if day < SCOUTING_DAYS and not self._knows_enough():
            score[self.is_scout] = self._scouting(elapsed)[self.is_scout]
        score[self._probes(elapsed)] = ABOVE_ALL
        return score

    def _knows_enough(self) -> bool:
        reviews = np.maximum(self.record.reviews - 1, 0).sum()
        return bool(self.belief.calm >= CALM and reviews >= ENOUGH_REVIEWS)

    def _scouting(self, elapsed: FloatArray) -> FloatArray:
        """Review at random; introduce one skill on half of the days."""
        is_new = self.record.is_new
        place = np.cumsum(is_new, axis=1)
        introduces = self.rng.random((len(is_new), 1)) < SCOUT_INTRODUCES
        review = np.where(elapsed >= 1, 1 + self.rng.random(is_new.shape), -1e6)
        return np.where(is_new, np.where(introduces & (place == 1), 10.0, -place), review)

    def _probes(self, elapsed: FloatArray) -> Pairs:
        """Choose one skill at random for some who still meet new ones, the likelier the longer it waited.

        A long path would otherwise be introduced whole before anybody tells what is left after weeks.
        """
        is_new = self.record.is_new
        chance = self.rng.random(is_new.shape) * np.where(is_new, 0, elapsed)
        skill = chance.argmax(axis=1)
        is_probed = self.rng.random(len(is_new)) < PROBES
        person = np.flatnonzero(is_probed & is_new.any(axis=1) & (chance.max(axis=1) > 0))
        return person, skill[person]

    def _reconsider(self, day: int) -> None:
        """Fit every school, believe the likeliest, and take the line that foresight advises."""
        some = self._sampled(day)
        if (self.record.reviews[some] >= 2).sum() < believing.LEAST_HISTORIES:
            return
        refitted = believing.refit(self.belief, self.group, some)
        self.belief = believing.draw_line(
            refitted,
            self.group,
            self._habits(),
            elapsed=self.record.elapsed_days(day),
            day=day,
            rng=self.rng,
        )
        everybody = np.arange(len(self.is_scout))
        beliefs = self.group.beliefs(everybody, self.belief.model)
        self.by_ease, self.log_likelihood = beliefs.stability, beliefs.log_likelihood
        self.difficulty = beliefs.difficulty
        self.stability = fitting.typical_stability(beliefs.stability, beliefs.log_likelihood)

    def _habits(self) -> Habits:
        return Habits(
            first_shares=believing.first_shares(self.firsts),
            reps=self.reps,
            new_per_day=self.reps,
            attendance=self.came / self.could,
            is_taught=np.ones(self.stability.shape, bool),
        )

    def _sampled(self, day: int) -> IntArray:
        """Order people at random, scouts first in the first weeks, and take as many as a fit needs.

        Whole persons, as long histories alone are those of hard skills.
        """
        order = self.rng.permutation(len(self.is_scout))
        if day < SCOUTS_COUNT_DAYS:
            order = np.concatenate([order[self.is_scout[order]], order[~self.is_scout[order]]])
        counted = np.cumsum((self.record.reviews[order] >= 2).sum(axis=1))
        return order[: int(np.searchsorted(counted, believing.MOST_HISTORIES)) + 1]


class RampartThrifty(Rampart):
    """About half of the reps a day, to whom they bring most: for a higher limit that is seldom used up."""

    thrift = 1.0


def scouts_of(people: int) -> int:
    """Return how many scouts an organisation has: a tenth, or a few more where that tells too little."""
    return max(1, round(people * SCOUTS), min(LEAST_SCOUTS, round(people * MOST_OF_FEW)))
