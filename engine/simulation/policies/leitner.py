"""Leitner's boxes: a recall moves a skill up a box, a lapse back to the first."""

import numpy as np

from engine.rules.memory import FloatArray, IntArray
from engine.simulation.policies.base import Policy, score_by_lateness
from engine.simulation.record import Pairs

WAITS = 2.0 ** np.arange(6)  # days in each box


class Leitner(Policy):
    """What is due, latest first, then new skills."""

    new_first = 0

    def __init__(self, people: int, skills: int, reps: int, seed: int) -> None:
        super().__init__(people, skills, reps, seed)
        self.box = np.zeros((people, skills), int)

    def learn(self, day: int, pairs: Pairs, rating: IntArray) -> None:
        up = np.where(self.record.is_new[pairs], 0, self.box[pairs] + 1)
        self.box[pairs] = np.where(rating > 1, np.minimum(up, len(WAITS) - 1), 0)
        super().learn(day, pairs, rating)

    def score(self, day: int) -> FloatArray:
        lateness = self.record.elapsed_days(day) - WAITS[self.box]
        return score_by_lateness(lateness, self.record.is_new, new_first=self.new_first)


class LeitnerNew(Leitner):
    """One new skill a day, then what is due."""

    new_first = 1
