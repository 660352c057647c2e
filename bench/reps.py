"""Recall for so many reps: Rampart at several limits a day, against the best schedule for as many reps."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import mean
from time import perf_counter
from typing import NamedTuple

import numpy as np

from bench.machine import machine
from bench.policy import live
from bench.reps_picture import Panel, draw
from engine.simulation import BASELINES, WORLDS

CAPS = (1, 2, 3, 4, 6, 8)  # reps a day at most
OURS = {"rampart": 1, "rampart-thrifty": 4}  # the least limit that each is meant for
FIGURES = {"final": "recall at the end", "mean": "recall over all days"}
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
FINE, THINNED = 401, 10  # points of the best schedule's curve; of how many one is drawn

type Curve = Sequence[tuple[float, float]]  # reps a day and recall, in the order of the limits


class Best(NamedTuple):
    """What the best schedule reaches with so many reps."""

    recall: float
    schedule: str


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench reps", description=__doc__)
    parser.add_argument("--worlds", nargs="+", default=list(WORLDS), choices=WORLDS)
    parser.add_argument("--caps", nargs="+", type=int, default=CAPS, help="reps a day at most")
    for name, default in (("people", 200), ("skills", 60), ("workdays", 120), ("seeds", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="where to write them (%(default)s)")
    options = parser.parse_args(argv)
    setting = {name: getattr(options, name) for name in ("people", "skills", "workdays")}
    print(f"{setting}, mean of {options.seeds} seeds; {machine()}")
    started = perf_counter()
    curves = measured(options.worlds, options.caps, range(1, options.seeds + 1), setting)
    for world in options.worlds:
        report(world, options.caps, curves)
        path = options.pictures / f"reps-{world.lower()}.svg"
        path.write_text(draw([panel(world, figure, curves) for figure in FIGURES]), encoding="utf-8")
    print(f"\nin {perf_counter() - started:,.0f} s (at most 600 s on a quiet machine)")


def measured(
    worlds: Sequence[str], caps: Iterable[int], seeds: range, setting: Mapping[str, int]
) -> dict[tuple[str, str, str], Curve]:
    """Return a curve for each world, policy and figure."""
    curves: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for cap in caps:
        policies = [*(name for name, least in OURS.items() if cap >= least), *BASELINES]
        outcomes = live(list(product(worlds, policies, seeds)), {**setting, "reps": cap})
        for world, policy, figure in product(worlds, policies, FIGURES):
            several = [outcomes[world, policy, seed] for seed in seeds]
            reps = mean(one.reps_per_person for one in several) / setting["workdays"]
            recall = mean(getattr(one, figure) for one in several)
            curves.setdefault((world, policy, figure), []).append((reps, recall))
    return {key: tuple(curve) for key, curve in curves.items()}


def recall_at(curve: Curve, reps: float) -> float:
    """Read a curve between its points, where log odds go nearly straight with log reps; 0 before the first.

    Beyond its most reps a schedule does no more.
    """
    ordered = np.array(sorted(curve))
    if reps < ordered[0, 0]:
        return 0.0
    chance = np.clip(ordered[:, 1], 1e-6, 1 - 1e-6)
    log_odds = np.interp(np.log(reps), np.log(ordered[:, 0]), np.log(chance / (1 - chance)))
    return float(1 / (1 + np.exp(-log_odds)))


def best_at(curves: Mapping[str, Curve], reps: float) -> Best:
    return max(Best(recall_at(curve, reps), name) for name, curve in curves.items())


def best_curve(curves: Mapping[str, Curve]) -> Curve:
    """Return the upper envelope: for each number of reps, the best that so many or fewer reach."""
    all_reps = [reps for curve in curves.values() for reps, _ in curve]
    grid = np.geomspace(min(all_reps), max(all_reps), FINE)
    best = np.maximum.accumulate([best_at(curves, reps).recall for reps in grid])
    return tuple(zip(grid.tolist(), best.tolist(), strict=True))


def needed(curve: Curve, recall: float) -> float:
    """Return with how many reps the envelope reaches so much recall; infinity where it never does."""
    return next((reps for reps, reached in curve if reached >= recall), float("inf"))


def rivals(world: str, figure: str, curves: Mapping[tuple[str, str, str], Curve]) -> dict[str, Curve]:
    return {name: curves[world, name, figure] for name in BASELINES}


def report(world: str, caps: Sequence[int], curves: Mapping[tuple[str, str, str], Curve]) -> None:
    for figure, words in FIGURES.items():
        against = rivals(world, figure, curves)
        envelope = best_curve(against)
        print(f"\nworld {world}, {words:<22} reps  recall    best  with as many reps       for it, reps")
        for policy, least in OURS.items():
            limits = [cap for cap in caps if cap >= least]
            for cap, (reps, recall) in zip(limits, curves.get((world, policy, figure), ()), strict=True):
                best = best_at(against, reps)
                print(
                    f"{policy:<16} at most {cap:>2}   {reps:>9.2f} {recall:>7.3f} {best.recall:>7.3f}"
                    f"  {best.schedule:<13} {recall - best.recall:>+7.3f} {needed(envelope, recall):>12.2f}"
                )


def panel(world: str, figure: str, curves: Mapping[tuple[str, str, str], Curve]) -> Panel:
    return Panel(
        title=f"{world}: {FIGURES[figure]}",
        lines={
            "best schedule": best_curve(rivals(world, figure, curves))[::THINNED],
            **{name: curves[world, name, figure] for name in OURS if (world, name, figure) in curves},
        },
    )
