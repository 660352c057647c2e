"""Filters of the lists follow the work; an empty list says what to do next."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from config.access import LEARNING, OPERATOR
from people.models import AbsenceCalendar
from tests.engine_factories import EnrolmentFactory
from tests.factories import AbsenceFactory, PersonFactory, TeamFactory
from tests.staff import member

pytestmark = pytest.mark.django_db

NONSENSE = "nonsense"


@pytest.fixture
def lena() -> Client:
    client = Client()
    client.force_login(member(LEARNING, name="Lena"))
    return client


def names(client: Client, address: str, /, **query) -> set[str]:
    return {str(row) for row in client.get(address, query).context["cl"].result_list}


@pytest.mark.parametrize("when", ["now", "coming", "past"])
def test_absences_are_found_by_when_they_are(lena, when):
    today = timezone.localdate()
    rows = {
        "now": AbsenceFactory(starts_on=today - timedelta(days=1), ends_on=today),
        "coming": AbsenceFactory(starts_on=today + timedelta(days=1)),
        "past": AbsenceFactory(starts_on=today - timedelta(days=1)),
    }

    assert names(lena, "/admin/people/absence/", when=when) == {str(rows[when])}


def test_absences_are_found_by_who_said_so(lena):
    AbsenceFactory(source="staff")
    own = AbsenceFactory(source="person")

    assert names(lena, "/admin/people/absence/", source__exact="person") == {str(own)}


def test_teams_are_found_by_whether_somebody_leads_them(lena):
    led = TeamFactory(slug="led", manager=PersonFactory(team=None))
    alone = TeamFactory(slug="alone")

    assert str(led) in names(lena, "/admin/people/team/", led="yes")
    assert str(alone) in names(lena, "/admin/people/team/", led="no")
    assert str(alone) not in names(lena, "/admin/people/team/", led="yes")


def test_people_are_found_by_their_calendar_and_whether_they_are_on_a_path(lena):
    ada = PersonFactory(name="Ada")
    AbsenceCalendar.objects.create(person=ada, address="https://example.org/ada.ics")
    EnrolmentFactory(person=PersonFactory(name="Emil"))
    EnrolmentFactory(person=PersonFactory(name="Gone"), ended_on="2026-11-01")
    people = "/admin/people/person/"

    assert names(lena, people, calendar="yes") == {"Ada"}
    assert "Ada" not in names(lena, people, calendar="no")
    assert names(lena, people, calendar="unreadable") == set()
    assert names(lena, people, path="on-one") == {"Emil"}


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        *(("/admin/people/person/", name) for name in ("practice", "path", "address", "calendar", "missing")),
        ("/admin/people/absence/", "when"),
        ("/admin/people/team/", "led"),
        ("/admin/paths/path/", "people"),
        ("/admin/engine/remark/", "settled"),
        ("/admin/engine/remark/", "path"),
        ("/admin/admin/logentry/", "by"),
        ("/admin/admin/logentry/", "kind"),
    ],
)
def test_a_value_that_a_filter_does_not_offer_filters_nothing(lena, address, parameter):
    assert lena.get(address, {parameter: NONSENSE}).status_code == 200
    assert names(lena, address, **{parameter: NONSENSE}) == names(lena, address)


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("paths/path", "No path yet. Add one"),
        ("engine/enrolment", "Nobody is on a path yet. Publish one"),
        ("engine/remark", "Nobody has reported a mistake."),
        ("people/absence", "No absence yet."),
        ("people/holiday", "No day of our own."),
        ("admin/logentry", "Nobody has changed anything yet."),
    ],
)
def test_an_empty_list_says_what_to_do_next(lena, page, told):
    assert told in lena.get(f"/admin/{page}/").content.decode()


@pytest.mark.parametrize("page", ["mail", "alert", "heartbeat", "relay"])
def test_an_operators_empty_list_says_why_it_is(page):
    otto = Client()
    otto.force_login(member(OPERATOR))

    html = otto.get(f"/admin/engine/{page}/").content.decode()

    assert 'class="nothing-here"' in html
    assert "Nothing is here yet." not in html


def test_a_list_that_filters_emptied_leads_back_to_all(lena):
    html = lena.get("/admin/people/person/", {"practice": "stopped"}).content.decode()

    assert "Nothing fits this search and these filters." in html
    assert '<a href="?">Show all</a>' in html
