"""L&D reads what people reported of an exercise, settles it, and learns nothing of who said it."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.access import LEARNING
from engine import practice
from engine.models import Remark
from paths.models import Exercise, Path
from people.models import Person
from tests.engine_factories import RemarkFactory, RepFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.staff import member
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

LIST = "/admin/engine/remark/"
NOT_USEFUL = Remark.Kind.NOT_USEFUL


@pytest.fixture
def lead() -> Person:
    return member(LEARNING, name="Lena")


@pytest.fixture
def lena(lead) -> Client:
    client = Client()
    client.force_login(lead)
    return client


def report(**fields) -> Remark:
    return RemarkFactory(rep=RepFactory(workout__person__name="Quintus Hidden"), **fields)


def listed(client: Client, **query) -> list[Remark]:
    return list(client.get(LIST, query).context["cl"].result_list)


def act(client: Client, action: str, *remarks: Remark):
    chosen = {"action": action, "_selected_action": [remark.pk for remark in remarks]}
    response = client.post(LIST, chosen, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_the_list_says_what_was_said_of_which_exercise_on_which_day(lena):
    remark = report(text="The key is wrong.")

    html = lena.get(LIST).content.decode()

    for shown in ("The key is wrong.", remark.exercise.slug, remark.exercise.skill.title, "23 Nov 2026"):
        assert shown in html
    assert "fewer than five people" in html


@pytest.mark.parametrize("page", [LIST, f"{LIST}{{}}/change/", f"{LIST}{{}}/history/"])
def test_no_page_says_who_reported_it_or_at_what_hour(lena, page):
    remark = report()
    act(lena, "settle", remark)

    html = lena.get(page.format(remark.pk)).content.decode()

    assert remark.person.name not in html
    assert remark.person.email not in html
    assert f"/person/{remark.person.pk}/" not in html
    assert "09:00" not in html


def test_who_reported_it_is_not_even_read(lena):
    remark = report()

    with CaptureQueriesContext(connection) as queries:
        lena.get(LIST)
        lena.get(f"{LIST}{remark.pk}/change/")

    read = [query["sql"] for query in queries if 'FROM "engine_remark"' in query["sql"]]
    assert read
    assert not any('"person_id"' in sql or '"rep_id"' in sql for sql in read)


@pytest.mark.parametrize("words", ["Quintus", "Hidden"])
def test_no_search_finds_a_report_by_who_made_it(lena, words):
    report()

    assert listed(lena, q=words) == []


@pytest.mark.parametrize(
    "lookup",
    ["person", "person__id__exact", "person__name__startswith", "rep__workout__person", "settled_by__email"],
)
def test_no_filter_leads_to_who_made_a_report(lena, lookup):
    report()

    assert lena.get(LIST, {lookup: "1"}).status_code == 400


@pytest.mark.parametrize("place", range(-9, 10))
def test_no_sorting_is_by_who_made_a_report(lena, place):
    report()

    with CaptureQueriesContext(connection) as queries:
        lena.get(LIST, {"o": place})

    assert not any('ORDER BY "people_person"' in query["sql"] for query in queries)


def test_only_mistakes_that_stand_are_listed(lena):
    stands = report()
    report(kind=NOT_USEFUL)
    report(withdrawn_at=MONDAY)

    assert listed(lena) == [stands]


def test_reports_are_found_by_state_and_by_path(lena):
    first, settled = report(), report(settled_at=MONDAY)

    assert listed(lena, settled="no") == [first]
    assert listed(lena, settled="yes") == [settled]
    assert listed(lena, path=settled.exercise.skill.path_id) == [settled]


def test_a_report_is_settled_logged_and_opened_again(lena, lead):
    remark = report()

    assert act(lena, "settle", remark) == ["1 report is settled."]
    remark.refresh_from_db()
    assert (remark.settled_by, remark.settled_at is None) == (lead, False)

    assert act(lena, "open_again", remark) == ["1 report is open again."]
    remark.refresh_from_db()
    assert (remark.settled_by, remark.settled_at) == (None, None)
    said = LogEntry.objects.order_by("pk").values_list("user", "change_message")
    assert list(said) == [(lead.pk, "Settled."), (lead.pk, "Opened again.")]


def test_settling_twice_keeps_who_was_first(lead):
    remark = report(settled_at=MONDAY, settled_by=lead)

    assert practice.settle(Remark.objects.all(), by=PersonFactory(), now=MONDAY + timedelta(days=1)) == []

    remark.refresh_from_db()
    assert (remark.settled_at, remark.settled_by) == (MONDAY, lead)


@pytest.mark.parametrize("is_same_person", [True, False])
def test_what_stays_settled_does_not_tell_whether_two_reports_are_one_persons(lena, is_same_person):
    old = report(settled_at=MONDAY)
    RemarkFactory(rep=old.rep if is_same_person else RepFactory(exercise=old.exercise))

    told = act(lena, "open_again", old)

    assert told == ["0 reports are open again. The others are open, or a report of the same exercise is."]


def test_two_settled_reports_of_one_person_do_not_break_the_undo():
    old = report(settled_at=MONDAY)
    report(settled_at=MONDAY)
    RemarkFactory(rep=old.rep, settled_at=MONDAY + timedelta(days=1))

    assert len(practice.open_again(Remark.objects.all())) == 2


def test_withdrawn_reports_are_neither_settled_nor_opened(lead):
    report(withdrawn_at=MONDAY)
    report(withdrawn_at=MONDAY, settled_at=MONDAY)

    assert practice.settle(Remark.objects.all(), by=lead, now=MONDAY) == []
    assert practice.open_again(Remark.objects.all()) == []


@pytest.mark.parametrize("page", ["add/", "{}/delete/"])
def test_a_report_is_neither_made_nor_deleted_here(lena, page):
    remark = report()

    assert lena.post(LIST + page.format(remark.pk), {"post": "yes"}).status_code == 403


def test_a_report_is_not_changed_by_its_form(lena):
    remark = report(text="The key is wrong.")

    assert lena.post(f"{LIST}{remark.pk}/change/", {"text": "Fine."}).status_code == 403

    remark.refresh_from_db()
    assert remark.text == "The key is wrong."


@pytest.mark.parametrize("link", ["As published", "In the editor"])
def test_a_report_leads_to_its_exercise_in_the_text(lena, link):
    published(path_text())
    exercise = Exercise.objects.get(skill__slug="grain", slug="second")
    remark = RemarkFactory(rep=RepFactory(exercise=exercise))
    html = lena.get(f"{LIST}{remark.pk}/change/").content.decode()
    address = html.split(f">{link}<")[0].rsplit('href="', 1)[1].split('"')[0]

    response = lena.get(address)

    text = response.context["text"].split("\n")
    [meant] = [line.number for line in response.context["lines"] if line.is_meant]
    assert text[meant - 1].strip() == "- id: second"
    assert text.index("  - id: grain") < meant
    assert 'id="there"' in response.content.decode()


def test_a_link_to_an_exercise_that_is_gone_opens_the_page_all_the_same(lena):
    published(path_text())

    response = lena.get(f"/admin/paths/path/{Path.objects.get().pk}/change/", {"exercise": "none/none"})

    assert not any(line.is_meant for line in response.context["lines"])


def test_an_exercise_that_was_reworded_since_says_so(lena):
    published(path_text())
    RemarkFactory(rep=RepFactory(exercise=Exercise.objects.first()))
    Exercise.objects.update(is_current=False)

    assert "reworded or gone since" in lena.get(LIST).content.decode()


# Of no use


def said(exercise: Exercise, *, useless: int, met: int, **fields) -> None:
    for number in range(met):
        rep = RepFactory(exercise=exercise)
        if number < useless:
            RemarkFactory(rep=rep, kind=NOT_USEFUL, **fields)


def test_the_path_shows_shares_and_no_counts(lena):
    published(path_text())
    exercise = Exercise.objects.get(skill__slug="grain", slug="second")
    said(exercise, useless=4, met=6, made_at=MONDAY - timedelta(days=30))

    html = lena.get(f"/admin/paths/path/{exercise.skill.path_id}/change/").content.decode()

    assert "most of those who met it" in html
    assert not any(f"<td>{number}" in html for number in (4, 6, "66"))
