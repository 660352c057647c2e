"""The family of memory models: what each school holds to be true of forgetting."""

import numpy as np
import pytest

from engine.rules import family, memory
from engine.rules.family import SCHOOLS

FSRS, MEMORIZE, TRACES = (SCHOOLS[name].mean for name in ("fsrs", "memorize", "traces"))
AGAIN, GOOD = np.array([1]), np.array([3])


def reviewed(stability, elapsed, rating, model, difficulty=5.0):
    after, _, _ = family.review(
        np.array([stability]), np.array([difficulty]), np.array([elapsed]), rating, model
    )
    return float(after[0])


def test_stability_is_when_recall_has_fallen_to_ninety_percent_in_every_school():
    for school in SCHOOLS.values():
        assert family.retrievability(np.array([7.0]), 7.0, school.mean)[0] == pytest.approx(0.9)


@pytest.mark.parametrize("rating", [1, 2, 3, 4])
@pytest.mark.parametrize("elapsed", [1.0, 5.0, 30.0])
def test_the_fsrs_school_stands_near_fsrs(rating, elapsed):
    expected, difficulty = memory.review(6.0, 5.0, elapsed_days=elapsed, rating=rating)

    after, after_difficulty, chance = family.review(
        np.array([6.0]), np.array([5.0]), np.array([elapsed]), np.array([rating]), FSRS
    )

    assert after[0] == pytest.approx(float(expected), rel=0.1)
    assert after_difficulty[0] == pytest.approx(float(difficulty))
    assert chance[0] == pytest.approx(float(memory.retrievability(6.0, elapsed_days=elapsed)), abs=0.001)


def test_only_memorize_gains_as_much_by_a_recall_at_once_as_by_a_late_one():
    gain = {
        name: reviewed(5.0, 6.0, GOOD, model) / reviewed(5.0, 1.0, GOOD, model)
        for name, model in {"fsrs": FSRS, "memorize": MEMORIZE, "traces": TRACES}.items()
    }

    assert gain["memorize"] < 1.1
    assert min(gain["fsrs"], gain["traces"]) > 1.3


def test_only_traces_gain_by_a_lapse():
    assert reviewed(0.5, 5.0, AGAIN, TRACES) > 0.5
    assert reviewed(0.5, 5.0, AGAIN, FSRS) < 0.5


def test_the_mean_of_the_curve_is_that_of_many_points_on_it():
    days = np.linspace(3, 63, 20_001)

    for model in (FSRS, MEMORIZE, TRACES):
        expected = family.retrievability(np.array(4.0), days, model).mean()
        assert family.mean_retrievability(np.array([4.0]), 3, 63, model)[0] == pytest.approx(
            expected, abs=0.01
        )
