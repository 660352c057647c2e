import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from people import calendar
from people.calendar import (
    MONDAY_TO_FRIDAY,
    Away,
    CalendarError,
    ImpossibleHours,
    ImpossibleRhythm,
    NaiveInstant,
    NoWorkingTime,
    Rhythm,
    UnknownCalendar,
    UnknownZone,
    day_bounds,
    default_workdays,
    instant_of,
    is_workday,
    is_zone,
    local_date,
    public_holidays,
    send_instant,
    send_window,
    spread_of,
)
from tests.moments import BERLIN, berlin, utc

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
EVERY_DAY = frozenset(range(7))
BERLIN_GAP = date(2027, 3, 28)  # 02:00 to 03:00 never comes
BERLIN_FOLD = date(2026, 10, 25)  # 02:00 to 03:00 comes twice

PERSON = Rhythm(zone=BERLIN, workdays=MONDAY_TO_FRIDAY, send_time=time(9), window_minutes=60, spread=0.5)

mail_on = partial(calendar.mail_on, days_off=(), absences=(), paused_until=None, last_sent_at=None)
next_mails = partial(calendar.next_mails, days_off=(), absences=(), paused_until=None, last_sent_at=None)


def shown(instant, zone):
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def sent_by_ticks(rhythm, *, start, end, step=5 * MINUTE):
    """Return (date, sent at) as a worker that looks every `step` and sends what has come due would send."""
    sent, last_sent_at, now = [], None, start
    while now < end:
        for day, instant in next_mails(now, rhythm, last_sent_at=last_sent_at):
            if instant <= now:
                sent.append((day, now))
                last_sent_at = now
        now += step
    return sent


# Local dates


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", date(2026, 11, 24)),
        ("Pacific/Kiritimati", date(2026, 11, 25)),
        ("Pacific/Pago_Pago", date(2026, 11, 23)),
        ("Asia/Kathmandu", date(2026, 11, 24)),
    ],
)
def test_a_local_date_is_the_date_in_the_zone(zone, expected):
    assert local_date(utc("2026-11-24 10:30"), zone=zone) == expected


@pytest.mark.parametrize(
    "ask",
    [
        lambda naive: local_date(naive, zone=BERLIN),
        lambda naive: next_mails(naive, PERSON),
    ],
)
def test_an_instant_without_a_zone_is_refused(ask):
    with pytest.raises(NaiveInstant, match="2026-11-24 10:00:00 has no time zone"):
        ask(datetime.fromisoformat("2026-11-24 10:00"))


@pytest.mark.parametrize(
    "name", ["", "Berlin", "europe/berlin", "Europe", "../etc/passwd", "/etc/passwd", "Factory", "a\0b"]
)
def test_what_is_no_zone_is_refused_with_a_hint(name):
    assert not is_zone(name)
    with pytest.raises(UnknownZone, match="is not a time zone; write one such as "):
        local_date(utc("2026-11-24 10:00"), zone=name)


def test_a_misspelt_zone_is_answered_with_the_right_one():
    with pytest.raises(UnknownZone, match="Pacific/Auckland"):
        day_bounds(date(2026, 11, 24), zone="Pacific/Aukland")


@pytest.mark.parametrize("name", [BERLIN, "UTC", "Asia/Calcutta", "America/Argentina/Ushuaia"])
def test_old_and_new_names_are_zones(name):
    assert is_zone(name)


@pytest.mark.parametrize(
    ("zone", "day", "starts_at", "hours"),
    [
        (BERLIN, date(2026, 11, 24), "2026-11-23 23:00", 24),
        (BERLIN, BERLIN_GAP, "2027-03-27 23:00", 23),
        (BERLIN, BERLIN_FOLD, "2026-10-24 22:00", 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), "2026-10-03 13:30", 23.5),
        ("Antarctica/Troll", date(2026, 10, 25), "2026-10-24 22:00", 26),
        ("Africa/Cairo", date(2026, 10, 29), "2026-10-28 21:00", 25),
    ],
)
def test_a_local_day_is_as_long_as_its_clock_changes_make_it(zone, day, starts_at, hours):
    start, end = day_bounds(day, zone=zone)

    assert start == utc(starts_at)
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "day", "starts_at"),
    [
        ("Africa/Cairo", date(2027, 4, 30), "2027-04-29 22:00"),
        ("Asia/Beirut", date(2027, 3, 28), "2027-03-27 22:00"),
        ("America/Santiago", date(2027, 9, 5), "2027-09-05 04:00"),
    ],
)
def test_a35_a_day_without_midnight_starts_at_one(zone, day, starts_at):
    start, end = day_bounds(day, zone=zone)

    assert start == utc(starts_at)
    assert shown(start, zone) == datetime.combine(day, time(1))
    assert end - start == timedelta(hours=23)
    assert day_bounds(day - DAY, zone=zone)[1] == start


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kiritimati", date(1994, 12, 31))]
)
def test_a_date_that_the_zone_skipped_takes_no_time_and_gets_no_mail(zone, day):
    start, end = day_bounds(day, zone=zone)
    rhythm = replace(PERSON, zone=zone, workdays=EVERY_DAY)

    assert start == end == day_bounds(day - DAY, zone=zone)[1] == day_bounds(day + DAY, zone=zone)[0]
    assert mail_on(day, rhythm) is None
    assert [date for date, _ in next_mails(start - DAY, rhythm, within=2 * DAY)] == [day - DAY, day + DAY]


def test_a_clock_set_back_over_midnight_does_not_reopen_the_day_before():
    # At 00:01 on 2006-10-29 the clock went back to 23:01 on the 28th.
    assert day_bounds(date(2006, 10, 28), zone="America/St_Johns")[1] == utc("2006-10-29 02:30")
    assert day_bounds(date(2006, 10, 29), zone="America/St_Johns")[0] == utc("2006-10-29 02:30")


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        (BERLIN, "2027-03-28 01:59:59", "2027-03-28 00:59:59"),
        (BERLIN, "2027-03-28 02:00", "2027-03-28 01:00"),
        (BERLIN, "2027-03-28 02:59:59.5", "2027-03-28 01:00"),
        (BERLIN, "2027-03-28 03:00", "2027-03-28 01:00"),
        (BERLIN, "2027-03-28 03:01", "2027-03-28 01:01"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30"),
        ("Antarctica/Troll", "2026-03-29 02:59", "2026-03-29 01:00"),
        ("America/Nuuk", "2026-03-28 23:30", "2026-03-29 01:00"),
    ],
)
def test_a_time_in_a_gap_is_the_first_instant_after_it(zone, wall, expected):
    wall = datetime.fromisoformat(wall)

    assert instant_of(wall.date(), wall.time(), zone=zone) == utc(expected)


@pytest.mark.parametrize("fold", [0, 1])
def test_a_time_in_a_fold_is_its_first_coming(fold):
    assert instant_of(BERLIN_FOLD, time(2, 30, fold=fold), zone=BERLIN) == utc("2026-10-25 00:30")


# Windows


def test_a_window_is_half_open_in_utc():
    assert send_window(date(2026, 11, 24), PERSON) == (berlin("2026-11-24 09:00"), berlin("2026-11-24 10:00"))
    assert send_instant(date(2026, 11, 24), PERSON) == berlin("2026-11-24 09:22:30")


@pytest.mark.parametrize("window_minutes", [5, 60, 480])
def test_a_quarter_of_a_window_is_left_for_late_ticks_and_retries(window_minutes):
    last = replace(PERSON, window_minutes=window_minutes, spread=1 - 2**-53)

    instant, ends_at = send_instant(date(2026, 11, 24), last), send_window(date(2026, 11, 24), last)[1]

    assert ends_at - instant == timedelta(minutes=window_minutes / 4) + timedelta(seconds=1)


@pytest.mark.parametrize("window_minutes", [31, 60, 60_000])
def test_a_window_ends_by_midnight(window_minutes):
    rhythm = replace(PERSON, send_time=time(23, 30), window_minutes=window_minutes, spread=0.999)

    assert send_window(date(2026, 11, 24), rhythm)[1] == berlin("2026-11-25 00:00")
    assert local_date(send_instant(date(2026, 11, 24), rhythm), zone=BERLIN) == date(2026, 11, 24)


@pytest.mark.parametrize(("spread", "minute"), [(0.0, 0), (0.3, 6), (0.6, 13), (0.9, 20), (1 - 2**-53, 22)])
def test_a34_half_past_two_in_the_spring_gap_goes_once_between_three_and_half_past(spread, minute):
    rhythm = replace(PERSON, send_time=time(2, 30), workdays=EVERY_DAY, spread=spread)

    sent = sent_by_ticks(
        rhythm, start=berlin("2027-03-27 12:00"), end=berlin("2027-03-29 00:00"), step=MINUTE
    )

    assert send_window(BERLIN_GAP, rhythm) == (utc("2027-03-28 01:00"), utc("2027-03-28 01:30"))
    assert [day for day, _ in sent] == [BERLIN_GAP]
    assert send_instant(BERLIN_GAP, rhythm).replace(second=0) == utc("2027-03-28 01:00") + minute * MINUTE


@pytest.mark.parametrize("spread", [0.0, 0.3, 0.6, 1 - 2**-53])
def test_a34_half_past_two_in_the_autumn_fold_goes_once(spread):
    rhythm = replace(PERSON, send_time=time(2, 30), workdays=EVERY_DAY, spread=spread)

    sent = sent_by_ticks(
        rhythm, start=berlin("2026-10-24 12:00"), end=berlin("2026-10-26 00:00"), step=MINUTE
    )

    assert [day for day, _ in sent] == [BERLIN_FOLD]
    assert time(2, 30) <= shown(send_instant(BERLIN_FOLD, rhythm), BERLIN).time() < time(3, 30)


def test_a_window_that_a_gap_swallows_opens_when_the_gap_ends():
    rhythm = replace(PERSON, send_time=time(2, 10), window_minutes=30)

    assert send_window(BERLIN_GAP, rhythm) == (utc("2027-03-28 01:00"), utc("2027-03-28 01:30"))
    assert send_instant(BERLIN_GAP, rhythm) == utc("2027-03-28 01:11:15")


@pytest.mark.parametrize(
    ("send_time", "starts_at", "ends_at"),
    [
        (time(2, 29), "2027-03-28 01:00", "2027-03-28 02:00"),
        (time(2, 31), "2027-03-28 01:00", "2027-03-28 01:31"),
        (time(1, 29), "2027-03-28 00:29", "2027-03-28 01:00"),
        (time(1, 31), "2027-03-28 00:31", "2027-03-28 01:31"),
    ],
)
def test_a_window_of_which_a_gap_leaves_less_than_half_keeps_its_length(send_time, starts_at, ends_at):
    rhythm = replace(PERSON, send_time=send_time)

    assert send_window(BERLIN_GAP, rhythm) == (utc(starts_at), utc(ends_at))


def test_a_window_that_runs_into_a_gap_ends_there():
    rhythm = replace(PERSON, send_time=time(1, 30), spread=0.9)

    assert send_window(BERLIN_GAP, rhythm) == (utc("2027-03-28 00:30"), utc("2027-03-28 01:00"))
    assert send_instant(BERLIN_GAP, rhythm) == utc("2027-03-28 00:50:15")


@pytest.mark.parametrize("send_time", [time(0, 30), time(2, 30)])
def test_a_fold_in_a_long_window_leaves_the_time_on_the_wall_alone(send_time):
    rhythm = replace(PERSON, send_time=send_time, window_minutes=20 * 60, spread=0.8)

    assert send_window(BERLIN_FOLD, rhythm)[1] - send_window(BERLIN_FOLD, rhythm)[0] == timedelta(hours=21)
    assert shown(send_instant(BERLIN_FOLD, rhythm), BERLIN) == datetime.combine(
        BERLIN_FOLD, send_time
    ) + timedelta(hours=12)


def test_a_date_that_ends_in_a_gap_has_no_window_left():
    # On this Saturday the clock in Nuuk goes from 22:59:59 to Sunday.
    day, rhythm = date(2026, 3, 28), replace(PERSON, zone="America/Nuuk", send_time=time(23, 15))

    assert send_window(day, rhythm) == (utc("2026-03-29 01:00"), utc("2026-03-29 01:00"))
    assert mail_on(day, replace(rhythm, workdays=EVERY_DAY)) is None
    with pytest.raises(ImpossibleRhythm, match="2026-03-28 has no 23:15:00 in America/Nuuk"):
        send_instant(day, rhythm)


@pytest.mark.parametrize(("key", "spread"), [("1", 0.9647866495940682), ("2", 0.10919374017742955)])
def test_a_spread_is_the_same_for_ever(key, spread):
    assert spread_of(key) == spread


def test_spreads_are_even():
    tenths = [int(spread_of(str(person)) * 10) for person in range(10_000)]

    assert set(tenths) == set(range(10))
    assert all(900 < tenths.count(tenth) < 1100 for tenth in range(10))


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"window_minutes": 0}, "window of 0 minutes"),
        ({"window_minutes": -5}, "window of -5 minutes"),
        ({"spread": 1.0}, "spread of 1.0"),
        ({"spread": -0.1}, "spread of -0.1"),
        ({"spread": float("nan")}, "spread of nan"),
    ],
)
def test_a_rhythm_that_no_mail_could_keep_is_refused(field, message):
    with pytest.raises(ImpossibleRhythm, match=message):
        replace(PERSON, **field)


# Workdays, days off, absences and pauses


@pytest.mark.parametrize(
    ("country", "rest"),
    [
        ("SA", {4, 5}),
        ("IL", {4, 5}),
        ("EG", {4, 5}),
        ("AE", {5, 6}),
        ("IR", {4}),
        ("DE", {5, 6}),
        ("US", {5, 6}),
        ("", {5, 6}),
    ],
)
def test_a37_countries_rest_on_their_own_days(country, rest):
    assert EVERY_DAY - default_workdays(country) == rest


@pytest.mark.parametrize(
    ("country", "region", "day"),
    [
        ("SA", "", date(2026, 9, 23)),
        ("IL", "", date(2026, 9, 21)),
        ("AE", "", date(2026, 12, 2)),
        ("IR", "", date(2026, 3, 21)),
        ("DE", "", date(2026, 10, 3)),
        ("DE", "BY", date(2026, 1, 6)),
        ("DE", "BY", date(2028, 8, 15)),
        ("US", "", date(2026, 7, 3)),
    ],
)
def test_a37_a_public_holiday_is_a_day_off(country, region, day):
    days_off = public_holidays(country, region, day.year)
    rhythm = replace(PERSON, workdays=EVERY_DAY)

    assert not is_workday(day, rhythm, days_off=days_off)
    assert mail_on(day, rhythm, days_off=days_off) is None


@pytest.mark.parametrize("region", ["", "BE", "SN"])
def test_a37_the_assumption_is_a_workday_outside_bavaria(region):
    days_off = public_holidays("DE", region, 2028)

    assert is_workday(date(2028, 8, 15), PERSON, days_off=days_off)


@pytest.mark.parametrize(
    ("country", "region", "message"),
    [
        ("XX", "", "No public holidays are known for country 'XX'"),
        ("", "", "country ''"),
        ("Germany", "", "country 'Germany'"),
        ("de", "", "country 'de'"),
        ("DE", "ZZ", "DE has no region 'ZZ'.*BY"),
        ("DE", "DE-BY", "DE has no region 'DE-BY'"),
        ("SA", "01", "SA has no region '01'.*leave the region empty"),
    ],
)
def test_an_unknown_calendar_is_refused_with_what_is_known(country, region, message):
    with pytest.raises(UnknownCalendar, match=message):
        public_holidays(country, region, 2026)


ABSENCE = Away(starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 25))


@pytest.mark.parametrize(
    ("day", "has_mail"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 24), False),
        (date(2026, 11, 25), False),
        (date(2026, 11, 26), True),
    ],
)
def test_a37_no_mail_comes_from_the_first_to_the_last_day_away(day, has_mail):
    assert (mail_on(day, PERSON, absences=[ABSENCE]) is not None) == has_mail


@pytest.mark.parametrize(
    ("day", "has_mail"),
    [(date(2026, 11, 23), False), (date(2026, 11, 24), False), (date(2026, 11, 25), True)],
)
def test_practice_goes_on_from_the_date_of_a_pause(day, has_mail):
    assert (mail_on(day, PERSON, paused_until=date(2026, 11, 25)) is not None) == has_mail


# When the next mails go

TUESDAY = date(2026, 11, 24)
SEND_INSTANT = berlin("2026-11-24 09:22:30")


@pytest.mark.parametrize(
    ("last_sent_at", "expected"),
    [
        (None, SEND_INSTANT),
        ("2026-11-23 09:22", SEND_INSTANT),
        ("2026-11-23 13:22:30", SEND_INSTANT),
        ("2026-11-23 13:22:31", None),
        ("2026-11-24 09:31", None),
        ("2026-11-24 21:00", None),
    ],
)
def test_two_practice_mails_are_twenty_hours_apart(last_sent_at, expected):
    last_sent_at = last_sent_at and berlin(last_sent_at)

    assert mail_on(TUESDAY, PERSON, last_sent_at=last_sent_at) == expected


def test_who_moves_their_hour_from_just_past_midnight_to_the_evening_gets_no_second_mail_that_date():
    rhythm = replace(PERSON, send_time=time(23), window_minutes=5)

    assert mail_on(TUESDAY, rhythm, last_sent_at=berlin("2026-11-24 00:05")) is None
    assert mail_on(TUESDAY + DAY, rhythm, last_sent_at=berlin("2026-11-24 00:05")) is not None


def test_who_flies_west_gets_no_mail_until_twenty_hours_have_passed():
    sent_in_tokyo = utc("2026-11-24 00:30")
    in_honolulu = replace(PERSON, zone="Pacific/Honolulu")

    mails = next_mails(sent_in_tokyo, in_honolulu, last_sent_at=sent_in_tokyo, within=2 * DAY)

    assert mails == [(date(2026, 11, 25), utc("2026-11-25 19:22:30"))]


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-11-24 08:59:59", [TUESDAY]),
        ("2026-11-24 09:00", [TUESDAY]),
        ("2026-11-24 09:22:29", [TUESDAY]),
        ("2026-11-24 09:22:30", [TUESDAY, TUESDAY + DAY]),
        ("2026-11-24 09:59:59", [TUESDAY, TUESDAY + DAY]),
        ("2026-11-24 10:00", [TUESDAY + DAY]),
        ("2026-11-23 09:22:29", [date(2026, 11, 23)]),
        ("2026-11-27 10:00", []),
    ],
)
def test_the_next_mails_are_those_of_the_coming_day_and_of_a_window_open_now(now, days):
    assert [day for day, _ in next_mails(berlin(now), PERSON)] == days


def test_a_window_open_now_counts_even_if_its_instant_is_further_than_asked_for():
    mails = next_mails(berlin("2026-11-24 09:00"), PERSON, within=MINUTE)

    assert mails == [(TUESDAY, SEND_INSTANT)]


def test_the_next_mails_of_a_fortnight_are_its_workdays():
    away = Away(starts_on=date(2026, 11, 30), ends_on=date(2026, 12, 1))

    mails = next_mails(
        berlin("2026-11-23 00:00"),
        PERSON,
        days_off={date(2026, 12, 3)},
        absences=[away],
        paused_until=date(2026, 11, 25),
        within=14 * DAY,
    )

    assert [day.isoformat() for day, _ in mails] == [
        "2026-11-25",
        "2026-11-26",
        "2026-11-27",
        "2026-12-02",
        "2026-12-04",
    ]


A33_ZONES = [
    BERLIN,
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Australia/Lord_Howe",
    "Pacific/Pago_Pago",
    "Pacific/Kiritimati",
]


@pytest.mark.parametrize("zone", A33_ZONES)
@pytest.mark.parametrize(
    "monday",
    [
        date(2026, 11, 23),
        date(2026, 10, 19),  # into the end of summer time in Berlin
        date(2026, 9, 28),  # into its start on Lord Howe
    ],
)
def test_a33_each_workday_of_a_week_brings_one_mail_in_its_window(zone, monday):
    rhythm = replace(PERSON, zone=zone, spread=0.7)
    start, end = day_bounds(monday, zone=zone)[0], day_bounds(monday + 6 * DAY, zone=zone)[1]

    sent = sent_by_ticks(rhythm, start=start, end=end)

    assert [day for day, _ in sent] == [monday + n * DAY for n in range(5)]
    for day, sent_at in sent:
        assert datetime.combine(day, time(9)) <= shown(sent_at, zone) < datetime.combine(day, time(10))


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Africa/Cairo", date(2027, 4, 30)),
        ("Asia/Beirut", date(2027, 3, 28)),
        ("America/Santiago", date(2027, 9, 5)),
    ],
)
@pytest.mark.parametrize("send_time", [time(0), time(0, 15), time(0, 59), time(1), time(23, 30)])
@pytest.mark.parametrize("spread", [0.0, 0.9])
def test_a35_a_missing_midnight_neither_skips_nor_doubles_a_mail(zone, day, send_time, spread):
    rhythm = replace(PERSON, zone=zone, workdays=EVERY_DAY, send_time=send_time, spread=spread)
    start, end = day_bounds(day - 2 * DAY, zone=zone)[0], day_bounds(day + 2 * DAY, zone=zone)[1]

    sent = sent_by_ticks(rhythm, start=start, end=end, step=MINUTE)

    assert [date for date, _ in sent] == [day + n * DAY for n in range(-2, 3)]
    assert [local_date(sent_at, zone=zone) for _, sent_at in sent] == [date for date, _ in sent]


def test_a36_after_an_outage_only_the_mail_of_the_day_comes_at_its_hour():
    thursday = berlin("2026-11-26 09:30")
    back_at = berlin("2026-11-30 03:10")

    mails = next_mails(back_at, PERSON, last_sent_at=thursday)

    assert mails == [(date(2026, 11, 30), berlin("2026-11-30 09:22:30"))]


def test_every_refusal_is_a_calendar_error():
    refusals = [NaiveInstant, UnknownZone, UnknownCalendar, ImpossibleRhythm, ImpossibleHours, NoWorkingTime]

    assert all(issubclass(refusal, CalendarError) for refusal in refusals)


# Zone data


def soundness(search_path):
    """Ask a process of its own, since zone data is read once."""
    return subprocess.run(
        [sys.executable, "-c", "from people.calendar import zone_data_is_sound; print(zone_data_is_sound())"],
        env=os.environ | {"PYTHONTZPATH": str(search_path)},
        cwd=Path(calendar.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_a38_the_pinned_zone_data_is_sound():
    assert soundness("") == "True"


def test_a38_old_zone_data_is_noticed(tmp_path):
    # Los Angeles has the winter that Vancouver had before 2026.
    old = ZoneInfo("America/Los_Angeles")
    assert datetime(2026, 12, 1, tzinfo=old).utcoffset() == timedelta(hours=-8)
    vancouver = tmp_path / "America" / "Vancouver"
    vancouver.parent.mkdir()
    vancouver.write_bytes((files("tzdata.zoneinfo.America") / "Los_Angeles").read_bytes())

    assert soundness(tmp_path) == "False"
