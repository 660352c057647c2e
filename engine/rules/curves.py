"""The forgetting curve of one memory as it is believed: between its reviews, and from now on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from engine.rules.forgetting import PUBLISHED, Forgetting
from engine.rules.memory import Memory, Rating

STEPS = 8  # between two reviews: each stretch is smooth, and steep only at its beginning


@dataclass(frozen=True, kw_only=True)
class Jump:
    """A review: what was expected just before it, and how it ended."""

    on: date
    before: float | None  # None: there was nothing to expect before the first
    rating: Rating


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Points (days since the first review, chance), one run for each stretch between two reviews."""

    starts_on: date
    ends_on: date
    stretches: tuple[tuple[tuple[float, float], ...], ...]
    jumps: tuple[Jump, ...]

    def latest(self, reviews: int) -> "Curve":
        """Return the part of the curve since the last so many reviews."""
        if len(self.jumps) <= reviews:
            return self
        kept = self.stretches[-reviews:]
        first = kept[0][0][0]
        return Curve(
            starts_on=self.starts_on + timedelta(days=int(first)),
            ends_on=self.ends_on,
            stretches=tuple(tuple((day - first, chance) for day, chance in one) for one in kept),
            jumps=self.jumps[-reviews:],
        )


def trace(history: Sequence[tuple[date, Rating]], *, until: date, by: Forgetting = PUBLISHED) -> Curve:
    """Follow a memory through its reviews, one at least and in their order, to the day `until`."""
    memories = by.follow(history)
    first, latest = memories[0], memories[-1]
    ends_on = max(until, latest.reviewed_on)
    days = np.array([(one.reviewed_on - first.reviewed_on).days for one in memories], dtype=float)
    lengths = np.diff(days, append=(ends_on - first.reviewed_on).days)
    elapsed = np.outer(lengths, np.linspace(0, 1, STEPS + 1) ** 2)
    chances = by.chance(np.array([[one.stability] for one in memories]), elapsed)
    ends = chances[:, -1].tolist()
    stretches = [
        tuple(zip((start + offsets).tolist(), heights.tolist(), strict=True))
        for start, offsets, heights in zip(days, elapsed, chances, strict=True)
    ]
    return Curve(
        starts_on=first.reviewed_on,
        ends_on=ends_on,
        stretches=tuple(stretches),
        jumps=tuple(
            Jump(on=after.reviewed_on, before=expected, rating=rating)
            for after, expected, (_, rating) in zip(memories, [None, *ends], history, strict=False)
        ),
    )


def falls_to(remembered: Memory, retention: float, *, by: Forgetting = PUBLISHED) -> date:
    """Return the day on which retrievability has fallen to `retention`: about when the skill comes again."""
    return remembered.reviewed_on + timedelta(days=by.interval(remembered.stability, retention))


def chance_on(remembered: Memory, day: date, *, by: Forgetting = PUBLISHED) -> float:
    return float(by.chance(remembered.stability, (day - remembered.reviewed_on).days))
