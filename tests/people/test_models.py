from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from people.models import Person, day_numbers
from tests.factories import AbsenceFactory, PersonFactory

pytestmark = pytest.mark.django_db


def test_two_people_cannot_have_one_email_in_different_case():
    PersonFactory(email="ann@example.org")

    with pytest.raises(IntegrityError):
        PersonFactory(email="Ann@Example.org")


def test_an_agent_needs_an_owner():
    with pytest.raises(IntegrityError, match="agents_have_an_owner"):
        PersonFactory(agent=True, owner=None)


def test_a_person_has_no_owner():
    owner = PersonFactory()

    with pytest.raises(IntegrityError, match="agents_have_an_owner"):
        PersonFactory(owner=owner)


def test_nobody_manages_themself():
    person = PersonFactory()

    with pytest.raises(IntegrityError, match="nobody_manages_themself"):
        Person.objects.filter(pk=person.pk).update(manager=person)


def test_two_people_may_have_no_external_id_but_not_the_same():
    PersonFactory.create_batch(2, external_id=None)
    PersonFactory(external_id="E1")

    with pytest.raises(IntegrityError):
        PersonFactory(external_id="E1")


def test_an_absence_does_not_end_before_it_starts():
    AbsenceFactory(starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 2))

    with pytest.raises(IntegrityError, match="absence_ends_after_it_starts"):
        AbsenceFactory(starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 1))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Europe/Berlinn"),
        ("workdays", "mon,fry"),
        ("share", 2),
        ("window", 4),
        ("minutes", 0),
        ("minutes", 61),
    ],
)
def test_a_form_refuses_what_a_rhythm_cannot_hold(field, value):
    person = PersonFactory.build(role=None, level=None, team=None, **{field: value})

    with pytest.raises(ValidationError) as refused:
        person.clean_fields(exclude=["password"])

    assert list(refused.value.message_dict) == [field]


def test_workdays_are_numbered_from_monday():
    assert day_numbers("mon,wed,sun") == {0, 2, 6}


@pytest.mark.parametrize(
    "state",
    [
        {"started_on": None},
        {"is_active": False},
        {"stopped_at": "2026-02-02T08:00Z"},
        {"agent": True},
    ],
    ids=["not started", "left", "stopped", "an agent"],
)
def test_only_started_people_who_neither_left_nor_stopped_practise(state):
    practising = PersonFactory()
    other = PersonFactory(**state)
    other.refresh_from_db()

    found = Person.objects.practising()

    assert practising in found
    assert other not in found
    assert practising.is_practising
    assert not other.is_practising


def test_somebody_whose_address_was_refused_is_not_reachable():
    reachable = PersonFactory()
    PersonFactory(mail_refused_at="2026-02-02T08:00Z")

    assert list(Person.objects.reachable()) == [reachable]
