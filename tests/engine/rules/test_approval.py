"""Who may decide, and when the clock of a request strikes: silence never approves."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.approval import Boss, approvers, hours_between, line_of, reached_at
from tests.payments import HOURS, TUESDAY, berlin

SAM, MONA, GRETA, DARIO, PIA, LEO = range(1, 7)
PEOPLE = {
    MONA: Boss(person=MONA, is_here=True, manager=GRETA, deputy=DARIO),
    GRETA: Boss(person=GRETA, is_here=True),
    DARIO: Boss(person=DARIO, is_here=True, manager=GRETA),
}


def who(*, asks=(SAM,), away=(), people=PEOPLE, manager=MONA, guardians=(PIA,), is_late=False):
    found = approvers(
        manager,
        people,
        interested=set(asks),
        is_away=lambda person: person in away,
        guardians=guardians,
        is_late=is_late,
    )
    return [(one.person, one.acting_for) for one in found]


def gone(person):
    return PEOPLE | {person: replace(PEOPLE[person], is_here=False)}


def test_the_manager_alone_decides():
    assert who() == [(MONA, None)]


def test_case_06_a_manager_who_asks_is_judged_by_the_next_one_up_and_never_by_her_deputy():
    assert who(asks=(MONA,)) == [(GRETA, None)]
    assert who(asks=(MONA,), away=(MONA,)) == [(GRETA, None)]
    assert who(asks=(GRETA, MONA, DARIO)) == [(PIA, None)]
    assert who(asks=(GRETA, MONA, DARIO), guardians=()) == []


def test_case_27_the_deputy_of_an_absent_manager_is_asked_and_she_may_still_decide():
    assert who(away=(MONA,)) == [(MONA, None), (DARIO, MONA)]
    assert who(away=(MONA, DARIO)) == [(MONA, None), (GRETA, None)]
    assert who(away=(MONA, DARIO, GRETA)) == [(MONA, None), (GRETA, None), (PIA, None)]


def test_case_28_after_some_hours_of_silence_the_deputy_is_added_though_she_is_there():
    assert who(is_late=True) == [(MONA, None), (DARIO, MONA)]
    assert who(is_late=True, away=(DARIO,)) == [(MONA, None)]


def test_a_deputy_who_left_or_asks_or_is_away_stands_in_for_nobody():
    assert who(away=(MONA,), people=gone(DARIO)) == [(MONA, None), (GRETA, None)]
    assert who(away=(MONA,), asks=(DARIO,)) == [(MONA, None), (GRETA, None)]
    assert who(away=(MONA,), people={one: PEOPLE[one] for one in (MONA, GRETA)}) == [
        (MONA, None),
        (GRETA, None),
    ]


def test_case_33_when_the_manager_left_the_next_one_up_decides_and_her_deputy_does_not():
    assert who(people=gone(MONA)) == [(GRETA, None)]


def test_a_team_that_never_had_a_manager_is_the_guardians():
    assert who(manager=None) == [(PIA, None)]
    assert who(manager=None, guardians=(PIA, LEO), asks=(PIA,)) == [(LEO, None)]


def test_a_line_that_runs_in_a_circle_ends():
    circle = {
        MONA: Boss(person=MONA, is_here=True, manager=GRETA),
        GRETA: Boss(person=GRETA, is_here=True, manager=MONA),
    }

    assert [one.person for one in line_of(MONA, circle)] == [MONA, GRETA]
    assert who(people=circle, asks=(MONA, GRETA)) == [(PIA, None)]


boss = st.builds(
    Boss,
    person=st.just(0),
    is_here=st.booleans(),
    manager=st.sampled_from([None, *range(1, 7)]),
    deputy=st.sampled_from([None, *range(1, 7)]),
)


@given(
    st.lists(boss, min_size=6, max_size=6),
    st.sets(st.integers(1, 6)),
    st.sets(st.integers(1, 6)),
    st.sampled_from([None, *range(1, 7)]),
    st.booleans(),
)
def test_whoever_is_interested_or_left_never_decides(rows, interested, away, manager, is_late):
    people = {number: replace(one, person=number) for number, one in enumerate(rows, 1)}
    guardians = [number for number, one in people.items() if one.is_here][:2]

    found = approvers(
        manager,
        people,
        interested=interested,
        is_away=lambda person: person in away,
        guardians=guardians,
        is_late=is_late,
    )

    assert not {one.person for one in found} & interested
    assert all(people[one.person].is_here for one in found)
    for one in found:
        if one.acting_for is not None:
            assert people[one.acting_for].deputy == one.person
            assert people[one.acting_for].is_here
            assert one.acting_for not in interested


# The clock, in working hours of whoever is the approver then

FRIDAY = berlin("2026-11-27", "15:30")


@pytest.mark.parametrize(
    ("hours", "at"),
    [
        (2, berlin("2026-11-30", "09:30")),
        (4, berlin("2026-11-30", "11:30")),
        (8, berlin("2026-11-30", "15:30")),
    ],
    ids=["reminder", "deputy", "expiry"],
)
def test_case_28_the_clock_of_a_request_of_friday_15_30_strikes_on_monday(hours, at):
    assert reached_at(FRIDAY, hours, [HOURS]) == at
    assert hours_between(FRIDAY, at, [HOURS]) == hours


def test_case_27_2_of_his_hours_and_6_of_hers_expire_it_on_monday_15_00():
    asked = berlin("2026-11-27", "15:00")
    hers = replace(HOURS, days_off=frozenset({date(2026, 11, 27)}))
    back = berlin("2026-11-30", "00:00")

    counted = hours_between(asked, back, [hers, HOURS])

    assert counted == 2
    assert reached_at(back, 8 - counted, [hers]) == berlin("2026-11-30", "15:00")


def test_hours_that_two_approvers_work_at_once_count_once():
    assert hours_between(FRIDAY, berlin("2026-11-30", "12:00"), [HOURS, HOURS]) == 4.5
    later = replace(HOURS, starts=HOURS.starts.replace(hour=13), ends=HOURS.ends.replace(hour=21))
    assert hours_between(TUESDAY, berlin("2026-11-24", "20:00"), [HOURS, later]) == 10
    assert reached_at(TUESDAY, 10, [HOURS, later]) == berlin("2026-11-24", "20:00")


def test_nobodys_hours_are_never_reached():
    never = replace(HOURS, workdays=frozenset())

    assert reached_at(TUESDAY, 2, [never]) is None
    assert reached_at(TUESDAY, 2, []) is None
    assert hours_between(TUESDAY, TUESDAY + timedelta(days=5), [never]) == 0
    assert reached_at(TUESDAY, 0, [never]) == TUESDAY


@given(st.integers(0, 9 * 24 * 60), st.floats(0.25, 30))
def test_the_clock_strikes_when_so_many_hours_have_passed(minutes, hours):
    since = TUESDAY + timedelta(minutes=minutes)

    at = reached_at(since, hours, [HOURS])

    assert at is not None
    assert hours_between(since, at, [HOURS]) == pytest.approx(hours, abs=1e-6)
    assert hours_between(since, at - timedelta(minutes=1), [HOURS]) < hours
