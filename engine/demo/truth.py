"""How the people of the demo really learn and forget: a simple truth of its own, which no planner sees."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from engine.rules.grading import Confidence, Given
from engine.rules.memory import Rating
from paths.schema import ChoiceSpec, DoSpec, EstimateSpec, ExerciseSpec, JudgeSpec, RecallSpec

FORGETTING = 0.5  # what a lapse leaves of a half-life
SHORTEST = 1.5  # days


@dataclass(frozen=True, kw_only=True)
class Nature:
    """What somebody is like, as far as practice is concerned."""

    diligence: float  # the chance that a workout is begun at all
    promptness: float  # the chance that it is begun within the hour
    aptitude: float  # the chance to know a skill never practised, once its idea was read
    half_life: float  # days until a skill practised once is known with a chance of one half
    growth: float  # how much a half-life gains from a recall that was nearly lost


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What practice left of one skill in one person."""

    half_life: float  # days
    practised_on: date


def nature_of(dice: random.Random) -> Nature:
    return Nature(
        diligence=dice.betavariate(7, 3),
        promptness=dice.uniform(0.3, 0.9),
        aptitude=dice.uniform(0.4, 0.8),
        half_life=dice.uniform(6, 22),
        growth=dice.uniform(2, 5),
    )


def chance(trace: Trace | None, *, nature: Nature, today: date) -> float:
    """Return the true chance that the skill is known: it halves with every half-life."""
    if trace is None:
        return nature.aptitude
    return 2.0 ** (-(today - trace.practised_on).days / trace.half_life)


def practised(trace: Trace | None, *, nature: Nature, knew: bool, today: date) -> Trace:
    """Return what a rep leaves: the nearer a recalled skill was to being lost, the more it gains."""
    if trace is None:
        half_life = nature.half_life if knew else nature.half_life * FORGETTING
    elif knew:
        was_at_risk = 1 - chance(trace, nature=nature, today=today)
        half_life = trace.half_life * (1.2 + nature.growth * was_at_risk)
    else:
        half_life = max(trace.half_life * FORGETTING, SHORTEST)
    return Trace(half_life=half_life, practised_on=today)


def waits(nature: Nature, dice: random.Random) -> timedelta | None:
    """Return how long after the mail a workout is begun: the same morning, later, or days later; or never."""
    if dice.random() > nature.diligence:
        return None
    if dice.random() < nature.promptness:
        return timedelta(minutes=dice.uniform(1, 55))
    if dice.random() < 0.7:
        return timedelta(hours=dice.uniform(1, 9))
    return timedelta(days=dice.uniform(0.8, 4))


def given(exercise: ExerciseSpec, *, knows: bool, dice: random.Random) -> Given:
    """Return what somebody answers who knows the skill, or does not: they guess, and are sometimes lucky."""
    confidence = dice.choice(list(Confidence)) if dice.random() < 0.4 else None
    seconds = 60 * exercise.minutes * dice.uniform(0.3, 1.5)
    match exercise:
        case ChoiceSpec():
            right = [option.id for option in exercise.options if option.correct]
            chosen = dice.choice(right if knows else [option.id for option in exercise.options])
            return Given(option=chosen, confidence=confidence, seconds=seconds)
        case JudgeSpec():
            sound = exercise.sound if knows else dice.random() < 0.5
            return Given(sound=sound, confidence=confidence, seconds=seconds)
        case EstimateSpec():
            off = 0.0 if knows else 1.5 * exercise.tolerance + 1
            return Given(number=exercise.answer + off, confidence=confidence, seconds=seconds)
        case RecallSpec() | DoSpec():
            ratings = [Rating.HARD, Rating.GOOD, Rating.GOOD, Rating.EASY] if knows else [Rating.AGAIN]
            return Given(self_rating=dice.choice(ratings), seconds=seconds)
