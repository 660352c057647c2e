from datetime import date

import pytest

from engine.rules.calendar_text import NotUnderstood, Wrong, days_away
from people.calendar import Away
from tests.engine.calendars import all_day, calendar, event

YEAR = Away(starts_on=date(2026, 11, 24), ends_on=date(2027, 11, 24))


def days(text: bytes, zone: str = "Europe/Berlin") -> list[tuple[str, str]]:
    return [(str(one.starts_on), str(one.ends_on)) for one in days_away(text, zone=zone, within=YEAR)]


def wrong(text: bytes) -> Wrong:
    with pytest.raises(NotUnderstood) as refused:
        days(text)
    return refused.value.wrong


def test_a_calendar_without_events_says_nothing():
    assert days(calendar()) == []


def test_all_day_events_are_days_away_in_order_and_joined():
    text = calendar(
        all_day("20261221", "20261224", uid="1"),
        all_day("20261207", uid="2"),
        all_day("20261224", "20261228", uid="3"),
    )

    assert days(text) == [("2026-12-07", "2026-12-07"), ("2026-12-21", "2026-12-27")]


@pytest.mark.parametrize(
    "line",
    ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "transp: transparent "],
)
def test_what_is_free_or_cancelled_does_not_count(line):
    assert days(calendar(event("DTSTART;VALUE=DATE:20261207", line))) == []


def test_out_of_office_of_a_working_day_counts_and_a_meeting_as_long_does_not():
    hours = ("DTSTART;TZID=Europe/Berlin:20261207T090000", "DTEND;TZID=Europe/Berlin:20261207T170000")

    assert days(calendar(event(*hours))) == []
    assert days(calendar(event(*hours, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"))) == [("2026-12-07", "2026-12-07")]


def test_a_duration_stands_for_an_end():
    assert days(calendar(event("DTSTART;VALUE=DATE:20261207", "DURATION:P3D"))) == [
        ("2026-12-07", "2026-12-09")
    ]


def test_zones_are_known_by_windows_names_and_by_the_calendars_own_description():
    own = (
        "BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\n"
        "TZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    windows = event("DTSTART;TZID=Tokyo Standard Time:20261207T000000", "DURATION:PT24H")
    described = event("DTSTART;TZID=Office:20261207T000000", "DURATION:PT24H")

    assert days(calendar(windows), zone="Asia/Tokyo") == [("2026-12-07", "2026-12-07")]
    assert days(calendar(own, described), zone="Asia/Tokyo") == [("2026-12-07", "2026-12-07")]


def test_a_series_counts_for_a_year_less_its_exceptions():
    weekly = event(
        "DTSTART;VALUE=DATE:20261127",
        "RRULE:FREQ=WEEKLY;COUNT=1000000000",
        "EXDATE;VALUE=DATE:20261204",
        uid="friday",
    )
    moved = event("DTSTART;VALUE=DATE:20261214", "RECURRENCE-ID;VALUE=DATE:20261211", uid="friday")
    freed = event(
        "DTSTART;VALUE=DATE:20261218",
        "RECURRENCE-ID;VALUE=DATE:20261218",
        "TRANSP:TRANSPARENT",
        uid="friday",
    )

    found = days(calendar(weekly, moved, freed))

    assert found[:3] == [
        ("2026-11-27", "2026-11-27"),
        ("2026-12-14", "2026-12-14"),
        ("2026-12-25", "2026-12-25"),
    ]
    assert found[-1] == ("2027-11-19", "2027-11-19")


def test_a_series_of_many_years_is_read_for_this_one():
    assert days(calendar(event("DTSTART;VALUE=DATE:19000101", "RRULE:FREQ=DAILY"))) == [
        ("2026-11-24", "2027-11-24")
    ]


def test_an_event_that_ends_before_it_starts_takes_no_day():
    assert days(calendar(all_day("20261221", "20261201"))) == []


def test_a_byte_order_mark_is_no_fault():
    assert days(b"\xef\xbb\xbf" + calendar(all_day("20261207"))) == [("2026-12-07", "2026-12-07")]


def test_several_calendars_in_one_text_all_count():
    text = calendar(all_day("20261207")) + calendar(all_day("20261209"))

    assert days(text) == [("2026-12-07", "2026-12-07"), ("2026-12-09", "2026-12-09")]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html>Please sign in</html>",
        b"/etc/passwd",
        b"garbage " * 125_000,
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 20_000,
        b"BEGIN:VCALENDAR\r\n"
        + b"BEGIN:VEVENT\r\n" * 5_000
        + b"END:VEVENT\r\n" * 5_000
        + b"END:VCALENDAR\r\n",
        event("DTSTART;VALUE=DATE:20261207").encode(),
        calendar(event("DESCRIPTION:no start")),
        calendar(event("DTSTART:tomorrow")),
        calendar(event("DTSTART;VALUE=DATE:20261207", "DURATION:P99999999W")),
        calendar(event("DTSTART;VALUE=DATE:20261207", "RRULE:FREQ=SOMETIMES")),
        calendar(all_day("20261207"))[:-20],
    ],
    ids=range(12),
)
def test_what_is_no_sound_calendar_is_refused_as_a_whole(text):
    assert wrong(text) is Wrong.NOT_A_CALENDAR


def test_another_charset_is_refused():
    assert wrong("BEGIN:VCALENDAR\r\nX:Büro\r\nEND:VCALENDAR\r\n".encode("latin-1")) is Wrong.NOT_UTF8
    assert wrong(calendar().decode().encode("utf-16")) is Wrong.NOT_UTF8


@pytest.mark.parametrize("frequency", ["SECONDLY", "minutely", "HOURLY"])
def test_days_away_that_repeat_more_often_than_daily_are_refused(frequency):
    text = calendar(event("DTSTART;VALUE=DATE:20261207", f"RRULE:FREQ={frequency};COUNT=1000000000"))

    assert wrong(text) is Wrong.TOO_MUCH


def test_more_days_away_than_years_have_are_refused():
    events = [
        event("DTSTART;VALUE=DATE:20261127", "RRULE:FREQ=DAILY", uid=str(number)) for number in range(15)
    ]

    assert wrong(calendar(*events)) is Wrong.TOO_MUCH


def test_meetings_are_passed_over_however_often_they_repeat():
    meeting = event("DTSTART:20261127T100000Z", "DTEND:20261127T101500Z", "RRULE:FREQ=MINUTELY")

    assert days(calendar(meeting, all_day("20261207", uid="2"))) == [("2026-12-07", "2026-12-07")]
