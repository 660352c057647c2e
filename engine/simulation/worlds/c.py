"""World C: exponential forgetting whose rate falls by a share at each recall, however soon it comes.

The model is that of MEMORIZE (Tabibian and others 2019, PNAS 116(10)): no spacing effect.
"""

import numpy as np

from engine.rules.memory import FloatArray, IntArray

FIRST_RATE = 0.12  # a day


class World:
    def __init__(self, rng: np.random.Generator, people: int, skills: int) -> None:
        everywhere = np.ones((people, skills))
        self.eased = np.clip(rng.normal(0.45, 0.08, (people, 1)), 0.1, 0.8) * everywhere
        self.worsened = np.clip(rng.normal(0.1, 0.05, (people, 1)), 0, 0.5) * everywhere
        spread = rng.normal(0, 0.5, (people, skills)) + rng.normal(0, 0.4, (people, 1))
        self.first_rate = FIRST_RATE * np.exp(spread)
        self.rate = np.full((people, skills), np.nan)
        self.practised_on = np.zeros((people, skills))

    def recall(self, day: float) -> FloatArray:
        return np.where(np.isnan(self.rate), 0, np.exp(-self.rate * (day - self.practised_on)))

    def practise(self, day: float, person: IntArray, skill: IntArray, rng: np.random.Generator) -> IntArray:
        rate, is_new = self.rate[person, skill], np.isnan(self.rate[person, skill])
        chance = np.where(is_new, 0, np.exp(-rate * (day - self.practised_on[person, skill])))
        rating = np.where(is_new, 3, np.where(rng.random(len(person)) < chance, 3, 1))
        moved = np.where(
            rating > 1, rate * (1 - self.eased[person, skill]), rate * (1 + self.worsened[person, skill])
        )
        self.rate[person, skill] = np.where(is_new, self.first_rate[person, skill], moved)
        self.practised_on[person, skill] = day
        return rating
