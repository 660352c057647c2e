from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from people.calendar import (
    MONDAY_TO_FRIDAY,
    ImpossibleHours,
    NaiveInstant,
    NoWorkingTime,
    WorkingHours,
    add_working_hours,
    subtract_working_hours,
    working_hours_between,
)
from tests.moments import BERLIN, berlin, utc

DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))
PAYMENTS = WorkingHours(zone=BERLIN, workdays=MONDAY_TO_FRIDAY, starts=time(9), ends=time(17))


@pytest.mark.parametrize(
    ("case", "first_seen", "until"),
    [
        (15, "2026-11-24 10:00", "2026-11-26 10:00"),
        (16, "2026-11-27 16:00", "2026-12-01 16:00"),
        (16, "2026-11-28 03:00", "2026-12-01 17:00"),
        (17, "2026-03-27 15:00", "2026-03-31 15:00"),
        (17, "2026-10-23 15:00", "2026-10-27 15:00"),
    ],
)
def test_onramps_15_to_17_a_hold_lasts_sixteen_working_hours(case, first_seen, until):
    assert add_working_hours(berlin(first_seen), 16, PAYMENTS) == berlin(until), f"case {case}"
    assert working_hours_between(berlin(first_seen), berlin(until), PAYMENTS) == 16


def test_onramps_17_working_hours_end_at_the_offset_of_their_own_day():
    assert add_working_hours(berlin("2026-03-27 15:00"), 16, PAYMENTS) == utc("2026-03-31 13:00")
    assert add_working_hours(berlin("2026-10-23 15:00"), 16, PAYMENTS) == utc("2026-10-27 14:00")


@pytest.mark.parametrize("midnight", [time(0), time(9)])
def test_onramps_18_round_the_clock_a_night_of_the_clock_change_has_its_real_hours(midnight):
    round_the_clock = replace(PAYMENTS, workdays=EVERY_DAY, starts=midnight, ends=midnight)

    assert add_working_hours(utc("2026-10-24 18:00"), 16, round_the_clock) == utc("2026-10-25 10:00")


def test_onramps_19_a_holiday_has_no_working_hours():
    team = replace(PAYMENTS, days_off=frozenset({date(2026, 12, 25)}))

    assert add_working_hours(berlin("2026-12-24 13:00"), 16, team) == berlin("2026-12-29 13:00")


@pytest.mark.parametrize(
    ("due", "hours", "expected"),
    [
        ("2026-11-26 12:00", 6, "2026-11-25 14:00"),
        ("2026-11-24 14:00", 6, "2026-11-23 16:00"),
        ("2026-11-26 17:00", 8, "2026-11-26 09:00"),
        ("2026-11-26 09:00", 8, "2026-11-25 09:00"),
        ("2026-11-29 03:12", 1, "2026-11-27 16:00"),
        ("2026-11-29 03:12", 0, "2026-11-29 03:12"),
    ],
)
def test_onramps_20_working_hours_before_a_due_date(due, hours, expected):
    assert subtract_working_hours(berlin(due), hours, PAYMENTS) == berlin(expected)


def test_onramps_27_hours_counted_for_one_approver_stay_counted_for_the_next():
    asked_at, handed_over_at = berlin("2026-11-27 15:00"), berlin("2026-11-30 00:00")

    counted = working_hours_between(asked_at, handed_over_at, PAYMENTS)

    assert counted == 2
    assert add_working_hours(handed_over_at, 8 - counted, PAYMENTS) == berlin("2026-11-30 15:00")


@pytest.mark.parametrize(
    ("hours", "expected"), [(2, "2026-11-30 09:30"), (4, "2026-11-30 11:30"), (8, "2026-11-30 15:30")]
)
def test_onramps_28_a_request_of_friday_afternoon_goes_on_on_monday(hours, expected):
    assert add_working_hours(berlin("2026-11-27 15:30"), hours, PAYMENTS) == berlin(expected)


def test_onramps_36_a_review_of_a_sunday_night_is_due_after_three_working_days():
    assert add_working_hours(berlin("2026-11-29 03:12"), 24, PAYMENTS) == berlin("2026-12-02 17:00")


def test_a_night_shift_belongs_to_the_day_it_begins():
    nights = replace(PAYMENTS, starts=time(22), ends=time(6), days_off=frozenset({date(2026, 11, 26)}))

    assert add_working_hours(berlin("2026-11-25 23:00"), 10, nights) == berlin("2026-11-28 01:00")
    assert subtract_working_hours(berlin("2026-11-28 01:00"), 10, nights) == berlin("2026-11-25 23:00")
    assert working_hours_between(berlin("2026-11-28 00:00"), berlin("2026-11-30 22:00"), nights) == 6


def test_a_shift_may_end_at_midnight():
    evenings = replace(PAYMENTS, starts=time(18), ends=time(0))

    assert add_working_hours(berlin("2026-11-27 18:00"), 6, evenings) == berlin("2026-11-28 00:00")
    assert add_working_hours(berlin("2026-11-27 18:00"), 6.25, evenings) == berlin("2026-11-30 18:15")


@pytest.mark.parametrize("instant", ["2026-11-24 10:00", "2026-11-28 03:00"])
def test_no_hours_later_is_now(instant):
    assert add_working_hours(berlin(instant), 0, PAYMENTS) == berlin(instant)


def test_hours_between_count_backwards_below_zero():
    assert working_hours_between(berlin("2026-11-24 12:00"), berlin("2026-11-23 16:00"), PAYMENTS) == -4


@pytest.mark.parametrize("count", [add_working_hours, subtract_working_hours])
@pytest.mark.parametrize(
    "team",
    [
        replace(PAYMENTS, workdays=frozenset()),
        replace(
            PAYMENTS,
            workdays=frozenset({0}),
            days_off=frozenset(date(2000, 1, 3) + week * 7 * DAY for week in range(3000)),
        ),
    ],
)
def test_a_calendar_without_working_days_is_refused_instead_of_searched_for_ever(count, team):
    with pytest.raises(NoWorkingTime, match="Europe/Berlin have no 1 hours within ten years"):
        count(berlin("2026-11-24 10:00"), 1, team)


@pytest.mark.parametrize(
    "ask",
    [
        lambda naive: add_working_hours(naive, 1, PAYMENTS),
        lambda naive: add_working_hours(naive, 0, PAYMENTS),
        lambda naive: subtract_working_hours(naive, 1, PAYMENTS),
        lambda naive: working_hours_between(naive, naive + DAY, PAYMENTS),
    ],
)
def test_working_hours_of_an_instant_without_a_zone_are_refused(ask):
    with pytest.raises(NaiveInstant, match="2026-11-24 10:00:00 has no time zone"):
        ask(datetime.fromisoformat("2026-11-24 10:00"))


@pytest.mark.parametrize("count", [add_working_hours, subtract_working_hours])
@pytest.mark.parametrize("hours", [-1, -0.001, float("nan"), float("inf"), 1e300])
def test_hours_that_cannot_be_counted_are_refused(count, hours):
    with pytest.raises(ImpossibleHours, match="working hours cannot be counted"):
        count(berlin("2026-11-24 10:00"), hours, PAYMENTS)
