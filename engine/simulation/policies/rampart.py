"""Rampart: believe schools of memory by what they foretold, and defend the recall that foresight advises.

docs/planner.md tells the idea, what was tried instead, and its limits.
"""

from collections.abc import Mapping

import numpy as np

from engine.rules import defence, family, fitting, pooling
from engine.rules.defence import LINES
from engine.rules.family import SCHOOLS, Model
from engine.rules.fitting import Beliefs, Fit, Histories
from engine.rules.memory import FloatArray, IntArray
from engine.rules.planning import FIRST_RATINGS
from engine.rules.pooling import Pool
from engine.simulation.foresight import foresee
from engine.simulation.policies.base import Policy
from engine.simulation.record import Pairs

LONGEST = 64  # reviews of one history; of later ones the last is kept
SCOUTS = 0.1  # of people: for the first weeks they review more and introduce less, so that there is evidence
LEAST_SCOUTS, MOST_OF_FEW = 25, 0.25  # where a tenth is fewer, but never more than a quarter
SCOUTING_DAYS = 21
SCOUT_INTRODUCES = 0.5  # chance a day
LEAST_HISTORIES = 20
MOST_HISTORIES = 1_000  # in a fit
SCOUTS_COUNT_DAYS = 56  # until then histories of scouts are fitted before others
FORESEEN_PEOPLE = 64
NEGLIGIBLE = 1e-6  # weight of a school below which it is fitted no more
HEARD = 0.02  # weight of a school below which foresight leaves it out
FIRST_LINE = 0.5
TIE = 0.012  # of the best value: the lower line wins, as foresight flatters the middle ones
MATTERS, DOUBT, CALM = (
    0.05,
    0.1,
    3,
)  # scouts stop after so many fits in which few drawn would gain by another line
ENOUGH_REVIEWS = 300  # of skills seen before; with fewer, scouts go on however calm the fits are
KNOWN_FIRSTS = 40  # first reps that the usual shares of first ratings count for


class Rampart(Policy):
    def __init__(self, people: int, skills: int, reps: int, seed: int) -> None:
        super().__init__(people, skills, reps, seed)
        shape = (people, skills)
        self.elapsed, self.rating = np.zeros((*shape, LONGEST)), np.zeros((*shape, LONGEST), int)
        self.models = {name: school.mean for name, school in SCHOOLS.items()}
        self.weights: Mapping[str, float] = dict.fromkeys(SCHOOLS, 1 / len(SCHOOLS))
        self.line = FIRST_LINE
        self.wanted = (
            self.line
        )  # by the last fit; after the first weeks a line moves once two in a row want it
        nothing = Pool(person=pooling.unknown(people), skill=pooling.unknown(skills))
        self.pools = dict.fromkeys(SCHOOLS, nothing)
        self.school = "fsrs"  # the likeliest so far
        self.by_ease = np.full((len(fitting.EASES), *shape), np.nan)
        self.log_likelihood = np.zeros((len(fitting.EASES), *shape))
        self.stability, self.difficulty = np.full(shape, np.nan), np.full(shape, np.nan)
        self.firsts = KNOWN_FIRSTS * np.array(list(FIRST_RATINGS.values()))
        self.everybody = np.arange(people)
        self.is_scout = np.zeros(people, bool)
        self.is_scout[self.rng.permutation(people)[: scouts_of(people)]] = True
        self.calm, self.fitted_on = 0, 0
        self.came, self.could = 0, 0

    @property
    def model(self) -> Model:
        return self.models[self.school]

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
            self.by_ease[:, person, skill], self.difficulty[pairs], elapsed, rating, self.model
        )
        ease = self.pools[self.school].ease[pairs] + fitting.eases(self.model)[:, None]
        first, first_difficulty = family.first(rating, self.model, ease)
        self.by_ease[:, person, skill] = np.where(is_new, first, after)
        self.log_likelihood[:, person, skill] += np.where(is_new, 0, fitting.surprise(chance, rating))
        self.difficulty[pairs] = np.where(is_new, first_difficulty, difficulty)
        self.stability[pairs] = fitting.typical_stability(
            self.by_ease[:, person, skill], self.log_likelihood[:, person, skill]
        )
        super().learn(day, pairs, rating)

    def score(self, day: int) -> FloatArray:
        if is_fitting_day(day) and day != self.fitted_on:
            self.fitted_on = day
            self._reconsider(day)
        elapsed = self.record.elapsed_days(day)
        score = defence.priority(self.stability, self.difficulty, elapsed, model=self.model, line=self.line)
        if day < SCOUTING_DAYS and not self._knows_enough():
            score[self.is_scout] = self._scouting(elapsed)[self.is_scout]
        return score

    def _knows_enough(self) -> bool:
        reviews = np.maximum(self.record.reviews - 1, 0).sum()
        return bool(self.calm >= CALM and reviews >= ENOUGH_REVIEWS)

    def _scouting(self, elapsed: FloatArray) -> FloatArray:
        """Review at random; introduce one skill on half of the days."""
        is_new = self.record.is_new
        place = np.cumsum(is_new, axis=1)
        introduces = self.rng.random((len(is_new), 1)) < SCOUT_INTRODUCES
        review = np.where(elapsed >= 1, 1 + self.rng.random(is_new.shape), -1e6)
        return np.where(is_new, np.where(introduces & (place == 1), 10.0, -place), review)

    def _reconsider(self, day: int) -> None:
        """Fit every school, believe the likeliest, and take the line that foresight advises."""
        some = self._sampled(day)
        if (self.record.reviews[some] >= 2).sum() < LEAST_HISTORIES:
            return
        counting = [name for name in SCHOOLS if self.weights[name] >= NEGLIGIBLE]
        fits = {name: self._fitted(name, some) for name in counting}
        self.weights = fitting.weights(
            {name: fit.log_evidence + self._pool_evidence(name, some) for name, fit in fits.items()}
        )
        self.school = max(self.weights, key=lambda name: self.weights[name])
        self._believe_anew()
        self._foresee(fits, day)

    def _fitted(self, name: str, some: IntArray) -> Fit:
        """Fit a school to the histories of some people, then pool the ease of all under it."""
        fit = fitting.fit(self._histories(some, name), SCHOOLS[name], start=self.models[name])
        self.models[name] = fit.model
        beliefs = self._beliefs(self.everybody, name, fit.model)
        self.pools[name] = pooling.pool(self.pools[name], beliefs, fit.model)
        return fit

    def _pool_evidence(self, name: str, some: IntArray) -> float:
        pool = self.pools[name]
        return float(pool.person.log_evidence[some].sum() + pool.skill.log_evidence.sum())

    def _foresee(self, fits: Mapping[str, Fit], day: int) -> None:
        """As many people for each school that counts; then each school counts by its weight."""
        names = [name for name in fits if self.weights[name] >= HEARD]
        each = FORESEEN_PEOPLE // len(names)
        school = np.repeat(np.arange(len(names)), each)
        some = self.rng.choice(self.everybody, (len(names), each))
        models = [np.array([fits[name].draw(self.rng) for _ in range(each)]).T for name in names]
        beliefs = [
            self._beliefs(people, name, model)
            for people, name, model in zip(some, names, models, strict=True)
        ]
        foreseen = foresee(
            fitting.together(beliefs),
            self.record.elapsed_days(day)[some.ravel()],
            model=np.concatenate(models, axis=1),
            first_shares=self.firsts / self.firsts.sum(),
            reps=self.reps,
            attendance=self.came / self.could,
            day=day,
            rng=self.rng,
        )
        heard = np.array([self.weights[name] for name in names])
        heard /= heard.sum()
        value = np.array([foreseen.value(school == number) for number in range(len(names))])
        chosen = int(np.flatnonzero(heard @ value >= (heard @ value).max() * (1 - TIE))[0])
        wanted = float(LINES[chosen])
        if day < SCOUTING_DAYS or wanted == self.wanted:
            self.line = wanted
        self.wanted = wanted
        alone = (foreseen.final + foreseen.mean).reshape(len(LINES), len(names), each)
        wants_another = alone.max(axis=0) * (1 - MATTERS) > alone[chosen]
        self.calm = self.calm + 1 if heard @ wants_another.mean(axis=1) < DOUBT else 0

    def _sampled(self, day: int) -> IntArray:
        """Order people at random, scouts first in the first weeks, and take as many as a fit needs.

        Whole persons, as long histories alone are those of hard skills.
        """
        order = self.rng.permutation(len(self.is_scout))
        if day < SCOUTS_COUNT_DAYS:
            order = np.concatenate([order[self.is_scout[order]], order[~self.is_scout[order]]])
        counted = np.cumsum((self.record.reviews[order] >= 2).sum(axis=1))
        return order[: int(np.searchsorted(counted, MOST_HISTORIES)) + 1]

    def _histories(self, people: IntArray, school: str, *, at_least: int = 2) -> Histories:
        reviews = np.minimum(self.record.reviews[people], LONGEST)
        person, skill = np.nonzero(reviews >= at_least)
        longest = int(reviews.max(initial=1))
        rows = people[person], skill
        return Histories(
            elapsed=self.elapsed[rows][:, :longest],
            rating=self.rating[rows][:, :longest],
            reviews=reviews[person, skill],
            ease=self.pools[school].ease[rows],
        )

    def _believe_anew(self) -> None:
        beliefs = self._beliefs(self.everybody, self.school, self.model)
        self.by_ease, self.log_likelihood = beliefs.stability, beliefs.log_likelihood
        self.difficulty = beliefs.difficulty
        self.stability = fitting.typical_stability(beliefs.stability, beliefs.log_likelihood)

    def _beliefs(self, people: IntArray, school: str, model: Model) -> Beliefs:
        """Return what this model, or one for each of them, makes of their reviews (eases, people, skills)."""
        pairs = np.nonzero(self.record.reviews[people])
        histories = self._histories(people, school, at_least=1)
        found = fitting.replay(histories, model if model.ndim == 1 else model[:, pairs[0]])
        shape = (len(people), self.record.skills)
        stability = np.full((len(fitting.EASES), *shape), np.nan)
        log_likelihood, difficulty = np.zeros(stability.shape), np.full(shape, np.nan)
        person, skill = pairs
        stability[:, person, skill] = found.stability
        log_likelihood[:, person, skill] = found.log_likelihood
        difficulty[pairs] = found.difficulty
        ease = self.pools[school].ease[people] + fitting.eases(model).reshape(len(fitting.EASES), -1, 1)
        return Beliefs(ease=ease, stability=stability, log_likelihood=log_likelihood, difficulty=difficulty)


def scouts_of(people: int) -> int:
    """Return how many scouts an organisation has: a tenth, or a few more where that tells too little."""
    return max(1, round(people * SCOUTS), min(LEAST_SCOUTS, round(people * MOST_OF_FEW)))


def is_fitting_day(day: int) -> bool:
    """Four times a week at first, then weekly to the eighth week, then every fourth."""
    weekday = day % 7
    return (3 <= day <= 18 and weekday in {0, 1, 3, 4}) or (
        weekday == 0 and day > 0 and (day < 56 or day % 28 == 0)
    )
