from datetime import date, timedelta

import pytest

from engine import practice
from engine.models import Enrolment, Rep, Review, Workout
from engine.practice import remembering
from engine.rules.memory import Rating
from paths.models import Path, Skill
from people.models import Person
from tests.factories import LevelFactory, PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published, skill_text

pytestmark = pytest.mark.django_db

TODAY = MONDAY.date()


@pytest.fixture
def person() -> Person:
    return PersonFactory()


def plan(person: Person, *, day: date = TODAY) -> list[Rep]:
    practice.reconcile(now=MONDAY)
    practice.plan_workouts([(person.pk, day)], now=MONDAY)
    return list(Workout.objects.get(person=person, day=day).reps.select_related("skill", "exercise"))


def practised(person: Person, slug: str, *, days_ago: int, rating: Rating = Rating.GOOD) -> None:
    then = MONDAY - timedelta(days=days_ago)
    remembering.record(
        person,
        skill_id=Skill.objects.get(slug=slug).pk,
        rating=rating,
        source=Review.Source.WORK,
        now=then,
        on=then.date(),
    )


def test_the_first_workout_introduces_the_first_skill_of_the_path(person):
    published(path_text(skills=["fan-out", "grain", "denominator"]))

    [rep] = plan(person)

    assert (rep.skill.slug, rep.why, rep.retrievability) == ("fan-out", "new", None)


def test_a_faded_skill_comes_back_with_its_chance_its_date_and_how_it_went(person):
    published(path_text(skills=["fan-out"]))
    practised(person, "fan-out", days_ago=10)

    [rep] = plan(person)

    assert (rep.why, rep.last_review_on) == ("fading", TODAY - timedelta(days=10))
    assert rep.last_rating == Rating.GOOD
    assert 0.5 < rep.retrievability < 0.9


def test_a_fresh_memory_is_left_alone_and_nothing_is_planned(person):
    published(path_text(skills=["fan-out"]))
    practised(person, "fan-out", days_ago=1, rating=Rating.EASY)

    assert plan(person) == []
    assert Workout.objects.get().size == 0


def test_a_skill_waits_for_what_it_comes_after(person):
    body = skill_text("joins", after=["grain"]) + skill_text("grain")
    published(path_text(body=body))

    assert [rep.skill.slug for rep in plan(person)] == ["grain"]


def test_a_prerequisite_met_today_opens_the_next_skill_tomorrow(person):
    published(path_text(body=skill_text("grain") + skill_text("joins", after=["grain"]), pace=20))
    practised(person, "grain", days_ago=0, rating=Rating.EASY)

    assert plan(person) == []
    assert plan(person, day=TODAY + timedelta(days=1))[0].skill.slug == "joins"


def test_the_pace_of_the_path_holds_over_a_week(person):
    published(path_text(skills=["s1", "s2", "s3", "s4"], pace=2))
    practised(person, "s1", days_ago=3, rating=Rating.EASY)
    practised(person, "s2", days_ago=2, rating=Rating.EASY)

    assert not [rep for rep in plan(person) if rep.why == "new"]


def test_an_exercise_not_seen_lately_is_chosen(person):
    published(path_text(skills=["fan-out"]))
    [first] = plan(person)
    practised(person, "fan-out", days_ago=0, rating=Rating.AGAIN)

    [second] = plan(person, day=TODAY + timedelta(days=3))

    assert second.exercise.slug != first.exercise.slug


def test_planning_twice_writes_one_workout(person):
    published(path_text())
    plan(person)

    assert practice.plan_workouts([(person.pk, TODAY)], now=MONDAY) == 0
    assert Rep.objects.count() == 1


def test_a_shared_skill_has_one_memory_and_comes_once(person):
    published(path_text(skills=["fan-out"]), path_text("other", body="  - use: fan-out\n"))
    practised(person, "fan-out", days_ago=20)

    assert len(plan(person)) == 1


def test_a_draft_path_sends_nothing(person):
    published(path_text())
    practice.reconcile(now=MONDAY)
    published(path_text(status="draft"), now=MONDAY)

    assert plan(person) == []


def test_a_retired_skill_is_no_longer_practised(person):
    published(path_text())
    practised(person, "grain", days_ago=30)
    published(path_text(skills=["fan-out"], retired="retired:\n  grain: { reason: merged }\n"), now=MONDAY)

    assert [rep.skill.slug for rep in plan(person)] == ["fan-out"]


def test_the_minutes_a_person_gives_are_never_exceeded(person):
    names = [f"s{number}" for number in range(12)]
    published(path_text(skills=names))
    for name in names:
        practised(person, name, days_ago=30)

    reps = plan(person)

    assert 0 < sum(rep.exercise.minutes for rep in reps) <= person.minutes


def test_after_three_weeks_away_the_first_workout_is_small(person):
    names = [f"s{number}" for number in range(12)]
    published(path_text(skills=names))
    for name in names:
        practised(person, name, days_ago=30)
    Workout.objects.create(
        person=person, day=TODAY - timedelta(days=21), planned_at=MONDAY, plan="0" * 32, size=3
    )

    assert sum(rep.exercise.minutes for rep in plan(person)) <= person.minutes / 2


def test_somebody_on_no_path_gets_an_empty_workout():
    person = PersonFactory(role=None)

    assert plan(person) == []


def test_planning_takes_as_many_queries_for_forty_people_as_for_four(
    django_assert_num_queries, django_assert_max_num_queries
):
    published(path_text(skills=["s1", "s2", "s3"]))
    people = PersonFactory.create_batch(44)
    practice.reconcile(now=MONDAY)
    for person in people:
        practised(person, "s1", days_ago=10)
    few, many = people[:4], people[4:]

    with django_assert_max_num_queries(20) as counted:
        practice.plan_workouts([(person.pk, TODAY) for person in few], now=MONDAY)
    with django_assert_num_queries(len(counted.captured_queries)):
        practice.plan_workouts([(person.pk, TODAY) for person in many], now=MONDAY)


def test_the_plan_is_the_same_for_the_same_past():
    published(path_text(skills=["s1", "s2", "s3"]))
    person = PersonFactory()
    practised(person, "s1", days_ago=10)
    planned = [(rep.skill_id, rep.exercise_id) for rep in plan(person)]
    Rep.objects.all().delete()
    Workout.objects.all().delete()

    assert [(rep.skill_id, rep.exercise_id) for rep in plan(person)] == planned


def test_an_enrolment_by_hand_brings_its_path():
    person = PersonFactory(level=LevelFactory(slug="practitioner"))
    LevelFactory(slug="expert")
    published(path_text("experts", skills=["drift"], level="expert"))
    Enrolment.objects.create(
        person=person, path=Path.objects.get(), source=Enrolment.Source.BY_HAND, started_on=TODAY
    )

    assert [rep.skill.slug for rep in plan(person)] == ["drift"]
