from datetime import timedelta

import pytest

from engine.pages import memory_words
from engine.practice import Effect
from engine.rules.memory import Memory
from tests.engine_factories import TODAY


def memory(stability):
    return Memory(stability=stability, difficulty=5, reviewed_on=TODAY)


def said(*, before=4.0, after=9.0, days=9, comes_again=True):
    effect = Effect(
        before=None if before is None else memory(before),
        after=memory(after),
        retention=0.9,
        falls_on=TODAY + timedelta(days=days),
        comes_again=comes_again,
    )
    return memory_words.effect(effect, today=TODAY).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.99, "very likely know"),
        (0.95, "very likely know"),
        (0.94, "You likely know"),
        (0.8, "You likely know"),
        (0.79, "may still know"),
        (0.5, "may still know"),
        (0.49, "probably faded"),
    ],
)
def test_a_chance_is_said_in_words(chance, words):
    assert words in memory_words.belief(chance)


def test_on_the_day_of_a_review_a_skill_is_fresh_and_no_number_is_claimed():
    assert memory_words.belief(1.0) == "It is fresh: you practised it today."


def test_nobody_is_ever_said_to_be_sure_to_know_a_skill():
    assert memory_words.belief(0.999) == "You very likely know it today: about 99\N{NO-BREAK SPACE}%."


def test_an_answer_that_helped_is_told_in_days():
    assert said() == (
        "Your memory of this skill now holds for about 9 days; before, it was 4. "
        "We expect you to know it at 90 % until about 2 December; it could come again then."
    )


def test_a_lapse_comes_again_soon_and_is_not_scolded():
    assert said(before=12, after=1.2, days=1) == (
        "Your memory of this skill now holds for about 1 day; before, it was 12. "
        "It comes again soon, while it is fresh."
    )


def test_what_hardly_changed_is_not_told_as_a_change():
    assert said(before=0.3, after=0.4, days=1) == "It comes again soon, while it is fresh."


def test_a_skill_that_does_not_come_again_is_not_promised():
    assert "come again" not in said(comes_again=False)
    assert "come again" not in said(comes_again=False, days=1)


def test_a_day_of_another_year_carries_its_year():
    assert "until about 2 January 2027;" in said(days=40)


def test_an_answer_without_effect_says_nothing():
    assert memory_words.effect(None, today=TODAY) == ""
