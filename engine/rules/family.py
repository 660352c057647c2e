"""A family of memory models in which several schools of thought are points of one space.

A model is an array of eleven numbers in the order of `Number`; further axes are its columns, one for each row
of states. With the mean of SCHOOLS["fsrs"] it is nearly FSRS-6. Others forget exponentially, grow without a
spacing effect, or grow even by a lapse, as where each rep leaves a trace of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from engine.rules.memory import DEFAULT_PARAMETERS, LEAST_STABILITY, FloatArray, IntArray, NotAModel, Rating

type Model = FloatArray

MODEL = "family-1"  # its name in what is stored: another formula, another name


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


class Outcomes(NamedTuple):
    """What may come of a review: the chance of recall, and stability after a recall and after a lapse."""

    chance: FloatArray
    recalled: FloatArray
    lapsed: FloatArray


def model_of(numbers: Sequence[float]) -> Model:
    """Return the eleven numbers, in the order of `Number`, as a model."""
    model = np.array(numbers, float)
    if model.shape != (len(Number),) or not np.isfinite(model).all():
        raise NotAModel(f"A model of {MODEL} has {len(Number)} finite numbers; these are {list(numbers)}.")
    return model


def retrievability(stability: FloatArray, elapsed: Any, model: Model) -> FloatArray:
    """Return the chance of recall (1 + c t)^-d after t days, where c is `_pace` over stability."""
    return np.exp(-np.exp(model[Number.DECAY]) * np.log(1 + _pace(model) * elapsed / stability))


def mean_retrievability(stability: FloatArray, start: Any, end: Any, model: Model) -> FloatArray:
    """Return the mean of the forgetting curve between these days since the review, start < end."""
    remaining = remaining_stability(stability, start, model)
    return retrievability(stability, start, model) * mean_since_review(remaining, end - start, model)


def remaining_stability(stability: FloatArray, elapsed: Any, model: Model) -> FloatArray:
    """Return by which stability the curve goes on from a day: its value there times a curve from 1."""
    return stability + _pace(model) * elapsed


def mean_since_review(stability: FloatArray, days: Any, model: Model) -> FloatArray:
    """Return the mean of the forgetting curve over the first days after a review.

    Of (1 + c t)^-d it is ((1 + z)^(1 - d) - 1) / ((1 - d) z) with z = c days; log(1 + z) / z where d is 1.
    """
    fallen = _pace(model) * days / stability
    rise = 1 - np.exp(model[Number.DECAY])
    rise = np.where(rise == 0, np.finfo(float).eps, rise)  # so near to the limit that no digit differs
    return np.expm1(rise * np.log1p(fallen)) / (rise * fallen)


def _pace(model: Model) -> Any:
    """Return c for a stability of one day: the chance is .9 after as many days as stability counts."""
    return np.expm1(-np.log(0.9) / np.exp(model[Number.DECAY]))


def days_to(retention: Any, stability: Any, model: Model) -> Any:
    """Return after how many days retrievability has fallen to `retention`."""
    power = -1 / np.exp(model[Number.DECAY])
    return stability * (retention**power - 1) / (0.9**power - 1)


def first(rating: IntArray, model: Model, ease: Any = 0.0) -> tuple[FloatArray, FloatArray]:
    """Return stability and difficulty after a first review of a skill so much easier, in log."""
    return np.exp(model[Number.EASE] + ease) * _FIRST_STABILITY[rating], _FIRST_DIFFICULTY[rating]


def review(
    stability: FloatArray, difficulty: FloatArray, elapsed: FloatArray, rating: IntArray, model: Model
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return stability and difficulty after a later review, and the chance of recall before it."""
    bonus = _BONUS[np.maximum(rating, Rating.HARD)]
    chance, recalled, lapsed = outcomes(stability, difficulty, elapsed, model, bonus=bonus)
    moved = difficulty + (10 - difficulty) * (-_W[6] * (rating - 3.0)) / 9
    after_difficulty = np.clip(_W[7] * _EASIEST + (1 - _W[7]) * moved, 1, 10)
    return np.where(rating == Rating.AGAIN, lapsed, recalled), after_difficulty, chance


def outcomes(
    stability: FloatArray, difficulty: FloatArray, elapsed: FloatArray, model: Model, *, bonus: Any = 1.0
) -> Outcomes:
    """Return what may come of a later review; `bonus` is the growth by a recall, a good one being 1."""
    chance = retrievability(stability, np.maximum(elapsed, LEAST_ELAPSED), model)
    log_stability = np.log(stability)
    recalled = stability * (1 + bonus * _growth(log_stability, difficulty, 1 - chance, model))
    lapsed = np.exp(_log_after_lapse(log_stability, difficulty, 1 - chance, model))
    return Outcomes(
        chance=chance,
        recalled=np.clip(recalled, LEAST_STABILITY, MOST_STABILITY),
        lapsed=np.maximum(lapsed, LEAST_STABILITY),
    )


# Powers are written as exp(b log a), which costs half of a ** b on arrays.


def _growth(
    log_stability: FloatArray, difficulty: FloatArray, forgotten: FloatArray, model: Model
) -> FloatArray:
    log_scale = (
        model[Number.GROWTH]
        + model[Number.HARDNESS] * np.log(11 - difficulty)
        - model[Number.SETTLING] * log_stability
    )
    return np.exp(log_scale) * (np.exp(model[Number.SPACING] * forgotten) - 1 + np.exp(model[Number.MASSED]))


def _log_after_lapse(
    log_stability: FloatArray, difficulty: FloatArray, forgotten: FloatArray, model: Model
) -> FloatArray:
    left = model[Number.LAPSE] + model[Number.KEPT] * log_stability - _W[12] * np.log(difficulty)
    return np.clip(left + model[Number.LAPSE_SPACING] * forgotten, -7, 8)
