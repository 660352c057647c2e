"""What planning knows of people: who counts as an expert."""

import pytest

from engine.practice.pupils import load_pupils
from paths.catalogue import catalogue
from people.models import Person
from tests.factories import FIRST_MONDAY, LevelFactory, PersonFactory

pytestmark = pytest.mark.django_db


def are_experts(*people: Person) -> list[bool]:
    pupils = load_pupils({person.pk: FIRST_MONDAY for person in people}, catalogue())
    return [pupil.is_expert for pupil in pupils]


def test_who_is_at_the_highest_level_is_an_expert():
    novice, expert = PersonFactory(), PersonFactory(level=LevelFactory(slug="expert", rank=2))

    assert are_experts(novice, expert) == [False, True]


def test_where_there_is_one_level_nobody_is_an_expert():
    assert are_experts(PersonFactory()) == [False]


def test_where_all_levels_have_one_rank_nobody_is_an_expert():
    assert are_experts(PersonFactory(), PersonFactory(level=LevelFactory(slug="senior", rank=1))) == [
        False,
        False,
    ]


def test_who_has_no_level_is_no_expert():
    LevelFactory(slug="expert", rank=2)

    assert are_experts(PersonFactory(), PersonFactory(level=None)) == [False, False]
