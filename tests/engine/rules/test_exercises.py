"""Which exercise of a skill a person gets: the AI policy first, then what they have not seen lately."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.exercises import FIRST_REPS, Exercise, Stage, in_order_of_preference, stage

MONDAY = date(2026, 11, 2)
OFF = Exercise(key=1, slug="by-hand", ai="off", minutes=2, kind="choice")
COACH = Exercise(key=2, slug="with-a-coach", ai="coach", minutes=3, kind="recall")
FREE = Exercise(key=3, slug="with-ai", ai="free", minutes=2, kind="do")
ALL = [OFF, COACH, FREE]


def ordered(exercises=ALL, *, reps_done=FIRST_REPS, is_expert=False, last_seen=None, seed="anna"):
    return in_order_of_preference(
        exercises, reps_done=reps_done, is_expert=is_expert, last_seen=last_seen or {}, seed=seed
    )


@pytest.mark.parametrize(
    ("reps_done", "is_expert", "expected"),
    [
        (0, False, Stage.FIRST_REPS),
        (3, False, Stage.FIRST_REPS),
        (4, False, Stage.LATER),
        (99, False, Stage.LATER),
        (0, True, Stage.FIRST_REPS),
        (3, True, Stage.FIRST_REPS),
        (4, True, Stage.EXPERT_TURN),
        (5, True, Stage.LATER),
        (6, True, Stage.EXPERT_TURN),
    ],
)
def test_the_stage_follows_the_reps_done_and_the_level(reps_done, is_expert, expected):
    assert stage(reps_done=reps_done, is_expert=is_expert) is expected


@pytest.mark.parametrize("is_expert", [True, False])
@pytest.mark.parametrize("reps_done", range(FIRST_REPS))
def test_the_first_reps_of_a_skill_are_done_without_ai_or_with_a_coach(reps_done, is_expert):
    seen = {"by-hand": MONDAY, "with-a-coach": MONDAY}

    assert FREE not in ordered(reps_done=reps_done, is_expert=is_expert, last_seen=seen)


def test_a_skill_that_has_only_exercises_with_ai_starts_with_them():
    assert ordered([FREE], reps_done=0) == [FREE]


def test_after_the_first_reps_any_exercise_may_come():
    assert set(ordered()) == set(ALL)


def test_every_second_rep_of_an_expert_leads_with_ai_even_where_it_was_seen():
    seen = {"with-ai": MONDAY}

    assert ordered(is_expert=True, reps_done=4, last_seen=seen)[0] == FREE
    assert ordered(is_expert=True, reps_done=5, last_seen=seen)[-1] == FREE


def test_deciding_how_much_to_delegate_counts_as_work_with_ai_for_an_expert():
    delegate = Exercise(key=4, slug="how-much", ai="off", minutes=2, kind="delegate")

    assert ordered([OFF, COACH, delegate], is_expert=True, reps_done=4)[0] == delegate


def test_what_was_never_seen_comes_first_then_what_was_seen_longest_ago():
    seen = {"with-ai": MONDAY - timedelta(days=9), "by-hand": MONDAY - timedelta(days=2)}

    assert ordered(last_seen=seen) == [COACH, FREE, OFF]


def test_another_seed_settles_ties_in_another_order():
    assert len({tuple(ordered(seed=f"person {number}")) for number in range(50)}) == 6


def test_no_exercises_give_no_exercises():
    assert ordered([]) == []


@given(
    st.permutations(ALL),
    st.integers(0, 9),
    st.booleans(),
    st.dictionaries(st.sampled_from([exercise.slug for exercise in ALL]), st.dates()),
    st.text(max_size=8),
)
def test_the_order_does_not_depend_on_the_order_given(shuffled, reps_done, is_expert, last_seen, seed):
    facts = {"reps_done": reps_done, "is_expert": is_expert, "last_seen": last_seen, "seed": seed}

    assert ordered(shuffled, **facts) == ordered(ALL, **facts)


def unwanting(*slugs, exercises=ALL, **facts):
    preferred = in_order_of_preference(
        exercises,
        reps_done=facts.get("reps_done", FIRST_REPS),
        is_expert=False,
        last_seen={},
        seed="anna",
        unwanted=set(slugs),
    )
    return [exercise.slug for exercise in preferred]


def test_an_unwanted_exercise_is_left_out_while_the_skill_has_another():
    assert sorted(unwanting("by-hand")) == ["with-a-coach", "with-ai"]


def test_of_a_skill_whose_every_exercise_is_unwanted_all_stay():
    assert unwanting("by-hand", "with-a-coach", "with-ai") == [one.slug for one in ordered()]


def test_an_unwanted_exercise_stays_away_even_where_the_ai_policy_has_no_other():
    assert unwanting("by-hand", exercises=[OFF, FREE], reps_done=0) == ["with-ai"]
