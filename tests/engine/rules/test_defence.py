"""The line of defence: which skills come first when some must be let go."""

import numpy as np
import pytest

from engine.rules import defence
from engine.rules.family import SCHOOLS
from engine.rules.planning import WORTH, Candidates, Tier

FSRS = SCHOOLS["fsrs"].mean


def order(stability, elapsed, *, line, difficulty=5.0):
    """Return the places of one person's skills, most wanted first."""
    shape = (1, len(stability))
    wanted = defence.priority(
        np.array(stability, float).reshape(shape),
        np.broadcast_to(np.array(difficulty, float), shape),
        np.array(elapsed, float).reshape(shape),
        model=FSRS,
        line=line,
    )
    return np.argsort(-wanted[0]).tolist()


def test_at_line_zero_new_skills_come_first_and_in_path_order():
    assert order([2, np.nan, 5, np.nan], [20, 0, 20, 0], line=0.0)[:2] == [1, 3]


def test_below_the_line_the_weakest_worth_saving_comes_first_and_new_skills_wait():
    """At 20 days their recall is about 63, 76 and 99 percent; the line is 80."""
    assert order([1, np.nan, 4, 300], [20, 0, 20, 20], line=0.8) == [0, 2, 1, 3]


def test_what_is_lost_waits_for_what_can_be_saved_and_goes_before_new_skills():
    """The first is at about 40 percent."""
    assert order([0.05, np.nan, 1], [20, 0, 20], line=0.8) == [2, 0, 1]


def test_of_what_is_known_alike_the_longest_wait_goes_first_though_others_gain_more():
    """All are at 94 percent, and a rep of the shorter memories gains more."""
    assert order([10, 40, 20], [5, 20, 10], line=0.0) == [1, 2, 0]


def test_what_is_recalled_less_goes_before_what_a_rep_would_let_grow_more_in_months():
    """At 91 and 94 percent; over sixty days the second, which is easy, gains half as much again."""
    assert order([12, 20], [10, 10], line=0.0, difficulty=[9, 2]) == [0, 1]


def scored(stability, elapsed, *, line, is_urgent=False, school="fsrs"):
    size = len(stability)
    candidates = Candidates(
        person=np.ones(size, int),
        stability=np.array(stability, float),
        difficulty=np.full(size, 5.0),
        elapsed_days=np.array(elapsed, float),
        minutes=np.full(size, 2.0),
        retention=np.full(size, 0.9),
        order=np.arange(size),
        is_urgent=np.full(size, is_urgent),
    )
    return defence.worth(candidates, model=SCHOOLS[school].mean, line=line)


def test_each_rep_has_a_tier_by_where_its_recall_stands():
    """Recall is about 40, 63 and 99 percent."""
    worth = scored([0.05, 1, 300, np.nan], [20, 20, 20, 0], line=0.8)

    assert worth.tier.tolist() == [Tier.LOST, Tier.DEFENDED, Tier.KNOWN, Tier.NEW]
    assert worth.retrievability.tolist() == pytest.approx([0.40, 0.63, 0.99, 0], abs=0.02)


def test_what_may_not_be_withheld_stands_above_all_while_it_is_new():
    worth = scored([1, np.nan], [20, 0], line=0.8, is_urgent=True)

    assert worth.tier.tolist() == [Tier.DEFENDED, Tier.URGENT]


def test_what_fades_fast_is_worth_a_rep_where_it_is_defended_and_not_elsewhere():
    """It is forgotten within hours: over a week one rep gains hardly anything."""
    stability, elapsed = [0.005], [0.1]

    assert scored(stability, elapsed, line=0.0, school="memorize").gain[0] < WORTH
    assert scored(stability, elapsed, line=0.87, school="memorize").gain[0] >= WORTH


def test_scores_of_people_and_rows_of_candidates_agree():
    stability, elapsed = [0.05, 1, 4, 40, 300], [20, 20, 20, 9, 20]
    for line in defence.LINES:
        worth = scored(stability, elapsed, line=line)
        by_row = np.lexsort((-worth.urgency, -worth.tier)).tolist()

        assert by_row == order(stability, elapsed, line=line)


def test_what_is_known_and_would_hardly_gain_scores_nothing():
    scores = defence.priority(
        np.array([[1e4, 5.0, np.nan]]), np.full((1, 3), 5.0), np.array([[30.0, 30, 0]]), model=FSRS, line=0.0
    )

    assert np.isneginf(scores).tolist() == [[True, False, False]]


def test_a_rep_is_sent_where_it_is_worth_a_share_of_the_mean_of_all_peoples():
    """Of two reps each, 4, 3, 2 and 1 would be sent; their mean is 2.5."""
    score = np.array([[4.0, 3.0, 2.9], [2.0, 1.0, 0.5]])

    sent = defence.worth_sending(score, reps=2, thrift=1.0)

    assert np.isfinite(sent).tolist() == [[True, True, True], [False, False, False]]
    assert np.isfinite(defence.worth_sending(score, reps=2, thrift=0.5)).tolist() == [
        [True, True, True],
        [True, False, False],
    ]


def test_new_and_fading_skills_are_sent_whatever_known_ones_are_worth():
    score = defence.priority(
        np.array([[1.0, 300.0, np.nan, 8.0]]),
        np.full((1, 4), 5.0),
        np.full((1, 4), 20.0),
        model=FSRS,
        line=0.8,
    )

    sent = defence.worth_sending(score, reps=4, thrift=100.0)

    assert np.isfinite(sent).tolist() == [[True, False, True, False]]


def test_thrift_leaves_alone_days_on_which_nothing_known_would_be_sent():
    score = np.array([[99.5, 99.2, 1.0]])

    assert defence.worth_sending(score, reps=2, thrift=1.0).tolist() == score.tolist()
