"""The highest expected gain in mean recall over the horizon, with the default parameters."""

import numpy as np

from engine.rules import planning
from engine.rules.memory import FloatArray
from engine.rules.planning import Candidates
from engine.simulation.policies.base import Policy


class Greedy(Policy):
    def score(self, day: int) -> FloatArray:
        shape = self.record.stability.shape
        rows = np.ones(self.record.stability.size)
        candidates = Candidates(
            person=np.repeat(np.arange(shape[0]), shape[1]),
            stability=self.record.stability.ravel(),
            difficulty=self.record.difficulty.ravel(),
            elapsed_days=self.record.elapsed_days(day).ravel(),
            minutes=rows,
            retention=rows,
            order=np.tile(np.arange(shape[1]), shape[0]),
            is_urgent=np.zeros(rows.size, bool),
        )
        return planning.worth(candidates).gain.reshape(shape)
