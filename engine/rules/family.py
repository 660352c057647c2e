"""A family of memory models in which several schools of thought are points of one space.

A model is an array of eleven numbers in the order of `Number`; further axes are its columns, one for each row
of states. With the mean of SCHOOLS["fsrs"] it is nearly FSRS-6. Others forget exponentially, grow without a
spacing effect, or grow even by a lapse, as where each rep leaves a trace of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from engine.rules.memory import DEFAULT_PARAMETERS, LEAST_STABILITY, FloatArray, IntArray, Rating

type Model = FloatArray


class Number(IntEnum):
    EASE = 0  # log of a factor on the first stabilities
    DECAY = 1  # log; small is a long tail, large is exponential
    GROWTH = 2  # log of the scale of growth by recall
    SETTLING = 3  # how much less a large stability grows
    SPACING = 4  # how much more is gained by recalling what was nearly forgotten
    MASSED = 5  # log of what is gained however soon
    HARDNESS = 6  # how much less a difficult skill grows
    LAPSE = 7  # log of what a lapse leaves of one day's stability
    KEPT = 8  # how that grows with stability: 0 is a reset, 1 leaves a share; FSRS is between
    LAPSE_SPACING = 9  # how much more a late lapse leaves
    SPREAD = 10  # log of the standard deviation of log ease among persons and skills


@dataclass(frozen=True, kw_only=True)
class School:
    """What one line of research expects, and how sure it is: normal, one number independent of another."""

    mean: Model
    spread: FloatArray


def _school(*numbers: tuple[float, float]) -> School:
    mean, spread = np.array(numbers, float).T
    return School(mean=mean, spread=spread)


# Mean and standard deviation, in the order of `Number`. The means are those of the published models.
SCHOOLS: Mapping[str, School] = {
    "fsrs": _school(
        *((0, 1), (-1.87, 0.4), (1.87, 0.3), (0.167, 0.07), (0.8, 0.3), (-6, 1)),
        *((1, 0.2), (-1.15, 0.4), (0.6, 0.15), (1.65, 0.4), (-0.5, 0.4)),
    ),
    "memorize": _school(  # a share of the rate at each recall: no spacing effect; exponential or a power law
        *((0, 1.5), (0.5, 1.2), (1.87, 0.5), (0, 0.07), (0.05, 0.1), (-2.1, 0.7)),
        *((0, 0.15), (-0.05, 0.2), (1, 0.15), (0, 0.2), (-0.5, 0.4)),
    ),
    "traces": _school(  # ACT-R: each rep adds a trace, whether it was recalled or not
        *((-2, 2), (-1.6, 0.5), (1.4, 0.4), (0.35, 0.12), (1, 0.4), (-4, 1)),
        *((0.9, 0.3), (-0.1, 0.5), (0.67, 0.25), (1.5, 0.7), (-0.7, 0.4)),
    ),
    "open": _school(  # around FSRS, and sure of nothing
        *((0, 1), (-1.87, 1.5), (1.87, 1), (0.167, 0.25), (0.8, 0.6), (-4, 2)),
        *((1, 0.7), (-1.15, 1), (0.6, 0.5), (1.65, 1), (-0.51, 0.5)),
    ),
}
LEAST = np.array([-6, -3, -3, -0.3, 0, -8, -0.5, -4, -1, -1, -2.5])
MOST = np.array([4, 2, 5, 1, 4, 3, 2, 4, 2, 5, 0.5])
MOST_STABILITY = 1e5  # days
LEAST_ELAPSED = 0.5  # days: a second review on a day counts as made half a day later

_W = DEFAULT_PARAMETERS
_EASIEST = _W[4] - np.exp(_W[5] * 3) + 1
_FIRST_STABILITY = np.array([np.nan, *_W[:4]])
_FIRST_DIFFICULTY = np.array(
    [np.nan, *(np.clip(_W[4] - np.exp(_W[5] * (rating - 1)) + 1, 1, 10) for rating in Rating)]
)
_BONUS = np.array([np.nan, 1, _W[15], 1, _W[16]])
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(5)


def retrievability(stability: FloatArray, elapsed: Any, model: Model) -> FloatArray:
    decay = np.exp(model[Number.DECAY])
    return np.exp(-decay * np.log1p((0.9 ** (-1 / decay) - 1) * elapsed / stability))


def mean_retrievability(stability: FloatArray, start: Any, end: Any, model: Model) -> FloatArray:
    """Return the mean of the forgetting curve between these days since the review, by five points."""
    days = (start + (end - start) * (point + 1) / 2 for point in _POINTS)
    parts = (
        weight * retrievability(stability, day, model) for weight, day in zip(_WEIGHTS, days, strict=True)
    )
    return sum(parts, np.zeros(1)) / 2


def first(rating: IntArray, model: Model, ease: Any = 0.0) -> tuple[FloatArray, FloatArray]:
    """Return stability and difficulty after a first review of a skill so much easier, in log."""
    return np.exp(model[Number.EASE] + ease) * _FIRST_STABILITY[rating], _FIRST_DIFFICULTY[rating]


def review(
    stability: FloatArray, difficulty: FloatArray, elapsed: FloatArray, rating: IntArray, model: Model
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return stability and difficulty after a later review, and the chance of recall before it."""
    elapsed = np.maximum(elapsed, LEAST_ELAPSED)
    chance = retrievability(stability, elapsed, model)
    after = np.where(
        rating == Rating.AGAIN,
        _after_lapse(stability, difficulty, chance, model),
        _after_recall(stability, difficulty, chance, np.maximum(rating, Rating.HARD), model),
    )
    moved = difficulty + (10 - difficulty) * (-_W[6] * (rating - 3.0)) / 9
    after_difficulty = np.clip(_W[7] * _EASIEST + (1 - _W[7]) * moved, 1, 10)
    return np.clip(after, LEAST_STABILITY, MOST_STABILITY), after_difficulty, chance


def _after_recall(
    stability: FloatArray, difficulty: FloatArray, chance: FloatArray, rating: IntArray, model: Model
) -> FloatArray:
    scale = np.exp(model[Number.GROWTH]) * (11 - difficulty) ** model[Number.HARDNESS]
    settled = stability ** -model[Number.SETTLING]
    won = np.exp(model[Number.SPACING] * (1 - chance)) - 1 + np.exp(model[Number.MASSED])
    return stability * (1 + scale * settled * won * _BONUS[rating])


def _after_lapse(
    stability: FloatArray, difficulty: FloatArray, chance: FloatArray, model: Model
) -> FloatArray:
    left = model[Number.LAPSE] + model[Number.KEPT] * np.log(stability) - _W[12] * np.log(difficulty)
    return np.exp(np.clip(left + model[Number.LAPSE_SPACING] * (1 - chance), -7, 8))
