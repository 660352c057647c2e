"""The line of defence: which skills come first when some must be let go."""

import numpy as np

from engine.rules import defence
from engine.rules.family import SCHOOLS

FSRS = SCHOOLS["fsrs"].mean


def order(stability, elapsed, *, line):
    """Return the places of one person's skills, most wanted first."""
    shape = (1, len(stability))
    wanted = defence.priority(
        np.array(stability, float).reshape(shape),
        np.full(shape, 5.0),
        np.array(elapsed, float).reshape(shape),
        model=FSRS,
        line=line,
    )
    return np.argsort(-wanted[0]).tolist()


def test_at_line_zero_new_skills_come_first_and_in_path_order():
    assert order([2, np.nan, 5, np.nan], [20, 0, 20, 0], line=0.0)[:2] == [1, 3]


def test_below_the_line_the_weakest_worth_saving_comes_first_and_new_skills_wait():
    """At 20 days their recall is about 67, 78 and 99 percent; the line is 80."""
    assert order([1, np.nan, 4, 300], [20, 0, 20, 20], line=0.8) == [0, 2, 1, 3]


def test_what_is_lost_waits_for_what_can_be_saved_and_goes_before_new_skills():
    """The first is at about 45 percent."""
    assert order([0.05, np.nan, 1], [20, 0, 20], line=0.8) == [2, 0, 1]


def test_of_what_is_known_alike_the_longest_wait_goes_first_though_others_gain_more():
    """All are at 94 percent, and a rep of the shorter memories gains more."""
    assert order([10, 40, 20], [5, 20, 10], line=0.0) == [1, 2, 0]
