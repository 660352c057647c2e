"""Policies that heed no answer: each skill once, or round and round."""

import numpy as np

from engine.rules.memory import FloatArray
from engine.simulation.policies.base import Policy


class OneOff(Policy):
    """Each skill once, as a course does."""

    def score(self, day: int) -> FloatArray:
        return np.where(self.record.is_new, 0.0, -np.inf)


class Drip(Policy):
    """The skill that has waited longest, round and round."""

    def score(self, day: int) -> FloatArray:
        return np.where(self.record.is_new, np.inf, day - self.record.reviewed_on).clip(max=1e9)
