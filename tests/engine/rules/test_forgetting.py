"""How one memory is told of: by FSRS-6 as published, or by what is believed here."""

from datetime import timedelta

import pytest

from engine.rules import memory
from engine.rules.curves import chance_on, falls_to, trace
from engine.rules.family import SCHOOLS
from engine.rules.forgetting import PUBLISHED, Believed
from engine.rules.memory import Memory, Rating, replay
from tests.moments import MONDAY

DAY = MONDAY.date()
HISTORY = [
    (DAY, Rating.GOOD),
    (DAY + timedelta(days=4), Rating.AGAIN),
    (DAY + timedelta(days=5), Rating.GOOD),
    (DAY + timedelta(days=12), Rating.EASY),
]
WAYS = [PUBLISHED, *(Believed(model=school.mean) for school in SCHOOLS.values())]


@pytest.mark.parametrize("by", WAYS)
def test_each_memory_is_what_the_reviews_up_to_it_leave(by):
    memories = by.follow(HISTORY)

    for number, one in enumerate(memories, start=1):
        alone = by.follow(HISTORY[:number])[-1]
        assert one.reviewed_on == HISTORY[number - 1][0]
        assert (one.stability, one.difficulty) == pytest.approx((alone.stability, alone.difficulty))


def test_as_published_it_is_fsrs():
    assert PUBLISHED.follow(HISTORY)[-1] == replay(HISTORY)


@pytest.mark.parametrize("by", WAYS)
def test_the_chance_falls_to_ninety_percent_after_one_stability(by):
    known = Memory(stability=30.0, difficulty=5.0, reviewed_on=DAY)

    assert by.chance(30.0, 30.0) == pytest.approx(0.9)
    assert falls_to(known, 0.9, by=by) == DAY + timedelta(days=30)
    assert falls_to(known, 0.95, by=by) < falls_to(known, 0.9, by=by) < falls_to(known, 0.7, by=by)


@pytest.mark.parametrize("by", WAYS)
def test_even_what_is_forgotten_at_once_comes_a_day_later_and_nothing_after_a_century(by):
    assert by.interval(0.001, 0.97) == 1
    assert by.interval(1e5, 0.7) == memory.LONGEST_INTERVAL


@pytest.mark.parametrize("by", WAYS)
def test_a_curve_ends_where_its_memory_stands(by):
    until = DAY + timedelta(days=40)

    curve = trace(HISTORY, until=until, by=by)

    assert curve.stretches[-1][-1] == (40, pytest.approx(chance_on(by.follow(HISTORY)[-1], until, by=by)))
    assert curve.jumps[0].before is None
