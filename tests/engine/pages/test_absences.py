"""Days away on the settings page: their own to note and take back, a calendar's only to see."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engine import links
from engine.links import Purpose
from engine.models import Mail
from people.models import Absence, AbsenceCalendar
from tests.engine_factories import TODAY, MailFactory, WorkoutFactory
from tests.factories import AbsenceCalendarFactory, AbsenceFactory, PersonFactory
from tests.moments import MONDAY
from tests.shown import text

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PREFERENCES = "/preferences/"


@pytest.fixture
def mail():
    """A mail that waits for its hour."""
    later = {"not_before": MONDAY + timedelta(minutes=30), "expires_at": MONDAY + timedelta(hours=1)}
    return MailFactory(person=PersonFactory(), workout=None, day=TODAY, **later)


@pytest.fixture
def person(mail):
    return mail.person


@pytest.fixture
def address(mail):
    return reverse("mail_settings", args=[links.token(Purpose.SETTINGS, mail.pk)])


@pytest.fixture
def signed_in(client, person):
    client.force_login(person)
    return client


def away(first: object, last: object) -> dict[str, str]:
    return {"do": "away", "starts_on": str(first), "ends_on": str(last)}


@pytest.mark.parametrize(
    ("first", "last"),
    [(TODAY, TODAY), (TODAY - 366 * DAY, TODAY), (TODAY + 366 * DAY, TODAY + 366 * DAY)],
)
def test_days_away_are_noted_without_sign_in_and_shown(visitor, address, person, first, last):
    response = visitor.post(address, away(first, last), follow=True)

    assert response.redirect_chain == [(f"{address}?done=away", 303)]
    absence = Absence.objects.get()
    assert (absence.starts_on, absence.ends_on, absence.source) == (first, last, "person")
    assert "Your days away are noted" in text(response)
    assert "Remove" in text(response)


@pytest.mark.parametrize(
    ("first", "last", "because"),
    [
        ("", TODAY, "Choose the first day away."),
        (TODAY, "", "Choose the last day away."),
        (TODAY, "soon", "Choose the last day away."),
        (TODAY - 3 * DAY, TODAY - DAY, "That day is over."),
        (TODAY + 3 * DAY, TODAY + DAY, "before the first day"),
        (TODAY, TODAY + 367 * DAY, "more than a year ahead"),
        (TODAY - 367 * DAY, TODAY, "more than a year ago"),
    ],
)
def test_days_that_cannot_be_meant_are_refused_with_what_to_do(visitor, address, first, last, because):
    response = visitor.post(address, away(first, last))

    assert response.status_code == 422
    assert because in text(response)
    assert not Absence.objects.exists()


def test_today_is_the_persons_own(visitor, at):
    at(MONDAY + timedelta(hours=4))  # midday in Berlin, already Tuesday on Kiritimati
    mail = MailFactory(workout=WorkoutFactory(person=PersonFactory(zone="Pacific/Kiritimati")))
    address = reverse("mail_settings", args=[links.token(Purpose.SETTINGS, mail.pk)])

    assert "That day is over" in text(visitor.post(address, away(TODAY, TODAY)))


def test_days_taken_back_are_promised_no_mail_that_another_absence_keeps_away(visitor, address, person):
    own = AbsenceFactory(person=person, starts_on=TODAY + DAY, source="person")
    AbsenceFactory(person=person, starts_on=TODAY + DAY, source="file")

    response = visitor.post(address, {"do": "back", "absence": own.pk}, follow=True)

    assert "Removed. Another absence, below, still covers some of those days" in text(response)
    assert "no longer away" not in text(response)
    assert "from a file of L&amp;D’s" in text(response)


def test_whoever_takes_days_back_that_nothing_else_covers_is_away_no_longer(visitor, address, person):
    own = AbsenceFactory(person=person, starts_on=TODAY - 2 * DAY, ends_on=TODAY + DAY, source="person")
    AbsenceFactory(person=person, starts_on=TODAY - 2 * DAY, ends_on=TODAY - DAY, source="file")
    AbsenceFactory(person=person, starts_on=TODAY + 2 * DAY, source="file")

    response = visitor.post(address, {"do": "back", "absence": own.pk}, follow=True)

    assert "Removed. You are no longer away on those days." in text(response)


def test_it_holds_at_once_for_the_mail_that_waits_and_back(visitor, address, mail):
    visitor.post(address, away(TODAY, TODAY))
    mail.refresh_from_db()
    assert (mail.status, mail.because) == (Mail.Status.CANCELLED, "The person is away.")

    visitor.post(address, {"do": "back", "absence": Absence.objects.get().pk})
    mail.refresh_from_db()
    assert mail.status == Mail.Status.QUEUED


@pytest.mark.parametrize(
    ("source", "origin"),
    [("staff", "noted by L&amp;D"), ("file", "from a file of L&amp;D"), ("calendar", "from your calendar")],
)
def test_what_others_noted_is_shown_with_its_origin_and_not_removed(visitor, address, person, source, origin):
    absence = AbsenceFactory(person=person, starts_on=TODAY, source=source)

    page = text(visitor.get(address))
    visitor.post(address, {"do": "back", "absence": absence.pk})

    assert origin in page
    assert 'name="absence"' not in page
    assert Absence.objects.exists()


def test_only_the_coming_year_is_shown(visitor, address, person):
    AbsenceFactory(person=person, starts_on=TODAY - DAY)
    AbsenceFactory(person=person, starts_on=TODAY + 400 * DAY)
    AbsenceFactory(starts_on=TODAY)

    assert "None is known for the coming year" in text(visitor.get(address))


@pytest.mark.parametrize("key", ["", "x", "-1", "٣", "9" * 40])
def test_nonsense_removes_nothing(visitor, address, person, key):
    AbsenceFactory(person=person, starts_on=TODAY, source="person")

    assert visitor.post(address, {"do": "back", "absence": key}).status_code == 303
    assert Absence.objects.exists()


def test_too_many_are_refused_in_words(visitor, address, person):
    for number in range(50):
        AbsenceFactory(person=person, starts_on=TODAY + number * DAY, source="person")

    assert "Remove one first" in text(visitor.post(address, away(TODAY + 99 * DAY, TODAY + 99 * DAY)))


def test_a_page_with_many_absences_takes_the_same_queries(signed_in, person):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            signed_in.get(PREFERENCES)
        return len(asked)

    AbsenceFactory(person=person, starts_on=TODAY, source="person")
    few = queries()
    for number in range(40):
        AbsenceFactory(person=person, starts_on=TODAY + number * DAY, source="person")

    assert queries() == few


class TestCalendar:
    def test_who_signed_in_gives_its_address_and_never_sees_it_again(self, signed_in, person):
        response = signed_in.post(
            PREFERENCES,
            {"do": "calendar", "address": "webcal://calendar.example.org/kumquat.ics"},
            follow=True,
        )

        assert AbsenceCalendar.objects.get().address == "https://calendar.example.org/kumquat.ics"
        assert "calendar.example.org" in text(response)
        assert "It has not been read yet" in text(response)
        assert "kumquat" not in text(response)

    @pytest.mark.parametrize(
        ("written", "because"),
        [
            ("", "Paste the address"),
            ("http://example.org/a.ics", "must begin with https"),
            ("https://ann:secret@example.org/", "Leave out the name"),
            ("https://example.org/" + "a" * 600, "too long"),
        ],
    )
    def test_another_address_is_refused_with_what_to_do(self, signed_in, person, written, because):
        response = signed_in.post(PREFERENCES, {"do": "calendar", "address": written})

        assert response.status_code == 422
        assert because in text(response)
        assert not AbsenceCalendar.objects.exists()

    def test_a_problem_is_told_with_when_it_was_last_read_where_the_person_is(self, signed_in, person):
        AbsenceCalendarFactory(person=person, read_at=MONDAY, problem="The calendar answered with code 404.")
        person.zone = "Asia/Tokyo"
        person.save()

        page = text(signed_in.get(PREFERENCES))

        assert "The calendar answered with code 404." in page
        assert "last read on Monday, 23 November at 17:00" in page

    def test_removing_it_removes_its_days_to_come(self, signed_in, person):
        AbsenceCalendarFactory(person=person)
        AbsenceFactory(person=person, starts_on=date(2026, 12, 24), source="calendar")

        signed_in.post(PREFERENCES, {"do": "no-calendar"})

        assert not AbsenceCalendar.objects.exists()
        assert not Absence.objects.exists()

    @pytest.mark.parametrize("do", ["calendar", "no-calendar"])
    def test_a_mails_link_shows_its_state_and_changes_nothing(self, visitor, address, person, do):
        AbsenceCalendarFactory(person=person, problem="It is gone.")

        page = text(visitor.get(address))
        response = visitor.post(address, {"do": do, "address": "https://evil.example/a.ics"})

        assert "It is gone." in page
        assert 'name="address"' not in page
        assert response.status_code == 422
        assert AbsenceCalendar.objects.get().address != "https://evil.example/a.ics"

    def test_a_mails_link_opened_by_who_signed_in_gives_no_more(self, signed_in, address, person):
        assert signed_in.post(address, {"do": "calendar", "address": "https://a.example/"}).status_code == 422
        assert not AbsenceCalendar.objects.exists()
