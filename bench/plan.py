"""States scored a second for the plan of a day, against a plain loop, and what the rest of the plan takes."""

import argparse
import math
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from time import perf_counter

import numpy as np

from engine.rules import planning
from engine.rules.exercises import Exercise
from engine.rules.memory import DEFAULT_PARAMETERS, Memory, Rating, remember
from engine.rules.planning import HORIZON_DAYS, Candidates, Option

ROUNDS = 9
SKILLS = 60  # a person
SAMPLE = 5_000  # rows of the plain loop, and people whose workouts are filled
LAST = date(2026, 1, 1)
DECAY = DEFAULT_PARAMETERS[20]
FACTOR = 0.9 ** (-1 / DECAY) - 1
EXERCISES = tuple(
    Exercise(key=minutes, slug=f"exercise-{minutes}", ai="off", minutes=minutes, kind="choice")
    for minutes in (2, 1, 4)
)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench plan", description=__doc__)
    parser.add_argument("--states", type=int, default=1_000_000, help="rows in all (%(default)s)")
    size = parser.parse_args(argv).states

    candidates = random_candidates(size, seed=20_261_102)
    worth = planning.worth(candidates)
    rows = planning.shortlist(candidates, worth)
    sample = slice(0, min(SAMPLE, size))
    rates: dict[str, list[float]] = {"worth": [], "loop": [], "shortlist": [], "fill": []}
    people = options_by_person(candidates, worth, rows)
    for _ in range(ROUNDS):  # in turns, as the machine may be busy with other things for a while
        rates["worth"].append(size / seconds_of(lambda: planning.worth(candidates)))
        rates["loop"].append(sample.stop / seconds_of(lambda: gains_in_a_loop(candidates, sample)))
        rates["shortlist"].append(size / seconds_of(lambda: planning.shortlist(candidates, worth)))
        rates["fill"].append(len(people) / seconds_of(lambda: fill_workouts(people)))

    rate = {name: median(several) for name, several in rates.items()}
    difference = np.max(np.abs(worth.gain[sample] - gains_in_a_loop(candidates, sample)))
    whole = 1_000_000 / rate["worth"] + 1_000_000 / rate["shortlist"]
    print(f"{'engine.rules.planning.worth':<28} {rate['worth']:>14,.0f} states/s (at least 3,000,000)")
    print(f"{'the same in a plain loop':<28} {rate['loop']:>14,.0f} states/s, {difference:.0e} apart at most")
    print(f"{'ratio':<28} {rate['worth'] / rate['loop']:>14,.0f}")
    print(f"{'shortlist':<28} {rate['shortlist']:>14,.0f} states/s")
    print(f"{'worth and shortlist':<28} {whole:>14.2f} s for a million states (goal .3)")
    print(f"{'fill':<28} {rate['fill']:>14,.0f} workouts/s")


def seconds_of(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def random_candidates(size: int, *, seed: int) -> Candidates:
    rng = np.random.default_rng(seed)
    stability = np.exp(rng.uniform(math.log(0.2), math.log(300), size))
    return Candidates(
        person=np.arange(size) // SKILLS,
        stability=np.where(rng.random(size) < 0.2, np.nan, stability),
        difficulty=rng.uniform(1, 10, size),
        elapsed_days=rng.integers(1, 90, size).astype(float),
        minutes=rng.integers(1, 5, size).astype(float),
        retention=np.full(size, 0.9),
        order=np.arange(size) % SKILLS,
        is_urgent=np.zeros(size, bool),
    )


def gains_in_a_loop(candidates: Candidates, rows: slice) -> list[float]:
    """What `planning.worth` computes, one state after the other."""
    columns = (candidates.stability, candidates.difficulty, candidates.elapsed_days)
    gain_of_new = sum(
        share * mean_recall(DEFAULT_PARAMETERS[rating - 1], 0)
        for rating, share in planning.FIRST_RATINGS.items()
    )
    return [
        gain_of_new if math.isnan(stability) else gain_of_review(stability, difficulty, elapsed_days)
        for stability, difficulty, elapsed_days in zip(
            *(column[rows].tolist() for column in columns), strict=True
        )
    ]


def gain_of_review(stability: float, difficulty: float, elapsed_days: float) -> float:
    known = Memory(stability=stability, difficulty=difficulty, reviewed_on=LAST)
    today = LAST + timedelta(days=elapsed_days)
    chance = (1 + FACTOR * elapsed_days / stability) ** -DECAY
    good = mean_recall(remember(known, rating=Rating.GOOD, on=today).stability, 0)
    again = mean_recall(remember(known, rating=Rating.AGAIN, on=today).stability, 0)
    return chance * good + (1 - chance) * again - mean_recall(stability, elapsed_days)


def mean_recall(stability: float, start: float) -> float:
    rise, pace = 1 - DECAY, FACTOR / stability
    area = ((1 + pace * (start + HORIZON_DAYS)) ** rise - (1 + pace * start) ** rise) / (pace * rise)
    return area / HORIZON_DAYS


def options_by_person(candidates: Candidates, worth: planning.Worth, rows: np.ndarray) -> list[list[Option]]:
    people: dict[int, list[Option]] = {}
    for row in rows.tolist():
        person = int(candidates.person[row])
        if person < SAMPLE:
            people.setdefault(person, []).append(
                Option(
                    skill=row,
                    path=1,
                    gain=float(worth.gain[row]),
                    tier=int(worth.tier[row]),
                    urgency=float(worth.urgency[row]),
                    retrievability=float(worth.retrievability[row]),
                    retention=float(candidates.retention[row]),
                    is_new=math.isnan(candidates.stability[row]),
                    order=int(candidates.order[row]),
                    exercises=EXERCISES,
                )
            )
    return list(people.values())


def fill_workouts(people: list[list[Option]]) -> None:
    for options in people:
        planning.fill(options, minutes=6, new_allowed={1: 1})
