"""Fit the 21 parameters of FSRS-6 to reviews, and take them only where they foretell later reviews better.

fsrs-rs climbs. How long is ours to say, as its own five rounds over the reviews end too early where there are
only a few thousand; and the fewer there are, the more the parameters stay where they were.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from fsrs_rs_python import FSRS, FSRSItem, FSRSReview, TrainingConfig
from numpy.typing import ArrayLike

from engine.rules import memory
from engine.rules.memory import DEFAULT_PARAMETERS, FloatArray, IntArray, Parameters, Rating

LEAST_REVIEWS = 400  # that can be foretold: fewer say too little about 21 numbers
HELD_OUT = 0.2  # of these, the latest
BATCH = 512  # reviews that fsrs-rs weighs before each of its steps
STEPS = 500
LEAST_ROUNDS = 3
WEIGHT_OF_CURRENT = 200  # reviews: a fit to as many moves half of the way
LEAST_CHANCE = 1e-6


class NotReviews(ValueError):
    """The columns do not belong together, or a card's reviews go back in time."""


class TooFewReviews(ValueError):
    """There are not enough reviews to fit the parameters to."""


@dataclass(frozen=True, kw_only=True)
class Histories:
    """One row for each review, card by card; a card is one skill of one person."""

    card: IntArray  # numbered from 0
    rating: IntArray
    elapsed_days: IntArray  # 0 at a card's first review
    place: IntArray  # how many reviews of the card came before
    row: IntArray  # where the review stood in the columns that were given
    later: IntArray  # the rows on a later day than the one before, which can be foretold; in order of time


@dataclass(frozen=True, kw_only=True)
class Refit:
    """The parameters to go on with, and how badly old and fitted ones foretold the latest reviews."""

    parameters: tuple[float, ...]
    is_accepted: bool
    log_loss: float  # of the current parameters
    log_loss_fitted: float  # of parameters fitted to the reviews before


def histories(*, card: ArrayLike, day: ArrayLike, rating: ArrayLike) -> Histories:
    """Sort the reviews, those of a card given in the order they were made, and cards in any order."""
    cards, days, ratings = (np.asarray(column) for column in (card, day, rating))
    if not (cards.ndim == 1 and cards.shape == days.shape == ratings.shape):
        raise NotReviews(
            "Each review has a card, a day and a rating, but their columns have the shapes"
            f" {cards.shape}, {days.shape} and {ratings.shape}."
        )
    if days.size and not np.issubdtype(days.dtype, np.integer):
        raise NotReviews(f"A review's day is a whole number; these are of the type {days.dtype}.")
    row = np.argsort(cards, kind="stable")
    _, starts, number = np.unique(cards[row], return_index=True, return_inverse=True)
    day_of = days[row].astype(np.int64)
    elapsed_days = np.diff(day_of, prepend=day_of[:1])
    elapsed_days[starts] = 0
    if np.any(elapsed_days < 0):
        back = row[np.argmin(elapsed_days)]
        raise NotReviews(
            f"Card {cards[back]} has a review on day {days[back]} after one on a later day;"
            " give each card's reviews in the order they were made."
        )
    later = np.flatnonzero(elapsed_days > 0)
    return Histories(
        card=number,
        rating=ratings[row],
        elapsed_days=elapsed_days,
        place=np.arange(row.size) - starts[number],
        row=row,
        later=later[np.argsort(day_of[later], kind="stable")],
    )


def foretold(of: Histories, parameters: Parameters) -> FloatArray:
    """Return for each review the chance of recall that was expected before it; NaN for a card's first."""
    chance = np.full(of.card.size, np.nan)
    stability, difficulty = np.full((2, int(of.card.max(initial=-1)) + 1), np.nan)
    by_place = np.argsort(of.place, kind="stable")
    ends = np.cumsum(np.bincount(of.place))
    for place, (start, end) in enumerate(pairwise([0, *ends.tolist()])):
        rows = by_place[start:end]
        card, elapsed_days = of.card[rows], of.elapsed_days[rows]
        if place > 0:
            chance[rows] = memory.retrievability(
                stability[card], elapsed_days=elapsed_days, parameters=parameters
            )
        stability[card], difficulty[card] = memory.review(
            stability[card],
            difficulty[card],
            elapsed_days=elapsed_days,
            rating=of.rating[rows],
            parameters=parameters,
        )
    return chance


def log_loss(chance: FloatArray, rating: IntArray) -> float:
    """Return how badly these chances of recall foretold these ratings, per review."""
    sure = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    return -float(np.log(np.where(rating > Rating.AGAIN, sure, 1 - sure)).mean())


def refit(of: Histories, *, current: Parameters = DEFAULT_PARAMETERS) -> Refit:
    """Fit to all reviews, if a fit to the earlier ones foretells the latest better than `current` does."""
    if of.later.size < LEAST_REVIEWS:
        raise TooFewReviews(
            f"A fit needs {LEAST_REVIEWS} reviews on a later day than the one before, and there are"
            f" {of.later.size}; keep the current parameters until then."
        )
    earlier, latest = np.split(of.later, [round(of.later.size * (1 - HELD_OUT))])
    before = log_loss(foretold(of, current)[latest], of.rating[latest])
    items = items_of(of)
    fitted = _fitted(items[: earlier.size], of.card[earlier], current)
    after = log_loss(foretold(of, fitted)[latest], of.rating[latest])
    is_accepted = after < before
    return Refit(
        parameters=_fitted(items, of.card[of.later], current) if is_accepted else tuple(current),
        is_accepted=is_accepted,
        log_loss=before,
        log_loss_fitted=after,
    )


def items_of(of: Histories) -> list[FSRSItem]:
    """Return each review that can be foretold, with all of its card's before it."""
    shared: dict[tuple[int, int], FSRSReview] = {}
    reviews = [
        shared.get(key) or shared.setdefault(key, FSRSReview(*key))
        for key in zip(of.rating.tolist(), of.elapsed_days.tolist(), strict=True)
    ]
    starts = of.later - of.place[of.later]
    return [
        FSRSItem(reviews[start : end + 1])
        for start, end in zip(starts.tolist(), of.later.tolist(), strict=True)
    ]


def _fitted(items: list[FSRSItem], card: IntArray, current: Parameters) -> tuple[float, ...]:
    rounds = max(LEAST_ROUNDS, ceil(STEPS * BATCH / len(items)))
    training = TrainingConfig(num_epochs=rounds, batch_size=BATCH)
    model = FSRS(list(DEFAULT_PARAMETERS))
    top = model.compute_parameters(items, card_ids=card.tolist(), training_config=training)
    share = len(items) / (len(items) + WEIGHT_OF_CURRENT)
    return tuple(now + share * (best - now) for now, best in zip(current, top, strict=True))
