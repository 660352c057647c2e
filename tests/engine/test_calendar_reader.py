"""A calendar is read in a process of its own, which nothing in it can keep busy."""

from datetime import date

import pytest

from engine import calendar_reader
from engine.calendar_reader import read_apart
from engine.rules.calendar_text import NotUnderstood, Wrong
from people.calendar import Away
from tests.engine.calendars import all_day, calendar, event

YEAR = Away(starts_on=date(2026, 11, 24), ends_on=date(2027, 11, 24))


def read(text: bytes) -> list[Away]:
    return read_apart(text, zone="Europe/Berlin", within=YEAR)


def test_it_reads_what_the_rule_reads():
    assert read(calendar(all_day("20261207", "20261209"))) == [
        Away(starts_on=date(2026, 12, 7), ends_on=date(2026, 12, 8))
    ]


def test_it_says_what_is_wrong():
    with pytest.raises(NotUnderstood) as refused:
        read(b"\xff")

    assert refused.value.wrong is Wrong.NOT_UTF8


def test_a_computation_without_end_is_ended():
    never = [
        event("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", uid=str(number))
        for number in range(50)
    ]

    with pytest.raises(NotUnderstood) as refused:
        read(calendar(*never))

    assert refused.value.wrong is Wrong.TOO_MUCH


def test_a_process_that_gets_no_time_is_given_up(monkeypatch):
    monkeypatch.setattr(calendar_reader, "PATIENCE", 0.001)

    with pytest.raises(NotUnderstood) as refused:
        read(calendar())

    assert refused.value.wrong is Wrong.TOO_MUCH
