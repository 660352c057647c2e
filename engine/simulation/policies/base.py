"""What every policy can do: choose the reps of a day, and learn how they ended."""

from abc import ABC, abstractmethod

import numpy as np

from engine.rules.memory import FloatArray, IntArray
from engine.simulation.record import Pairs, Record, highest


class Policy(ABC):
    """Policies that score pairs override `score`; each has a record of its own."""

    def __init__(self, people: int, skills: int, reps: int, seed: int) -> None:
        self.reps = reps
        self.rng = np.random.default_rng(seed)
        self.record = Record(people=people, skills=skills)

    def choose(self, day: int, present: np.ndarray) -> Pairs:
        return highest(self.score(day), present=present, reps=self.reps)

    def learn(self, day: int, pairs: Pairs, rating: IntArray) -> None:
        self.record.add(day, pairs, rating)

    @abstractmethod
    def score(self, day: int) -> FloatArray:
        """Return how much each pair (people, skills) deserves a rep today; -inf for none."""


NEW_FIRST = 1e9


def score_by_lateness(lateness: FloatArray, is_new: np.ndarray, *, new_first: int) -> FloatArray:
    """Score so many new skills first, then what is due, latest first, then the other new skills."""
    place = np.cumsum(is_new, axis=1)  # 1 for the next new skill
    due = np.where(lateness >= 0, 1 + lateness, -np.inf)
    return np.where(is_new, np.where(place <= new_first, NEW_FIRST, 0) + 1 / (1 + place), due)
