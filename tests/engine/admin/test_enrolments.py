import pytest
from django.test import Client

from config.access import LEARNING
from engine.models import Enrolment
from paths.models import Path
from tests.engine_factories import EnrolmentFactory, PathVersionFactory
from tests.factories import PersonFactory, RoleFactory
from tests.staff import member

pytestmark = pytest.mark.django_db

LIST = "/admin/engine/enrolment/"
BY_HAND = Enrolment.Source.BY_HAND


@pytest.fixture
def lena() -> Client:
    client = Client()
    client.force_login(member(LEARNING))
    return client


@pytest.fixture
def path() -> Path:
    version = PathVersionFactory()
    Path.objects.filter(pk=version.path_id).update(current=version)
    return version.path


def add(client: Client, person, path) -> list[str]:
    """Fill in the form; return its complaints."""
    response = client.post(f"{LIST}add/", {"person": person.pk, "path": path.pk})
    if response.status_code == 302:
        return []
    return [str(error) for errors in response.context["errors"] for error in errors]


def test_a_person_is_put_on_a_path_by_hand(lena, path):
    person = PersonFactory()

    assert add(lena, person, path) == []

    enrolment = Enrolment.objects.get()
    assert (enrolment.person, enrolment.path, enrolment.source) == (person, path, BY_HAND)


@pytest.mark.parametrize("state", [{"new": True}, {"gone": True}, {"agent": True}])
def test_who_does_not_practise_is_put_on_no_path(lena, path, state):
    [complaint] = add(lena, PersonFactory(**state), path)

    assert "does not practise: start them first" in complaint


def test_nobody_is_on_a_path_twice(lena, path):
    enrolment = EnrolmentFactory(path=path)

    [complaint] = add(lena, enrolment.person, path)

    assert "already" in complaint


def test_who_was_on_a_path_once_may_come_back(lena, path):
    ended = EnrolmentFactory(path=path, ended_on="2026-01-01")

    assert add(lena, ended.person, path) == []


@pytest.mark.parametrize("status", [Path.Status.DRAFT, Path.Status.RETIRED])
def test_only_active_paths_take_people_in(lena, path, status):
    Path.objects.filter(pk=path.pk).update(status=status)

    [complaint] = add(lena, PersonFactory(), path)

    assert "not one of the available choices" in complaint


def test_ending_ends_what_was_by_hand_and_says_what_follows_the_role(lena):
    by_hand, by_role = EnrolmentFactory(source=BY_HAND), EnrolmentFactory()

    chosen = {"action": "end", "_selected_action": [by_hand.pk, by_role.pk]}
    response = lena.post(LIST, chosen, follow=True)

    by_hand.refresh_from_db()
    by_role.refresh_from_db()
    assert (by_hand.ended_on is None, by_role.ended_on is None) == (False, True)
    assert [str(message) for message in response.context["messages"]] == [
        "1 enrolment ended.",
        "1 did not end: it follows role and level; change those, or the path's audience.",
    ]


def test_an_enrolment_is_otherwise_only_looked_at(lena):
    enrolment = EnrolmentFactory()

    response = lena.post(f"{LIST}{enrolment.pk}/change/", {"started_on": "2020-01-01"})

    assert response.status_code == 403
    assert lena.get(f"{LIST}{enrolment.pk}/change/").status_code == 200


@pytest.mark.parametrize("field", ["path__id__exact", "person__role__id__exact"])
def test_enrolments_are_found_by_path_and_by_role(lena, field):
    wanted = EnrolmentFactory()
    EnrolmentFactory(person=PersonFactory(role=RoleFactory(slug="other")))
    value = wanted.path_id if "path" in field else wanted.person.role_id

    rows = lena.get(LIST, {field: value}).context["cl"].result_list

    assert list(rows) == [wanted]


@pytest.mark.parametrize(("value", "count"), [("yes", 1), ("no", 1), ("", 2)])
def test_enrolments_are_found_by_whether_they_are_open(lena, value, count):
    EnrolmentFactory()
    EnrolmentFactory(ended_on="2026-01-01")

    assert len(lena.get(LIST, {"open": value} if value else {}).context["cl"].result_list) == count
