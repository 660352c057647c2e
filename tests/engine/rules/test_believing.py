"""When what is believed is reconsidered."""

from dataclasses import replace

import pytest

from engine.rules.believing import FIRST, is_fitting_day

IN_DOUBT, SETTLED = replace(FIRST, calm=0), replace(FIRST, calm=1)


def days(belief, *, until):
    return [day for day in range(until) if is_fitting_day(day, belief)]


@pytest.mark.parametrize("belief", [IN_DOUBT, SETTLED])
def test_four_times_a_week_at_first_and_then_on_mondays(belief):
    assert days(belief, until=56) == [3, 4, 7, 8, 10, 11, 14, 15, 17, 18, 21, 28, 35, 42, 49]


def test_from_the_eighth_week_every_fourth_while_no_other_line_would_help_anybody():
    assert [day for day in days(SETTLED, until=170) if day > 49] == [56, 84, 112, 140, 168]


def test_in_doubt_every_monday_for_ever():
    assert [day for day in days(IN_DOUBT, until=365) if day > 49] == list(range(56, 365, 7))
