"""Which skills to practise when some must be let go: one number says how much recall is defended.

A skill is defended while its recall is below the line and still worth saving: the weakest of those first.
Then come skills that were lost, the least lost first; then new ones in path order; last what is known anyway.
At line 0 all is introduced and then spread; at .87 a few skills are made safe before the next is begun.

What is known goes by gain times the square root of the days it waited, between greedy gain and going round
and round: where something has waited long, the model is least sure, and a rep there tells it most.
"""

import numpy as np

from engine.rules import family
from engine.rules.family import Model
from engine.rules.memory import FloatArray, Rating
from engine.rules.planning import HORIZON_DAYS

LINES = np.array([0.0, 0.65, 0.8, 0.87])
SAVABLE = 0.6  # of the line, and never above the next
MOST_SAVABLE = 0.5
DEFENDED, LOST, NEW = 300.0, 200.0, 100.0  # what they score at least; what is known scores less


def priority(
    stability: FloatArray,
    difficulty: FloatArray,
    elapsed: FloatArray,
    *,
    model: Model,
    line: FloatArray | float,
) -> FloatArray:
    """Score pairs (people, skills) in path order; stability is NaN where a skill is new."""
    is_new = np.isnan(stability)
    known = np.where(is_new, 1.0, stability)
    chance, gain = _gain(
        known, np.where(is_new, 5.0, difficulty), np.maximum(elapsed, family.LEAST_ELAPSED), model
    )
    savable = np.minimum(MOST_SAVABLE, SAVABLE * np.asarray(line))
    spread = np.maximum(gain, 0) * np.sqrt(np.maximum(elapsed, family.LEAST_ELAPSED))
    reviewed = np.where(chance >= line, spread, np.where(chance >= savable, DEFENDED - chance, LOST + chance))
    place = np.cumsum(is_new, axis=1)
    return np.where(is_new, NEW - place / (1 + place[:, -1:]), reviewed)


def _gain(
    stability: FloatArray, difficulty: FloatArray, elapsed: FloatArray, model: Model
) -> tuple[FloatArray, FloatArray]:
    """Return recall now, and the expected change of mean recall over the horizon by a rep."""

    def after(rating: Rating) -> FloatArray:
        ratings = np.full(stability.shape, int(rating))
        reviewed, _, _ = family.review(stability, difficulty, elapsed, ratings, model)
        return family.mean_retrievability(reviewed, 0, HORIZON_DAYS, model)

    chance = family.retrievability(stability, elapsed, model)
    without = family.mean_retrievability(stability, elapsed, elapsed + HORIZON_DAYS, model)
    return chance, chance * after(Rating.GOOD) + (1 - chance) * after(Rating.AGAIN) - without
