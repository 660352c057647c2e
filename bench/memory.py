"""States updated a second, against py-fsrs on the same steps, and how far the two ever differ."""

import argparse
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from time import perf_counter

import fsrs
import numpy as np

from engine.rules import memory
from engine.rules.memory import FloatArray, IntArray

ROUNDS = 10
LAST = datetime(2026, 1, 1, tzinfo=UTC)

type Steps = tuple[FloatArray, FloatArray, IntArray, IntArray]  # stability, difficulty, elapsed days, rating


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench memory", description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000, help="random reviews in all (%(default)s)")
    size = parser.parse_args(argv).steps

    steps = random_steps(size, seed=20_261_102)
    ours_per_second, theirs_per_second, difference = [], [], 0.0
    for part in parts(size):  # in turns, as the machine may be busy with other things for a while
        started = perf_counter()
        stability, difficulty = review(steps)
        ours_per_second.append(size / (perf_counter() - started))
        cards, seconds = py_fsrs_reviews(tuple(column[part] for column in steps))
        theirs_per_second.append(len(cards) / seconds)
        after = np.stack([stability[part], difficulty[part]], axis=1)
        difference = max(difference, float(np.max(np.abs(after - cards) / cards)))

    ours, theirs = median(ours_per_second), median(theirs_per_second)
    print(f"{'engine.rules.memory.review':<28} {ours:>14,.0f} states/s")
    print(f"{'py-fsrs, one card a call':<28} {theirs:>14,.0f} states/s")
    print(f"{'ratio':<28} {ours / theirs:>14,.0f} (at least 100)")
    print(
        f"{'largest relative difference':<28} {difference:>14.1e} over {size:,} random steps (at most 1e-9)"
    )


def random_steps(size: int, *, seed: int) -> Steps:
    """A tenth new, a tenth on the same day, the rest 1 to 400 days later; one in eight forgotten."""
    rng = np.random.default_rng(seed)
    stability = np.exp(rng.uniform(math.log(0.01), math.log(2_000), size))
    difficulty = rng.uniform(1, 10, size)
    stability[rng.random(size) < 0.1] = np.nan
    elapsed_days = np.where(rng.random(size) < 0.1, 0, rng.integers(1, 400, size))
    return stability, difficulty, elapsed_days, rng.choice(4, size, p=[0.12, 0.16, 0.6, 0.12]) + 1


def parts(size: int) -> Iterator[slice]:
    edges = np.linspace(0, size, ROUNDS + 1).astype(int).tolist()
    return (slice(start, end) for start, end in pairwise(edges))


def review(steps: Steps) -> tuple[FloatArray, FloatArray]:
    stability, difficulty, elapsed_days, rating = steps
    return memory.review(stability, difficulty, elapsed_days=elapsed_days, rating=rating)


def py_fsrs_reviews(steps: tuple[FloatArray | IntArray, ...]) -> tuple[FloatArray, float]:
    """Return stability and difficulty after each step, and the seconds that py-fsrs alone took."""
    scheduler = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    reviews = []
    for stability, difficulty, elapsed_days, rating in zip(
        *(column.tolist() for column in steps), strict=True
    ):
        card = fsrs.Card(card_id=1)  # it would sleep for a millisecond to find an id of its own
        if not math.isnan(stability):
            known = {"state": fsrs.State.Review, "stability": stability, "difficulty": difficulty}
            card = fsrs.Card(card_id=1, last_review=LAST, **known)
        reviews.append((card, fsrs.Rating(rating), LAST + timedelta(days=elapsed_days)))
    started = perf_counter()
    cards = [scheduler.review_card(card, rating, at)[0] for card, rating, at in reviews]
    seconds = perf_counter() - started
    return np.array([(card.stability, card.difficulty) for card in cards]), seconds
