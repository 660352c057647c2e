"""World B: ACT-R, where each rep leaves a trace that decays the faster the more active the skill was.

Constants and the spacing effect are those of Pavlik and Anderson (2005), Cognitive Science 29(4).
"""

import numpy as np

from engine.rules.memory import FloatArray, IntArray

TRACES = 64  # at the most, of one skill; the last is overwritten from then on
SLOWEST_DECAY = 0.177
SPACING = 0.217  # how much faster a trace decays that was left on an active skill
THRESHOLD, NOISE = -0.704, 0.255
SECONDS_PER_DAY = 0.025 * 86_400.0  # of the experiment's time: between sessions it passes slowly
NO_ACTIVATION = -20.0


class World:
    def __init__(self, rng: np.random.Generator, people: int, skills: int) -> None:
        self.slowest_decay = (
            SLOWEST_DECAY * np.exp(rng.normal(0, 0.2, (people, 1))) * np.ones((people, skills))
        )
        self.ease = rng.normal(0, 0.18, (people, skills)) + rng.normal(0.75, 0.2, (people, 1))
        self.left_on = np.zeros((people, skills, TRACES))
        self.decay = np.zeros((people, skills, TRACES))
        self.traces = np.zeros((people, skills), int)

    def recall(self, day: float) -> FloatArray:
        return _chance(_activation(day, self.left_on, self.decay, self.traces) + self.ease, self.traces)

    def practise(self, day: float, person: IntArray, skill: IntArray, rng: np.random.Generator) -> IntArray:
        traces = self.traces[person, skill]
        activation = _activation(day, self.left_on[person, skill], self.decay[person, skill], traces)
        chance = _chance(activation + self.ease[person, skill], traces)
        rating = np.where(traces == 0, 3, np.where(rng.random(len(person)) < chance, 3, 1))
        activation = np.where(np.isfinite(activation), activation, NO_ACTIVATION)
        place = np.minimum(traces, TRACES - 1)
        self.left_on[person, skill, place] = day
        self.decay[person, skill, place] = SPACING * np.exp(activation) + self.slowest_decay[person, skill]
        self.traces[person, skill] = place + 1
        return rating


def _activation(day: float, left_on: FloatArray, decay: FloatArray, traces: IntArray) -> FloatArray:
    """The log of what all traces together still hold; minus infinity without any."""
    used = max(1, int(traces.max(initial=0)))
    seconds = np.maximum((day - left_on[..., :used]) * SECONDS_PER_DAY, 1.0)
    is_trace = np.arange(used) < traces[..., None]
    held = np.where(is_trace, np.exp(-decay[..., :used] * np.log(seconds)), 0)
    with np.errstate(divide="ignore"):
        return np.log(held.sum(-1))


def _chance(activation: FloatArray, traces: IntArray) -> FloatArray:
    with np.errstate(over="ignore"):
        return np.where(traces > 0, 1 / (1 + np.exp((THRESHOLD - activation) / NOISE)), 0)
