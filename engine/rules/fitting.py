"""Fit models of the family to reviews, one fit for each school, and weigh the schools by what they foretold.

Persons and skills differ in ease. A fit sums each history's chance over a few eases, as otherwise the easy
ones that survive are taken for growth; the same sum tells how easy each skill has proved for each person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.rules import family
from engine.rules.family import SCHOOLS, Model, Number, School
from engine.rules.memory import FloatArray, IntArray, Rating

EASES, _mass = np.polynomial.hermite_e.hermegauss(5)  # in standard deviations
LOG_MASS = np.log(_mass / _mass.sum())
LEAST_CHANCE = 0.005  # of a prediction, and the same below one: nobody is that sure
STEP = 2e-3  # of the numerical gradient
ENOUGH = 0.1  # of log likelihood: a step that gains less is the last


@dataclass(frozen=True, kw_only=True)
class Histories:
    """One row for each person and skill with reviews; `elapsed` and `rating` are filled for `reviews`."""

    elapsed: FloatArray
    rating: IntArray
    reviews: IntArray


@dataclass(frozen=True, kw_only=True)
class Beliefs:
    """Of each history: log ease (eases, rows), and for each the stability after it and its log likelihood."""

    ease: FloatArray
    stability: FloatArray
    log_likelihood: FloatArray
    difficulty: FloatArray


def together(beliefs: Sequence[Beliefs]) -> Beliefs:
    """Put people side by side (eases, people, skills)."""
    return Beliefs(
        ease=np.concatenate([some.ease for some in beliefs], axis=1),
        stability=np.concatenate([some.stability for some in beliefs], axis=1),
        log_likelihood=np.concatenate([some.log_likelihood for some in beliefs], axis=1),
        difficulty=np.concatenate([some.difficulty for some in beliefs]),
    )


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The most probable model, the precision around it, and the log of how well the school foretold."""

    model: Model
    precision: FloatArray
    log_evidence: float

    def draw(self, rng: np.random.Generator) -> Model:
        away = np.linalg.solve(np.linalg.cholesky(self.precision).T, rng.normal(size=len(self.model)))
        return np.clip(self.model + away, family.LEAST, family.MOST)


def eases(model: Model) -> FloatArray:
    """Return the eases that a history is summed over, in log (eases, columns of the model)."""
    return np.multiply.outer(EASES, np.exp(model[Number.SPREAD]))


def surprise(chance: FloatArray, rating: IntArray) -> FloatArray:
    """Return the log likelihood of each rating."""
    sure = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    return np.where(rating > Rating.AGAIN, np.log(sure), np.log(1 - sure))


def replay(histories: Histories, model: Model) -> Beliefs:
    """Live through the histories; the model may have a column for each."""
    rows, longest = histories.rating.shape
    ease = np.broadcast_to(eases(model).reshape(len(EASES), -1), (len(EASES), rows))
    stability, difficulty = family.first(histories.rating[:, 0], model, ease)
    difficulty = difficulty.copy()
    log_likelihood = np.zeros((len(EASES), rows))
    for place in range(1, longest):
        here = np.flatnonzero(histories.reviews > place)
        rating = histories.rating[here, place]
        after, difficulty[here], chance = family.review(
            stability[:, here],
            difficulty[here],
            histories.elapsed[here, place],
            rating,
            model if model.ndim == 1 else model[:, here],
        )
        stability[:, here] = after
        log_likelihood[:, here] += surprise(chance, rating)
    return Beliefs(ease=ease, stability=stability, log_likelihood=log_likelihood, difficulty=difficulty)


def typical_stability(stability: FloatArray, log_likelihood: FloatArray) -> FloatArray:
    """Return the geometric mean over eases, each weighed by how well it foretold the reviews."""
    return np.exp((share(log_likelihood) * np.log(stability)).sum(axis=0))


def draw(log_likelihood: FloatArray, rng: np.random.Generator) -> IntArray:
    """Return the place of one ease for each history, as probable as it foretold the reviews."""
    reached = np.cumsum(share(log_likelihood), axis=0)
    return np.argmax(rng.random(reached.shape[1:]) <= reached / reached[-1], axis=0)


def share(log_likelihood: FloatArray) -> FloatArray:
    """Return how probable each ease is (eases, ...)."""
    weight = log_likelihood + LOG_MASS.reshape(-1, *[1] * (log_likelihood.ndim - 1))
    weight = np.exp(weight - weight.max(axis=0))
    shares: FloatArray = weight / weight.sum(axis=0)
    return shares


def fit(histories: Histories, school: School, *, start: Model, steps: int = 4) -> Fit:
    """Climb from `start` by Levenberg's steps on the numerical gradient."""
    model, caution = start.copy(), 1e-2
    score, rows = _log_posterior(histories, school, model)
    for _ in range(steps):
        slope, precision = _slope(histories, school, model, rows)
        for _ in range(6):
            damped = precision + caution * np.diag(np.diag(precision))
            tried = np.clip(model + np.linalg.solve(damped, slope), family.LEAST, family.MOST)
            new_score, new_rows = _log_posterior(histories, school, tried)
            if new_score > score:
                break
            caution *= 6
        else:
            break
        gained, model, score, rows = new_score - score, tried, new_score, new_rows
        caution = max(caution / 6, 1e-4)
        if gained < ENOUGH:
            break
    _, precision = _slope(histories, school, model, rows)
    evidence = score - float(np.log(school.spread).sum()) - 0.5 * float(np.linalg.slogdet(precision)[1])
    return Fit(model=model, precision=precision, log_evidence=evidence)


def weights(fits: Mapping[str, Fit]) -> dict[str, float]:
    """Return the weight of each school, 0 for those that were not fitted."""
    best = max(fit.log_evidence for fit in fits.values())
    mass = {name: float(np.exp(fit.log_evidence - best)) for name, fit in fits.items()}
    return {name: mass.get(name, 0.0) / sum(mass.values()) for name in SCHOOLS}


def _log_posterior(histories: Histories, school: School, model: Model) -> tuple[float, FloatArray]:
    """Return the sum, and the log likelihood of each history alone."""
    weighed = replay(histories, model).log_likelihood + LOG_MASS[:, None]
    most = weighed.max(axis=0)
    rows = most + np.log(np.exp(weighed - most).sum(axis=0))
    return float(rows.sum() - 0.5 * (((model - school.mean) / school.spread) ** 2).sum()), rows


def _slope(
    histories: Histories, school: School, model: Model, rows: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the gradient, and the precision from the spread of the histories' own gradients."""
    slopes = np.empty((len(rows), len(model)))
    for number in Number:
        moved = model.copy()
        moved[number] += STEP
        slopes[:, number] = (_log_posterior(histories, school, moved)[1] - rows) / STEP
    gradient = slopes.sum(axis=0) - (model - school.mean) / school.spread**2
    return gradient, slopes.T @ slopes + np.diag(1 / school.spread**2)
