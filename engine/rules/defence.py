"""Which skills to practise when some must be let go: one number says how much recall is defended.

A skill is defended while its recall is below the line and still worth saving: the weakest of those first.
Then come skills that were lost, the least lost first; then new ones in path order; last what is known anyway.
At line 0 all is introduced and then spread; at .87 a few skills are made safe before the next is begun.

What is known goes by gain times the square root of the days it waited, between greedy gain and going round
and round: where something has waited long, the model is least sure, and a rep there tells it most. What
is known and would hardly gain is not worth a rep, and scores -inf.
"""

import numpy as np

from engine.rules import family, memory
from engine.rules.family import Model
from engine.rules.memory import FloatArray
from engine.rules.planning import HORIZON_DAYS

LINES = np.array([0.0, 0.65, 0.8, 0.87])
SAVABLE = 0.6  # of the line, and never above the next
MOST_SAVABLE = 0.5
DEFENDED, LOST, NEW = 300.0, 200.0, 100.0  # about what they score; what is known scores less
LEAST_URGENT = NEW - 1
LEAST_GAIN = 0.01  # of mean recall over the horizon: half of what a mail of the product must bring


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
    place = np.cumsum(is_new, axis=1)
    score = (NEW - place / (1 + place[:, -1:])).ravel()
    lines = np.broadcast_to(line, stability.shape).ravel()
    known = np.flatnonzero(~is_new)
    for block in memory.blocks(len(known)):
        rows = known[block]
        score[rows] = _priority_of_known(
            stability.take(rows), difficulty.take(rows), elapsed.take(rows), model, lines[rows]
        )
    return score.reshape(stability.shape)


def worth_sending(score: FloatArray, *, reps: int, thrift: float) -> FloatArray:
    """Leave out, as -inf, what is known and scores less than a share of the mean of what would be sent.

    The mean is over all people (people, skills): those whose memory lasts are asked less often than others.
    """
    best = -np.partition(-score, min(reps, score.shape[1]) - 1, axis=1)[:, :reps]
    known = best[np.isfinite(best) & (best < LEAST_URGENT)]
    return np.where(score < thrift * known.mean(), -np.inf, score) if len(known) else score


def _priority_of_known(
    stability: FloatArray, difficulty: FloatArray, elapsed: FloatArray, model: Model, line: FloatArray
) -> FloatArray:
    waited = np.maximum(elapsed, family.LEAST_ELAPSED)
    chance, gain = _gain(stability, difficulty, waited, model)
    spread = np.where(gain >= LEAST_GAIN, gain * np.sqrt(waited), -np.inf)
    savable = np.minimum(MOST_SAVABLE, SAVABLE * line)
    return np.where(chance >= line, spread, np.where(chance >= savable, DEFENDED - chance, LOST + chance))


def _gain(
    stability: FloatArray, difficulty: FloatArray, elapsed: FloatArray, model: Model
) -> tuple[FloatArray, FloatArray]:
    """Return recall now, and the expected change of mean recall over the horizon by a rep."""
    chance, recalled, lapsed = family.outcomes(stability, difficulty, elapsed, model)
    if_recalled = family.mean_since_review(recalled, HORIZON_DAYS, model)
    if_lapsed = family.mean_since_review(lapsed, HORIZON_DAYS, model)
    remaining = family.remaining_stability(stability, elapsed, model)
    without = chance * family.mean_since_review(remaining, HORIZON_DAYS, model)
    return chance, chance * if_recalled + (1 - chance) * if_lapsed - without
