from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.rules.away import Event, away, may_take_days, merged
from people.calendar import Away

MON, TUE, WED, THU, FRI = (date(2026, 12, day) for day in (7, 8, 9, 10, 11))
YEAR = Away(starts_on=date(2026, 11, 24), ends_on=date(2027, 11, 24))
BERLIN = ZoneInfo("Europe/Berlin")


def at(day: date, hour: int, minute: int = 0, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def days(starts, ends, *, zone="Europe/Berlin", **more) -> tuple[date, date] | None:
    found = away(Event(starts=starts, ends=ends, **more), zone=zone, within=YEAR)
    return (found.starts_on, found.ends_on) if found else None


def test_an_all_day_event_takes_its_dates_and_not_the_exclusive_end():
    assert days(MON, WED) == (MON, TUE)


@pytest.mark.parametrize("ends", [MON, MON - timedelta(days=3)])
def test_an_all_day_event_without_an_end_takes_one_date(ends):
    assert days(MON, ends) == (MON, MON)


@pytest.mark.parametrize(
    "said",
    [
        {"is_cancelled": True},
        {"is_free": True},
        {"busy_status": "FREE"},
        {"busy_status": "TENTATIVE"},
        {"busy_status": "WORKINGELSEWHERE"},
    ],
)
def test_an_event_that_does_not_take_the_person_takes_no_date(said):
    assert days(MON, FRI, **said) is None


@pytest.mark.parametrize("status", ["", "BUSY", "OOF"])
def test_a_busy_event_and_one_of_a_program_without_such_words_count(status):
    assert days(MON, FRI, busy_status=status) == (MON, THU)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (at(MON, 0), at(TUE, 0), (MON, MON)),
        (at(MON, 8), at(WED, 18), (MON, WED)),
        (at(MON, 13), at(WED, 17), (TUE, WED)),  # the afternoon of Monday is no day
        (at(MON, 13), at(WED, 12), (TUE, TUE)),
        (at(MON, 9, 1), at(TUE, 16, 59), None),  # long, but no whole working day
        (at(MON, 9), at(MON, 17), None),  # a meeting of a day
        (at(MON, 18), at(TUE, 8), None),
    ],
)
def test_a_timed_event_of_a_day_or_longer_takes_the_working_days_it_covers(starts, ends, expected):
    assert days(starts, ends) == expected


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (at(MON, 9), at(MON, 17), (MON, MON)),
        (at(MON, 11), at(MON, 15, 1), (MON, MON)),
        (at(MON, 13), at(MON, 17), None),  # half of a day: practice fits into the other
        (at(MON, 9), at(MON, 13), None),
        (at(MON, 17), at(MON, 23), None),  # an evening
        (at(MON, 6), at(MON, 13, 30), (MON, MON)),
    ],
)
def test_out_of_office_takes_a_date_when_it_covers_more_than_half_of_the_working_day(starts, ends, expected):
    assert days(starts, ends, busy_status="OOF") == expected


def test_dates_are_those_of_the_persons_own_zone():
    midnight_to_midnight = (datetime(2026, 12, 7, tzinfo=UTC), datetime(2026, 12, 9, tzinfo=UTC))

    assert days(*midnight_to_midnight, zone="Pacific/Auckland") == (TUE, TUE)
    assert days(*midnight_to_midnight, zone="America/New_York") == (MON, TUE)


def test_a_floating_time_is_meant_where_the_person_is():
    assert days(datetime(2026, 12, 7), datetime(2026, 12, 8), zone="Asia/Tokyo") == (MON, MON)  # noqa: DTZ001


def test_a_day_that_the_clock_change_shortens_is_still_a_whole_one():
    sunday = date(2027, 3, 28)

    assert days(at(sunday, 0), at(sunday + timedelta(days=1), 0)) == (sunday, sunday)


def test_only_the_dates_asked_for_come_out_however_long_the_event():
    assert days(date(1970, 1, 1), date(9999, 12, 31)) == (YEAR.starts_on, YEAR.ends_on)
    assert days(date(2026, 11, 1), YEAR.starts_on) is None


@pytest.mark.parametrize(
    ("starts", "ends", "said", "expected"),
    [
        (MON, TUE, {}, True),
        (MON, TUE, {"is_free": True}, False),
        (at(MON, 9), at(MON, 10), {}, False),
        (at(MON, 9), at(MON, 10), {"busy_status": "OOF"}, True),
        (at(MON, 9), at(TUE, 10), {}, True),
    ],
)
def test_a_short_meeting_is_not_looked_at_further(starts, ends, said, expected):
    assert may_take_days(Event(starts=starts, ends=ends, **said)) is expected


def test_absences_that_overlap_or_adjoin_are_one():
    found = merged(
        [
            Away(starts_on=THU, ends_on=FRI),
            Away(starts_on=MON, ends_on=MON),
            Away(starts_on=MON, ends_on=TUE),
        ]
    )

    assert found == [Away(starts_on=MON, ends_on=TUE), Away(starts_on=THU, ends_on=FRI)]
    assert merged([*found, Away(starts_on=WED, ends_on=WED)]) == [Away(starts_on=MON, ends_on=FRI)]
