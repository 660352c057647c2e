from datetime import timedelta
from itertools import permutations

import pytest

from engine import practice
from engine.models import Memory, Review
from engine.practice import remembering
from engine.rules.memory import Rating, replay
from paths.models import Skill
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

HISTORY = [(0, Rating.GOOD), (3, Rating.AGAIN), (10, Rating.HARD)]


@pytest.fixture
def person():
    published(path_text())
    return PersonFactory()


def review(person, skill, days, rating):
    now = MONDAY + timedelta(days=days)
    return remembering.record(
        person, skill_id=skill.pk, rating=rating, source=Review.Source.WORK, now=now, on=now.date()
    )


@pytest.mark.parametrize("order", list(permutations(HISTORY)))
def test_the_order_of_arrival_changes_nothing(person, order):
    skill = Skill.objects.first()

    for days, rating in order:
        review(person, skill, days, rating)

    expected = replay((MONDAY.date() + timedelta(days=days), rating) for days, rating in HISTORY)
    memory = Memory.objects.get()
    assert (memory.stability, memory.difficulty) == (expected.stability, expected.difficulty)
    assert (memory.introduced_on, memory.reviews) == (MONDAY.date(), 3)


def test_voiding_a_review_in_the_middle_replays_the_rest(person):
    skill = Skill.objects.first()
    _, middle, _ = [review(person, skill, days, rating) for days, rating in HISTORY]

    remembering.void(middle, now=MONDAY + timedelta(days=11))

    expected = replay(
        (MONDAY.date() + timedelta(days=days), HISTORY[at][1]) for at, days in [(0, 0), (2, 10)]
    )
    assert Memory.objects.get().stability == expected.stability


def test_rebuilding_what_is_right_reports_nothing(person):
    for skill in Skill.objects.all():
        review(person, skill, 0, Rating.EASY)

    assert list(practice.rebuild_all([person.pk])) == []


def test_rebuilding_reports_and_mends_what_reviews_do_not_explain(person):
    changed, missing, invented = (
        Skill.objects.first(),
        Skill.objects.last(),
        Skill.objects.create(slug="x", title="X", path=Skill.objects.first().path),
    )
    for skill in (changed, missing):
        review(person, skill, 0, Rating.GOOD)
    Memory.objects.filter(skill=changed).update(stability=99.0)
    Memory.objects.filter(skill=missing).update(skill=invented)

    found = list(practice.rebuild_all([person.pk]))

    assert {difference.skill_id for difference in found} == {changed.pk, missing.pk, invented.pk}
    assert list(practice.rebuild_all([person.pk])) == []
    assert set(Memory.objects.values_list("skill", flat=True)) == {changed.pk, missing.pk}


@pytest.mark.parametrize(
    "wrong", [{"reviews": 7}, {"introduced_on": MONDAY.date() - timedelta(days=9)}, {"model": "fsrs-5"}]
)
def test_rebuilding_mends_every_column_of_a_memory(person, wrong):
    review(person, Skill.objects.first(), 0, Rating.GOOD)
    right = Memory.objects.values().get()
    Memory.objects.update(**wrong)

    assert len(list(practice.rebuild_all([person.pk]))) == 1
    assert Memory.objects.values().get() == right


def test_what_was_mended_stays_so_when_nobody_listens_to_the_end(person):
    for skill in Skill.objects.all():
        review(person, skill, 0, Rating.GOOD)
    Memory.objects.update(stability=99.0)

    differences = practice.rebuild_all([person.pk])
    next(differences)
    differences.close()

    assert not Memory.objects.filter(stability=99.0).exists()
