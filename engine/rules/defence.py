"""Which skills to practise when some must be let go: one number says how much recall is defended.

A skill is defended while its recall is below the line and still worth saving: the weakest of those first.
Then come skills that were lost, the least lost first; then new ones in path order; last what is known anyway.
At line 0 all is introduced and then spread; at .87 a few skills are made safe before the next is begun.

What is known goes by what a rep gains over the coming week times the days it waited to the power WAITING.
A week asks little of the model: how likely recall is now counts for more than how far it will grow.
The wait leans towards going round and round: where something waited long, the model is least sure, and a
rep there tells it most. What is known and gains less than LEAST_GAIN is not worth a rep, and scores -inf.
"""

from typing import NamedTuple

import numpy as np

from engine.rules import family, memory
from engine.rules.family import Model
from engine.rules.memory import FloatArray, IntArray
from engine.rules.planning import FIRST_RATINGS, WORTH, Candidates, Tier, Worth

LINES = np.array([0.0, 0.65, 0.8, 0.87])
SAVABLE = 0.6  # of the line, and never above the next
MOST_SAVABLE = 0.5
SOON = 7  # days over which the gain of a rep is counted
WAITING = 0.3  # at 0 the gain decides alone, at 1 nearly the wait alone
LEAST_GAIN = 0.01  # of mean recall soon: half of what a mail of the product must bring
ABOVE = 100.0  # what a tier scores more than the next: urgency is less


class Standing(NamedTuple):
    """Where skills stand that were practised before, one row each."""

    tier: IntArray
    urgency: FloatArray
    gain: FloatArray  # in mean recall over the coming week
    chance: FloatArray  # of recall now


def worth(candidates: Candidates, *, model: Model, line: float) -> Worth:
    """Score each row as `planning.worth` does, by what is believed here; stability is that of this model."""
    is_new = np.isnan(candidates.stability)
    introduced = _gain_of_introduction(model)
    scored = Worth(
        gain=np.full(len(is_new), introduced),
        retrievability=np.zeros(len(is_new)),
        tier=np.where(candidates.is_urgent, Tier.URGENT, Tier.NEW),
        urgency=np.full(len(is_new), introduced),
    )
    known = np.flatnonzero(~is_new)
    for block in memory.blocks(len(known)):
        rows = known[block]
        standing = _standing(
            candidates.stability[rows],
            candidates.difficulty[rows],
            candidates.elapsed_days[rows],
            model=model,
            line=line,
        )
        # One rep brings little to what fades fast; it is defended all the same.
        scored.gain[rows] = np.where(standing.tier > Tier.KNOWN, WORTH, standing.gain)
        scored.retrievability[rows] = standing.chance
        scored.tier[rows] = standing.tier
        scored.urgency[rows] = standing.urgency
    return scored


def priority(
    stability: FloatArray,
    difficulty: FloatArray,
    elapsed: FloatArray,
    *,
    model: Model,
    line: FloatArray | float,
) -> FloatArray:
    """Score pairs (people, skills) in path order; stability is NaN where a skill is new.

    `model` and `line` are one, or such that they fit the pairs.
    """
    is_new = np.isnan(stability)
    place = np.cumsum(is_new, axis=1)
    score = (ABOVE * Tier.NEW - place / (1 + place[:, -1:])).ravel()
    lines = np.broadcast_to(line, stability.shape).ravel()
    models = (
        np.broadcast_to(model, (len(model), *stability.shape)).reshape(len(model), -1)
        if model.ndim > 1
        else model
    )
    known = np.flatnonzero(~is_new)
    for block in memory.blocks(len(known)):
        rows = known[block]
        standing = _standing(
            stability.take(rows),
            difficulty.take(rows),
            elapsed.take(rows),
            model=models if models.ndim == 1 else models[:, rows],
            line=lines[rows],
        )
        is_worth = (standing.tier > Tier.KNOWN) | (standing.gain >= LEAST_GAIN)
        score[rows] = np.where(is_worth, ABOVE * standing.tier + standing.urgency, -np.inf)
    return score.reshape(stability.shape)


def worth_sending(score: FloatArray, *, reps: int, thrift: float) -> FloatArray:
    """Leave out, as -inf, what is known and scores less than a share of the mean of what would be sent.

    The mean is over all people (people, skills): those whose memory lasts are asked less often than others.
    """
    best = -np.partition(-score, min(reps, score.shape[1]) - 1, axis=1)[:, :reps]
    known = best[np.isfinite(best) & (best < ABOVE * Tier.NEW - 1)]
    return np.where(score < thrift * known.mean(), -np.inf, score) if len(known) else score


def _standing(
    stability: FloatArray,
    difficulty: FloatArray,
    elapsed: FloatArray,
    *,
    model: Model,
    line: FloatArray | float,
) -> Standing:
    waited = np.maximum(elapsed, family.LEAST_ELAPSED)
    chance, gain = _gain(stability, difficulty, waited, model)
    is_known, is_savable = chance >= line, chance >= np.minimum(MOST_SAVABLE, SAVABLE * line)
    spread = np.maximum(gain, 0) * waited**WAITING
    return Standing(
        tier=np.where(is_known, Tier.KNOWN, np.where(is_savable, Tier.DEFENDED, Tier.LOST)),
        urgency=np.where(is_known, spread, np.where(is_savable, 1 - chance, chance)),
        gain=gain,
        chance=chance,
    )


def _gain_of_introduction(model: Model) -> float:
    stability, _ = family.first(np.array(list(FIRST_RATINGS)), model)
    recall = family.mean_since_review(stability, SOON, model)
    return float(recall @ np.array(list(FIRST_RATINGS.values())))


def _gain(
    stability: FloatArray, difficulty: FloatArray, elapsed: FloatArray, model: Model
) -> tuple[FloatArray, FloatArray]:
    """Return recall now, and how a rep is expected to change the mean recall of the coming week."""
    chance, recalled, lapsed = family.outcomes(stability, difficulty, elapsed, model)
    if_recalled = family.mean_since_review(recalled, SOON, model)
    if_lapsed = family.mean_since_review(lapsed, SOON, model)
    remaining = family.remaining_stability(stability, elapsed, model)
    without = chance * family.mean_since_review(remaining, SOON, model)
    return chance, chance * if_recalled + (1 - chance) * if_lapsed - without
