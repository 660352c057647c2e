"""Fitting the family: schools are told apart by what they foretold, and ease by how a history went."""

import numpy as np
import pytest

from engine.rules import family, fitting
from engine.rules.family import SCHOOLS
from engine.rules.fitting import Histories

STARTS = {name: school.mean for name, school in SCHOOLS.items()}


def lived(model, *, rows=400, reviews=5, seed=1):
    """Histories that a model of the family itself brought forth, at random distances."""
    rng = np.random.default_rng(seed)
    elapsed = rng.integers(1, 9, (rows, reviews)).astype(float)
    rating = np.full((rows, reviews), 3)
    ease = np.exp(model[family.Number.SPREAD]) * rng.normal(size=rows)
    stability, difficulty = family.first(rating[:, 0], model, ease)
    for place in range(1, reviews):
        chance = family.retrievability(stability, elapsed[:, place], model)
        rating[:, place] = np.where(rng.random(rows) < chance, 3, 1)
        stability, difficulty, _ = family.review(
            stability, difficulty, elapsed[:, place], rating[:, place], model
        )
    return Histories(elapsed=elapsed, rating=rating, reviews=np.full(rows, reviews))


@pytest.mark.parametrize("school", ["fsrs", "memorize", "traces"])
def test_the_school_that_is_right_outweighs_the_others(school):
    histories = lived(SCHOOLS[school].mean)

    weights = fitting.weights(
        {name: fitting.fit(histories, SCHOOLS[name], start=STARTS[name]) for name in SCHOOLS}
    )

    assert sum(weights.values()) == pytest.approx(1)
    assert weights[school] + weights["open"] > 0.75
    assert weights[school] == max(weights[name] for name in ("fsrs", "memorize", "traces"))


def test_a_school_that_was_not_fitted_has_no_weight():
    alike = fitting.Fit(model=STARTS["fsrs"], precision=np.eye(11), log_evidence=-9.0)

    assert fitting.weights({"fsrs": alike, "open": alike}) == {
        "fsrs": 0.5,
        "memorize": 0,
        "traces": 0,
        "open": 0.5,
    }


def test_what_was_recalled_each_time_is_believed_more_stable_than_what_was_not():
    elapsed, reviews = np.array([[0.0, 6], [0, 6]]), np.array([2, 2])
    histories = Histories(elapsed=elapsed, rating=np.array([[3, 3], [3, 1]]), reviews=reviews)

    beliefs = fitting.replay(histories, STARTS["fsrs"])
    recalled, lapsed = fitting.typical_stability(beliefs.stability, beliefs.log_likelihood)

    assert recalled > 3 * lapsed


def test_draws_stay_around_the_fit_and_within_what_a_model_may_be():
    fit = fitting.fit(lived(STARTS["fsrs"]), SCHOOLS["fsrs"], start=STARTS["fsrs"])

    draws = np.array([fit.draw(np.random.default_rng(seed)) for seed in range(200)])

    assert np.all((draws >= family.LEAST) & (draws <= family.MOST))
    assert np.abs(draws.mean(axis=0) - fit.model).max() < 0.3
