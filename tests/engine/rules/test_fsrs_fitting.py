"""Fitting FSRS-6: what is fitted foretells better, or what was there is kept."""

from datetime import date, timedelta

import numpy as np
import pytest

from engine.rules import fsrs_fitting, memory
from engine.rules.fsrs_fitting import NotReviews, TooFewReviews
from engine.rules.memory import DEFAULT_PARAMETERS, NotAModel, NotARating, Rating

FORGETFUL = (*(0.02, 0.1, 0.2, 0.8), *DEFAULT_PARAMETERS[4:8], 1.1, *DEFAULT_PARAMETERS[9:])
MONDAY = date(2026, 11, 2)


def lived(truth, *, cards=400, reviews=6, first_day=0, seed=1):
    """Card, day and rating of reviews that went as `truth` has it; same-day ones among them."""
    rng = np.random.default_rng(seed)
    day = first_day + rng.integers(0, 20, cards)
    stability, difficulty = np.full((2, cards), np.nan)
    columns = []
    for place in range(reviews):
        elapsed = rng.choice([0, 1, 2, 4, 8, 15], cards) if place else np.zeros(cards, int)
        recalled = rng.random(cards) < (
            np.where(elapsed > 0, memory.retrievability(stability, elapsed_days=elapsed, parameters=truth), 1)
            if place
            else 0.5
        )
        rating = np.where(recalled, Rating.GOOD, Rating.AGAIN)
        stability, difficulty = memory.review(
            stability, difficulty, elapsed_days=elapsed, rating=rating, parameters=truth
        )
        day = day + elapsed
        columns.append((np.arange(cards), day, rating))
    card, day, rating = np.concatenate(columns, axis=1)
    return {"card": card, "day": day, "rating": rating}


def one_after_another(*several):
    """The reviews of each with cards of its own."""
    cards = [reviews["card"] + 10_000 * number for number, reviews in enumerate(several)]
    return {
        "card": np.concatenate(cards),
        **{name: np.concatenate([reviews[name] for reviews in several]) for name in ("day", "rating")},
    }


def loss(reviews, parameters):
    histories = fsrs_fitting.histories(**reviews)
    later = histories.later
    return fsrs_fitting.log_loss(fsrs_fitting.foretold(histories, parameters)[later], histories.rating[later])


def test_what_is_fitted_foretells_other_reviews_better_than_the_defaults_and_nearly_as_well_as_the_truth():
    refit = fsrs_fitting.refit(fsrs_fitting.histories(**lived(FORGETFUL)))

    unseen = lived(FORGETFUL, seed=2)
    assert refit.is_accepted
    assert refit.log_loss_fitted < refit.log_loss
    assert loss(unseen, refit.parameters) < loss(unseen, DEFAULT_PARAMETERS) - 0.05
    assert loss(unseen, refit.parameters) < loss(unseen, FORGETFUL) + 0.01


def test_a_fit_that_foretells_the_latest_reviews_worse_is_not_taken():
    before, since = lived(FORGETFUL), lived(DEFAULT_PARAMETERS, cards=140, first_day=200, seed=2)

    refit = fsrs_fitting.refit(fsrs_fitting.histories(**one_after_another(before, since)))

    assert not refit.is_accepted
    assert refit.log_loss_fitted > refit.log_loss
    assert refit.parameters == DEFAULT_PARAMETERS


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("current", [DEFAULT_PARAMETERS, FORGETFUL])
def test_what_is_kept_or_taken_never_foretells_the_latest_reviews_worse(current, seed):
    histories = fsrs_fitting.histories(**lived(DEFAULT_PARAMETERS, cards=150, seed=seed))
    latest = histories.later[round(histories.later.size * 0.8) :]

    refit = fsrs_fitting.refit(histories, current=current)

    def loss_of(parameters):
        chance = fsrs_fitting.foretold(histories, parameters)
        return fsrs_fitting.log_loss(chance[latest], histories.rating[latest])

    assert refit.log_loss == pytest.approx(loss_of(current))
    assert loss_of(refit.parameters) <= loss_of(current)


def test_the_current_parameters_weigh_as_much_as_two_hundred_reviews():
    histories = fsrs_fitting.histories(**lived(FORGETFUL))
    worse = (*(20.0, 30.0, 40.0, 60.0), *DEFAULT_PARAMETERS[4:])

    from_defaults = fsrs_fitting.refit(histories)
    from_worse = fsrs_fitting.refit(histories, current=worse)

    assert from_defaults.is_accepted
    assert from_worse.is_accepted
    share = 200 / (200 + histories.later.size)
    apart = share * (np.array(worse) - DEFAULT_PARAMETERS)
    assert np.subtract(from_worse.parameters, from_defaults.parameters) == pytest.approx(apart)


def test_the_order_of_cards_does_not_matter():
    reviews = lived(FORGETFUL, cards=150)
    card_by_card = np.argsort(-reviews["card"], kind="stable")
    shuffled = {name: column[card_by_card] for name, column in reviews.items()}

    one, other = (fsrs_fitting.refit(fsrs_fitting.histories(**columns)) for columns in (reviews, shuffled))

    assert one.is_accepted
    assert one == other


def test_what_is_foretold_is_what_each_memory_would_have_said():
    reviews = lived(DEFAULT_PARAMETERS, cards=20)
    histories = fsrs_fitting.histories(**reviews)

    chance = np.empty(histories.card.size)
    chance[histories.row] = fsrs_fitting.foretold(histories, FORGETFUL)

    for row, (card, day) in enumerate(zip(reviews["card"], reviews["day"], strict=True)):
        before = np.flatnonzero(reviews["card"][:row] == card)
        known = memory.replay(
            [
                (MONDAY + timedelta(days=int(reviews["day"][k])), Rating(int(reviews["rating"][k])))
                for k in before
            ],
            parameters=FORGETFUL,
        )
        if known is None:
            assert np.isnan(chance[row])
            continue
        elapsed = (MONDAY + timedelta(days=int(day)) - known.reviewed_on).days
        expected = memory.retrievability(known.stability, elapsed_days=elapsed, parameters=FORGETFUL)
        assert chance[row] == pytest.approx(float(expected))


def test_only_reviews_on_a_later_day_can_be_foretold_and_they_come_in_order_of_time():
    histories = fsrs_fitting.histories(card=[7, 7, 3, 7, 3], day=[10, 10, 4, 15, 11], rating=[1, 3, 3, 3, 1])

    assert histories.row[histories.later].tolist() == [4, 3]
    assert histories.elapsed_days[histories.later].tolist() == [7, 5]
    assert histories.place[histories.later].tolist() == [1, 2]


@pytest.mark.parametrize("cards", [0, 90])
def test_too_few_reviews_are_refused_with_how_many_there_are(cards):
    histories = fsrs_fitting.histories(**lived(FORGETFUL, cards=cards))

    with pytest.raises(
        TooFewReviews, match=f"A fit needs 400 reviews .* there are {histories.later.size}; keep"
    ):
        fsrs_fitting.refit(histories)


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"card": [1, 1], "day": [1, 2], "rating": [3]}, NotReviews, r"shapes \(2,\), \(2,\) and \(1,\)"),
        ({"card": 1, "day": 1, "rating": 3}, NotReviews, "a card, a day and a rating"),
        ({"card": [1, 1], "day": [1.0, 2.5], "rating": [3, 3]}, NotReviews, "a whole number.*float64"),
        ({"card": [9, 9], "day": [8, 7], "rating": [3, 3]}, NotReviews, "Card 9 has a review on day 7 after"),
    ],
)
def test_columns_that_are_not_reviews_are_refused(columns, error, message):
    with pytest.raises(error, match=message):
        fsrs_fitting.histories(**columns)


def test_a_rating_that_does_not_exist_is_refused():
    reviews = lived(FORGETFUL)
    reviews["rating"][5] = 5

    with pytest.raises(NotARating, match=r"from 1 \(again\) to 4 \(easy\)"):
        fsrs_fitting.refit(fsrs_fitting.histories(**reviews))


def test_current_parameters_that_are_no_model_are_refused():
    with pytest.raises(NotAModel, match="21 finite parameters"):
        fsrs_fitting.refit(fsrs_fitting.histories(**lived(FORGETFUL)), current=DEFAULT_PARAMETERS[:20])
