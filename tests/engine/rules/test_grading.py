"""An answer becomes right or wrong, and a rating."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.grading import Confidence, Given, NotAnAnswer, Outcome, grade, parse_number
from engine.rules.memory import Rating
from paths.schema import ChoiceSpec, DoSpec, EstimateSpec, JudgeSpec, OptionSpec, RecallSpec

AGAIN, HARD, GOOD, EASY = Rating
COMMON = {"id": "one", "ai": "off", "minutes": 2, "prompt": "What now?"}
CHOICE = ChoiceSpec(
    **COMMON,
    kind="choice",
    options=[
        OptionSpec(id="a", text="150", why="The right total, and not what this returns."),
        OptionSpec(id="b", text="350", why="Three times 100 and once 50.", correct=True),
    ],
)
SOUND = JudgeSpec(**COMMON, kind="judge", sound=True, why="It counts before and after.")
FLAWED = JudgeSpec(**COMMON, kind="judge", sound=False, why="It counts twice.")
ESTIMATE = EstimateSpec(**COMMON, kind="estimate", answer=0.3, tolerance=0.1, unit="%")
EXACT = EstimateSpec(**COMMON, kind="estimate", answer=350, tolerance=0)
RECALL = RecallSpec(**COMMON, kind="recall", answer="Count the rows.")
DO = DoSpec(**COMMON, kind="do", rubric=["two counts"])


@pytest.mark.parametrize(
    ("exercise", "answer", "is_correct"),
    [
        (CHOICE, Given(option="b"), True),
        (CHOICE, Given(option="a"), False),
        (SOUND, Given(sound=True), True),
        (SOUND, Given(sound=False), False),
        (FLAWED, Given(sound=False), True),
        (FLAWED, Given(sound=True), False),
        (ESTIMATE, Given(number=0.3), True),
        (ESTIMATE, Given(number=0.2), True),
        (ESTIMATE, Given(number=0.4), True),
        (ESTIMATE, Given(number=0.401), False),
        (ESTIMATE, Given(number=-0.3), False),
        (EXACT, Given(number=350), True),
        (EXACT, Given(number=350.1), False),
    ],
)
def test_a_keyed_answer_is_right_or_wrong_by_the_key(exercise, answer, is_correct):
    assert grade(exercise, answer) == Outcome(is_correct=is_correct, rating=GOOD if is_correct else AGAIN)


@pytest.mark.parametrize("exercise", [RECALL, DO])
@pytest.mark.parametrize("rating", list(Rating))
def test_a_person_rates_what_has_no_key_themself(exercise, rating):
    answer = Given(self_rating=rating, confidence=Confidence.GUESSING, seconds=1)

    assert grade(exercise, answer) == Outcome(is_correct=None, rating=rating)


@pytest.mark.parametrize(
    ("confidence", "seconds", "rating"),
    [
        (None, None, GOOD),
        (None, 5, GOOD),
        (Confidence.GUESSING, None, HARD),
        (Confidence.GUESSING, 5, HARD),
        (Confidence.FAIRLY_SURE, 5, GOOD),
        (Confidence.SURE, None, GOOD),
        (Confidence.SURE, 5, EASY),
        (Confidence.SURE, 60, EASY),
        (Confidence.SURE, 60.5, GOOD),
        (Confidence.SURE, -1, GOOD),
        (Confidence.SURE, math.nan, GOOD),
    ],
)
def test_a_right_answer_is_rated_by_confidence_and_time(confidence, seconds, rating):
    assert grade(CHOICE, Given(option="b", confidence=confidence, seconds=seconds)).rating is rating


@pytest.mark.parametrize("confidence", [None, *Confidence])
def test_a_wrong_answer_is_again_however_sure_the_person_was(confidence):
    assert grade(CHOICE, Given(option="a", confidence=confidence, seconds=1)).rating is AGAIN


@pytest.mark.parametrize(
    ("exercise", "answer", "rating"),
    [
        (CHOICE, Given(option="b"), HARD),
        (CHOICE, Given(option="b", confidence=Confidence.SURE, seconds=1), HARD),
        (CHOICE, Given(option="a"), AGAIN),
        (RECALL, Given(self_rating=EASY), HARD),
        (RECALL, Given(self_rating=AGAIN), AGAIN),
    ],
)
def test_after_the_key_was_shown_an_answer_is_hard_at_most(exercise, answer, rating):
    assert grade(exercise, answer, at_most=HARD).rating is rating


@pytest.mark.parametrize(
    ("exercise", "answer", "advice"),
    [
        (CHOICE, Given(), "No option was chosen; choose one of a, b"),
        (CHOICE, Given(option="z"), '"z" is not an option here; choose one of a, b'),
        (CHOICE, Given(number=350), "No option"),
        (SOUND, Given(), "sound or flawed"),
        (SOUND, Given(option="b"), "sound or flawed"),
        (ESTIMATE, Given(), "No number"),
        (ESTIMATE, Given(text="about a third"), "No number"),
        (ESTIMATE, Given(number=math.nan), "No number"),
        (ESTIMATE, Given(number=math.inf), "No number"),
        (RECALL, Given(text="Count the rows."), "rate yourself"),
        (DO, Given(text="12 and 15"), "rate yourself"),
    ],
)
def test_what_does_not_answer_the_exercise_is_refused_with_advice(exercise, answer, advice):
    with pytest.raises(NotAnAnswer, match=advice):
        grade(exercise, answer)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("350", 350),
        (" 350 ", 350),
        ("007", 7),
        ("3.5", 3.5),
        (".5", 0.5),
        ("5.", 5),
        ("1e6", 1_000_000),
        ("2.5E-3", 0.0025),
        ("+3", 3),
        ("-3", -3),
        ("−3", -3),
        ("− 3", -3),
        ("12 %", 12),
        ("12%", 12),
        ("-0.5 %", -0.5),
        ("1,234.5", 1234.5),
        ("1,234", 1234),
        ("1,234,567", 1_234_567),
        ("1 234", 1234),
        ("1\N{NO-BREAK SPACE}234", 1234),
        ("1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567,5", 1_234_567.5),
        ("1\N{THIN SPACE}234.5", 1234.5),
        ("1'234.50", 1234.5),
        ("1’234", 1234),
        ("1,5", 1.5),
        (",5", 0.5),
        ("0,234", 0.234),
        ("1234,567", 1234.567),
        ("1,23", 1.23),
        ("1.234", 1.234),
        ("1.234,5", 1234.5),
        ("1.234.567", 1_234_567),
        ("３５０", 350),
    ],
)
def test_a_number_is_read_as_people_type_it(text, number):
    assert parse_number(text) == pytest.approx(number)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "%", ".", ",", "abc", "nan", "inf", "-inf", "Infinity", "1_000", "0x1f", "½"),
        *(
            "12 34",
            "1,23,4",
            "1,2345,6",
            "1.234,567.8",
            "1,234,56",
            "1.2.3",
            "1 234,567 8",
            "--3",
            "3-",
            "3 %%",
        ),
        *("350 rows", "1e999", "1e", "12 EUR", "3\n4", "9" * 41),
    ],
)
def test_what_is_not_clearly_a_number_is_none(text):
    assert parse_number(text) is None


@given(st.text(max_size=60))
def test_any_text_reads_as_a_finite_number_or_as_none(text):
    number = parse_number(text)

    assert number is None or math.isfinite(number)


@given(st.floats(-1e12, 1e12).map(lambda number: round(number, 2)))
def test_a_number_reads_back_from_every_notation(number):
    english = f"{number:,.2f}"
    continental = english.translate(str.maketrans(",.", ".,"))

    assert parse_number(english) == number
    assert parse_number(english.replace(",", " ")) == number
    assert parse_number(continental) == number
