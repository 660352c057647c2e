"""Signed-off work is a review like any other: one for each skill and local day, in any order."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from engine import practice
from engine.models import Memory, Review
from engine.practice import Work, remembering
from engine.rules.memory import Rating, replay
from tests.engine_factories import SkillFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY

HOUR = timedelta(hours=1)
FACTS = ("stability", "difficulty", "reviewed_on", "introduced_on", "reviews", "last_rating", "last_by_work")


def standing(person):
    rows = Review.objects.standing().filter(person=person).in_order()
    return [(one.source, one.rating, one.reviewed_on, one.reviewed_at) for one in rows]


def facts(person, skill):
    return Memory.objects.filter(person=person, skill=skill).values(*FACTS).get()


def rep(person, skill, rating, at):
    on = person.today(at)
    return remembering.record(
        person, skill_id=skill.pk, rating=rating, source=Review.Source.REP, now=at, on=on
    )


@pytest.mark.django_db
def test_work_moves_memory_as_a_rep_would():
    person, skill = PersonFactory(), SkillFactory()

    practice.record_work(person, skill, Rating.GOOD, MONDAY)

    expected = replay([(MONDAY.date(), Rating.GOOD)])
    memory = Memory.objects.get()
    assert (memory.stability, memory.difficulty) == (expected.stability, expected.difficulty)
    assert memory.last_by_work
    assert standing(person) == [("work", 3, MONDAY.date(), MONDAY)]


@pytest.mark.django_db
def test_work_is_dated_by_the_calendar_of_whoever_did_it():
    person = PersonFactory(zone="Asia/Tokyo")

    review = practice.record_work(person, SkillFactory(), 3, datetime(2026, 11, 23, 20, tzinfo=UTC))

    assert review.reviewed_on == date(2026, 11, 24)


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations([(0, Rating.GOOD), (1, Rating.HARD), (2, Rating.EASY)])))
def test_all_the_work_of_one_day_is_one_review_with_the_lowest_rating(order):
    person, skill = PersonFactory(), SkillFactory()

    for hours, rating in order:
        practice.record_work(person, skill, rating, MONDAY + hours * HOUR)

    assert standing(person) == [("work", 2, MONDAY.date(), MONDAY + 2 * HOUR)]


@pytest.mark.django_db
def test_settling_twice_changes_nothing_the_second_time():
    person, skill = PersonFactory(), SkillFactory()
    shown = {skill.pk: [Work(rating=Rating.GOOD, done_at=MONDAY)]}

    for _ in range(2):
        practice.settle_work(person, on=MONDAY.date(), shown=shown, now=MONDAY)

    assert Review.objects.count() == 1


@pytest.mark.django_db
def test_a_skill_that_no_work_shows_any_more_loses_its_review_and_its_memory():
    person, skill = PersonFactory(), SkillFactory()
    practice.record_work(person, skill, Rating.GOOD, MONDAY)

    practice.settle_work(person, on=MONDAY.date(), shown={skill.pk: []}, now=MONDAY + HOUR)

    assert standing(person) == []
    assert not Memory.objects.exists()
    assert Review.objects.count() == 2  # appended to, never deleted


@pytest.mark.django_db
def test_reps_of_the_day_are_left_alone():
    person, skill = PersonFactory(), SkillFactory()
    rep(person, skill, Rating.AGAIN, MONDAY)

    practice.record_work(person, skill, Rating.EASY, MONDAY + HOUR)
    practice.settle_work(person, on=MONDAY.date(), shown={skill.pk: []}, now=MONDAY + 2 * HOUR)

    assert standing(person) == [("rep", 1, MONDAY.date(), MONDAY)]
    assert not Memory.objects.get().last_by_work


PIECE = st.tuples(
    st.sampled_from(["rep", "work"]), st.integers(0, 9), st.integers(0, 5), st.sampled_from(Rating)
)


class AnyOrder(TestCase):
    @settings(max_examples=30, deadline=None)
    @given(
        pieces=st.lists(PIECE, min_size=1, max_size=8, unique_by=lambda one: one[:3]),
        chance=st.randoms(use_true_random=False),
    )
    def test_any_order_of_arrival_leaves_exactly_the_same_memory(self, pieces, chance):
        skill = SkillFactory()
        # A workout has one rep of a skill, and a day one workout.
        reps = {day: (kind, day, hour, rating) for kind, day, hour, rating in pieces if kind == "rep"}
        pieces = [*reps.values(), *(one for one in pieces if one[0] == "work")]
        shuffled = chance.sample(pieces, len(pieces))

        people = [arrive(order, skill) for order in (pieces, shuffled)]

        assert facts(people[0], skill) == facts(people[1], skill)
        assert standing(people[0]) == standing(people[1])


def arrive(pieces, skill):
    person = PersonFactory()
    for kind, day, hour, rating in pieces:
        at = MONDAY + timedelta(days=day, hours=hour)
        if kind == "rep":
            rep(person, skill, rating, at)
        else:
            practice.record_work(person, skill, rating, at)
    return person
