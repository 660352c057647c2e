"""How one memory fades and what reviews do to it: by FSRS-6 as published, or as reviews here have taught."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from engine.rules import family, fitting, memory
from engine.rules.family import Model
from engine.rules.fitting import Histories
from engine.rules.memory import FloatArray, Memory, Rating

type Evidence = tuple[date, Rating]


class Forgetting(Protocol):
    def follow(self, history: Sequence[Evidence]) -> list[Memory]:
        """Return the memory after each review, taken in the order given."""

    def chance(self, stability: ArrayLike, elapsed_days: ArrayLike) -> FloatArray:
        """Return the chance of recall after so many days."""

    def interval(self, stability: float, retention: float) -> int:
        """Return after how many whole days, one at least, the chance has fallen to `retention`."""


class _Published:
    """FSRS-6 with its default parameters."""

    def follow(self, history: Sequence[Evidence]) -> list[Memory]:
        memories: list[Memory] = []
        for on, rating in history:
            before = memories[-1] if memories else None
            memories.append(memory.remember(before, rating=rating, on=on))
        return memories

    def chance(self, stability: ArrayLike, elapsed_days: ArrayLike) -> FloatArray:
        return memory.retrievability(stability, elapsed_days=elapsed_days)

    def interval(self, stability: float, retention: float) -> int:
        return int(memory.interval(stability, retention=retention))


PUBLISHED: Forgetting = _Published()


@dataclass(frozen=True, kw_only=True, eq=False)
class Believed:
    """A model of the family."""

    model: Model

    def follow(self, history: Sequence[Evidence]) -> list[Memory]:
        beliefs = fitting.replay(_prefixes(history), self.model)
        stability = fitting.typical_stability(beliefs.stability, beliefs.log_likelihood)
        return [
            Memory(stability=stable, difficulty=difficult, reviewed_on=on)
            for stable, difficult, (on, _) in zip(
                stability.tolist(), beliefs.difficulty.tolist(), history, strict=True
            )
        ]

    def chance(self, stability: ArrayLike, elapsed_days: ArrayLike) -> FloatArray:
        elapsed = np.maximum(np.asarray(elapsed_days, float), 0)
        return family.retrievability(np.asarray(stability, float), elapsed, self.model)

    def interval(self, stability: float, retention: float) -> int:
        days = float(family.days_to(retention, stability, self.model))
        return round(min(max(days, 1), memory.LONGEST_INTERVAL))


def _prefixes(history: Sequence[Evidence]) -> Histories:
    """Return the first review alone, the first two, and so on: one row for each."""
    days = [on.toordinal() for on, _ in history]
    shape = (len(days), len(days))
    return Histories(
        elapsed=np.broadcast_to(np.diff(days, prepend=days[:1]).astype(float), shape),
        rating=np.broadcast_to([int(rating) for _, rating in history], shape),
        reviews=np.arange(1, len(days) + 1),
    )
