"""Live through the workdays of many people in a world under a policy, and tell what they still know."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.rules.memory import FloatArray
from engine.simulation.policies.base import Policy
from engine.simulation.record import Pairs
from engine.simulation.worlds import MakesWorld, World

WORKDAYS_PER_WEEK = 5
END_OF_DAY = 0.999  # of a day: when the recall of a day is taken
LATER_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What an organisation is like, in words that those who publish a path understand."""

    people: int = 500
    skills: int = 60
    workdays: int = 120
    reps: int = 3  # a day, introductions counted
    attendance: float = 1.0  # the chance that a person answers on a workday
    work_per_day: float = 0.0  # pieces of real work that practise an introduced skill
    is_work_seen: bool = True  # whether the policy hears of real work
    seed: int = 1

    @property
    def days(self) -> int:
        weeks, rest = divmod(self.workdays, WORKDAYS_PER_WEEK)
        return 7 * weeks + rest


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Recall is the true one, over all skills of the path."""

    final: float
    mean: float  # over all days
    p10: float  # tenth percentile over people of their own final recall
    after_30_days: float  # without a rep
    reps_per_person: float
    skills_introduced: float


class Trial:
    """Chance has a stream of its own for the world, its answers, and who comes when."""

    def __init__(self, makes_world: MakesWorld, policy: type[Policy], setting: Setting) -> None:
        self.setting = setting
        self.world: World = makes_world(np.random.default_rng(setting.seed), setting.people, setting.skills)
        self.answers = np.random.default_rng([setting.seed, 1])
        self.life = np.random.default_rng([setting.seed, 2])
        self.policy = policy(setting.people, setting.skills, setting.reps, setting.seed)
        self.reps = 0
        self.introduced = np.zeros((setting.people, setting.skills), bool)
        self.recall_by_day: list[float] = []

    def days(self) -> Iterator[int]:
        """Live through one day at each step, and yield its number."""
        for day in range(self.setting.days):
            if day % 7 < WORKDAYS_PER_WEEK:
                self._live(day)
            self.recall_by_day.append(float(self.world.recall(day + END_OF_DAY).mean()))
            yield day

    def outcome(self) -> Outcome:
        by_person = self._recall(self.setting.days)
        return Outcome(
            final=float(by_person.mean()),
            mean=float(np.mean(self.recall_by_day)) if self.recall_by_day else 0.0,
            p10=float(np.quantile(by_person, 0.1)),
            after_30_days=float(self._recall(self.setting.days + LATER_DAYS).mean()),
            reps_per_person=self.reps / self.setting.people,
            skills_introduced=float(self.introduced.sum(axis=1).mean()),
        )

    def _recall(self, day: float) -> FloatArray:
        return self.world.recall(day).mean(axis=1)

    def _live(self, day: int) -> None:
        present = self.life.random(self.setting.people) < self.setting.attendance
        reps = self.policy.choose(day, present)
        work = self._work(reps)
        if len(reps[0]):
            rating = self.world.practise(day, *reps, self.answers)
            self.policy.learn(day, reps, rating)
            self.introduced[reps] = True
            self.reps += len(reps[0])
        if len(work[0]):
            rating = self.world.practise(day, *work, self.answers)
            if self.setting.is_work_seen:
                self.policy.learn(day, work, rating)

    def _work(self, reps: Pairs) -> Pairs:
        """Draw the real work of today: of skills introduced before, and not among today's reps."""
        if not self.setting.work_per_day:
            return np.empty(0, int), np.empty(0, int)
        may = self.introduced.copy()
        may[reps] = False
        chance = self.setting.work_per_day / np.maximum(may.sum(axis=1, keepdims=True), 1)
        person, skill = np.nonzero(may & (self.life.random(may.shape) < chance))
        return person, skill


def simulate(makes_world: MakesWorld, policy: type[Policy], setting: Setting) -> Outcome:
    trial = Trial(makes_world, policy, setting)
    for _ in trial.days():
        pass
    return trial.outcome()
