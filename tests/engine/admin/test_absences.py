import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from config.access import LEARNING
from engine.models import Mail
from people.models import Absence, AbsenceCalendar, Person
from tests.engine_factories import TODAY, MailFactory
from tests.factories import AbsenceCalendarFactory, AbsenceFactory, PersonFactory
from tests.moments import MONDAY
from tests.staff import member

pytestmark = pytest.mark.django_db

LIST = "/admin/people/absence/"
IMPORT = f"{LIST}import/"
CALENDARS = "/admin/people/absencecalendar/"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_monday(settings):
    settings.CLOCK_OFFSET = MONDAY - timezone.now()


@pytest.fixture
def lena() -> Client:
    client = Client()
    client.force_login(member(LEARNING, name="Lena"))
    return client


@pytest.fixture
def mail() -> Mail:
    """A mail of today that waits for its hour; its workout is not planned yet."""
    person = PersonFactory(email="ann@example.org")
    later = {"not_before": MONDAY + timedelta(minutes=30), "expires_at": MONDAY + timedelta(hours=1)}
    return MailFactory(person=person, workout=None, day=TODAY, **later)


def status(mail: Mail) -> str:
    return Mail.objects.get(pk=mail.pk).status


def add(client: Client, person: Person, first: date = TODAY, last: date = TODAY):
    return client.post(f"{LIST}add/", {"person": person.pk, "starts_on": str(first), "ends_on": str(last)})


def upload(client: Client, text: str, do: str = "import", **more):
    file = SimpleUploadedFile("away.csv", text.encode())
    return client.post(IMPORT, {"file": file, "do": do, **more}, follow=True)


def test_an_absence_noted_by_staff_holds_at_once_and_its_removal_too(lena, mail):
    add(lena, mail.reader)
    absence = Absence.objects.get()
    assert (absence.source, status(mail)) == ("staff", "cancelled")

    lena.post(f"{LIST}{absence.pk}/delete/", {"post": "yes"})
    assert status(mail) == "queued"


def test_a_change_of_its_days_holds_at_once(lena, mail):
    absence = AbsenceFactory(person=mail.person, starts_on=TODAY + 7 * DAY, source="file")

    lena.post(f"{LIST}{absence.pk}/change/", {"starts_on": str(TODAY), "ends_on": str(TODAY + DAY)})

    absence.refresh_from_db()
    assert (absence.starts_on, absence.source, status(mail)) == (TODAY, "staff", "cancelled")


def test_removing_several_from_the_list_holds_at_once(lena, mail):
    add(lena, mail.reader)
    chosen = {"action": "delete_selected", "_selected_action": [Absence.objects.get().pk], "post": "yes"}

    lena.post(LIST, chosen)

    assert (Absence.objects.count(), status(mail)) == (0, "queued")


def test_one_on_the_page_of_a_person_holds_at_once(lena, mail):
    page = f"/admin/people/person/{mail.person_id}/change/"
    form = lena.get(page).context["adminform"].form
    sent = {bound.html_name: "" if bound.value() is None else bound.value() for bound in form}
    sent |= {
        bound.html_initial_name: bound.value() or "" for bound in form if bound.field.show_hidden_initial
    }
    sent = {name: value for name, value in sent.items() if value is not False}
    row = {"starts_on": str(TODAY), "ends_on": str(TODAY), "person": mail.person_id, "id": ""}
    sent |= {"absences-TOTAL_FORMS": "1", "absences-INITIAL_FORMS": "0"}
    sent |= {f"absences-0-{name}": value for name, value in row.items()}

    assert lena.post(page, sent).status_code == 302

    assert (Absence.objects.get().source, status(mail)) == ("staff", "cancelled")


def test_an_absence_that_ends_before_it_starts_is_an_error_of_the_form(lena, mail):
    response = add(lena, mail.reader, TODAY, TODAY - DAY)

    assert "before the first day" in str(response.context["adminform"].form.errors["ends_on"])
    assert not Absence.objects.exists()


def test_absences_may_overlap(lena, mail):
    add(lena, mail.reader, TODAY, TODAY + 3 * DAY)
    add(lena, mail.reader, TODAY + DAY, TODAY + 5 * DAY)

    assert Absence.objects.count() == 2


def test_what_a_calendar_said_is_changed_in_the_calendar_only(lena, mail):
    absence = AbsenceFactory(person=mail.person, starts_on=TODAY, source="calendar")
    chosen = {"action": "delete_selected", "_selected_action": [absence.pk], "post": "yes"}

    assert lena.post(f"{LIST}{absence.pk}/delete/", {"post": "yes"}).status_code == 403
    assert lena.post(f"{LIST}{absence.pk}/change/", {"starts_on": "2027-01-01"}).status_code == 403
    lena.post(LIST, chosen)

    assert Absence.objects.filter(pk=absence.pk, starts_on=TODAY).exists()


class TestImport:
    HEADER = "email,starts_on,ends_on\n"

    def test_the_list_leads_to_it(self, lena):
        assert IMPORT in lena.get(LIST).content.decode()

    def test_a_sound_file_is_loaded_and_holds_at_once(self, lena, mail):
        response = upload(lena, self.HEADER + "ann@example.org,2026-11-23,2026-11-27\n")

        assert response.redirect_chain[-1][0] == LIST
        assert "1 absence added" in response.content.decode()
        assert (Absence.objects.get().source, status(mail)) == ("file", "cancelled")

    def test_checking_a_file_writes_nothing(self, lena, mail):
        response = upload(lena, self.HEADER + "ann@example.org,2026-11-23,2026-11-27\n", do="check")

        assert "1 absence added" in response.content.decode()
        assert "Nothing was written" in response.content.decode()
        assert (Absence.objects.count(), status(mail)) == (0, "queued")

    def test_what_was_checked_is_imported_by_the_next_press_without_choosing_it_again(self, lena, mail):
        page = upload(lena, self.HEADER + "ann@example.org,2026-11-23,2026-11-27\n", do="check")
        shown = dict(re.findall(r'name="(packed|name)" value="([^"]+)"', page.content.decode()))

        response = lena.post(IMPORT, {**shown, "do": "import"}, follow=True)

        assert "1 absence added" in response.content.decode()
        assert (Absence.objects.get().source, status(mail)) == ("file", "cancelled")

    def test_another_file_takes_the_place_of_the_one_that_was_checked(self, lena, mail):
        page = upload(lena, self.HEADER + "ann@example.org,2026-11-23,2026-11-27\n", do="check")
        shown = dict(re.findall(r'name="(packed|name)" value="([^"]+)"', page.content.decode()))

        upload(lena, self.HEADER + "ann@example.org,2026-12-01,2026-12-02\n", **shown)

        assert str(Absence.objects.get().starts_on) == "2026-12-01"

    def test_checking_again_checks_the_file_that_came_along(self, lena, mail):
        page = upload(lena, self.HEADER + "ann@example.org,2026-11-23,2026-11-27\n", do="check")
        shown = dict(re.findall(r'name="(packed|name)" value="([^"]+)"', page.content.decode()))

        again = lena.post(IMPORT, {**shown, "do": "check"}).content.decode()

        assert f'name="packed" value="{shown["packed"]}"' in again
        assert not Absence.objects.exists()

    def test_a_file_with_problems_does_not_come_along(self, lena, mail):
        page = upload(lena, self.HEADER + "ann@example.org,soon,2026-11-27\n", do="check")

        assert 'name="packed"' not in page.content.decode()

    def test_a_checked_file_that_did_not_come_through_is_asked_for_again(self, lena):
        response = lena.post(IMPORT, {"packed": "aGVsbG8=", "do": "import"})

        assert "did not come through. Choose it again." in response.content.decode()

    def test_every_problem_is_shown_with_line_and_column_and_nothing_is_loaded(self, lena, mail):
        text = "ann@example.org,2026-11-23,2026-11-27\n<b>eve</b>@example.org,2026-11-23,soon\n"

        page = upload(lena, self.HEADER + text).content.decode()

        assert "<td>3</td><td>email</td>" in page
        assert "<td>3</td><td>ends_on</td>" in page
        assert "<b>eve" not in page
        assert not Absence.objects.exists()

    def test_a_complete_file_removes_what_only_earlier_ones_said(self, lena, mail):
        AbsenceFactory(person=mail.person, starts_on=TODAY + 30 * DAY, source="file")

        upload(lena, self.HEADER, replace="on")

        assert not Absence.objects.exists()

    def test_without_a_file_it_asks_for_one(self, lena):
        assert "Choose a file." in lena.post(IMPORT, {"do": "import"}).content.decode()

    def test_who_may_not_add_absences_may_not_import_them(self):
        client = Client()
        client.force_login(member("operator", name="Otto"))

        assert client.get(IMPORT).status_code == 403
        assert upload(client, self.HEADER).status_code == 403


class TestCalendars:
    def test_an_address_is_taken_and_shown_to_nobody_again(self, lena, mail):
        given = {"person": mail.person_id, "address": "https://calendar.example.org/kumquat.ics"}
        lena.post(f"{CALENDARS}add/", given)
        row = AbsenceCalendar.objects.get()

        pages = [lena.get(CALENDARS), lena.get(f"{CALENDARS}{row.pk}/change/"), lena.get("/admin/")]

        assert row.address == given["address"]
        assert "calendar.example.org" in pages[0].content.decode()
        assert [page for page in pages if "kumquat" in page.content.decode()] == []

    def test_a_second_address_takes_the_place_of_the_first(self, lena, mail):
        AbsenceCalendarFactory(person=mail.person, problem="Gone.", due_at=MONDAY + DAY)

        lena.post(f"{CALENDARS}add/", {"person": mail.person_id, "address": "webcal://new.example.org/a.ics"})

        row = AbsenceCalendar.objects.get()
        assert (row.address, row.problem, row.due_at) == ("https://new.example.org/a.ics", "", None)

    def test_an_address_that_is_not_https_is_an_error_of_the_form(self, lena, mail):
        response = lena.post(f"{CALENDARS}add/", {"person": mail.person_id, "address": "http://a.example/"})

        assert "must begin with https" in response.content.decode()
        assert not AbsenceCalendar.objects.exists()

    def test_removing_one_removes_its_days_to_come_and_holds_at_once(self, lena, mail):
        row = AbsenceCalendarFactory(person=mail.person)
        AbsenceFactory(person=mail.person, starts_on=TODAY, source="calendar")
        Mail.objects.update(status="cancelled", because="The person is away.")

        lena.post(f"{CALENDARS}{row.pk}/delete/", {"post": "yes"})

        assert (Absence.objects.count(), AbsenceCalendar.objects.count(), status(mail)) == (0, 0, "queued")
