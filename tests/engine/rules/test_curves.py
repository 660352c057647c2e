from datetime import timedelta

import pytest

from engine.rules.curves import STEPS, chance_on, falls_to, trace
from engine.rules.memory import Memory, Rating, replay
from tests.moments import MONDAY

DAY = MONDAY.date()
HISTORY = [
    (DAY, Rating.GOOD),
    (DAY + timedelta(days=5), Rating.AGAIN),
    (DAY + timedelta(days=9), Rating.EASY),
]


def test_retrievability_falls_to_ninety_percent_after_one_stability():
    memory = Memory(stability=12.4, difficulty=5, reviewed_on=DAY)

    assert falls_to(memory, 0.9) == DAY + timedelta(days=12)


def test_a_path_that_asks_for_more_brings_a_skill_sooner():
    memory = Memory(stability=30, difficulty=5, reviewed_on=DAY)

    assert DAY < falls_to(memory, 0.95) < falls_to(memory, 0.9) < falls_to(memory, 0.8)


def test_even_what_is_forgotten_at_once_comes_a_day_later():
    assert falls_to(Memory(stability=0.001, difficulty=9, reviewed_on=DAY), 0.9) == DAY + timedelta(days=1)


def test_a_curve_rises_to_certainty_at_each_review_and_falls_after_it():
    curve = trace(HISTORY, until=DAY + timedelta(days=40))

    assert [stretch[0] for stretch in curve.stretches] == [(0, 1.0), (5, 1.0), (9, 1.0)]
    for stretch in curve.stretches:
        heights = [chance for _day, chance in stretch]
        assert len(stretch) == STEPS + 1
        assert heights == sorted(heights, reverse=True)


def test_a_curve_ends_where_its_last_memory_stands():
    until = DAY + timedelta(days=40)

    curve = trace(HISTORY, until=until)

    assert curve.stretches[-1][-1] == (40, pytest.approx(chance_on(replay(HISTORY), until)))


def test_each_jump_starts_from_what_was_expected_before_its_review():
    first, second, third = trace(HISTORY, until=DAY + timedelta(days=40)).jumps

    assert first.before is None
    assert second.before == pytest.approx(chance_on(replay(HISTORY[:1]), second.on))
    assert third.before == pytest.approx(chance_on(replay(HISTORY[:2]), third.on))
    assert [jump.rating for jump in (first, second, third)] == [Rating.GOOD, Rating.AGAIN, Rating.EASY]


def test_two_reviews_on_one_day_are_two_jumps():
    curve = trace([(DAY, Rating.AGAIN), (DAY, Rating.GOOD)], until=DAY + timedelta(days=3))

    assert [jump.before for jump in curve.jumps] == [None, 1.0]
    assert curve.ends_on == DAY + timedelta(days=3)


def test_the_latest_part_of_a_curve_begins_with_its_own_first_review():
    whole = trace(HISTORY, until=DAY + timedelta(days=40))

    part = whole.latest(2)

    assert whole.latest(3) is whole
    assert (part.starts_on, part.ends_on) == (HISTORY[1][0], whole.ends_on)
    assert part.jumps == whole.jumps[1:]
    assert [stretch[0] for stretch in part.stretches] == [(0, 1.0), (4, 1.0)]
    assert part.stretches[-1][-1] == (35, whole.stretches[-1][-1][1])


def test_a_curve_never_ends_before_its_last_review():
    assert trace(HISTORY, until=DAY).ends_on == HISTORY[-1][0]
