"""Who did what: read by whom it concerns, and changed by nobody."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.test import Client
from django.utils import timezone
from django_q.models import Schedule

from config.access import LEARNING, OPERATOR
from people.models import Person
from tests.engine_factories import MailFactory
from tests.factories import AbsenceFactory, PersonFactory, TeamFactory
from tests.staff import member

pytestmark = pytest.mark.django_db

LIST = "/admin/admin/logentry/"


@pytest.fixture
def lead() -> Person:
    return member(LEARNING, name="Lena")


@pytest.fixture
def lena(lead) -> Client:
    client = Client()
    client.force_login(lead)
    return client


def log(by: Person, row, flag: int = CHANGE, message: str = "Started practice.", **fields) -> LogEntry:
    [entry] = LogEntry.objects.log_actions(by.pk, [row], flag, change_message=message)
    LogEntry.objects.filter(pk=entry.pk).update(**fields)
    return entry


def listed(client: Client, **query) -> list[LogEntry]:
    return list(client.get(LIST, query).context["cl"].result_list)


def test_the_newest_comes_first_with_who_did_what_and_when(lena, lead):
    team = TeamFactory()
    older = log(lead, team, ADDITION, action_time=timezone.now() - timedelta(days=2))
    newer = log(PersonFactory(name="Rosa"), team)

    html = lena.get(LIST).content.decode()

    assert listed(lena) == [newer, older]
    for shown in ("Rosa", "Lena", "added", "changed", "Started practice.", "Team"):
        assert shown in html


def test_a_row_that_has_a_page_is_linked_and_one_that_is_gone_is_not(lena, lead):
    absence, team = AbsenceFactory(), TeamFactory()
    log(lead, absence, ADDITION)
    log(lead, team)
    address = f"/admin/people/absence/{absence.pk}/change/"
    assert address in lena.get(LIST).content.decode()

    log(lead, absence, DELETION)
    absence.delete()

    html = lena.get(LIST).content.decode()
    assert address not in html
    assert f"/admin/people/team/{team.pk}/change/" in html


def test_only_what_the_reader_may_see_is_listed(lena, lead):
    seen = log(lead, TeamFactory())
    log(lead, MailFactory())
    log(lead, Schedule.objects.create(func="engine.jobs.tick"))
    rosa = Client()
    rosa.force_login(PersonFactory(is_staff=True, is_superuser=True))

    assert listed(lena) == [seen]
    assert len(listed(rosa)) == 3


def test_an_entry_of_what_the_reader_may_not_see_has_no_page(lena, lead):
    hidden = log(lead, MailFactory())

    response = lena.get(f"{LIST}{hidden.pk}/change/", follow=True)

    assert response.redirect_chain[-1][0] == "/admin/"


@pytest.mark.parametrize("page", ["", "1/change/", "1/history/"])
def test_an_operator_may_not_read_it(page):
    otto = Client()
    otto.force_login(member(OPERATOR))

    assert otto.get(LIST + page).status_code == 403


def test_entries_are_found_by_who_by_kind_by_date_and_by_words(lena, lead):
    rosa, team, person = PersonFactory(name="Rosa"), TeamFactory(slug="payments"), PersonFactory()
    first = log(lead, team, message="Renamed.", action_time=timezone.now() - timedelta(days=400))
    second = log(rosa, person)
    kinds = {label: key for key, label in lena.get(LIST).context["cl"].filter_specs[1].lookup_choices}

    assert listed(lena, by=rosa.pk) == [second]
    assert listed(lena, kind=kinds["Team"]) == [first]
    assert listed(lena, action_time__gte=(timezone.now() - timedelta(days=7)).isoformat()) == [second]
    assert listed(lena, q="Payments") == [first]
    assert listed(lena, q="Renamed") == [first]
    assert listed(lena, q="Rosa") == [second]


@pytest.mark.parametrize(
    "lookup", ["user__password__startswith", "user__reviews", "user__memories__stability"]
)
def test_a_lookup_it_does_not_offer_is_refused(lena, lookup):
    assert lena.get(LIST, {lookup: "1"}).status_code == 400


@pytest.mark.parametrize("page", ["add/", "{}/change/", "{}/delete/"])
def test_nobody_changes_it(lead, page):
    entry = log(lead, TeamFactory())
    rosa = Client()
    rosa.force_login(PersonFactory(is_staff=True, is_superuser=True))

    assert rosa.post(LIST + page.format(entry.pk), {"post": "yes"}).status_code == 403
