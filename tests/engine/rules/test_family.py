"""The family of memory models: what each school holds to be true of forgetting."""

import numpy as np
import pytest

from engine.rules import family, memory
from engine.rules.family import SCHOOLS, Number
from engine.rules.memory import LEAST_STABILITY

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


def mean_by_many_points(stability, start, end, model):
    """Integrate each of several hundred stretches, the shortest where the curve is steepest."""
    edges = start + np.concatenate([[0], np.geomspace(1e-9, 1, 400)]) * (end - start)
    points, weights = np.polynomial.legendre.leggauss(12)
    lengths = np.diff(edges)
    days = edges[:-1, None] + lengths[:, None] * (points + 1) / 2
    return (family.retrievability(stability, days, model) @ weights / 2 * lengths).sum() / (end - start)


def test_the_mean_of_the_curve_is_that_of_many_points_on_it_all_over_the_family():
    rng = np.random.default_rng(1)
    for model in rng.uniform(family.LEAST, family.MOST, (300, len(Number))):
        stability = np.exp(rng.uniform(np.log(LEAST_STABILITY), np.log(family.MOST_STABILITY)))
        start, days = rng.choice([0, rng.uniform(0, 300)]), rng.uniform(1, 120)

        expected = mean_by_many_points(stability, start, start + days, model)

        mean = family.mean_retrievability(np.array([stability]), start, start + days, model)
        assert mean[0] == pytest.approx(expected, rel=1e-9)


def test_the_mean_is_smooth_where_the_decay_is_one_and_the_integral_a_logarithm():
    log_decay = np.concatenate([[0], *(np.geomspace(1e-17, 1e-4, 80) * sign for sign in (-1, 1))])
    models = np.repeat(FSRS[:, None], len(log_decay), axis=1)
    models[Number.DECAY] = log_decay
    stability = np.full(len(log_decay), 2.0)

    mean = family.mean_retrievability(stability, 5, 65, models)

    from_the_limit = mean - np.log((1 + 65 / 18) / (1 + 5 / 18)) * 18 / 60  # for decay 1, c is 1 / 9 / 2
    assert np.all(np.abs(from_the_limit) <= 1e-9 + np.abs(log_decay))


def test_what_has_hardly_faded_and_falls_steeply_loses_no_digit():
    """Of an exponential so slow the mean is about 1 - log(1 / .9) days / (2 stability)."""
    steepest = np.array(MEMORIZE)
    steepest[Number.DECAY] = 16

    forgotten = 1 - family.mean_retrievability(np.array([1e5]), 0, 1, steepest)

    assert forgotten[0] == pytest.approx(-np.log(0.9) / 2e5, rel=1e-5)


def test_a_curve_goes_on_as_one_of_more_stability():
    days = np.linspace(1, 60, 9)

    for model in (FSRS, MEMORIZE, TRACES):
        remaining = family.remaining_stability(4.0, 10.0, model)
        expected = family.retrievability(4.0, 10.0 + days, model)
        assert family.retrievability(4.0, 10.0, model) * family.retrievability(
            remaining, days, model
        ) == pytest.approx(expected)
