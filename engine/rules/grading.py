"""From what a person answered to right or wrong, and from that to the rating that moves their memory."""

import math
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from engine.rules.memory import Rating
from paths.schema import ChoiceSpec, DoSpec, EstimateSpec, ExerciseSpec, JudgeSpec, OptionSpec, RecallSpec

LONGEST_NUMBER = 40  # characters


class Confidence(StrEnum):
    GUESSING = "guessing"
    FAIRLY_SURE = "fairly-sure"
    SURE = "sure"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the person gave; each kind of exercise reads its own field."""

    option: str = ""  # choice: the option's id
    sound: bool | None = None  # judge
    number: float | None = None  # estimate
    self_rating: Rating | None = None  # recall, do
    text: str = ""  # recall, do: kept for the person, never graded
    confidence: Confidence | None = None
    seconds: float | None = None  # from display to answer, where that is known


@dataclass(frozen=True, kw_only=True)
class Outcome:
    is_correct: bool | None  # None where the person rates themself
    rating: Rating


class NotAnAnswer(ValueError):
    """What was given does not answer this kind of exercise."""


def grade(exercise: ExerciseSpec, given: Given, *, at_most: Rating | None = None) -> Outcome:
    """Grade an answer; `at_most` caps the rating of a person who has seen the key (hard, by the rules)."""
    is_correct: bool | None = None
    match exercise:
        case ChoiceSpec():
            is_correct = _chosen(exercise, given).correct
        case JudgeSpec():
            is_correct = _judged(given) is exercise.sound
        case EstimateSpec():
            is_correct = _is_close(_estimated(given), exercise)
        case RecallSpec() | DoSpec():
            pass
        case _:
            assert_never(exercise)
    rating = _own_rating(given) if is_correct is None else _keyed_rating(given, is_correct, exercise.minutes)
    return Outcome(is_correct=is_correct, rating=rating if at_most is None else min(rating, at_most))


def parse_number(text: str) -> float | None:
    """Read a number as people type it, such as "1,234.5", "1 234,5", "−3" or "12 %"; None when it is not one.

    A lone point is a decimal point and a lone comma before three digits separates thousands, as in English:
    "1.234" is less than two, "1,234" more than a thousand, "0,234" and "1,23" are less than two.
    """
    written = unicodedata.normalize("NFKC", text).replace("−", "-").replace("’", "'").strip()
    around = _SIGN_AND_PERCENT.fullmatch(written)
    if around is None or len(written) > LONGEST_NUMBER:
        return None
    for pattern, thousands, decimal in _NOTATIONS:
        if pattern.fullmatch(around["digits"]):
            plain = around["digits"].replace(thousands, "").replace(decimal, ".")
            return float(around["sign"] + plain)
    return None


_SIGN_AND_PERCENT = re.compile(r"(?P<sign>[+-]?) *(?P<digits>[^%]*?) *%?")
_NOTATIONS = (  # what the whole text looks like, its mark of thousands, its decimal mark
    (re.compile(r"\d+\.?\d*(e[+-]?\d{1,2})?|\.\d+", re.IGNORECASE), "", "."),
    (re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?"), ",", "."),
    (re.compile(r"[1-9]\d{0,2}( \d{3})+(\.\d+)?"), " ", "."),
    (re.compile(r"[1-9]\d{0,2}('\d{3})+(\.\d+)?"), "'", "."),
    (re.compile(r"[1-9]\d{0,2}(( \d{3})+,\d+)"), " ", ","),
    (re.compile(r"[1-9]\d{0,2}((\.\d{3})+,\d+|(\.\d{3}){2,})"), ".", ","),
    (re.compile(r"\d*,\d+"), "", ","),
)


def _chosen(exercise: ChoiceSpec, given: Given) -> OptionSpec:
    by_id = {option.id: option for option in exercise.options}
    if given.option not in by_id:
        refused = f'"{given.option}" is not an option here' if given.option else "No option was chosen"
        raise NotAnAnswer(f"{refused}; choose one of {', '.join(by_id)}.")
    return by_id[given.option]


def _judged(given: Given) -> bool:
    if given.sound is None:
        raise NotAnAnswer("Nothing was chosen; say whether it is sound or flawed.")
    return given.sound


def _estimated(given: Given) -> float:
    if given.number is None or not math.isfinite(given.number):
        raise NotAnAnswer("No number could be read; type one such as 1234.5, without its unit.")
    return given.number


def _is_close(number: float, exercise: EstimateSpec) -> bool:
    # The edge of the tolerance counts as right, whatever binary makes of 0.4 - 0.3.
    return math.isclose(number, exercise.answer, rel_tol=1e-9, abs_tol=exercise.tolerance * (1 + 1e-9))


def _own_rating(given: Given) -> Rating:
    if given.self_rating is None:
        raise NotAnAnswer("No rating was chosen; rate yourself again, hard, good or easy.")
    return given.self_rating


def _keyed_rating(given: Given, is_correct: bool, minutes: float) -> Rating:
    if not is_correct:
        return Rating.AGAIN
    if given.confidence is Confidence.GUESSING:
        return Rating.HARD
    is_quick = given.seconds is not None and 0 <= given.seconds <= minutes * 60 / 2
    return Rating.EASY if given.confidence is Confidence.SURE and is_quick else Rating.GOOD
