"""World A: FSRS-6 with parameters that differ by person, and skills that differ by ease.

The formulas are those of FSRS-6 (open-spaced-repetition); how far people differ follows the spread of the
parameters that its authors publish for real collections.
"""

import numpy as np

from engine.rules.memory import DEFAULT_PARAMETERS, FloatArray, IntArray

LEAST = np.array([*[0.001] * 4, 1, *[0.001] * 3, 0, 0, *[0.001] * 4, 0, 0, 1, 0, 0, 0, 0.1])
MOST = np.array([*[100] * 4, 10, 4, 4, 0.75, 4.5, 0.8, 3.5, 5, 0.25, 0.9, 4, 1, 6, 2, 2, 0.8, 0.8])
FIRST_RATINGS = (0.24, 0.334, 0.829)  # shares of first reps that end again; or hard; or good
RECALLED_RATINGS = (0.18, 0.86)  # of those recalled that are hard; or good
LEAST_STABILITY = 0.001  # days


class World:
    def __init__(self, rng: np.random.Generator, people: int, skills: int) -> None:
        self.parameters = _parameters(rng, people)
        self.harder = rng.normal(0, 1.2, (people, skills))  # steps of difficulty
        self.stability = np.full((people, skills), np.nan)
        self.difficulty = np.full((people, skills), np.nan)
        self.practised_on = np.zeros((people, skills))
        self.ease = np.exp(rng.normal(0, 0.5, (people, skills)))  # of the first stability

    def recall(self, day: float) -> FloatArray:
        with np.errstate(invalid="ignore"):
            chance = _chance(self.stability, day - self.practised_on, self.parameters[:, 20, None])
        return np.where(np.isnan(self.stability), 0, chance)

    def practise(self, day: float, person: IntArray, skill: IntArray, rng: np.random.Generator) -> IntArray:
        w = self.parameters[person].T
        stability, difficulty = self.stability[person, skill], self.difficulty[person, skill]
        is_new = np.isnan(stability)
        with np.errstate(all="ignore"):
            chance = _chance(stability, day - self.practised_on[person, skill], w[20])
        rating = _ratings(chance, is_new, rng)
        first = np.choose(rating - 1, list(w[:4])) * self.ease[person, skill]
        first_difficulty = np.clip(w[4] - np.exp(w[5] * (rating - 1)) + 1 + self.harder[person, skill], 1, 10)
        with np.errstate(all="ignore"):
            after = np.where(
                rating == 1,
                _after_lapse(stability, difficulty, chance, w),
                _after_recall(stability, difficulty, chance, rating, w),
            )
            after_difficulty = _next_difficulty(difficulty, rating, w)
        self.stability[person, skill] = np.maximum(np.where(is_new, first, after), LEAST_STABILITY)
        self.difficulty[person, skill] = np.where(is_new, first_difficulty, after_difficulty)
        self.practised_on[person, skill] = day
        return rating


def _parameters(rng: np.random.Generator, people: int) -> FloatArray:
    """One row of 21 for each person, around the published defaults."""
    factor = np.exp(rng.normal(0, 0.25, (people, 21)))
    factor[:, :4] = np.exp(rng.normal(0, 0.7, (people, 1))) * np.exp(rng.normal(0, 0.3, (people, 4)))
    factor[:, 8] = 1 + rng.normal(0, 0.12, people)
    factor[:, 20] = np.exp(rng.normal(0, 0.35, people))
    factor[:, 16] = 1
    parameters = np.clip(np.array(DEFAULT_PARAMETERS) * factor, LEAST, MOST)
    parameters[:, :4] = np.maximum.accumulate(parameters[:, :4], 1)  # a better rating is never worth less
    return parameters


def _chance(stability: FloatArray, elapsed: FloatArray, decay: FloatArray) -> FloatArray:
    return (1 + (0.9 ** (-1 / decay) - 1) * elapsed / stability) ** -decay


def _ratings(chance: FloatArray, is_new: np.ndarray, rng: np.random.Generator) -> IntArray:
    is_recalled = rng.random(len(chance)) < np.where(is_new, 0, chance)
    shade = rng.random(len(chance))
    first = 1 + sum((shade >= share).astype(int) for share in FIRST_RATINGS)
    recalled = 2 + sum((shade >= share).astype(int) for share in RECALLED_RATINGS)
    return np.where(is_new, first, np.where(is_recalled, recalled, 1))


def _after_recall(
    stability: FloatArray, difficulty: FloatArray, chance: FloatArray, rating: IntArray, w: FloatArray
) -> FloatArray:
    bonus = np.where(rating == 2, w[15], np.where(rating == 4, w[16], 1.0))
    growth = np.exp(w[8]) * (11 - difficulty) * stability ** -w[9] * (np.exp((1 - chance) * w[10]) - 1)
    return stability * (1 + growth * bonus)


def _after_lapse(
    stability: FloatArray, difficulty: FloatArray, chance: FloatArray, w: FloatArray
) -> FloatArray:
    kept = w[11] * difficulty ** -w[12] * ((stability + 1) ** w[13] - 1) * np.exp((1 - chance) * w[14])
    return np.minimum(kept, stability / np.exp(w[17] * w[18]))


def _next_difficulty(difficulty: FloatArray, rating: IntArray, w: FloatArray) -> FloatArray:
    easiest = w[4] - np.exp(w[5] * 3) + 1
    moved = difficulty + (10 - difficulty) * (-w[6] * (rating - 3.0)) / 9
    return np.clip(w[7] * easiest + (1 - w[7]) * moved, 1, 10)
