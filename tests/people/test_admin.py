from datetime import date

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client

from config.access import LEARNING
from people.admin import StaffAdmin, StaffForm
from people.models import Absence, Holiday, Role, Team
from tests.factories import AbsenceFactory, PersonFactory, RoleFactory, TeamFactory
from tests.staff import member

pytestmark = pytest.mark.django_db

TEAM = {
    "name": "Insights",
    "slug": "insights",
    "zone": "Europe/Berlin",
    "initial-zone": "Europe/Berlin",
    "workdays": ["mon", "tue", "thu"],
    "starts_at": "09:00",
    "ends_at": "17:00",
}


@pytest.fixture
def lena() -> Client:
    client = Client()
    client.force_login(member(LEARNING, role=None, level=None, team=None))
    return client


def test_a_team_takes_its_workdays_from_boxes(lena):
    lena.post("/admin/people/team/add/", TEAM)

    assert Team.objects.get().workdays == "mon,tue,thu"


def test_the_boxes_show_the_days_a_team_has(lena):
    team = TeamFactory(workdays="mon,fri")

    form = lena.get(f"/admin/people/team/{team.pk}/change/").context["adminform"].form

    checked = [box.data["value"] for box in form["workdays"].subwidgets if box.data["selected"]]
    assert checked == ["mon", "fri"]


def test_a_form_that_changes_no_workday_writes_none(lena):
    team = TeamFactory(workdays="mon,tue,thu")

    lena.post(f"/admin/people/team/{team.pk}/change/", {**TEAM, "country": "DE"})

    assert LogEntry.objects.get().get_change_message() == "Changed Country."


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("zone", "Berlin", "is not a time zone"),
        ("workdays", ["someday"], "someday is not one of the available choices"),
        ("name", "", "This field is required"),
    ],
)
def test_a_team_that_makes_no_sense_is_refused_at_its_field(lena, field, value, complaint):
    response = lena.post("/admin/people/team/add/", {**TEAM, field: value})

    assert complaint in str(response.context["adminform"].form.errors[field])
    assert not Team.objects.exists()


@pytest.mark.parametrize("staff_admin", admin.site._registry.values(), ids=str)
def test_every_form_for_staff_knows_what_it_showed(staff_admin):
    forms = [part.form for part in [staff_admin, *staff_admin.inlines]]

    assert not isinstance(staff_admin, StaffAdmin) or all(issubclass(form, StaffForm) for form in forms)


def test_what_path_files_call_a_role_never_changes(lena):
    role = RoleFactory(slug="data-analyst")

    lena.post(f"/admin/people/role/{role.pk}/change/", {"name": "Analyst", "slug": "other"})

    role.refresh_from_db()
    assert (role.name, role.slug) == ("Analyst", "data-analyst")


def test_a_role_counts_the_people_who_are_there(lena):
    role = RoleFactory()
    PersonFactory.create_batch(2, role=role)
    PersonFactory(role=role, gone=True)

    [row] = lena.get("/admin/people/role/").context["cl"].result_list

    assert row.active_people == 2


@pytest.mark.parametrize("kind", ["role", "level", "team"])
def test_what_people_belong_to_is_never_deleted_by_ld(lena, kind):
    row = getattr(PersonFactory(), kind)

    assert lena.post(f"/admin/people/{kind}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


def test_an_absence_comes_and_goes(lena):
    absence = AbsenceFactory()

    lena.post(f"/admin/people/absence/{absence.pk}/delete/", {"post": "yes"})

    assert not Absence.objects.exists()


def test_an_absence_that_ends_before_it_starts_is_refused(lena):
    person = PersonFactory()
    days = {"person": person.pk, "starts_on": "2026-11-24", "ends_on": "2026-11-23"}

    lena.post("/admin/people/absence/add/", days)

    assert not Absence.objects.exists()


def test_a_holiday_is_added_for_one_country(lena):
    lena.post("/admin/people/holiday/add/", {"day": "2026-12-24", "name": "Half day", "country": "DE"})

    assert Holiday.objects.get().day == date(2026, 12, 24)


def test_a_name_with_markup_is_inert(lena):
    Role.objects.create(slug="odd", name="<script>alert(1)</script>")

    html = lena.get("/admin/people/role/").content.decode()

    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
