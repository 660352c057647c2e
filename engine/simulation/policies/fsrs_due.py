"""FSRS as Anki orders it: what has fallen to 90 %, latest first, with the default parameters."""

from engine.rules import memory
from engine.rules.memory import FloatArray
from engine.simulation.policies.base import Policy, score_by_lateness

RETENTION = 0.9


class FsrsDue(Policy):
    """What is due, latest first, then new skills."""

    new_first = 0

    def score(self, day: int) -> FloatArray:
        waits = memory.interval(self.record.stability, retention=RETENTION)
        lateness = self.record.elapsed_days(day) - waits
        return score_by_lateness(lateness, self.record.is_new, new_first=self.new_first)


class FsrsDueNew(FsrsDue):
    """One new skill a day, then what is due."""

    new_first = 1
