from datetime import timedelta

import pytest

from engine import practice
from engine.models import Enrolment
from paths.models import Path
from people.models import Person
from tests.factories import LevelFactory, PersonFactory, RoleFactory
from tests.moments import MONDAY
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db


def paths_of(person: Person) -> list[str]:
    return list(person.enrolments.active().values_list("path__slug", flat=True))


def test_enrolment_follows_role_and_level():
    published(path_text("novices"), path_text("experts", skills=["drift"], level="expert"))
    novice, expert = PersonFactory(), PersonFactory(level=LevelFactory(slug="expert"))

    practice.reconcile(now=MONDAY)

    assert (paths_of(novice), paths_of(expert)) == (["novices"], ["experts"])


@pytest.mark.parametrize("also_called", ["data-analyst", "Data Analyst", "BI\nDATA-ANALYST"])
def test_a_path_finds_people_whose_role_is_also_called_what_it_says(also_called):
    published(path_text("novices"))
    person = PersonFactory(role=RoleFactory(slug="da", name="DA", also_called=also_called))

    assert not practice.without_path().exists()
    assert practice.audience_of(Path.objects.get()).get() == person
    practice.reconcile(now=MONDAY)

    assert paths_of(person) == ["novices"]


def test_where_one_role_has_the_id_and_another_is_called_so_the_id_counts():
    published(path_text("novices"))
    analyst = PersonFactory()
    other = PersonFactory(role=RoleFactory(slug="da", name="DA", also_called="Data-Analyst"))

    practice.reconcile(now=MONDAY)

    assert (paths_of(analyst), paths_of(other)) == (["novices"], [])
    assert practice.without_path().get() == other


def test_reconciling_twice_changes_nothing_the_second_time():
    published(path_text())
    PersonFactory()

    assert [practice.reconcile(now=MONDAY), practice.reconcile(now=MONDAY)] == [1, 0]


def test_a_promotion_ends_one_enrolment_and_starts_another():
    published(path_text("novices"), path_text("experts", skills=["drift"], level="expert"))
    person = PersonFactory()
    practice.reconcile(now=MONDAY)

    Person.objects.update(level=LevelFactory(slug="expert"))
    practice.reconcile(now=MONDAY + timedelta(days=1))

    assert paths_of(person) == ["experts"]
    assert Enrolment.objects.get(path__slug="novices").ended_on == MONDAY.date() + timedelta(days=1)


def test_an_enrolment_by_hand_outlasts_the_level_but_not_the_person():
    published(path_text("experts", skills=["drift"], level="expert"))
    person = PersonFactory()
    Enrolment.objects.create(
        person=person, path=Path.objects.get(), source=Enrolment.Source.BY_HAND, started_on=MONDAY.date()
    )

    practice.reconcile(now=MONDAY)
    assert paths_of(person) == ["experts"]

    Person.objects.update(is_active=False)
    practice.reconcile(now=MONDAY)
    assert paths_of(person) == []


def test_an_enrolment_by_hand_is_still_there_when_somebody_who_stopped_goes_on():
    published(path_text("experts", skills=["drift"], level="expert"))
    person = PersonFactory()
    Enrolment.objects.create(
        person=person, path=Path.objects.get(), source=Enrolment.Source.BY_HAND, started_on=MONDAY.date()
    )

    practice.stop(person, now=MONDAY)
    practice.reconcile(now=MONDAY)
    practice.go_on(person, now=MONDAY)

    assert paths_of(person) == ["experts"]


def test_a_retired_path_starts_nobody_and_lets_the_enrolled_finish():
    published(path_text())
    enrolled = PersonFactory()
    practice.reconcile(now=MONDAY)

    published(path_text(status="retired"), now=MONDAY)
    late = PersonFactory()
    practice.reconcile(now=MONDAY)

    assert (paths_of(enrolled), paths_of(late)) == (["analyst-novice"], [])


def test_nobody_practises_before_they_are_started():
    published(path_text())
    person = PersonFactory(new=True)

    practice.reconcile(now=MONDAY)
    assert paths_of(person) == []

    assert practice.start(Person.objects.filter(pk=person.pk), by=None, now=MONDAY) == [person]
    person.refresh_from_db()
    assert (person.started_on, paths_of(person)) == (MONDAY.date(), ["analyst-novice"])


def test_an_agent_is_never_started():
    agent = PersonFactory(agent=True)

    assert practice.start(Person.objects.filter(pk=agent.pk), by=None, now=MONDAY) == []


@pytest.mark.parametrize(("own", "begins_with"), [(6, 9), (4, 4), (12, 12)])
def test_who_starts_begins_with_the_minutes_of_the_path_unless_others_were_chosen(own, begins_with):
    for name, minutes in (("first", 8), ("second", 9)):
        text = path_text(name, skills=[f"{name}-skill"])
        published(text.replace("new_skills_per_week: 5", f"minutes_per_workday: {minutes}"))
    person = PersonFactory(new=True, minutes=own)

    practice.start(Person.objects.filter(pk=person.pk), by=None, now=MONDAY)

    person.refresh_from_db()
    assert person.minutes == begins_with
