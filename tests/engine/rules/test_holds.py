"""How long tasks are held, by the calendars of the cases, and how many of a kind are."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules import holds
from engine.rules.holds import Bound, Waiting
from people.calendar import WorkingHours, add_working_hours
from tests.payments import DUE, HOURS, K1, TUESDAY, berlin

HOUR = timedelta(hours=1)
SAM, MONA = 1, 2


def held_until(day, at, hours=HOURS):
    return holds.by_hours(berlin(day, at), K1, hours)


def due(day, at, estimate=None):
    return holds.by_due_date(berlin(day, at), K1, HOURS, estimate=estimate)


def test_the_fixture_is_held_until_thursday_ten_o_clock():
    assert held_until("2026-11-24", "10:00") == berlin("2026-11-26")
    assert due("2026-12-04", "17:00") > berlin("2026-11-26")


def test_case_16_sixteen_hours_from_friday_afternoon_or_from_the_weekend_end_on_tuesday():
    assert held_until("2026-11-27", "16:00") == berlin("2026-12-01", "16:00")
    assert held_until("2026-11-28", "03:00") == berlin("2026-12-01", "17:00")


def test_case_17_over_a_change_of_clocks_the_hour_on_the_wall_stays_15_00():
    assert held_until("2026-03-27", "15:00") == datetime.fromisoformat("2026-03-31T13:00:00Z")
    assert held_until("2026-10-23", "15:00") == datetime.fromisoformat("2026-10-27T14:00:00Z")


def test_case_18_round_the_clock_16_hours_pass_as_a_stopwatch_counts_them():
    always = WorkingHours(zone="Europe/Berlin", workdays=frozenset(range(7)), starts=time(0), ends=time(0))

    until = held_until("2026-10-24", "20:00", always)

    assert until == berlin("2026-10-25", "11:00")
    assert until - berlin("2026-10-24", "20:00") == 16 * HOUR


def test_case_19_christmas_and_the_weekend_do_not_count():
    team = WorkingHours(
        zone="Europe/Berlin",
        workdays=frozenset(range(5)),
        starts=time(9),
        ends=time(17),
        days_off=frozenset({date(2026, 12, 25)}),
    )

    assert held_until("2026-12-24", "13:00", team) == berlin("2026-12-29", "13:00")


def test_case_20_a_due_date_leaves_one_and_a_half_times_the_typical_4_hours():
    assert due("2026-11-26", "12:00") == berlin("2026-11-25", "14:00")


def test_case_20_due_today_14_00_no_hold_began():
    bounds = [Bound(until=held_until("2026-11-24", "10:00")), Bound(until=due("2026-11-24", "14:00"), by=SAM)]

    assert not holds.began(bounds, first_seen_at=TUESDAY)
    assert holds.began(bounds, first_seen_at=TUESDAY, without={SAM})


def test_case_21_a_date_that_came_later_ends_a_hold_that_began():
    bounds = [
        Bound(until=held_until("2026-11-24", "10:00"), set_at=TUESDAY),
        Bound(until=due("2026-11-24", "14:00"), by=SAM, set_at=TUESDAY + HOUR),
    ]

    assert holds.began(bounds, first_seen_at=TUESDAY)
    assert holds.end_of(bounds) == berlin("2026-11-23", "16:00")
    assert holds.end_of(bounds, without={SAM}) == berlin("2026-11-26")


def test_a_hold_that_would_last_no_time_never_began():
    assert not holds.began([Bound(until=TUESDAY)], first_seen_at=TUESDAY)
    assert holds.began([Bound(until=TUESDAY + timedelta(seconds=1))], first_seen_at=TUESDAY)


def test_the_tasks_own_estimate_takes_the_place_of_the_typical_hours():
    assert due("2026-11-26", "12:00", estimate=2) == berlin("2026-11-26", "09:00")
    assert due("2026-11-26", "12:00", estimate=0.5) == berlin("2026-11-26", "11:15")


def test_working_hours_may_begin_at_half_past():
    team = WorkingHours(
        zone="Asia/Kolkata", workdays=frozenset(range(5)), starts=time(9, 30), ends=time(18, 30)
    )
    seen = datetime.fromisoformat("2026-11-24T12:30:00+05:30")

    assert holds.by_hours(seen, K1, team) == datetime.fromisoformat("2026-11-26T10:30:00+05:30")


def test_case_32_a_task_that_came_back_is_held_four_working_hours_more_at_least():
    first = berlin("2026-11-26")

    def again(day, at):
        return holds.after_return(first, now=berlin(day, at), kind=K1, hours=HOURS)

    assert again("2026-11-24", "11:00") == first
    assert again("2026-11-25", "16:00") == berlin("2026-11-26", "12:00")
    assert again("2026-11-30", "16:00") == berlin("2026-12-01", "12:00")


@given(st.lists(st.tuples(st.integers(-100, 100), st.sampled_from([SAM, MONA, None])), max_size=8))
def test_due_dates_never_hold_a_task_longer(dates):
    first = Bound(until=berlin("2026-11-26"))
    bounds, last = [first], first.until
    for hours, by in dates:
        bounds.append(Bound(until=TUESDAY + hours * HOUR, by=by))
        until = holds.end_of(bounds)
        assert until <= last
        last = until

    assert holds.end_of(bounds) <= holds.end_of(bounds, without={SAM}) <= first.until


@given(st.integers(0, 24 * 60), st.floats(0.5, 40))
def test_no_hold_of_working_hours_ends_before_those_hours_have_passed(minutes, hours):
    seen = TUESDAY + timedelta(minutes=minutes)
    kind = K1.model_copy(update={"hold": K1.hold.model_copy(update={"working_hours": hours})})

    until = holds.by_hours(seen, kind, HOURS)

    assert until >= seen + timedelta(hours=hours)
    assert until == add_working_hours(seen, hours, HOURS)


# Places


def waiting(task, day=4, *, demand=2.0, is_held=False, due_at=None, until=None, seen=TUESDAY):
    return Waiting(
        task=task,
        until=until or berlin("2026-11-26"),
        first_seen_at=seen,
        due_at=due_at or berlin(f"2026-12-{day:02}", "17:00"),
        is_held=is_held,
        demand=demand,
    )


@pytest.mark.parametrize(("demand", "places"), [(0, 0), (0.5, 1), (1, 2), (2, 3), (2.5, 4), (4, 6)])
def test_half_as_many_again_as_reps_are_needed_are_held(demand, places):
    assert holds.places(demand) == places


def test_case_10_three_are_held_for_2_reps_and_whoever_has_a_place_keeps_it():
    three = [waiting(1, 4, is_held=True), waiting(2, 1, is_held=True), waiting(3, 2, is_held=True)]

    assert holds.held([*three, waiting(4, 8)], now=TUESDAY) == {1, 2, 3}
    assert holds.held([*three, waiting(5, 1)], now=TUESDAY) == {1, 2, 3}


def test_a_free_place_goes_to_the_earliest_due_and_else_to_the_first_seen():
    late, early = waiting(1, 9), waiting(2, 3)
    undated = Waiting(
        task=3,
        until=berlin("2026-11-26"),
        first_seen_at=TUESDAY - HOUR,
        due_at=None,
        is_held=False,
        demand=0.5,
    )

    assert holds.held([waiting(1, 9, demand=0.5), waiting(2, 3, demand=0.5)], now=TUESDAY) == {2}
    assert holds.held([undated, waiting(4, 3, demand=0.5)], now=TUESDAY) == {3}
    assert holds.held([late, early], now=TUESDAY) == {1, 2}


def test_a_place_is_free_once_its_own_hold_ended_though_nothing_was_written_down():
    ended = [waiting(one, is_held=True, until=TUESDAY) for one in (1, 2, 3)]

    assert holds.held([*ended, waiting(4, 8)], now=TUESDAY) == {4}


def test_what_was_too_urgent_from_the_start_takes_no_place():
    urgent = waiting(1, until=TUESDAY - HOUR)

    assert holds.held([urgent], now=TUESDAY - 2 * HOUR) == set()


def test_when_the_demand_falls_what_is_held_stays_held_and_nothing_is_added():
    held = [waiting(one, demand=0, is_held=True) for one in (1, 2)]

    assert holds.held([*held, waiting(3, demand=0)], now=TUESDAY) == {1, 2}


@given(st.lists(st.tuples(st.integers(1, 28), st.booleans()), max_size=40), st.integers(0, 6))
def test_no_more_is_newly_held_than_there_are_places(tasks, demand):
    rows = [
        waiting(number, day, is_held=is_held, demand=demand) for number, (day, is_held) in enumerate(tasks)
    ]
    kept = {row.task for row in rows if row.is_held}

    found = holds.held(rows, now=TUESDAY)

    assert kept <= found
    assert len(found) <= max(len(kept), holds.places(demand))
    assert holds.held(rows, now=DUE) == set()  # every hold has ended by then
