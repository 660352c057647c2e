"""SM-2 (Wozniak 1990): intervals of one day, six days, then times an ease that follows the ratings."""

import numpy as np

from engine.rules.memory import FloatArray, IntArray
from engine.simulation.policies.base import Policy, score_by_lateness
from engine.simulation.record import Pairs

QUALITY = np.array([np.nan, 1, 3, 4, 5])  # of SM-2's 0 to 5, by rating
FIRST_EASE, LEAST_EASE = 2.5, 1.3


class SM2(Policy):
    """What is due, latest first, then new skills."""

    new_first = 0

    def __init__(self, people: int, skills: int, reps: int, seed: int) -> None:
        super().__init__(people, skills, reps, seed)
        self.ease = np.full((people, skills), FIRST_EASE)
        self.recalls = np.zeros((people, skills), int)  # in a row
        self.interval = np.zeros((people, skills))

    def learn(self, day: int, pairs: Pairs, rating: IntArray) -> None:
        short = 5 - QUALITY[rating]
        is_recalled = rating > 1
        recalls = np.where(is_recalled, self.recalls[pairs] + 1, 0)
        grown = np.ceil(self.interval[pairs] * self.ease[pairs])
        self.interval[pairs] = np.where(recalls <= 1, 1, np.where(recalls == 2, 6, grown))
        eased = self.ease[pairs] + 0.1 - short * (0.08 + short * 0.02)
        self.ease[pairs] = np.maximum(eased, LEAST_EASE)
        self.recalls[pairs] = recalls
        super().learn(day, pairs, rating)

    def score(self, day: int) -> FloatArray:
        lateness = self.record.elapsed_days(day) - self.interval
        return score_by_lateness(lateness, self.record.is_new, new_first=self.new_first)


class SM2New(SM2):
    """One new skill a day, then what is due."""

    new_first = 1
