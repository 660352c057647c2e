"""FSRS-6 against py-fsrs, fsrs-rs and the golden cases, and the rules that hold whatever the parameters."""

import json
import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import fsrs
import fsrs_rs_python
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules import memory
from engine.rules.memory import DEFAULT_PARAMETERS, Memory, Rating

MONDAY = date(2026, 11, 2)
GOLDEN = Path(__file__).resolve().parents[4] / "shared" / "data" / "fsrs6_golden.json"
EXACT = 1e-9  # relative, to py-fsrs
SINGLE = 1e-5  # relative, to fsrs-rs, which counts in single precision

OTHER_PARAMETERS = (
    *(0.4, 0.9, 3.1, 11.2, 7.1, 0.6, 2.5, 0.02, 1.4, 0.21, 1.1),
    *(1.9, 0.11, 0.31, 2.0, 0.45, 2.4, 0.7, 0.2, 0.13, 0.31),
)
HISTORIES = [  # elapsed days and ratings: 1 again, 2 hard, 3 good, 4 easy
    [(0, 3), (2, 3), (9, 3), (35, 3), (120, 3)],
    [(0, 1), (1, 1), (1, 1), (1, 2), (1, 3), (4, 3)],
    [(0, 4), (30, 4), (200, 4), (900, 4), (3000, 4)],
    [(0, 2), (0, 2), (0, 3), (0, 1), (0, 4), (5, 2)],
    [(0, 3), (400, 1), (1, 3), (3, 1), (0, 3), (14, 2), (60, 3)],
    [(0, 1), (0, 1), (0, 1), (0, 1), (30, 1), (365, 4)],
    [(0, 3), (1, 2), (1, 2), (1, 2), (1, 2), (1, 2), (1, 2)],
]


def golden_cases():
    if not GOLDEN.exists():
        absent = pytest.mark.skip(reason="shared/data/fsrs6_golden.json does not lie beside the project")
        return [pytest.param({}, id="absent", marks=absent)]
    return [pytest.param(case, id=case["name"]) for case in json.loads(GOLDEN.read_text())["cases"]]


def py_fsrs(parameters=DEFAULT_PARAMETERS, retention=0.9):
    return fsrs.Scheduler(
        parameters=parameters,
        desired_retention=retention,
        learning_steps=(),
        relearning_steps=(),
        enable_fuzzing=False,
    )


def py_fsrs_states(history, scheduler):
    card, now, states = fsrs.Card(card_id=1), datetime(2026, 1, 1, tzinfo=UTC), []
    for elapsed_days, rating in history:
        now += timedelta(days=elapsed_days)
        card, _ = scheduler.review_card(card, fsrs.Rating(rating), now)
        states.append((card.stability, card.difficulty, (card.due - now).days))
    return states


def array_states(history, parameters):
    stability = difficulty = np.array([np.nan])
    states = []
    for elapsed_days, rating in history:
        stability, difficulty = memory.review(
            stability, difficulty, elapsed_days=elapsed_days, rating=rating, parameters=parameters
        )
        states.append((stability[0], difficulty[0]))
    return states


def random_steps(size, *, seed):
    """Return stability, difficulty, elapsed days and rating: all branches, and the edges of each."""
    rng = np.random.default_rng(seed)
    stability = np.exp(rng.uniform(math.log(0.001), math.log(36_500), size))
    difficulty = rng.choice([1.0, 10.0, np.nan], size, p=[0.05, 0.05, 0.9])
    difficulty = np.where(np.isnan(difficulty), rng.uniform(1, 10, size), difficulty)
    elapsed_days = np.where(rng.random(size) < 0.2, 0, rng.integers(0, 2000, size))
    is_new = rng.random(size) < 0.1
    stability[is_new] = difficulty[is_new] = np.nan
    return stability, difficulty, elapsed_days, rng.integers(1, 5, size)


@pytest.mark.parametrize("case", golden_cases())
def test_every_golden_history_is_met_to_nine_digits(case):
    parameters, stability = case["parameters"], np.array([np.nan])
    for step, (after, difficulty) in zip(
        case["steps"],
        array_states([(step["elapsed_days"], step["rating"]) for step in case["steps"]], parameters),
        strict=True,
    ):
        chance = memory.retrievability(stability, elapsed_days=step["elapsed_days"], parameters=parameters)
        days = memory.interval(after, retention=case["desired_retention"], parameters=parameters)

        assert chance[0] == pytest.approx(step["retrievability_before"], rel=EXACT)
        assert after == pytest.approx(step["stability"], rel=EXACT)
        assert difficulty == pytest.approx(step["difficulty"], rel=EXACT)
        assert days == step["interval_days"]
        stability = np.array([after])


@pytest.mark.parametrize("parameters", [DEFAULT_PARAMETERS, OTHER_PARAMETERS], ids=["default", "other"])
@pytest.mark.parametrize("history", HISTORIES)
def test_a_history_gives_what_py_fsrs_gives(history, parameters):
    expected = py_fsrs_states(history, py_fsrs(parameters))

    states = array_states(history, parameters)

    assert states == [pytest.approx(state[:2], rel=EXACT) for state in expected]
    assert [memory.interval(state[0], retention=0.9, parameters=parameters) for state in states] == [
        state[2] for state in expected
    ]


@pytest.mark.parametrize("parameters", [DEFAULT_PARAMETERS, OTHER_PARAMETERS], ids=["default", "other"])
def test_five_thousand_random_steps_give_what_py_fsrs_gives(parameters):
    scheduler, last = py_fsrs(parameters), datetime(2026, 1, 1, tzinfo=UTC)
    steps = random_steps(5_000, seed=1)
    expected = []
    for stability, difficulty, elapsed_days, rating in zip(
        *(column.tolist() for column in steps), strict=True
    ):
        card = fsrs.Card(card_id=1)  # py-fsrs sleeps for a millisecond to find an id of its own
        if not math.isnan(stability):
            known = {"state": fsrs.State.Review, "stability": stability, "difficulty": difficulty}
            card = fsrs.Card(card_id=1, last_review=last, **known)
        card, _ = scheduler.review_card(card, fsrs.Rating(rating), last + timedelta(days=elapsed_days))
        expected.append((card.stability, card.difficulty))

    stability, difficulty, elapsed_days, rating = steps
    after = memory.review(
        stability, difficulty, elapsed_days=elapsed_days, rating=rating, parameters=parameters
    )

    np.testing.assert_allclose(np.stack(after, axis=1), expected, rtol=EXACT, atol=0)


@pytest.mark.parametrize("history", HISTORIES)
def test_a_history_gives_what_fsrs_rs_gives_in_single_precision(history):
    model = fsrs_rs_python.FSRS(list(DEFAULT_PARAMETERS))
    state = None
    for (elapsed_days, rating), (stability, difficulty) in zip(
        history, array_states(history, DEFAULT_PARAMETERS), strict=True
    ):
        after = model.next_states(state, 0.9, elapsed_days)
        state = [after.again, after.hard, after.good, after.easy][rating - 1].memory
        if stability < memory.LONGEST_INTERVAL:
            assert state.stability == pytest.approx(stability, rel=SINGLE)
        assert state.difficulty == pytest.approx(difficulty, rel=SINGLE)


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("parameters", [DEFAULT_PARAMETERS, OTHER_PARAMETERS], ids=["default", "other"])
def test_one_memory_and_arrays_follow_the_same_formulas(history, parameters):
    on, reviews = MONDAY, []
    for elapsed_days, rating in history:
        on += timedelta(days=elapsed_days)
        reviews.append((on, Rating(rating)))

    after = memory.replay(reviews, parameters=parameters)

    expected = array_states(history, parameters)[-1]
    assert (after.stability, after.difficulty) == pytest.approx(expected, rel=1e-12)
    assert after.reviewed_on == on


def test_a_person_without_reviews_has_no_memory():
    assert memory.replay([]) is None


@pytest.mark.parametrize("late", [1, 30])
def test_a_review_that_arrives_late_counts_as_made_on_the_day_of_the_last(late):
    known = Memory(stability=5.0, difficulty=5.0, reviewed_on=MONDAY)

    after = memory.remember(known, rating=Rating.GOOD, on=MONDAY - timedelta(days=late))

    assert after == memory.remember(known, rating=Rating.GOOD, on=MONDAY)
    assert after.reviewed_on == MONDAY


@pytest.mark.parametrize("stability", [0.001, 0.5, 1, 10, 365, 36_500])
@pytest.mark.parametrize("parameters", [DEFAULT_PARAMETERS, OTHER_PARAMETERS], ids=["default", "other"])
def test_retrievability_is_ninety_percent_after_one_stability(stability, parameters):
    chance = memory.retrievability(stability, elapsed_days=stability, parameters=parameters)

    assert chance == pytest.approx(0.9)


@pytest.mark.parametrize("elapsed_days", [0, -3])
def test_retrievability_is_certain_on_the_day_of_the_review_and_before(elapsed_days):
    assert memory.retrievability(10.0, elapsed_days=elapsed_days) == 1


def test_a_skill_never_reviewed_is_not_recalled():
    assert memory.retrievability(np.nan, elapsed_days=3) == 0
    assert memory.mean_retrievability(np.nan, start=0, end=60) == 0


@pytest.mark.parametrize(("start", "end"), [(0, 60), (0, 1), (10, 70), (400, 460)])
@pytest.mark.parametrize("stability", [0.05, 2.3, 100, 36_500])
def test_the_mean_of_the_curve_is_what_adding_it_up_gives(stability, start, end):
    middles = np.linspace(start, end, 200_001)[:-1] + (end - start) / 400_000
    expected = memory.retrievability(stability, elapsed_days=middles).mean()

    mean = memory.mean_retrievability(stability, start=start, end=end)

    assert mean == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("retention", "days"),
    [(0.1, 36_500), (0.2, 34_793), (0.3, 2508), (0.5, 90), (0.7, 9), (0.8, 3), (0.9, 1), (1.0, 1)],
)
def test_an_interval_lasts_until_retention_and_stays_between_a_day_and_a_hundred_years(retention, days):
    assert memory.interval(1.0, retention=retention) == days


@pytest.mark.parametrize(("stability", "days"), [(2.5, 2), (3.5, 4), (4.5, 4), (5.5, 6)])
def test_half_a_day_is_rounded_to_the_even_day(stability, days):
    assert memory.interval(stability, retention=0.9) == days


def test_a_memory_known_from_the_tests_of_py_fsrs_is_met():
    states = array_states([(0, 1), (0, 3), (1, 3), (3, 3), (8, 3), (21, 3)], DEFAULT_PARAMETERS)

    assert states[-1] == pytest.approx((53.62691, 6.3574867), rel=1e-6)


def test_arrays_of_any_shape_keep_it():
    stability = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]])

    after, difficulty = memory.review(stability, 5.0, elapsed_days=[[7], [0]], rating=Rating.GOOD)

    assert after.shape == difficulty.shape == (2, 3)
    assert after[1, 2] == memory.review(6.0, 5.0, elapsed_days=0, rating=3)[0]


def test_blocks_cover_every_row_once(monkeypatch):
    stability, difficulty, elapsed_days, rating = random_steps(1_000, seed=2)
    whole = memory.review(stability, difficulty, elapsed_days=elapsed_days, rating=rating)
    monkeypatch.setattr(memory, "BLOCK", 7)

    cut = memory.review(stability, difficulty, elapsed_days=elapsed_days, rating=rating)

    np.testing.assert_array_equal(cut, whole)


def test_no_rows_give_no_rows():
    after, difficulty = memory.review([], [], elapsed_days=[], rating=np.array([], dtype=int))

    assert after.size == difficulty.size == 0


@pytest.mark.parametrize("rating", [0, 5, -1, 3.0, [1, 2, 9]])
def test_a_rating_outside_again_to_easy_is_refused(rating):
    with pytest.raises(memory.NotARating, match="from 1"):
        memory.review(np.full(3, 2.0), 5.0, elapsed_days=1, rating=rating)


@pytest.mark.parametrize("parameters", [(), DEFAULT_PARAMETERS[:20], (*DEFAULT_PARAMETERS[:20], math.nan)])
def test_parameters_of_another_model_are_refused(parameters):
    with pytest.raises(memory.NotAModel, match="21 finite"):
        memory.retrievability(1.0, elapsed_days=1, parameters=parameters)


states = st.tuples(
    st.floats(0.001, 36_500),
    st.floats(1, 10),
    st.integers(0, 3_000),
    st.sampled_from([Rating.HARD, Rating.GOOD, Rating.EASY]),
)


@given(states)
def test_one_more_recall_never_lowers_what_is_predicted_for_any_later_day(state):
    stability, difficulty, elapsed_days, rating = state
    later = np.arange(0, 400)

    after, _ = memory.review(stability, difficulty, elapsed_days=elapsed_days, rating=rating)

    with_it = memory.retrievability(after, elapsed_days=later)
    without = memory.retrievability(stability, elapsed_days=elapsed_days + later)
    assert np.all(with_it >= without - 1e-12)


@given(states)
def test_the_better_the_rating_the_longer_the_memory_lasts(state):
    stability, difficulty, elapsed_days, _ = state

    after, difficulties = memory.review(stability, difficulty, elapsed_days=elapsed_days, rating=list(Rating))

    assert np.all(np.diff(after) >= -1e-12 * after[:-1])
    assert np.all(np.diff(difficulties) <= 0)


@given(states, st.sampled_from(list(Rating)))
def test_a_memory_stays_within_its_bounds(state, rating):
    stability, difficulty, elapsed_days, _ = state
    known = Memory(stability=stability, difficulty=difficulty, reviewed_on=MONDAY)

    after = memory.remember(known, rating=rating, on=MONDAY + timedelta(days=elapsed_days))

    assert math.isfinite(after.stability)
    assert after.stability >= memory.LEAST_STABILITY
    assert 1 <= after.difficulty <= 10


@pytest.mark.parametrize("elapsed", [0.0, 1.0, 40.0])
def test_what_may_come_of_a_review_is_what_a_good_one_and_a_lapse_leave(elapsed):
    stability, difficulty = np.array([0.001, 3.0, 200.0]), np.array([9.0, 5.0, 2.0])
    days = np.full(3, elapsed)

    outcomes = memory.outcomes(stability, difficulty, elapsed_days=days)

    for after, rating in ((outcomes.recalled, Rating.GOOD), (outcomes.lapsed, Rating.AGAIN)):
        expected, _ = memory.review(stability, difficulty, elapsed_days=days, rating=rating)
        assert after == pytest.approx(expected)
    assert outcomes.chance == pytest.approx(memory.retrievability(stability, elapsed_days=days))
