from datetime import date, timedelta

import pytest

from engine import practice
from engine.errors import LinkExpired, NoOtherExercise, NothingToUndo, NotPractising, RepChanged
from engine.models import Answer, Memory, Rep, Review
from engine.rules.grading import Given, NotAnAnswer
from engine.rules.memory import Rating
from people.models import Person
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published, skill_text

pytestmark = pytest.mark.django_db

SOUND = Given(sound=True)
FLAWED = Given(sound=False)


@pytest.fixture
def rep() -> Rep:
    """The first rep of a skill with two exercises to judge."""
    published(path_text(skills=["fan-out"]))
    person = PersonFactory()
    practice.reconcile(now=MONDAY)
    practice.plan_workouts([(person.pk, MONDAY.date())], now=MONDAY)
    return Rep.objects.get()


def right(rep: Rep) -> Given:
    rep.refresh_from_db()
    return SOUND if rep.exercise.slug == "first" else FLAWED


def wrong(rep: Rep) -> Given:
    return FLAWED if right(rep) is SOUND else SOUND


def test_an_answer_becomes_a_review_that_moves_the_memory(rep):
    answered, is_first = practice.answer(rep, right(rep), attempt=1, now=MONDAY)

    assert (is_first, answered.is_correct, answered.rating) == (True, True, Rating.GOOD)
    assert Review.objects.get().answer == answered
    memory = Memory.objects.get()
    assert (memory.reviewed_on, memory.reviews) == (date(2026, 11, 23), 1)
    assert memory.stability == pytest.approx(2.3065)


def test_the_first_answer_wins_and_the_second_is_told_it(rep):
    first, _ = practice.answer(rep, wrong(rep), attempt=1, now=MONDAY)

    second, is_first = practice.answer(rep, right(rep), attempt=1, now=MONDAY)

    assert (second, is_first) == (first, False)
    assert Review.objects.count() == 1


def test_an_answer_that_does_not_fit_stores_nothing(rep):
    with pytest.raises(NotAnAnswer):
        practice.answer(rep, Given(option="a"), attempt=1, now=MONDAY)

    assert not Answer.objects.exists()


def test_undo_voids_the_review_and_opens_the_next_attempt(rep):
    practice.answer(rep, wrong(rep), attempt=1, now=MONDAY)

    rep = practice.undo(rep, now=MONDAY + timedelta(minutes=9))

    assert (rep.attempt, Memory.objects.exists()) == (2, False)
    assert Review.objects.count() == 2


def test_after_an_undo_a_right_answer_counts_as_hard_at_most(rep):
    practice.answer(rep, wrong(rep), attempt=1, now=MONDAY)
    rep = practice.undo(rep, now=MONDAY)

    answered, _ = practice.answer(rep, right(rep), attempt=2, now=MONDAY)

    assert answered.rating == Rating.HARD


def test_an_old_page_cannot_answer_the_next_attempt(rep):
    practice.answer(rep, wrong(rep), attempt=1, now=MONDAY)
    rep = practice.undo(rep, now=MONDAY)

    with pytest.raises(RepChanged):
        practice.answer(rep, right(rep), attempt=1, now=MONDAY)


@pytest.mark.parametrize("attempt", [0, 2])
def test_only_the_present_attempt_is_answered(rep, attempt):
    with pytest.raises(RepChanged):
        practice.answer(rep, right(rep), attempt=attempt, now=MONDAY)

    assert not Answer.objects.exists()


def test_undo_ends_after_ten_minutes(rep):
    practice.answer(rep, right(rep), attempt=1, now=MONDAY)

    with pytest.raises(NothingToUndo):
        practice.undo(rep, now=MONDAY + timedelta(minutes=10))


def test_an_answer_can_be_disowned_until_the_next_workout(rep):
    practice.answer(rep, wrong(rep), attempt=1, now=MONDAY)
    tuesday = MONDAY + timedelta(days=1)

    assert practice.disown(rep, now=tuesday).attempt == 2

    practice.answer(rep, right(rep), attempt=2, now=tuesday)
    wednesday = MONDAY + timedelta(days=2)
    rep.person.workouts.create(day=wednesday.date(), planned_at=wednesday, plan="0" * 32, size=1)
    with pytest.raises(NothingToUndo):
        practice.disown(rep, now=wednesday)


def test_there_is_nothing_to_undo_before_an_answer(rep):
    with pytest.raises(NothingToUndo):
        practice.undo(rep, now=MONDAY)


def test_swap_gives_another_exercise_of_the_same_skill(rep):
    before = rep.exercise.slug

    swapped = practice.swap(rep, now=MONDAY)

    assert swapped.exercise.slug != before
    assert swapped.skill == rep.skill


def test_swapping_again_and_again_meets_every_exercise(rep):
    exercises = skill_text("fan-out").partition("exercises:\n")[2]
    body = skill_text("fan-out") + exercises.replace("- id: ", "- id: other-")
    published(path_text(body=body), now=MONDAY)

    met = [practice.swap(rep, now=MONDAY).exercise.slug for _ in range(4)]

    assert sorted(met) == ["first", "other-first", "other-second", "second"]


def test_an_answered_rep_is_not_swapped(rep):
    practice.answer(rep, right(rep), attempt=1, now=MONDAY)

    with pytest.raises(RepChanged):
        practice.swap(rep, now=MONDAY)


def test_a_skill_whose_other_exercises_left_has_nothing_to_swap_for(rep):
    rep.skill.exercises.exclude(pk=rep.exercise_id).update(is_current=False)

    with pytest.raises(NoOtherExercise):
        practice.swap(rep, now=MONDAY)


@pytest.mark.parametrize("act", [practice.undo, practice.disown, practice.swap])
def test_an_expired_rep_takes_nothing(rep, act):
    with pytest.raises(LinkExpired):
        act(rep, now=MONDAY + timedelta(days=7))


def test_the_link_of_somebody_who_left_is_dead(rep):
    Person.objects.update(is_active=False)

    with pytest.raises(NotPractising):
        practice.answer(rep, SOUND, attempt=1, now=MONDAY)


def test_a_published_change_of_the_key_does_not_change_a_rep_already_planned(rep):
    text = path_text(body=skill_text("fan-out").replace("sound: true", "sound: false", 1))
    given = right(rep)

    published(text, now=MONDAY)

    assert practice.answer(rep, given, attempt=1, now=MONDAY)[0].is_correct


def test_a_rating_at_half_past_eleven_keeps_its_local_date_when_the_person_moves(rep):
    late = MONDAY.replace(hour=22, minute=30)  # 23:30 in Berlin

    practice.answer(rep, right(rep), attempt=1, now=late)
    Person.objects.update(zone="Asia/Tokyo")

    assert list(practice.rebuild_all([rep.person_id])) == []
    assert Memory.objects.get().reviewed_on == date(2026, 11, 23)
