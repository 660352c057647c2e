from datetime import timedelta

import pytest

from engine import practice
from engine.practice.consistency import WEEKS
from engine.rules.grading import Given
from people.models import Holiday
from tests.engine_factories import TODAY, RepFactory, WorkoutFactory
from tests.factories import AbsenceFactory, PersonFactory
from tests.moments import MONDAY

pytestmark = pytest.mark.django_db

WEDNESDAY = MONDAY + timedelta(days=2)


@pytest.fixture
def person():
    return PersonFactory()


def workout(person, *, days_ago, answered=False):
    day = TODAY - timedelta(days=days_ago)
    rep = RepFactory(
        workout=WorkoutFactory(person=person, day=day, planned_at=MONDAY - timedelta(days=days_ago))
    )
    if answered:
        practice.answer(rep, Given(option="b"), attempt=1, now=rep.workout.planned_at)
    return rep


def sums(person, *, now=MONDAY):
    weeks = practice.weeks_of(person, now=now)
    assert len(weeks) == WEEKS
    return tuple(sum(getattr(week, name) for week in weeks) for name in ("counted", "practised", "extra"))


def test_days_with_a_workout_count_and_those_with_an_answer_were_practised(person):
    workout(person, days_ago=3, answered=True)
    workout(person, days_ago=4)

    assert sums(person) == (2, 1, 0)


def test_a_day_on_which_nothing_was_worth_a_mail_does_not_count(person):
    WorkoutFactory(person=person, day=TODAY - timedelta(days=3), size=0)

    assert sums(person) == (0, 0, 0)


def test_an_absence_a_holiday_and_a_weekend_do_not_count(person):
    workout(person, days_ago=3)
    workout(person, days_ago=4)
    workout(person, days_ago=2)
    AbsenceFactory(person=person, starts_on=TODAY - timedelta(days=3))
    Holiday.objects.create(day=TODAY - timedelta(days=4), name="Works outing")

    assert sums(person) == (0, 0, 0)


def test_a_workout_done_on_a_day_off_is_an_extra(person):
    workout(person, days_ago=2, answered=True)

    assert sums(person) == (0, 0, 1)


def test_todays_open_workout_is_not_held_against_anybody(person):
    workout(person, days_ago=0)

    assert sums(person) == (0, 0, 0)
    assert sums(person, now=MONDAY + timedelta(days=1)) == (1, 0, 0)


def test_an_answer_taken_back_leaves_the_day_as_it_was(person):
    rep = workout(person, days_ago=0, answered=True)
    assert sums(person) == (1, 1, 0)

    practice.undo(rep, now=MONDAY)

    assert sums(person) == (0, 0, 0)


def test_twelve_weeks_back_is_shown_and_nothing_before(person):
    for weeks_ago in (WEEKS - 1, WEEKS):
        workout(person, days_ago=7 * weeks_ago, answered=True)

    assert sums(person) == (1, 1, 0)


def test_somebody_elses_workouts_are_theirs(person):
    workout(PersonFactory(), days_ago=3, answered=True)

    assert sums(person) == (0, 0, 0)
