from datetime import timedelta

import pytest

from engine import practice
from engine.errors import LinkExpired, NoOtherExercise, RepChanged
from engine.models import Remark, Rep, Review, Workout
from engine.practice import remembering
from engine.rules.grading import Given
from engine.rules.memory import Rating
from paths.models import Skill
from tests.engine_factories import TODAY, ExerciseFactory, RemarkFactory, RepFactory, WorkoutFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

NOT_USEFUL, MISTAKE = Remark.Kind.NOT_USEFUL, Remark.Kind.MISTAKE


def test_a_remark_is_about_the_exercise_the_rep_shows():
    rep = RepFactory()

    practice.report_mistake(rep, "It is 400.", attempt=1, now=MONDAY)
    remark = Remark.objects.get()

    assert (remark.kind, remark.person, remark.exercise, remark.rep) == (
        MISTAKE,
        rep.person,
        rep.exercise,
        rep,
    )
    assert (remark.text, remark.made_at) == ("It is 400.", MONDAY)


def test_a_repeated_press_changes_nothing():
    rep = RepFactory()
    practice.call_not_useful(rep, attempt=1, now=MONDAY)
    practice.report_mistake(rep, "It is 400.", attempt=1, now=MONDAY)
    before = list(Remark.objects.values())

    practice.call_not_useful(rep, attempt=1, now=MONDAY + timedelta(hours=1))
    practice.report_mistake(rep, "Or 350?", attempt=1, now=MONDAY + timedelta(hours=1))

    assert list(Remark.objects.values()) == before


def test_what_was_taken_back_can_be_said_again():
    rep = RepFactory()
    practice.call_not_useful(rep, attempt=1, now=MONDAY)

    practice.withdraw(rep, NOT_USEFUL, attempt=1, now=MONDAY)
    assert practice.said_of(rep).not_useful is None
    practice.call_not_useful(rep, attempt=1, now=MONDAY)

    assert practice.said_of(rep).not_useful is not None
    assert Remark.objects.filter(withdrawn_at=MONDAY).count() == 1


def test_taking_one_remark_back_leaves_the_other_and_everybody_elses():
    rep = RepFactory()
    RemarkFactory(rep=rep)
    other = RemarkFactory(rep=RepFactory(exercise=rep.exercise), kind=NOT_USEFUL)
    practice.call_not_useful(rep, attempt=1, now=MONDAY)

    practice.withdraw(rep, NOT_USEFUL, attempt=1, now=MONDAY)

    assert practice.said_of(rep).mistake is not None
    other.refresh_from_db()
    assert other.withdrawn_at is None


def test_a_mistake_that_was_looked_at_stays_told_and_another_may_be_reported():
    rep = RepFactory()
    settled = RemarkFactory(rep=rep, settled_at=MONDAY)

    practice.withdraw(rep, MISTAKE, attempt=1, now=MONDAY)
    practice.report_mistake(rep, "And option b is ambiguous.", attempt=1, now=MONDAY)
    settled.refresh_from_db()
    said = practice.said_of(rep)

    assert settled.withdrawn_at is None
    assert said.was_looked_at
    assert said.mistake.text == "And option b is ambiguous."


def test_not_useful_stays_said_once_it_was_looked_at_and_can_still_be_taken_back():
    rep = RepFactory()
    RemarkFactory(rep=rep, kind=NOT_USEFUL, settled_at=MONDAY)

    practice.call_not_useful(rep, attempt=1, now=MONDAY)
    assert Remark.objects.count() == 1
    practice.withdraw(rep, NOT_USEFUL, attempt=1, now=MONDAY)

    assert practice.said_of(rep).not_useful is None


def test_a_remark_from_before_a_swap_is_about_nothing_that_is_known():
    rep = RepFactory()
    ExerciseFactory(skill=rep.skill)
    practice.swap(rep, now=MONDAY)

    for say in (
        lambda: practice.call_not_useful(rep, attempt=1, now=MONDAY),
        lambda: practice.report_mistake(rep, "Wrong.", attempt=1, now=MONDAY),
        lambda: practice.withdraw(rep, MISTAKE, attempt=1, now=MONDAY),
    ):
        with pytest.raises(RepChanged):
            say()
    assert not Remark.objects.exists()


def test_after_its_time_only_an_answered_rep_takes_remarks():
    left, done = RepFactory(), RepFactory()
    practice.answer(done, Given(option="b"), attempt=1, now=MONDAY)
    late = done.workout.expires_at() + timedelta(days=30)

    practice.report_mistake(done, "Wrong.", attempt=1, now=late)
    with pytest.raises(LinkExpired):
        practice.report_mistake(left, "Wrong.", attempt=1, now=late)

    assert Remark.objects.get().rep == done


def test_a_swap_passes_over_what_was_called_not_useful():
    rep = RepFactory()
    unwanted, other = ExerciseFactory(skill=rep.skill), ExerciseFactory(skill=rep.skill)
    RemarkFactory(rep=RepFactory(workout=_earlier(rep), exercise=unwanted), kind=NOT_USEFUL)
    practice.call_not_useful(rep, attempt=1, now=MONDAY)

    swapped = practice.swap(rep, now=MONDAY)

    assert swapped.exercise == other
    assert not practice.may_swap(swapped)
    with pytest.raises(NoOtherExercise):
        practice.swap(swapped, now=MONDAY)


def _earlier(rep: Rep) -> Workout:
    workout: Workout = WorkoutFactory(person=rep.person, day=TODAY - timedelta(days=3))
    return workout


def planned(person, *, day=TODAY):
    practice.reconcile(now=MONDAY)
    practice.plan_workouts([(person.pk, day)], now=MONDAY)
    return list(Workout.objects.get(person=person, day=day).reps.select_related("exercise"))


@pytest.fixture
def one_skill():
    published(path_text(skills=["fan-out"]))
    return Skill.objects.get(slug="fan-out")


def days_on(person, skill, *, reps):
    """Plan a rep every few days, after a lapse each time; return the slugs met."""
    met = []
    for number in range(1, reps + 1):
        then = MONDAY - timedelta(days=60 - 3 * number)
        remembering.record(
            person,
            skill_id=skill.pk,
            rating=Rating.AGAIN,
            source=Review.Source.WORK,
            now=then,
            on=then.date(),
        )
        [rep] = planned(person, day=then.date() + timedelta(days=2))
        met.append(rep.exercise.slug)
    return met


def test_an_exercise_called_not_useful_does_not_come_again_to_that_person(one_skill):
    person, colleague = PersonFactory(), PersonFactory()
    rep = RepFactory(
        workout=WorkoutFactory(person=person, day=TODAY - timedelta(days=80)),
        exercise=one_skill.exercises.get(slug="first"),
    )
    practice.call_not_useful(rep, attempt=1, now=MONDAY)

    assert set(days_on(person, one_skill, reps=4)) == {"second"}
    assert set(days_on(colleague, one_skill, reps=4)) == {"first", "second"}


def test_a_reworded_exercise_is_still_not_wanted(one_skill):
    person = PersonFactory()
    rep = RepFactory(
        workout=WorkoutFactory(person=person, day=TODAY - timedelta(days=80)),
        exercise=one_skill.exercises.get(slug="first"),
    )
    practice.call_not_useful(rep, attempt=1, now=MONDAY)
    published(path_text(skills=["fan-out"]).replace("The total is 350. Sound?", "The total is 400. Sound?"))

    assert set(days_on(person, one_skill, reps=3)) == {"second"}


def test_what_was_taken_back_comes_again(one_skill):
    person = PersonFactory()
    rep = RepFactory(
        workout=WorkoutFactory(person=person, day=TODAY - timedelta(days=80)),
        exercise=one_skill.exercises.get(slug="first"),
    )
    practice.call_not_useful(rep, attempt=1, now=MONDAY)
    practice.withdraw(rep, NOT_USEFUL, attempt=1, now=MONDAY)

    assert set(days_on(person, one_skill, reps=4)) == {"first", "second"}
