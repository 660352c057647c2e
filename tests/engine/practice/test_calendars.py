from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.apps import apps

from engine import jobs
from engine.models import Mail
from engine.practice import calendars
from engine.practice.calendars import EVERY, LONGEST_WAIT
from people.models import Absence, AbsenceCalendar
from tests.engine.calendars import all_day, calendar
from tests.engine.delivery.post import practising, tick
from tests.factories import AbsenceCalendarFactory, AbsenceFactory, PersonFactory
from tests.moments import MONDAY
from tests.web import serving

pytestmark = pytest.mark.django_db

TODAY = MONDAY.date()
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CALENDAR = Absence.Source.CALENDAR


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("web")) as pages:
        yield pages


@pytest.fixture
def pages(server):
    server.answers.clear()
    server.asked.clear()
    return server


@pytest.fixture
def followed(pages):
    """A person's calendar, which says nothing yet."""
    return AbsenceCalendarFactory(address=pages.say("/a.ics", calendar()))


def read(pages, now=MONDAY, **options) -> int:
    return calendars.read_due(now=now, web=pages.web(), **options)


def everything() -> dict:
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in apps.get_models()}


def days(source=CALENDAR) -> list[tuple[date, date]]:
    rows = Absence.objects.filter(source=source).order_by("starts_on")
    return list(rows.values_list("starts_on", "ends_on"))


def test_days_to_come_are_those_the_calendar_says(pages, followed):
    pages.say("/a.ics", calendar(all_day("20261201", "20261206"), all_day("20261224", uid="2")))

    assert read(pages) == 1

    assert days() == [(date(2026, 12, 1), date(2026, 12, 5)), (date(2026, 12, 24), date(2026, 12, 24))]
    followed.refresh_from_db()
    assert (followed.read_at, followed.tried_at, followed.problem) == (MONDAY, MONDAY, "")


def test_nothing_of_the_calendar_is_kept_but_dates(pages, followed):
    pages.say("/a.ics", calendar(all_day("20261201")))

    read(pages)

    assert "Kumquat" not in str([list(Absence.objects.values()), list(AbsenceCalendar.objects.values())])


def test_the_next_reading_replaces_the_days_to_come_and_leaves_what_others_noted(pages, followed):
    for source in (Absence.Source.STAFF, Absence.Source.PERSON, Absence.Source.FILE):
        AbsenceFactory(person=followed.person, starts_on=date(2026, 12, 1), source=source)
    other = AbsenceFactory(starts_on=date(2026, 12, 1), source=CALENDAR)
    pages.say("/a.ics", calendar(all_day("20261201", "20261206")))
    read(pages)
    pages.say("/a.ics", calendar(all_day("20261203")))

    read(pages, now=MONDAY + DAY)

    mine = Absence.objects.filter(person=followed.person, source=CALENDAR)
    assert [row.starts_on for row in mine] == [date(2026, 12, 3)]
    assert Absence.objects.exclude(source=CALENDAR).count() == 3
    assert Absence.objects.filter(pk=other.pk).exists()


def test_an_absence_that_is_read_on_each_of_its_days_stays_one(pages, followed):
    pages.say("/a.ics", calendar(all_day("20261123", "20261130")))

    for day in range(5):
        read(pages, now=MONDAY + day * DAY)

    assert days() == [(date(2026, 11, 23), date(2026, 11, 29))]


def test_days_that_were_lived_stay_when_the_calendar_forgets_them(pages, followed):
    pages.say("/a.ics", calendar(all_day("20261123", "20261130")))
    read(pages)
    pages.say("/a.ics", calendar())

    read(pages, now=MONDAY + 2 * DAY)

    assert days() == [(date(2026, 11, 23), date(2026, 11, 24))]


@pytest.mark.parametrize(
    ("body", "status", "because"),
    [
        (b"<html>Sign in</html>", 200, "cannot be read as a calendar"),
        (b"\xff\xfe", 200, "UTF-8"),
        (b"x" * 1_100_000, 200, "larger than 1 MB"),
        (b"", 404, "code 404"),
    ],
)
def test_a_failed_reading_changes_no_day_and_is_told_in_words(pages, followed, body, status, because):
    pages.say("/a.ics", calendar(all_day("20261201")))
    read(pages)
    pages.say("/a.ics", body, status=status)

    read(pages, now=MONDAY + DAY)

    followed.refresh_from_db()
    assert days() == [(date(2026, 12, 1), date(2026, 12, 1))]
    assert because in followed.problem
    assert (followed.read_at, followed.tried_at) == (MONDAY, MONDAY + DAY)
    assert "kumquat" not in followed.problem


def test_an_unknown_fault_is_told_too_and_ends_nothing(pages, followed, monkeypatch):
    def break_down(*arguments, **options):
        raise RuntimeError("https://calendar.example.org/secret/kumquat.ics")

    monkeypatch.setattr(calendars, "read_apart", break_down)

    assert read(pages) == 1

    followed.refresh_from_db()
    assert "could not be read" in followed.problem
    assert "kumquat" not in followed.problem


def test_a_reading_that_works_again_takes_the_problem_away(pages, followed):
    pages.say("/a.ics", b"", status=500)
    read(pages)
    pages.say("/a.ics", calendar())

    read(pages, now=MONDAY + 3 * DAY)

    followed.refresh_from_db()
    assert followed.problem == ""


def test_each_calendar_is_read_about_every_six_hours(pages, followed):
    read_at = [hour for hour in range(49) if read(pages, now=MONDAY + hour * HOUR)]

    gaps = [later - earlier for earlier, later in pairwise(read_at)]
    assert read_at[0] == 0
    assert 3 <= gaps[0] <= 10
    assert set(gaps[1:]) == {6}


def test_calendars_are_spread_over_the_six_hours(pages):
    due = {calendars._after_a_success(PersonFactory.build(pk=number), now=MONDAY) for number in range(60)}

    assert min(due) >= MONDAY + EVERY / 2
    assert max(due) <= MONDAY + 1.5 * EVERY
    assert max(due) - min(due) > EVERY * 0.8


def test_one_that_fails_again_and_again_is_tried_less_and_less_often(pages, followed):
    pages.say("/a.ics", b"", status=500)
    waits, now = [], MONDAY
    for _ in range(6):
        assert read(pages, now=now) == 1
        followed.refresh_from_db()
        waits.append(followed.due_at - now)
        now = followed.due_at

    assert waits[:4] == [EVERY, 2 * EVERY, 4 * EVERY, 8 * EVERY]
    assert set(waits[4:]) == {LONGEST_WAIT}


def test_the_next_try_is_put_off_before_this_one_begins(pages, followed, monkeypatch):
    def die(*arguments, **options):
        raise SystemExit

    monkeypatch.setattr(calendars, "fetch", die)
    with pytest.raises(SystemExit):
        read(pages)
    monkeypatch.undo()

    assert read(pages) == 0
    followed.refresh_from_db()
    assert followed.due_at == MONDAY + EVERY


def test_only_as_many_are_begun_as_there_is_time_for_the_longest_waiting_first(pages):
    address = pages.say("/a.ics", calendar())
    late, later = (
        AbsenceCalendarFactory(address=address, due_at=MONDAY - hours * HOUR, tried_at=MONDAY - 9 * HOUR)
        for hours in (1, 2)
    )

    assert read(pages, may_read=lambda read: read < 1) == 1

    late.refresh_from_db()
    later.refresh_from_db()
    assert (later.read_at, late.read_at) == (MONDAY, None)


def test_the_calendar_of_who_left_is_not_read(pages):
    AbsenceCalendarFactory(address=pages.say("/a.ics", calendar()), person=PersonFactory(gone=True))

    assert read(pages) == 0
    assert pages.asked == []


def test_an_address_that_was_replaced_while_it_was_read_writes_nothing(pages, followed):
    fetched = calendars.fetch

    def replaced_meanwhile(address, *, web):
        text = fetched(address, web=web)
        AbsenceCalendar.objects.update(address="https://calendar.example.org/other.ics")
        return text

    pages.say("/a.ics", calendar(all_day("20261201")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calendars, "fetch", replaced_meanwhile)
        read(pages)

    assert days() == []
    assert AbsenceCalendar.objects.get().read_at is None


def test_following_another_address_begins_afresh_and_at_once(pages, followed):
    pages.say("/a.ics", b"", status=500)
    read(pages)

    calendars.follow(followed.person, pages.say("/b.ics", calendar(all_day("20261201"))))

    assert AbsenceCalendar.objects.get().problem == ""
    assert read(pages, now=MONDAY + HOUR) == 1
    assert days() == [(date(2026, 12, 1), date(2026, 12, 1))]


def test_forgetting_an_address_removes_its_days_to_come_only(pages, followed):
    AbsenceFactory(person=followed.person, starts_on=date(2026, 12, 1), source=Absence.Source.PERSON)
    pages.say("/a.ics", calendar(all_day("20261120", "20261201"), all_day("20261224", uid="2")))
    read(pages)

    calendars.forget(followed.person, now=MONDAY + DAY)

    assert not AbsenceCalendar.objects.exists()
    assert days() == [(TODAY, TODAY)]
    assert days(Absence.Source.PERSON) == [(date(2026, 12, 1), date(2026, 12, 1))]


class TestTick:
    def test_what_a_calendar_says_holds_for_a_mail_already_queued_and_back(self, pages):
        [person] = practising(1)
        before = MONDAY - 3 * HOUR
        tick(before)
        AbsenceCalendarFactory(person=person, address=pages.say("/a.ics", calendar(all_day("20261123"))))

        jobs.run_tick(now=before, web=pages.web())

        mail = Mail.objects.get(day=TODAY)
        assert (mail.status, mail.because) == ("cancelled", "The person is away.")

        pages.say("/a.ics", calendar())
        AbsenceCalendar.objects.update(due_at=None)
        jobs.run_tick(now=before, web=pages.web())
        assert Mail.objects.get(day=TODAY).status == "queued"

    def test_the_same_now_again_changes_nothing(self, pages, followed):
        pages.say("/a.ics", calendar(all_day("20261123", "20261205")))
        ticked = jobs.run_tick(now=MONDAY, web=pages.web())
        before = everything()

        again = jobs.run_tick(now=MONDAY, web=pages.web())

        assert (ticked.calendars, again.calendars) == (1, 0)
        changed = [name for name, rows in everything().items() if rows != before[name]]
        assert changed == ["engine.Heartbeat"]

    def test_mails_go_before_anything_is_fetched(self, pages, mailoutbox):
        [person] = practising(1)
        tick(MONDAY - HOUR)
        sent_when_asked = []

        def answer(handler):
            sent_when_asked.append(len(mailoutbox))
            handler.send_error(500)

        pages.answers["/a.ics"] = answer
        AbsenceCalendarFactory(person=person, address=pages.url("/a.ics"))

        jobs.run_tick(now=MONDAY + timedelta(minutes=46), web=pages.web())

        assert sent_when_asked == [1]

    def test_the_job_reads_a_few_and_leaves_the_rest_to_the_next(self, monkeypatch):
        may_read = []
        monkeypatch.setattr(jobs, "run_tick", lambda **options: may_read.append(options["may_read"]))

        jobs.tick()

        [may] = may_read
        assert (may(0), may(jobs.MOST_CALENDARS)) == (True, False)
        monkeypatch.setattr(jobs, "CALENDARS_WITHIN", timedelta())
        assert may(0) is False
