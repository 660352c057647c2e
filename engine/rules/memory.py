"""FSRS-6: how a memory fades and what a review does to it, for one memory and for whole arrays.

The formulas are those of FSRS-6 (21 parameters, float64) as py-fsrs 6.3.2 computes them without learning
steps and fuzz. Time is counted in whole days; a second review on one day follows the same-day formula.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]
type Parameters = Sequence[float]

MODEL = "fsrs-6"
DEFAULT_PARAMETERS = (
    *(0.212, 1.2931, 2.3065, 8.2956),  # 0-3: stability after a first again, hard, good, easy
    *(6.4133, 0.8334),  # 4-5: difficulty after a first again; how fast it falls with a better rating
    *(3.0194, 0.001),  # 6-7: step of difficulty at a review; its pull back towards easy
    *(1.8722, 0.1666, 0.796),  # 8-10: growth by recall: scale, stability, what was forgotten
    *(1.4835, 0.0614, 0.2629, 1.6483),  # 11-14: after a lapse: scale, difficulty, stability, the same
    *(0.6014, 1.8729),  # 15-16: growth by a hard and by an easy recall, a good one being 1
    *(0.5425, 0.0912, 0.0658),  # 17-19: same day: rating, scale, stability
    0.1542,  # 20: decay of the forgetting curve
)
LEAST_STABILITY = 0.001  # days
LONGEST_INTERVAL = 36_500  # days
BLOCK = 32_768  # rows: larger blocks leave the cache, smaller ones pay more often for each call


class Rating(IntEnum):
    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class NotAModel(ValueError):
    """The parameters are not as many finite numbers as the model has."""


class NotARating(ValueError):
    """Among the ratings is one outside 1 (again) to 4 (easy)."""


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What we believe one person remembers of one skill after their last review."""

    stability: float  # days until retrievability falls to 90 %
    difficulty: float  # 1 (easy) to 10 (hard)
    reviewed_on: date  # in the person's own zone


class Outcomes(NamedTuple):
    """What may come of a review: the chance of recall, and stability after a good one and after a lapse."""

    chance: FloatArray
    recalled: FloatArray
    lapsed: FloatArray


def remember(
    memory: Memory | None, *, rating: Rating, on: date, parameters: Parameters = DEFAULT_PARAMETERS
) -> Memory:
    """Return the memory after a review; one dated before the last counts as made on the last one's day."""
    model = _model(tuple(parameters))
    if memory is None:
        return Memory(
            stability=model.first_stability[rating],
            difficulty=model.first_difficulty[rating],
            reviewed_on=on,
        )
    elapsed_days = max((on - memory.reviewed_on).days, 0)
    return Memory(
        stability=_reviewed_stability(memory, elapsed_days, rating, model),
        difficulty=min(
            max(_next_difficulty(memory.difficulty, model.difficulty_step[rating], model), 1.0), 10.0
        ),
        reviewed_on=max(on, memory.reviewed_on),
    )


def replay(
    history: Iterable[tuple[date, Rating]], *, parameters: Parameters = DEFAULT_PARAMETERS
) -> Memory | None:
    """Return the memory that these reviews leave, taken in the order given; None where there are none."""
    memory = None
    for on, rating in history:
        memory = remember(memory, rating=rating, on=on, parameters=parameters)
    return memory


def review(
    stability: ArrayLike,
    difficulty: ArrayLike,
    *,
    elapsed_days: ArrayLike,
    rating: ArrayLike,
    parameters: Parameters = DEFAULT_PARAMETERS,
) -> tuple[FloatArray, FloatArray]:
    """Return stability and difficulty after one review each; NaN stability is a skill never reviewed."""
    model = _model(tuple(parameters))
    columns = np.broadcast_arrays(
        np.asarray(stability, float),
        np.asarray(difficulty, float),
        np.asarray(elapsed_days, float),
        _ratings(rating),
    )
    flat = [column.reshape(-1) for column in columns]
    after = np.empty((2, flat[0].size))
    for rows in blocks(flat[0].size):
        after[:, rows] = _review_block(*(column[rows] for column in flat), model=model)
    shape = columns[0].shape
    return after[0].reshape(shape), after[1].reshape(shape)


def outcomes(
    stability: FloatArray,
    difficulty: FloatArray,
    *,
    elapsed_days: FloatArray,
    parameters: Parameters = DEFAULT_PARAMETERS,
) -> Outcomes:
    """Return what may come of a review of each of these skills, all reviewed before."""
    model = _model(tuple(parameters))
    elapsed: FloatArray = np.maximum(elapsed_days, 0.0)
    chance = _forgetting_curve(stability, elapsed, model, ON_ARRAYS)
    growth = np.array(model.growth[Rating.GOOD])
    recalled = _after_recall(stability, difficulty, 1 - chance, growth, model, ON_ARRAYS)
    lapsed = _after_lapse(stability, difficulty, 1 - chance, model, ON_ARRAYS)
    rows = np.flatnonzero(elapsed < 1)
    for after, rating in ((recalled, Rating.GOOD), (lapsed, Rating.AGAIN)):
        boost, floor = np.array(model.same_day[rating]), np.array(model.same_day_floor[rating])
        after[rows] = _same_day(stability[rows], boost, floor, model, ON_ARRAYS)
    return Outcomes(chance, np.maximum(recalled, LEAST_STABILITY), np.maximum(lapsed, LEAST_STABILITY))


def retrievability(
    stability: ArrayLike, *, elapsed_days: ArrayLike, parameters: Parameters = DEFAULT_PARAMETERS
) -> FloatArray:
    """Return the chance that each skill can be done after so many days; 0 for a skill never reviewed."""
    model = _model(tuple(parameters))
    known = np.asarray(stability, float)
    chance = _forgetting_curve(known, np.maximum(elapsed_days, 0.0), model, ON_ARRAYS)
    return np.where(np.isnan(known), 0.0, chance)


def mean_retrievability(
    stability: ArrayLike, *, start: ArrayLike, end: ArrayLike, parameters: Parameters = DEFAULT_PARAMETERS
) -> FloatArray:
    """Return the mean of the forgetting curve from `start` to `end` (days since the review, start < end).

    The curve (1 + F t / S)^-d has the integral S / (F (1 - d)) (1 + F t / S)^(1 - d).
    """
    model = _model(tuple(parameters))
    known, first, last = np.asarray(stability, float), np.asarray(start, float), np.asarray(end, float)
    pace, rise = model.factor / known, 1 - model.decay
    before = np.exp(rise * np.log(1 + pace * first)) if np.any(first) else 1.0
    area = (np.exp(rise * np.log(1 + pace * last)) - before) / (pace * rise)
    return np.where(np.isnan(known), 0.0, area / (last - first))


def interval(
    stability: ArrayLike, *, retention: ArrayLike, parameters: Parameters = DEFAULT_PARAMETERS
) -> IntArray:
    """Return after how many whole days, 1 to 36,500, retrievability has fallen to `retention`."""
    model = _model(tuple(parameters))
    spent = np.asarray(retention, float) ** (-1 / model.decay) - 1
    days = np.rint(np.asarray(stability, float) / model.factor * spent)
    return np.fmin(np.fmax(days, 1), LONGEST_INTERVAL).astype(np.int64)


def blocks(rows: int) -> Iterator[slice]:
    """Cut so many rows into slices that a core computes without leaving its cache."""
    return (slice(start, start + BLOCK) for start in range(0, rows, BLOCK))


def _reviewed_stability(memory: Memory, elapsed_days: int, rating: Rating, model: "_Model") -> float:
    stability, difficulty = memory.stability, memory.difficulty
    if elapsed_days == 0:
        after = _same_day(stability, model.same_day[rating], model.same_day_floor[rating], model, ON_FLOATS)
    else:
        forgotten = 1 - _forgetting_curve(stability, elapsed_days, model, ON_FLOATS)
        if rating == Rating.AGAIN:
            after = _after_lapse(stability, difficulty, forgotten, model, ON_FLOATS)
        else:
            after = _after_recall(stability, difficulty, forgotten, model.growth[rating], model, ON_FLOATS)
    return max(after, LEAST_STABILITY)


def _review_block(
    stability: FloatArray,
    difficulty: FloatArray,
    elapsed_days: FloatArray,
    rating: IntArray,
    *,
    model: "_Model",
) -> tuple[FloatArray, FloatArray]:
    """Review a block of rows, each by its own branch only: first, same day, lapse or recall."""
    is_first = np.isnan(stability)
    is_same_day = elapsed_days < 1
    is_again = rating == Rating.AGAIN
    after = np.empty_like(stability)
    after_difficulty = _next_difficulty(difficulty, np.take(model.difficulty_step, rating), model)

    rows = np.flatnonzero(is_first)
    after[rows] = np.take(model.first_stability, rating[rows])
    after_difficulty[rows] = np.take(model.first_difficulty, rating[rows])

    rows = np.flatnonzero(~is_first & is_same_day)
    boost, floor = np.take(model.same_day, rating[rows]), np.take(model.same_day_floor, rating[rows])
    after[rows] = _same_day(stability[rows], boost, floor, model, ON_ARRAYS)

    rows = np.flatnonzero(~(is_first | is_same_day) & is_again)
    before = stability[rows]
    forgotten = 1 - _forgetting_curve(before, elapsed_days[rows], model, ON_ARRAYS)
    after[rows] = _after_lapse(before, difficulty[rows], forgotten, model, ON_ARRAYS)

    rows = np.flatnonzero(~(is_first | is_same_day | is_again))
    before = stability[rows]
    forgotten = 1 - _forgetting_curve(before, elapsed_days[rows], model, ON_ARRAYS)
    growth = np.take(model.growth, rating[rows])
    after[rows] = _after_recall(before, difficulty[rows], forgotten, growth, model, ON_ARRAYS)

    return np.maximum(after, LEAST_STABILITY), np.clip(after_difficulty, 1.0, 10.0)


class _Maths(NamedTuple):
    """The functions a formula needs beyond + - * /, so that each formula is written once."""

    exp: Callable[[Any], Any]
    log: Callable[[Any], Any]
    smaller: Callable[[Any, Any], Any]
    larger: Callable[[Any, Any], Any]


ON_FLOATS = _Maths(math.exp, math.log, min, max)
ON_ARRAYS = _Maths(np.exp, np.log, np.minimum, np.maximum)

# The formulas. Powers are written as exp(b log a), which costs half of a ** b on arrays.


def _forgetting_curve[N: (float, FloatArray)](
    stability: N, elapsed_days: N, model: "_Model", on: _Maths
) -> N:
    return on.exp(-model.decay * on.log(1 + model.factor * elapsed_days / stability))


def _after_recall[N: (float, FloatArray)](
    stability: N, difficulty: N, forgotten: N, growth: N, model: "_Model", on: _Maths
) -> N:
    w = model.parameters
    settled = on.exp(-w[9] * on.log(stability))
    return stability * (1 + growth * (11 - difficulty) * settled * (on.exp(w[10] * forgotten) - 1))


def _after_lapse[N: (float, FloatArray)](
    stability: N, difficulty: N, forgotten: N, model: "_Model", on: _Maths
) -> N:
    w = model.parameters
    kept = on.exp(w[13] * on.log(stability + 1)) - 1
    return on.smaller(
        w[11] * kept * on.exp(w[14] * forgotten - w[12] * on.log(difficulty)),
        stability * model.most_kept_by_lapse,
    )


def _same_day[N: (float, FloatArray)](stability: N, boost: N, floor: N, model: "_Model", on: _Maths) -> N:
    return stability * on.larger(boost * on.exp(-model.parameters[19] * on.log(stability)), floor)


def _next_difficulty[N: (float, FloatArray)](difficulty: N, step: N, model: "_Model") -> N:
    """Before it is held between 1 and 10."""
    pull = model.parameters[7]
    return pull * model.easiest_difficulty + (1 - pull) * (difficulty + (10 - difficulty) * step)


class _Model(NamedTuple):
    """What follows from the parameters alone; tables are indexed by rating, so that place 0 stays empty."""

    parameters: tuple[float, ...]
    decay: float
    factor: float  # so that retrievability is 90 % when as many days have passed as stability counts
    first_stability: tuple[float, ...]
    first_difficulty: tuple[float, ...]
    easiest_difficulty: float  # of a first easy, not held above 1
    difficulty_step: tuple[float, ...]
    growth: tuple[float, ...]
    most_kept_by_lapse: float
    same_day: tuple[float, ...]
    same_day_floor: tuple[float, ...]


@lru_cache(maxsize=1024)
def _model(parameters: tuple[float, ...]) -> _Model:
    if len(parameters) != len(DEFAULT_PARAMETERS) or not all(map(math.isfinite, parameters)):
        raise NotAModel(
            f"FSRS-6 has {len(DEFAULT_PARAMETERS)} finite parameters, and these are not: {parameters}"
        )
    w, nothing = parameters, math.nan
    first_difficulty = [w[4] + 1 - math.exp(w[5] * (rating - 1)) for rating in Rating]
    return _Model(
        parameters=w,
        decay=w[20],
        factor=0.9 ** (-1 / w[20]) - 1,
        first_stability=(nothing, *(max(first, LEAST_STABILITY) for first in w[:4])),
        first_difficulty=(nothing, *(min(max(first, 1.0), 10.0) for first in first_difficulty)),
        easiest_difficulty=first_difficulty[-1],
        difficulty_step=(nothing, *(-w[6] * (rating - Rating.GOOD) / 9 for rating in Rating)),
        growth=(nothing, nothing, *(math.exp(w[8]) * bonus for bonus in (w[15], 1.0, w[16]))),
        most_kept_by_lapse=math.exp(-w[17] * w[18]),
        same_day=(nothing, *(math.exp(w[17] * (rating - Rating.GOOD + w[18])) for rating in Rating)),
        same_day_floor=(nothing, 0.0, 1.0, 1.0, 1.0),  # a remembered skill never gets weaker
    )


def _ratings(rating: ArrayLike) -> IntArray:
    ratings = np.asarray(rating)
    if not np.issubdtype(ratings.dtype, np.integer) or (
        ratings.size and not (ratings.min() >= Rating.AGAIN and ratings.max() <= Rating.EASY)
    ):
        raise NotARating(
            "Ratings are whole numbers from 1 (again) to 4 (easy); correct or leave out the others."
        )
    return ratings
