"""FSRS-6 fitted to real reviews beside its defaults and simpler models, and the seconds that fitting takes.

The first half of the reviews is fitted and the second foretold; then, as time would go on, each tenth is
foretold with what was in force before it. A review counts if it is on a later day than the card's last.
"""

import argparse
import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import ceil
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from fsrs_rs_python import FSRS
from numpy.typing import NDArray

from bench.machine import machine
from engine.rules import fsrs_fitting
from engine.rules.fsrs_fitting import Histories, NotReviews, TooFewReviews, foretold, items_of, log_loss
from engine.rules.memory import DEFAULT_PARAMETERS, FloatArray, IntArray, NotARating, Parameters, Rating
from engine.simulation.policies.sm2 import FIRST_EASE, LEAST_EASE, QUALITY

PROJECT = Path(__file__).resolve().parents[1]
BESIDE = Path("..", "shared", "data", "josh_revlog.csv")
DAY, MORNING = 86_400, 4 * 3_600  # seconds: a day begins at four, UTC
FITTED = "FSRS-6, fitted"
TENTHS = 10
ROUNDS = 5
TOO_SURE = 1e-4
WORSE = (*(10 * days for days in DEFAULT_PARAMETERS[:4]), *DEFAULT_PARAMETERS[4:])  # so that a fit is taken

type Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Log:
    """Reviews in order of time, and the same as histories; every other array here goes with the histories."""

    card: IntArray
    day: IntArray
    rating: IntArray
    histories: Histories

    @property
    def later(self) -> IntArray:
        """The reviews that count, in order of time."""
        later = self.histories.later
        return later[np.argsort(self.histories.row[later])]

    def known_after(self, reviews: IntArray) -> Histories:
        until = slice(self.histories.row[reviews].max() + 1)
        return fsrs_fitting.histories(card=self.card[until], day=self.day[until], rating=self.rating[until])


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench fit", description=__doc__)
    parser.add_argument(
        "--log",
        type=Path,
        help=f"CSV with card_id, review_rating and review_time ({BESIDE} from the project's folder)",
    )
    parser.add_argument("--items", type=int, default=100_000, help="reviews fitted at once (%(default)s)")
    options = parser.parse_args(argv)
    path = options.log or PROJECT / BESIDE
    if not path.exists():
        message = f"There is no file {path}; name a log of reviews by --log FILE."
        if options.log:
            sys.exit(message)
        print(f"Not measured. {message}")
        return
    try:
        measure(read(path), options.items)
    except (NotReviews, NotARating, TooFewReviews) as error:
        sys.exit(f"{path}: {error}")


def measure(log: Log, items: int) -> None:
    print(f"{log.card.size:,} reviews, {log.later.size:,} count; {machine()}\n")
    by_halves(log)
    by_tenths(log)
    speed(log, items)


def read(path: Path) -> Log:
    with path.open(newline="") as file:
        rows = sorted(
            (datetime.fromisoformat(row["review_time"]).timestamp(), row["card_id"], row["review_rating"])
            for row in csv.DictReader(file)
        )
    seconds, cards, ratings = zip(*rows, strict=True)
    columns = {
        "card": np.unique(cards, return_inverse=True)[1],
        "day": np.floor((np.array(seconds) - MORNING) / DAY).astype(np.int64),
        "rating": np.array(ratings, np.int64),
    }
    return Log(**columns, histories=fsrs_fitting.histories(**columns))


def by_halves(log: Log) -> None:
    first, second = np.split(log.later, [log.later.size // 2])
    of, known = log.histories, log.known_after(first)
    chances = {
        "constant": np.full(of.card.size, is_recalled(of)[first].mean()),
        "half-life regression, fitted": half_life_regression(of, first),
        "SM-2-like": sm2(of),
        "logistic regression": logistic_regression(of, first),
        "FSRS-6, default parameters": foretold(of, DEFAULT_PARAMETERS),
        "FSRS-6, fsrs-rs as it comes": foretold(of, as_it_comes(known)),
        FITTED: foretold(of, fsrs_fitting.refit(known).parameters),
    }
    print(f"{'':<30} {'log loss':>9} {'RMSE':>7} {'AUC':>6}")
    for name, chance in chances.items():
        loss, error, area = scores(of, chance, second)
        print(f"{name:<30} {loss:>9.4f} {error:>7.4f} {area:>6.3f}")
    loss, error, area = scores(of, chances[FITTED], second)
    print(
        f"{FITTED}: log loss {loss:.4f} (at most .4326, stretch .430), RMSE over bins {error:.4f}"
        f" (at most .0471), AUC {area:.3f} (at least .673)\n"
    )


def by_tenths(log: Log) -> None:
    """Refit before each tenth, from what is in force; score what was in force."""
    of, tenths = log.histories, np.array_split(log.later, TENTHS)
    defaults = foretold(of, DEFAULT_PARAMETERS)
    in_force: Parameters = DEFAULT_PARAMETERS
    chance = np.full_like(defaults, np.nan)
    print(f"{'tenth':<8} {'reviews':>7} {'defaults':>9} {'in force':>9}")
    for number, (before, tenth) in enumerate(pairwise(tenths), start=2):
        try:
            refit = fsrs_fitting.refit(log.known_after(before), current=in_force)
            in_force, done = refit.parameters, "fitted" if refit.is_accepted else "kept"
        except TooFewReviews:
            done = "too few to fit"
        chance[tenth] = foretold(of, in_force)[tenth]
        losses = [log_loss(each[tenth], of.rating[tenth]) for each in (defaults, chance)]
        print(f"{number:<8} {tenth.size:>7,} {losses[0]:>9.4f} {losses[1]:>9.4f} {done}")
    together = np.concatenate(tenths[1:])
    default_loss, loss = (log_loss(each[together], of.rating[together]) for each in (defaults, chance))
    print(f"together {together.size:>7,} {default_loss:>9.4f} {loss:>9.4f} (at most {default_loss:.4f})\n")


def speed(log: Log, items: int) -> None:
    people = ceil(items / log.later.size)  # who all went through the same
    of = fsrs_fitting.histories(
        card=(log.card + (log.card.max() + 1) * np.arange(people)[:, None]).reshape(-1),
        day=np.tile(log.day, people),
        rating=np.tile(log.rating, people),
    )
    refits = [seconds_of(lambda: fsrs_fitting.refit(of, current=WORSE)) for _ in range(ROUNDS)]
    once = [seconds_of(lambda: as_it_comes(of)) for _ in range(ROUNDS)]
    print(f"{of.later.size:,} reviews fitted twice and judged: {median(refits):.2f} s (at most .5)")
    print(f"fsrs-rs as it comes, once: {median(once):.2f} s")


def as_it_comes(of: Histories) -> list[float]:
    """Return what fsrs-rs fits with its own settings, whether it foretells better or not."""
    return FSRS(list(DEFAULT_PARAMETERS)).compute_parameters(
        items_of(of), card_ids=of.card[of.later].tolist()
    )


def seconds_of(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


# Scores


def scores(of: Histories, chance: FloatArray, at: IntArray) -> tuple[float, float, float]:
    return (
        log_loss(chance[at], of.rating[at]),
        error_over_bins(of, chance, at),
        area_under_curve(chance[at], is_recalled(of)[at]),
    )


def error_over_bins(of: Histories, chance: FloatArray, at: IntArray) -> float:
    """Return the root mean square of mean chance minus mean recall in the bins of the FSRS benchmark."""
    days_practised = earlier(of, is_later(of)) + 2  # the first one and this one
    lapses = earlier(of, is_later(of) & ~is_recalled(of))
    bins = np.stack(
        [
            step(of.elapsed_days[at], 3.62),
            step(days_practised[at], 1.89),
            np.where(lapses[at] > 0, step(np.maximum(lapses[at], 1), 1.73), -1),
        ]
    )
    _, place, size = np.unique(bins, axis=1, return_inverse=True, return_counts=True)
    away = np.bincount(place.reshape(-1), chance[at] - is_recalled(of)[at]) / size
    return float(np.sqrt(np.average(away**2, weights=size)))


def step(value: IntArray, base: float) -> FloatArray:
    return np.floor(np.log(value) / np.log(base))


def area_under_curve(chance: FloatArray, recalled: Flags) -> float:
    """Return how often a review that was recalled had the higher chance than one that was not."""
    _, place, size = np.unique(chance, return_inverse=True, return_counts=True)
    rank = (np.cumsum(size) - (size - 1) / 2)[place]
    ones = recalled.sum()
    return float((rank[recalled].sum() - ones * (ones + 1) / 2) / (ones * (recalled.size - ones)))


def is_recalled(of: Histories) -> Flags:
    return of.rating > Rating.AGAIN


def is_later(of: Histories) -> Flags:
    return of.elapsed_days > 0


def earlier(of: Histories, flag: Flags) -> IntArray:
    """Count the earlier reviews of the same card for which it holds."""
    before = np.cumsum(flag) - flag
    return before - before[np.arange(flag.size) - of.place]


# Simpler models: the chance of recall before each review


def logistic_regression(of: Histories, first: IntArray) -> FloatArray:
    start = np.arange(of.card.size) - of.place
    last = np.maximum(np.arange(of.card.size) - 1, start)
    features = np.stack(
        [
            np.log1p(of.elapsed_days),
            np.log1p(earlier(of, is_later(of))),
            np.log1p(earlier(of, is_later(of) & ~is_recalled(of))),
            np.log1p(earlier(of, ~is_later(of))),
            is_recalled(of)[start],
            is_recalled(of)[last],
        ]
    )
    x = np.stack([np.ones(of.card.size), *features], axis=1)

    def model(weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        chance = np.clip(1 / (1 + np.exp(-x @ weights)), TOO_SURE, 1 - TOO_SURE)
        return chance, x * (chance * (1 - chance))[:, None]

    return climbed(model, is_recalled(of), first, np.zeros(x.shape[1]))


def half_life_regression(of: Histories, first: IntArray) -> FloatArray:
    """Settles and Meeder (2016): a half-life from how often the card was recalled and was not."""
    x = np.stack(
        [
            np.ones(of.card.size),
            np.sqrt(1 + earlier(of, is_recalled(of))),
            np.sqrt(1 + earlier(of, ~is_recalled(of))),
        ],
        axis=1,
    )

    def model(weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        spent = np.log(2) * of.elapsed_days * np.exp(-np.clip(x @ weights, -20, 20))
        chance = np.clip(np.exp(-spent), TOO_SURE, 1 - TOO_SURE)
        return chance, x * (chance * spent)[:, None]

    return climbed(model, is_recalled(of), first, np.array([2.0, 0.0, 0.0]))


def climbed(
    model: Callable[[FloatArray], tuple[FloatArray, FloatArray]],
    recalled: Flags,
    first: IntArray,
    weights: FloatArray,
) -> FloatArray:
    """Fit by Fisher's scoring to the first reviews, no weight moving by more than one at a time."""
    for _ in range(40):
        chance, slope = (column[first] for column in model(weights))
        certainty = 1 / (chance * (1 - chance))
        precision = (slope.T * certainty) @ slope + 1e-6 * np.eye(weights.size)
        move = np.linalg.solve(precision, slope.T @ (certainty * (recalled[first] - chance)))
        weights = weights + move / max(1, np.abs(move).max())
    return model(weights)[0]


def sm2(of: Histories) -> FloatArray:
    """SM-2 foretells no recall; let it be nine in ten at the end of its interval, falling exponentially."""
    chance = np.full(of.card.size, np.nan)
    for row, (place, elapsed, rating) in enumerate(
        zip(of.place.tolist(), of.elapsed_days.tolist(), of.rating.tolist(), strict=True)
    ):
        if place == 0:
            ease, recalls, interval = FIRST_EASE, 0, 1.0
        elif elapsed == 0:
            continue
        else:
            chance[row] = 0.9 ** (elapsed / interval)
        short = 5 - QUALITY[rating]
        recalls = recalls + 1 if rating > Rating.AGAIN else 0
        interval = (1.0, 1.0, 6.0)[recalls] if recalls < 3 else interval * ease
        ease = max(LEAST_EASE, ease + 0.1 - short * (0.08 + short * 0.02))
    return chance
