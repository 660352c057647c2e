"""The plan of a day: the reps with the highest expected gain in recall per minute, if one is worth a mail.

From the many to the few: `worth` scores every skill that people may practise today, `shortlist` keeps a
handful for each person, `fill` chooses among those within the minutes that the person gives. The `worth` here
goes by FSRS-6; once reviews have told how people here forget, `defence.worth` takes its place.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.rules import memory
from engine.rules.exercises import Exercise
from engine.rules.memory import DEFAULT_PARAMETERS, FloatArray, IntArray, Parameters, Rating

HORIZON_DAYS = 60
WORTH = 0.02  # of mean recall: what a rep brings to a skill still known at 97 %; above that it only confirms
SHORTLIST = 12  # skills at the most: a few more than a workout can hold
SPARE = 4  # skills: as some will not fit the minutes that are left
MAX_REPS = 10
AWAY_DAYS = 8  # since the last workout: more than whoever works one day a week has between two
SHORT_REP = 2  # minutes
FIRST_RATINGS = {  # how first reps end: the shares that FSRS's own simulations assume
    Rating.AGAIN: 0.24,
    Rating.HARD: 0.094,
    Rating.GOOD: 0.495,
    Rating.EASY: 0.171,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """The skills that may be practised today: one row for a person and a skill, sorted by person."""

    person: IntArray
    stability: FloatArray  # days; NaN for a skill not yet introduced
    difficulty: FloatArray
    elapsed_days: FloatArray  # since the last review
    minutes: FloatArray  # of a rep
    retention: FloatArray  # the chance of recall that the path asks for
    order: IntArray  # the skill's place in its path
    is_urgent: NDArray[np.bool_]  # the path says that it must not wait: safety, law

    def __post_init__(self) -> None:
        if len({len(column) for column in vars(self).values()}) != 1:
            raise ValueError("The columns of candidates differ in length; give each the same rows.")
        if np.any(self.person[1:] < self.person[:-1]):
            raise ValueError("The rows of candidates are not sorted by person; sort them.")


class Tier(IntEnum):
    """What comes before what; within a tier it goes by urgency per minute."""

    KNOWN = 0
    NEW = 1
    LOST = 2
    DEFENDED = 3
    URGENT = 4


class Worth(NamedTuple):
    """What one rep today would change, for each row of the candidates."""

    gain: FloatArray  # in mean recall over the horizon
    retrievability: FloatArray  # before the rep; 0 for a new skill
    tier: IntArray
    urgency: FloatArray


def worth(candidates: Candidates, *, parameters: Parameters = DEFAULT_PARAMETERS) -> Worth:
    """Score each row: expected mean recall over the horizon with a rep today, less the same without.

    All are of one tier, and as urgent as they gain.
    """
    is_new = np.isnan(candidates.stability)
    gain = np.where(is_new, _gain_of_introduction(parameters), np.nan)
    tier = np.full(len(is_new), Tier.KNOWN, dtype=np.int64)
    scored = Worth(gain=gain, retrievability=np.zeros(len(is_new)), tier=tier, urgency=gain)
    known = np.flatnonzero(~is_new)
    for block in memory.blocks(len(known)):
        rows = known[block]
        scored.gain[rows], scored.retrievability[rows] = _gain_of_review(
            candidates.stability[rows], candidates.difficulty[rows], candidates.elapsed_days[rows], parameters
        )
    return scored


def _gain_of_review(
    stability: FloatArray, difficulty: FloatArray, elapsed_days: FloatArray, parameters: Parameters
) -> tuple[FloatArray, FloatArray]:
    """The rep is expected to end good with the chance of recall, and again otherwise."""

    def recall(stability: FloatArray, start: FloatArray | int) -> FloatArray:
        return memory.mean_retrievability(
            stability, start=start, end=start + HORIZON_DAYS, parameters=parameters
        )

    chance, recalled, lapsed = memory.outcomes(
        stability, difficulty, elapsed_days=elapsed_days, parameters=parameters
    )
    recall_with = chance * recall(recalled, 0) + (1 - chance) * recall(lapsed, 0)
    return recall_with - recall(stability, elapsed_days), chance


def _gain_of_introduction(parameters: Parameters) -> float:
    """Without its first rep a skill is not recalled at all."""
    stability, _ = memory.review(
        math.nan, math.nan, elapsed_days=0, rating=list(FIRST_RATINGS), parameters=parameters
    )
    recall = memory.mean_retrievability(stability, start=0, end=HORIZON_DAYS, parameters=parameters)
    return float(recall @ list(FIRST_RATINGS.values()))


def shortlist_length(minutes: float, *, shortest_rep: float) -> int:
    """Return how many skills to choose from so that the minutes are surely filled."""
    return min(SHORTLIST, math.ceil(minutes / shortest_rep) + SPARE)


def shortlist(candidates: Candidates, worth: Worth, *, length: int = SHORTLIST) -> IntArray:
    """Return the rows to choose from, by person: at most `length` to review, then `length` to introduce.

    Of each tier, what has faded comes before what is still known, as a workout needs the one and may have the
    other; both by urgency per minute. New skills come in the order of their paths.
    """
    rows = np.flatnonzero(worth.gain >= WORTH)
    is_new = np.isnan(candidates.stability[rows])
    is_known = worth.retrievability[rows] > candidates.retention[rows]
    standing = np.where(is_new, 0, 2 * (max(Tier) - worth.tier[rows]) + is_known)
    urgency_per_minute = worth.urgency[rows] / candidates.minutes[rows]
    place_in_path = candidates.order[rows] / (1 + candidates.order.max(initial=0))
    list_of_row = 2 * np.cumsum(_is_start_of_run(candidates.person[rows])) + is_new
    # One number to sort by, as a sort by several keys takes five times as long; the last term stays below 1.
    within = np.where(is_new, place_in_path, 1 / (1 + urgency_per_minute))
    rank = 2 * len(Tier) * list_of_row + standing + within
    ranked = np.argsort(rank, kind="stable")
    return rows[ranked[_place_in_run(list_of_row[ranked]) < length]]


def _place_in_run(values: IntArray) -> IntArray:
    """Count from 0 within each run of equal values: [7, 7, 9, 9, 9] is [0, 1, 0, 1, 2]."""
    places = np.arange(len(values))
    return places - np.maximum.accumulate(np.where(_is_start_of_run(values), places, 0))


def _is_start_of_run(values: IntArray) -> NDArray[np.bool_]:
    is_start = np.ones(len(values), dtype=bool)
    is_start[1:] = values[1:] != values[:-1]
    return is_start


class Why(StrEnum):
    """Why a rep is in a workout; the mail says it in a sentence."""

    NEW = "new"
    FADING = "fading"
    KEEPS = "keeps"  # not needed yet, and worth its minutes while the person is at it


@dataclass(frozen=True, kw_only=True)
class Option:
    """A skill that one person may practise today, for one of their paths."""

    skill: int
    path: int
    gain: float
    tier: int
    urgency: float
    retrievability: float
    retention: float
    is_new: bool
    order: int
    exercises: tuple[Exercise, ...]  # in order of preference

    @property
    def why(self) -> Why:
        if self.is_new:
            return Why.NEW
        return Why.FADING if self.retrievability <= self.retention else Why.KEEPS

    def exercise_within(self, minutes: float) -> Exercise | None:
        return next((exercise for exercise in self.exercises if exercise.minutes <= minutes), None)

    def rank(self, minutes: float) -> tuple[int, float]:
        """Return its tier and its urgency per minute, to be compared with those of others."""
        exercise = self.exercise_within(minutes)
        return self.tier, self.urgency / exercise.minutes if exercise else 0.0


@dataclass(frozen=True, kw_only=True)
class PlannedRep:
    option: Option
    exercise: Exercise
    why: Why


def fill(
    options: Iterable[Option], *, minutes: float, new_allowed: Mapping[int, int], max_reps: int = MAX_REPS
) -> list[PlannedRep]:
    """Choose one person's reps of today, in the order to do them; none where nothing is worth a mail.

    `new_allowed` says for each path how many skills may be introduced today. A skill whose exercises all take
    longer than `minutes` is left out, so that it does not keep those after it waiting.
    """
    planned: list[PlannedRep] = []
    closed_paths: set[int] = set()  # whose next new skill did not fit: those after it wait with it
    for option in _queue(options, minutes=minutes, new_allowed=new_allowed):
        exercise = option.exercise_within(minutes - sum(rep.exercise.minutes for rep in planned))
        if option.is_new and (exercise is None or option.path in closed_paths):
            closed_paths.add(option.path)
        elif exercise is not None and len(planned) < max_reps:
            planned.append(PlannedRep(option=option, exercise=exercise, why=option.why))
    return planned


def _queue(options: Iterable[Option], *, minutes: float, new_allowed: Mapping[int, int]) -> list[Option]:
    """Order by rank, after the best reason for a mail: a skill new or faded. Without one, none."""
    ranked: list[tuple[tuple[int, float], Option]] = []
    # By path: a new skill ranks no higher than those before it, but for one that must not wait.
    lowest: dict[int, tuple[int, float]] = {}
    for option in _usable(options, minutes=minutes, new_allowed=new_allowed):
        rank = option.rank(minutes)
        if option.is_new and option.tier < Tier.URGENT:
            rank = lowest[option.path] = min(rank, lowest.get(option.path, rank))
        ranked.append((rank, option))
    queue = [option for _, option in sorted(ranked, key=lambda pair: pair[0], reverse=True)]
    reason = next((option for option in queue if option.why is not Why.KEEPS), None)
    return [reason, *(option for option in queue if option is not reason)] if reason else []


def _usable(options: Iterable[Option], *, minutes: float, new_allowed: Mapping[int, int]) -> list[Option]:
    """Keep, in path order, what is worth a rep, fits and may be introduced.

    A skill stays once, for the one of its paths that asks most of it.
    """
    by_skill: dict[int, Option] = {}
    introduced: Counter[int] = Counter()
    for option in sorted(options, key=lambda option: (option.order, option.skill, option.path)):
        if option.gain < WORTH or option.exercise_within(minutes) is None:
            continue
        if option.is_new:
            introduced[option.path] += 1
            if introduced[option.path] > new_allowed.get(option.path, 0):
                continue
        rival = by_skill.get(option.skill)
        if rival is None or rival.retention < option.retention:
            by_skill.pop(option.skill, None)  # its place is the one in the other path
            by_skill[option.skill] = option
    return list(by_skill.values())


def is_open(after: Collection[int], introduced: Collection[int]) -> bool:
    """Say whether a skill may be introduced: all it comes after were `introduced`, on an earlier day."""
    return all(skill in introduced for skill in after)


def new_skills_today(
    per_week: int, introduced_on: Sequence[date], *, today: date, workdays_per_week: int
) -> int:
    """Return how many skills a path may still open today: `per_week` in any seven days, spread over them."""
    if workdays_per_week < 1:
        return 0
    left_of_week = per_week - sum(day > today - timedelta(days=7) for day in introduced_on)
    left_of_day = math.ceil(per_week / workdays_per_week) - sum(day >= today for day in introduced_on)
    return max(0, min(left_of_week, left_of_day))


def minutes_today(minutes: float, *, days_since_last_workout: int | None) -> float:
    """Halve the minutes of a person who was away, but for one short rep; who only starts was not away."""
    if days_since_last_workout is None or days_since_last_workout < AWAY_DAYS:
        return minutes
    return min(minutes, max(minutes / 2, SHORT_REP))
