"""The plan of a day: what a rep is worth, what makes the shortlist, what fits, how fast new skills come."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules import memory, planning
from engine.rules.exercises import Exercise
from engine.rules.planning import (
    HORIZON_DAYS,
    MAX_REPS,
    WORTH,
    Candidates,
    Option,
    Tier,
    Why,
    Worth,
    fill,
    is_open,
    minutes_today,
    new_skills_today,
    shortlist,
    worth,
)

MONDAY = date(2026, 11, 2)
NEW = np.nan


def candidates(*, stability, person=1, difficulty=5.0, elapsed_days=0.0, minutes=2.0, retention=0.9, order=0):
    def column(values):
        return np.broadcast_to(np.asarray(values), np.shape(stability)).copy()

    return Candidates(
        person=column(person),
        stability=np.asarray(stability, float),
        difficulty=column(difficulty),
        elapsed_days=column(elapsed_days),
        minutes=column(minutes),
        retention=column(retention),
        order=column(order),
        is_urgent=column(False),
    )


def exercise(minutes=2, *, ai="off", key=1):
    return Exercise(key=key, slug=f"exercise-{key}", ai=ai, minutes=minutes, kind="choice")


def option(
    skill,
    *,
    gain=0.1,
    tier=Tier.KNOWN,
    retrievability=0.8,
    is_new=False,
    minutes=(2,),
    path=1,
    order=None,
    retention=0.9,
):
    return Option(
        skill=skill,
        path=path,
        gain=gain,
        tier=tier,
        urgency=gain,
        retrievability=0.0 if is_new else retrievability,
        retention=retention,
        is_new=is_new,
        order=skill if order is None else order,
        exercises=tuple(exercise(length, key=number) for number, length in enumerate(minutes)),
    )


def skills(plan):
    return [rep.option.skill for rep in plan]


# Worth


def simulated_gain(stability, difficulty, elapsed_days):
    """Add up sixty days by hand, in ten thousand steps, one review after the other."""
    days = (np.arange(10_000) + 0.5) * HORIZON_DAYS / 10_000

    def ahead(rating):
        after, _ = memory.review(stability, difficulty, elapsed_days=elapsed_days, rating=rating)
        return memory.retrievability(after, elapsed_days=days).mean()

    chance = memory.retrievability(stability, elapsed_days=elapsed_days)
    without = memory.retrievability(stability, elapsed_days=elapsed_days + days).mean()
    return chance * ahead(3) + (1 - chance) * ahead(1) - without


@pytest.mark.parametrize("stability", [0.5, 3.0, 40.0, 900.0])
@pytest.mark.parametrize("elapsed_days", [0, 1, 10, 300])
def test_gain_is_expected_recall_with_a_rep_today_less_recall_without(stability, elapsed_days):
    scored = worth(candidates(stability=[stability], difficulty=6.0, elapsed_days=elapsed_days))

    assert scored.gain == pytest.approx(simulated_gain(stability, 6.0, elapsed_days), abs=1e-5)
    assert scored.retrievability == memory.retrievability(stability, elapsed_days=elapsed_days)


def test_a_new_skill_gains_what_the_usual_first_ratings_leave():
    ahead = [
        share * memory.mean_retrievability(memory.DEFAULT_PARAMETERS[rating - 1], start=0, end=HORIZON_DAYS)
        for rating, share in planning.FIRST_RATINGS.items()
    ]

    scored = worth(candidates(stability=[NEW], difficulty=NEW, elapsed_days=NEW))

    assert scored.gain == pytest.approx(sum(ahead))
    assert scored.retrievability == 0


def test_the_shares_of_first_ratings_add_up_to_one():
    assert sum(planning.FIRST_RATINGS.values()) == pytest.approx(1)


def test_the_more_has_faded_the_more_a_rep_gains():
    scored = worth(candidates(stability=np.full(30, 10.0), elapsed_days=np.arange(1.0, 31.0)))

    assert np.all(np.diff(scored.gain) > 0)


def test_each_row_is_scored_as_if_it_were_alone():
    rng = np.random.default_rng(3)
    stability = np.where(rng.random(100) < 0.2, NEW, rng.uniform(0.1, 100, 100))
    many = candidates(stability=stability, elapsed_days=rng.integers(0, 90, 100).astype(float))

    together = worth(many)

    for row in range(100):
        alone = worth(candidates(stability=stability[[row]], elapsed_days=many.elapsed_days[row]))
        assert together.gain[row] == pytest.approx(alone.gain[0], rel=1e-12)


def test_rows_not_sorted_by_person_are_refused():
    with pytest.raises(ValueError, match="not sorted by person"):
        candidates(stability=[1.0, 1.0], person=[2, 1])


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        replace(candidates(stability=[1.0, 1.0]), minutes=np.array([2.0]))


@given(st.floats(0.001, 36_500), st.floats(1, 10), st.integers(0, 3_000))
def test_one_more_recall_never_lowers_the_mean_recall_ahead(stability, difficulty, elapsed_days):
    after, _ = memory.review(stability, difficulty, elapsed_days=elapsed_days, rating=3)

    ahead = memory.mean_retrievability(after, start=0, end=HORIZON_DAYS)
    without = memory.mean_retrievability(stability, start=elapsed_days, end=elapsed_days + HORIZON_DAYS)

    assert ahead >= without - 1e-9


# Shortlist


def scored(gain, retrievability, *, tier=None):
    return Worth(
        gain=np.asarray(gain, float),
        retrievability=np.asarray(retrievability, float),
        tier=np.zeros(len(gain), int) if tier is None else np.asarray(tier),
        urgency=np.asarray(gain, float),
    )


def test_a_shortlist_has_each_persons_best_gain_per_minute_first():
    rows = candidates(stability=np.full(5, 5.0), person=[7, 7, 7, 9, 9], minutes=[1.0, 4.0, 1.0, 2.0, 1.0])

    best = shortlist(rows, scored([0.1, 0.3, 0.2, 0.1, 0.2], np.full(5, 0.8)), length=2)

    assert best.tolist() == [2, 0, 4, 3]


def test_a_shortlist_leaves_out_what_is_not_worth_a_rep():
    rows = candidates(stability=np.full(3, 5.0))

    best = shortlist(rows, scored([WORTH, WORTH - 1e-9, -0.1], np.full(3, 0.8)))

    assert best.tolist() == [0]


def test_what_has_faded_makes_the_shortlist_before_what_is_still_known():
    rows = candidates(stability=np.full(3, 5.0), minutes=[1.0, 1.0, 10.0], retention=[0.9, 0.95, 0.9])

    best = shortlist(rows, scored([0.1, 0.09, 0.11], [0.95, 0.95, 0.85]), length=2)

    assert best.tolist() == [1, 2]


def test_new_skills_are_listed_in_path_order_and_take_no_place_from_reviews():
    rows = candidates(stability=[NEW, NEW, NEW, 5.0, 5.0, 5.0], order=[2, 0, 1, 3, 4, 5])

    best = shortlist(rows, scored([0.6] * 3 + [0.1, 0.2, 0.3], [0.0] * 3 + [0.8] * 3), length=2)

    assert best.tolist() == [5, 4, 1, 2]


def test_a_higher_tier_makes_the_shortlist_before_any_gain():
    rows = candidates(stability=np.full(3, 5.0))
    tiers = [Tier.KNOWN, Tier.DEFENDED, Tier.LOST]

    best = shortlist(rows, scored([0.9, 0.1, 0.2], np.full(3, 0.5), tier=tiers), length=2)

    assert best.tolist() == [1, 2]


def test_a_shortlist_of_nobody_is_empty():
    rows = candidates(stability=np.array([]))

    assert shortlist(rows, worth(rows)).tolist() == []


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_a_shortlist_is_what_a_loop_over_people_would_choose(seed, length):
    rng = np.random.default_rng(seed)
    size = 40
    rows = candidates(
        person=np.sort(rng.choice([3, 4, 10**12], size)),
        stability=np.where(rng.random(size) < 0.3, NEW, 5.0),
        minutes=rng.integers(1, 4, size).astype(float),
        order=rng.integers(0, 20, size),
    )
    is_new = np.isnan(rows.stability)
    values = scored(rng.uniform(0, 0.3, size), np.where(is_new, 0, rng.uniform(0.5, 1, size)))

    expected = []
    for person in np.unique(rows.person):
        mine = [row for row in range(size) if rows.person[row] == person and values.gain[row] >= WORTH]
        known = sorted(
            (row for row in mine if not is_new[row]),
            key=lambda row: (values.retrievability[row] > 0.9, -values.gain[row] / rows.minutes[row]),
        )
        new = sorted((row for row in mine if is_new[row]), key=lambda row: rows.order[row])
        expected += known[:length] + new[:length]

    assert shortlist(rows, values, length=length).tolist() == expected


# Fill


def test_the_best_gain_per_minute_comes_first():
    options = [option(1, gain=0.1), option(2, gain=0.3, minutes=(10,)), option(3, gain=0.2)]

    assert skills(fill(options, minutes=20, new_allowed={})) == [3, 1, 2]


def test_a_higher_tier_comes_before_any_gain_per_minute():
    options = [
        option(1, gain=0.9),
        option(2, gain=0.1, tier=Tier.DEFENDED, minutes=(8,)),
        option(3, gain=0.7, is_new=True, tier=Tier.NEW),
    ]

    assert skills(fill(options, minutes=20, new_allowed={1: 1})) == [2, 3, 1]


def test_a_new_skill_that_must_not_wait_overtakes_one_before_it_in_the_path():
    options = [
        option(1, is_new=True, tier=Tier.NEW),
        option(2, tier=Tier.DEFENDED),
        option(3, is_new=True, tier=Tier.URGENT),
    ]

    assert skills(fill(options, minutes=20, new_allowed={1: 2})) == [3, 2, 1]


def test_a_rep_takes_the_first_preferred_exercise_that_fits_the_minutes_left():
    options = [option(1, gain=0.4, minutes=(4, 1)), option(2, gain=0.1, minutes=(4, 5, 1))]

    plan = fill(options, minutes=6, new_allowed={})

    assert [rep.exercise.minutes for rep in plan] == [4, 1]


def test_a_skill_whose_exercises_are_all_longer_than_the_minutes_is_left_out():
    options = [option(1, is_new=True, gain=0.6, minutes=(7, 8)), option(2, is_new=True, gain=0.6)]

    assert skills(fill(options, minutes=6, new_allowed={1: 1})) == [2]


def test_a_workout_is_never_longer_than_its_reps():
    options = [option(skill, minutes=(1,)) for skill in range(30)]

    assert len(fill(options, minutes=60, new_allowed={})) == MAX_REPS
    assert len(fill(options, minutes=60, new_allowed={}, max_reps=3)) == 3


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([option(1, is_new=True)], [Why.NEW]),
        ([option(1, retrievability=0.9)], [Why.FADING]),
        ([option(1, retrievability=0.5), option(2, retrievability=0.95)], [Why.FADING, Why.KEEPS]),
    ],
)
def test_each_rep_says_why_it_is_there(options, why):
    assert [rep.why for rep in fill(options, minutes=10, new_allowed={1: 1})] == why


@pytest.mark.parametrize(
    "options",
    [
        [],
        [option(1, retrievability=0.91), option(2, retrievability=0.99)],
        [option(1, is_new=True, path=2)],
        [option(1, retrievability=0.5, gain=WORTH - 1e-9)],
        [option(1, retrievability=0.5, minutes=(11,))],
        [option(1, retrievability=0.5, minutes=())],
    ],
    ids=["no options", "all still known", "no new one allowed", "no gain", "too long", "no exercise"],
)
def test_without_a_reason_for_a_mail_there_is_no_workout(options):
    assert fill(options, minutes=10, new_allowed={1: 1}) == []


def test_the_reason_for_the_mail_is_in_it_even_where_others_gain_more_per_minute():
    known = [option(skill, gain=0.09, retrievability=0.95, minutes=(1,)) for skill in range(5)]
    faded = option(9, gain=0.1, retrievability=0.85, minutes=(4,))

    assert skills(fill([*known, faded], minutes=5, new_allowed={})) == [9, 0]


def test_new_skills_come_in_path_order_whatever_they_gain_per_minute():
    options = [
        option(1, is_new=True, gain=0.6, order=3, minutes=(1,)),
        option(2, is_new=True, gain=0.6, order=1, minutes=(3,)),
        option(3, is_new=True, gain=0.6, order=2, minutes=(2,)),
    ]

    assert skills(fill(options, minutes=30, new_allowed={1: 3})) == [2, 3, 1]
    assert skills(fill(options, minutes=30, new_allowed={1: 1})) == [2]


def test_a_long_new_skill_is_not_lifted_by_a_short_one_that_waits_for_it():
    options = [
        option(1, is_new=True, gain=0.6, minutes=(6,)),
        option(2, is_new=True, gain=0.6, minutes=(1,)),
        option(3, gain=0.3, minutes=(2,)),
    ]

    assert skills(fill(options, minutes=9, new_allowed={1: 2})) == [3, 1, 2]


def test_a_new_skill_waits_for_the_one_before_it_when_that_no_longer_fits():
    options = [
        option(1, gain=0.9, retrievability=0.5),
        option(2, is_new=True, gain=0.6, minutes=(4,)),
        option(3, is_new=True, gain=0.6, minutes=(1,)),
        option(4, is_new=True, gain=0.6, minutes=(1,), path=2),
    ]

    assert skills(fill(options, minutes=5, new_allowed={1: 2, 2: 1})) == [4, 1]


@pytest.mark.parametrize("demanding", [1, 2])
def test_a_skill_of_two_paths_is_practised_once_for_the_path_that_asks_more(demanding):
    options = [
        option(1, retrievability=0.92, path=path, retention=0.95 if path == demanding else 0.8)
        for path in (1, 2)
    ]

    plan = fill(options, minutes=10, new_allowed={})

    assert [(rep.option.path, rep.why) for rep in plan] == [(demanding, Why.FADING)]


def test_a_skill_of_two_paths_keeps_its_place_in_the_one_it_is_introduced_for():
    options = [
        option(1, is_new=True, gain=0.6, path=1, order=0, retention=0.8),
        option(1, is_new=True, gain=0.6, path=2, order=5, retention=0.95),
        option(2, is_new=True, gain=0.6, path=2, order=3),
    ]

    assert skills(fill(options, minutes=10, new_allowed={1: 1, 2: 2})) == [2, 1]


exercises = st.lists(st.integers(1, 12), max_size=3)


@st.composite
def whole_days(draw):
    """Options of two paths that share some skills, minutes and what may be introduced."""
    options = [
        option(
            skill,
            gain=draw(st.floats(-0.1, 0.7)),
            retrievability=draw(st.floats(0, 1)),
            is_new=skill % 3 == 0,
            minutes=draw(exercises),
            path=draw(st.integers(1, 2)),
            order=draw(st.integers(0, 20)),
        )
        for skill in draw(st.lists(st.integers(1, 15), max_size=24))
    ]
    minutes = draw(st.floats(0, 30))
    return options, {
        "minutes": minutes,
        "new_allowed": {1: draw(st.integers(0, 3)), 2: draw(st.integers(0, 3))},
    }


@given(whole_days())
def test_a_plan_never_exceeds_the_minutes_nor_repeats_a_skill(day):
    options, limits = day

    plan = fill(options, **limits)

    assert sum(rep.exercise.minutes for rep in plan) <= limits["minutes"]
    assert len(set(skills(plan))) == len(plan) <= MAX_REPS
    assert all(rep.exercise in rep.option.exercises and rep.option.gain >= WORTH for rep in plan)


@given(whole_days())
def test_a_plan_has_a_reason_and_introduces_in_path_order_no_more_than_allowed(day):
    options, limits = day

    plan = fill(options, **limits)

    assert not plan or any(rep.why is not Why.KEEPS for rep in plan)
    for path, allowed in limits["new_allowed"].items():
        places = [rep.option.order for rep in plan if rep.option.is_new and rep.option.path == path]
        assert len(places) <= allowed
        assert places == sorted(places)


@given(whole_days(), st.randoms(use_true_random=False))
def test_a_plan_does_not_depend_on_the_order_of_the_options(day, random):
    options, limits = day
    unique = list({(one.skill): one for one in options}.values())
    shuffled = random.sample(unique, len(unique))

    assert fill(shuffled, **limits) == fill(unique, **limits)


# Prerequisites, pace and return


@pytest.mark.parametrize(
    ("after", "introduced", "opens"),
    [([], [], True), ([1], [], False), ([1], {1}, True), ([1, 2], {1, 3}, False), ([1, 2], {1, 2, 3}, True)],
)
def test_a_skill_opens_when_all_that_comes_before_it_was_introduced(after, introduced, opens):
    assert is_open(after, introduced) is opens


@pytest.mark.parametrize(
    ("per_week", "days_ago", "workdays", "allowed"),
    [
        (3, [], 5, 1),
        (3, [0], 5, 0),
        (3, [1, 2], 5, 1),
        (3, [1, 2, 6], 5, 0),
        (3, [1, 2, 7], 5, 1),
        (10, [], 5, 2),
        (10, [0], 5, 1),
        (7, [], 5, 2),
        (7, [1, 1, 2, 2, 3, 3], 5, 1),
        (3, [], 1, 3),
        (3, [], 2, 2),
        (3, [], 0, 0),
        (0, [], 5, 0),
        (2, [1, 2, 3, 4], 5, 0),
        (3, [-1], 5, 0),
    ],
)
def test_new_skills_are_paced_over_seven_days_and_spread_over_workdays(per_week, days_ago, workdays, allowed):
    introduced_on = [MONDAY - timedelta(days=days) for days in days_ago]

    assert new_skills_today(per_week, introduced_on, today=MONDAY, workdays_per_week=workdays) == allowed


@given(st.integers(1, 20), st.sets(st.integers(0, 6), min_size=1))
def test_a_person_who_never_misses_a_day_gets_the_whole_pace_and_never_more(per_week, weekdays):
    introduced_on = []
    for today in (MONDAY + timedelta(days=days) for days in range(28)):
        if today.weekday() in weekdays:
            allowed = new_skills_today(per_week, introduced_on, today=today, workdays_per_week=len(weekdays))
            introduced_on += [today] * allowed
        in_seven_days = sum(day > today - timedelta(days=7) for day in introduced_on)
        assert in_seven_days <= per_week
        assert today < MONDAY + timedelta(days=6) or in_seven_days == per_week


@pytest.mark.parametrize(
    ("minutes", "days_away", "expected"),
    [(6, None, 6), (6, 1, 6), (6, 7, 6), (6, 8, 3), (6, 100, 3), (3, 30, 2), (1, 30, 1), (5, 10, 2.5)],
)
def test_who_returns_starts_with_half_the_minutes_and_at_least_a_short_rep(minutes, days_away, expected):
    assert minutes_today(minutes, days_since_last_workout=days_away) == expected


@pytest.mark.parametrize(("minutes", "shortest", "length"), [(6, 2, 7), (5, 2, 7), (1, 1, 5), (60, 1, 12)])
def test_the_shortlist_holds_a_few_more_skills_than_the_minutes_can(minutes, shortest, length):
    assert planning.shortlist_length(minutes, shortest_rep=shortest) == length
