from datetime import timedelta

import pytest

from engine import practice
from engine.models import Enrolment, Review
from engine.practice import remembering
from engine.practice.recollection import reviews_of
from engine.rules.curves import falls_to
from engine.rules.grading import Given
from engine.rules.memory import Rating
from paths.models import Path, Skill
from tests.engine_factories import TODAY, RepFactory, WorkoutFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return PersonFactory()


def practised(person, slug, *, days_ago=3, rating=Rating.GOOD):
    then = MONDAY - timedelta(days=days_ago)
    return remembering.record(
        person,
        skill_id=Skill.objects.get(slug=slug).pk,
        rating=rating,
        source=Review.Source.WORK,
        now=then,
        on=then.date(),
    )


def test_skills_met_stand_under_their_path_in_teaching_order_and_the_rest_is_counted(person):
    [version] = published(path_text(skills=["fan-out", "grain", "denominator"]))
    practice.reconcile(now=MONDAY)
    practised(person, "grain", days_ago=1)
    practised(person, "fan-out", days_ago=9)

    found = practice.recollect(person)

    assert [one.skill.slug for one in found.skills] == ["fan-out", "grain"]
    assert {one.path for one in found.skills} == {version.path}
    assert dict(found.waiting) == {version.path_id: 1}


def test_a_shared_skill_stands_once_under_the_older_path_at_the_higher_retention(person):
    published(
        path_text(skills=["fan-out"]),
        path_text("other", body="  - use: fan-out\n").replace("retention: 0.9", "retention: 0.95"),
    )
    practice.reconcile(now=MONDAY)
    Enrolment.objects.filter(path__slug="other").update(started_on=TODAY + timedelta(days=1))
    practised(person, "fan-out")

    [one] = practice.recollect(person).skills

    assert (one.path.slug, one.retention) == ("analyst-novice", 0.95)


def test_a_skill_of_a_path_that_ended_stands_apart(person):
    published(path_text(skills=["fan-out"]))
    practised(person, "fan-out")
    Enrolment.objects.update(ended_on=TODAY)

    [one] = practice.recollect(person).skills

    assert one.path is None


def test_a_path_not_yet_begun_is_named(person):
    published(path_text())
    practice.reconcile(now=MONDAY)

    found = practice.recollect(person)

    assert (found.skills, found.paths) == ([], [Path.objects.get()])
    assert dict(found.waiting) == {Path.objects.get().pk: 2}


def test_somebody_elses_reviews_and_voided_ones_are_not_read(person):
    published(path_text())
    skill = Skill.objects.get(slug="fan-out")
    practised(PersonFactory(), "fan-out")
    voided = practised(person, "fan-out", days_ago=5)
    kept = practised(person, "fan-out", days_ago=2)
    remembering.void(voided, now=MONDAY)

    assert reviews_of(person, [skill]) == {skill.pk: [kept]}


def answer(rep, *, option="b"):
    answered, _is_first = practice.answer(rep, Given(option=option), attempt=rep.attempt, now=MONDAY)
    return answered


def test_the_first_answer_begins_a_memory(person):
    effect = practice.effect_of(answer(RepFactory(workout=WorkoutFactory(person=person))))

    assert effect.before is None
    assert effect.falls_on == falls_to(effect.after, 0.9)
    assert not effect.comes_again


def test_a_later_answer_moves_it_and_its_skill_comes_again_on_a_path_of_the_persons(person):
    published(path_text(skills=["fan-out"]))
    practice.reconcile(now=MONDAY)
    practised(person, "fan-out", days_ago=9)
    exercise = Skill.objects.get().exercises.get(slug="first")
    rep = RepFactory(workout=WorkoutFactory(person=person), exercise=exercise)
    answered, _ = practice.answer(rep, Given(sound=True), attempt=1, now=MONDAY)

    effect = practice.effect_of(answered)

    assert effect.before.stability < effect.after.stability
    assert effect.comes_again


def test_an_answer_taken_back_has_no_effect(person):
    rep = RepFactory(workout=WorkoutFactory(person=person))
    answered = answer(rep)
    practice.undo(rep, now=MONDAY)

    assert practice.effect_of(answered) is None


def test_an_answer_that_a_later_review_followed_says_nothing_any_more(person):
    rep = RepFactory(workout=WorkoutFactory(person=person))
    answered = answer(rep)
    practised(person, rep.skill.slug, days_ago=-1)

    assert practice.effect_of(answered) is None
