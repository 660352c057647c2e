"""Who is short, why, and who is next: the numbers of the cases, and the edges of each formula."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules import starvation
from engine.rules.onramp import Role
from engine.rules.starvation import Candidate, Cause, Health, Learner, Rep, Window
from tests.payments import K1, LONG_AGO, TODAY

KEY = b"a key"
LEAD, SUPPORT, OBSERVER = Role.LEAD, Role.SUPPORT, Role.OBSERVER


def days_ago(days):
    return TODAY - timedelta(days=days)


def reps(*days, role=LEAD):
    return tuple(Rep(on=days_ago(one), role=role) for one in days)


def learner(**changes):
    one = Learner(person=1, today=TODAY, share=1.0, role_since=LONG_AGO, absent=0)
    return replace(one, **changes)


ANN = learner(person=1, reps=(Rep(on=date(2026, 10, 15), role=LEAD),), forgotten=0.7)
BEN = learner(
    person=2, share=0.5, reps=(Rep(on=date(2026, 11, 4), role=LEAD),), in_progress=1, forgotten=0.072
)
LOST, LED = 5, 2
O = starvation.loss(LOST, LED)  # noqa: E741


def index(one):
    return round(starvation.index(one, K1, loss=O), 4)


def test_the_fixture_gives_0_5175_and_0_3548_and_the_team_0_4795():
    assert (starvation.needed(ANN, K1), starvation.needed(BEN, K1)) == (3, 2)
    assert round(starvation.deficit(ANN, K1), 4) == 0.6667
    assert round(starvation.recency(ANN, K1), 4) == 0.4444
    assert round(O, 4) == 0.7143
    assert (starvation.deficit(BEN, K1), round(starvation.recency(BEN, K1), 4)) == (0.5, 0.2222)
    assert (index(ANN), index(BEN)) == (0.5175, 0.3548)

    indexes = [(starvation.index(one, K1, loss=O), one.share) for one in (ANN, BEN)]
    team = starvation.team_index(indexes)
    assert round(team, 4) == 0.4795
    assert starvation.health(team) is Health.WATCH


def test_case_22_a_rep_89_days_ago_counts_and_one_90_days_ago_does_not():
    inside, outside = (
        Rep(on=date(2026, 8, 27), role=LEAD),
        Rep(on=date(2026, 8, 26), role=LEAD),
    )

    assert starvation.reps_done(learner(reps=(inside, outside)), K1) == 1
    assert starvation.counted(learner(reps=(inside, outside)), K1) == [inside]


def test_case_22_a_rep_keeps_its_local_date_and_one_of_tomorrow_waits():
    """Ann moves from Tokyo to Berlin: for some hours her last rep lies a date ahead of her."""
    assert starvation.reps_done(learner(reps=reps(-1)), K1) == 0
    assert starvation.recency(learner(reps=reps(-1)), K1) == 0


def test_case_37_ann_scores_60_67_and_ben_0_61_and_the_parts_add_up():
    ann, ben = starvation.score(ANN, K1), starvation.score(BEN, K1)

    assert (round(ann.total, 2), round(ben.total, 2)) == (60.67, 0.61)
    assert [round(part, 2) for part in (ann.deficit, ann.recency, ann.memory, ann.load)] == [
        33.33,
        13.33,
        14.0,
        0,
    ]
    assert round(ben.recency + ben.memory - ben.load, 9) == round(ben.total, 9)
    assert ben.deficit == 0


def test_case_37_after_two_more_ann_scores_12_33_and_is_no_candidate():
    busy = replace(ANN, in_progress=2)

    assert round(starvation.score(busy, K1).total, 2) == 12.33
    assert not starvation.may_be_offered(Candidate(learner=busy), K1)
    assert not starvation.may_be_offered(Candidate(learner=BEN), K1)
    assert starvation.may_be_offered(Candidate(learner=ANN), K1)


def test_a_candidate_has_room_though_reps_are_needed():
    starved = learner(in_progress=2)

    assert starvation.deficit(starved, K1, ahead=starvation.ahead(starved)) > 0
    assert not starvation.may_be_offered(Candidate(learner=starved), K1)


@pytest.mark.parametrize("coming", [{"provisional": 2}, {"offers": 2}, {"provisional": 1, "in_progress": 1}])
def test_what_is_handed_in_or_offered_counts_for_who_is_next(coming):
    assert starvation.score(replace(ANN, **coming), K1).deficit == 0


def test_case_38_equals_are_drawn_by_lot_stable_for_a_task_and_not_by_the_alphabet():
    equals = [Candidate(learner=learner(person=number)) for number in (1, 2, 3, 4)]

    def order(task, key=KEY):
        found = starvation.in_turn(equals, K1, task=task, key=key)
        return tuple(one.learner.person for one in found)

    assert all(order(task) == order(task) for task in range(50))
    firsts = [order(task)[0] for task in range(50)]
    assert set(firsts) == {1, 2, 3, 4}
    assert [order(task) for task in range(50)] != [order(task, b"another") for task in range(50)]
    assert starvation.in_turn(equals[::-1], K1, task=7, key=KEY) == starvation.in_turn(
        equals, K1, task=7, key=KEY
    )


def test_fewer_leads_lately_and_then_the_older_last_offer_go_first():
    def one(person, leads=0, offered=None):
        return Candidate(learner=learner(person=person), leads_lately=leads, last_offered_on=offered)

    busy, recent, older, never = (
        one(1, leads=1),
        one(2, offered=days_ago(1)),
        one(3, offered=days_ago(9)),
        one(4),
    )

    found = starvation.in_turn([busy, recent, older, never], K1, task=1, key=KEY)

    assert [candidate.learner.person for candidate in found] == [4, 3, 2, 1]


def test_case_44_a_lead_is_1_and_support_0_5_and_watching_nothing():
    assert starvation.reps_done(learner(reps=reps(3)), K1) == 1
    assert starvation.reps_done(learner(reps=reps(3, role=SUPPORT)), K1) == 0.5
    assert starvation.reps_done(learner(reps=reps(3, role=OBSERVER)), K1) == 0


def test_support_is_a_third_of_what_is_needed_at_most():
    assert starvation.reps_done(learner(reps=reps(1, 2, 3, 4, 5, role=SUPPORT)), K1) == 1
    assert starvation.reps_done(BEN, K1) == 1
    supporter = replace(BEN, reps=reps(1, 2, role=SUPPORT))
    assert round(starvation.reps_done(supporter, K1), 4) == 0.6667


def test_case_46_absence_and_a_new_role_ask_for_less():
    ben = replace(BEN, absent=45)
    ann = replace(ANN, role_since=days_ago(9), reps=())

    assert starvation.needed(ben, K1) == 1  # T = .75
    assert starvation.needed(ann, K1) == 0  # T = .333
    assert starvation.deficit(ann, K1) == 0
    assert index(ann) == 0


@pytest.mark.parametrize(
    ("present", "needed"), [(0, 0), (14, 0), (15, 1), (44, 1), (45, 2), (74, 2), (75, 3), (90, 3)]
)
def test_needed_rounds_half_up_and_is_nothing_below_a_half(present, needed):
    assert starvation.needed(learner(absent=90 - present), K1) == needed


def test_somebody_who_was_never_here_needs_nothing():
    assert starvation.needed(learner(role_since=TODAY + timedelta(days=3)), K1) == 0
    assert starvation.needed(learner(absent=400), K1) == 0
    assert starvation.needed(learner(share=0.0), K1) == 0


def test_without_a_rep_the_time_counts_from_when_the_role_began_or_whole():
    assert starvation.recency(learner(role_since=days_ago(45)), K1) == 0.5
    assert starvation.recency(learner(role_since=None), K1) == 1
    assert starvation.recency(learner(reps=reps(400)), K1) == 1
    assert starvation.recency(learner(reps=reps(9, role=OBSERVER), role_since=days_ago(45)), K1) == 0.5


def test_demand_counts_what_is_on_its_way_and_at_least_one_before_the_first_rep():
    assert starvation.still_needed(ANN, K1) == 2
    assert starvation.still_needed(BEN, K1) == 0
    assert starvation.still_needed(replace(ANN, provisional=1, in_progress=1), K1) == 0
    assert starvation.still_needed(replace(ANN, offers=2), K1) == 2  # an offer is no rep yet
    new = learner(role_since=TODAY)
    assert (starvation.needed(new, K1), starvation.still_needed(new, K1)) == (0, 1)
    assert starvation.still_needed(replace(new, reps=reps(1, role=OBSERVER)), K1) == 1
    assert starvation.still_needed(replace(new, reps=reps(300)), K1) == 0


def test_nothing_led_and_nothing_lost_is_no_loss():
    assert starvation.loss(0, 0) == 0
    assert starvation.loss(3, 0) == 1


def test_case_47_without_learners_there_is_no_index_and_the_worst_of_five_lifts_it_to_0_352():
    assert starvation.team_index([]) is None
    assert starvation.health(None) is Health.NONE
    assert round(starvation.team_index([(0.8, 1.0), *[(0.0, 1.0)] * 4]), 3) == 0.352


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (0, Health.HEALTHY),
        (0.2499, Health.HEALTHY),
        (0.25, Health.WATCH),
        (0.4999, Health.WATCH),
        (0.5, Health.STARVING),
        (0.7499, Health.STARVING),
        (0.75, Health.CRITICAL),
        (1, Health.CRITICAL),
    ],
)
def test_the_steps_of_health_are_half_open(value, label):
    assert starvation.health(value) is label


NO_TASKS = Window(needed=5, came=0, offers=0, passed=0, lost=0, led_by_learners=0)


@pytest.mark.parametrize(
    ("window", "cause"),
    [
        (NO_TASKS, Cause.DROUGHT),
        (replace(NO_TASKS, came=7, lost=7), Cause.ABSORBED),
        (replace(NO_TASKS, came=7, offers=7, passed=7), Cause.IDLE),
        (replace(NO_TASKS, came=7, offers=7, led_by_learners=7), Cause.ROUTING),
    ],
    ids=["no tasks came", "all taken by others", "all declined", "all to Ben"],
)
def test_case_48_four_stories_have_four_causes(window, cause):
    assert starvation.cause(window) is cause


def test_a_cause_is_idle_from_enough_offers_of_which_more_than_half_passed():
    window = replace(NO_TASKS, came=9, offers=5, passed=3, lost=1, led_by_learners=1)

    assert starvation.cause(window) is Cause.IDLE
    assert starvation.cause(replace(window, offers=6)) is Cause.ABSORBED  # just half of them
    assert starvation.cause(replace(window, offers=4)) is Cause.ABSORBED  # fewer than needed


def test_a_cause_is_a_drought_below_what_is_needed_and_absorbed_from_three_tenths():
    assert starvation.cause(replace(NO_TASKS, came=4, lost=4)) is Cause.DROUGHT
    window = replace(NO_TASKS, came=5, lost=3, led_by_learners=7)
    assert starvation.cause(window) is Cause.ABSORBED
    assert starvation.cause(replace(window, led_by_learners=8)) is Cause.ROUTING


@pytest.mark.parametrize(
    ("skills", "share"),
    [
        ([], 0.5),
        ([(None, 0.9)], 0.5),
        ([(1.0, 0.9)], 0.0),
        ([(0.9, 0.9)], 0.5),
        ([(0.8, 0.9)], 1.0),
        ([(0.1, 0.9)], 1.0),
        ([(None, 0.9), (0.8, 0.9)], 0.75),
    ],
)
def test_what_is_forgotten_lies_between_nothing_and_twice_what_the_target_leaves(skills, share):
    assert starvation.forgotten(skills) == pytest.approx(share)


some_reps = st.lists(
    st.builds(Rep, on=st.integers(-2, 200).map(days_ago), role=st.sampled_from(Role)), max_size=12
)
learners = st.builds(
    Learner,
    person=st.integers(1, 99),
    today=st.just(TODAY),
    share=st.floats(0, 1),
    role_since=st.none() | st.integers(-3, 400).map(days_ago),
    absent=st.integers(0, 120),
    reps=some_reps,
    provisional=st.integers(0, 4),
    in_progress=st.integers(0, 4),
    offers=st.integers(0, 4),
    forgotten=st.floats(0, 1),
)


@given(learners, st.floats(0, 1))
def test_every_index_lies_between_0_and_1_and_every_score_in_its_bounds(one, loss):
    assert 0 <= starvation.index(one, K1, loss=loss) <= 1
    assert 0 <= starvation.deficit(one, K1) <= 1
    score = starvation.score(one, K1)
    assert -15 * one.in_progress / K1.in_progress_max <= score.total <= 100


@given(learners)
def test_one_more_lead_never_raises_what_is_still_needed(one):
    more = replace(one, reps=[*one.reps, Rep(on=TODAY, role=LEAD)])

    assert starvation.still_needed(more, K1) <= starvation.still_needed(one, K1)
    assert starvation.deficit(more, K1) <= starvation.deficit(one, K1)
    assert starvation.recency(more, K1) <= starvation.recency(one, K1)
