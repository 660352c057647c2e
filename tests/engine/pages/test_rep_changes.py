from datetime import timedelta

import pytest

from engine.models import Answer, Memory, Rep, Review
from engine.pages.reps import address
from engine.rules.memory import Rating
from tests.engine.pages.presses import answered, press, url
from tests.engine_factories import (
    TODAY,
    ExerciseFactory,
    RepFactory,
    WorkoutFactory,
)
from tests.moments import MONDAY
from tests.shown import text

pytestmark = pytest.mark.django_db


def test_undo_within_its_time_opens_the_rep_again_and_counts_hard_at_most(visitor):
    rep = answered(RepFactory())

    response = visitor.post(url("rep_undo", rep))
    page = text(visitor.get(response.url))
    rep.refresh_from_db()
    press(visitor, rep, option="b", confidence="sure")

    assert response.status_code == 303
    assert "counts for less than usual" in page
    assert Answer.objects.get(attempt=2).rating == Rating.HARD


@pytest.mark.parametrize("presses", [1, 2])
def test_undo_leaves_no_memory_however_often_it_is_pressed(visitor, presses):
    rep = answered(RepFactory())

    statuses = [visitor.post(url("rep_undo", rep)).status_code for _ in range(presses)]

    assert statuses == [303, 409][:presses]
    assert not Memory.objects.exists()
    assert Review.objects.count() == 2


def test_after_ten_minutes_undo_is_neither_offered_nor_done(visitor, at):
    rep = answered(RepFactory())
    at(MONDAY + timedelta(minutes=10))

    page = text(visitor.get(address(rep)))
    response = visitor.post(url("rep_undo", rep))

    assert "Undo my answer" not in page
    assert response.status_code == 409
    assert "has passed" in text(response)
    assert Memory.objects.count() == 1


def test_this_was_not_me_takes_an_answer_back_for_longer(visitor, at):
    rep = answered(RepFactory())
    at(MONDAY + timedelta(days=1))

    response = visitor.post(url("rep_not_me", rep))

    assert response.status_code == 303
    assert Answer.objects.get().undone_at is not None


def test_this_was_not_me_stands_there_only_when_undo_no_longer_does(visitor, at):
    rep = answered(RepFactory())

    at(MONDAY + timedelta(minutes=9))
    in_time = text(visitor.get(address(rep)))
    at(MONDAY + timedelta(minutes=10))
    later = text(visitor.get(address(rep)))

    assert ("Undo my answer" in in_time, "This was not me" in in_time) == (True, False)
    assert ("Undo my answer" in later, "This was not me" in later) == (False, True)


def test_this_was_not_me_ends_with_the_next_workout(visitor, at):
    rep = answered(RepFactory())
    later = MONDAY + timedelta(days=1)
    WorkoutFactory(person=rep.person, day=TODAY + timedelta(days=1), planned_at=later)
    at(later + timedelta(minutes=1))

    response = visitor.post(url("rep_not_me", rep))

    assert response.status_code == 409
    assert Answer.objects.get().undone_at is None


def test_an_older_mails_answer_is_undone_though_it_can_no_longer_be_disowned(visitor, at):
    rep = RepFactory()
    later = MONDAY + timedelta(days=1)
    WorkoutFactory(person=rep.person, day=TODAY + timedelta(days=1), planned_at=later)
    answered(rep, now=later + timedelta(minutes=1))
    at(later + timedelta(minutes=2))

    page = text(visitor.get(address(rep)))

    assert "Undo my answer" in page
    assert "This was not me" not in page
    assert visitor.post(url("rep_undo", rep)).status_code == 303


def test_after_its_time_a_rep_offers_no_undo_even_for_a_late_answer(visitor, at):
    rep = RepFactory()
    expires_at = rep.workout.expires_at()
    answered(rep, now=expires_at - timedelta(minutes=1))
    at(expires_at + timedelta(minutes=1))

    assert "Undo my answer" not in text(visitor.get(address(rep)))


def test_another_one_please_brings_another_exercise_of_the_skill(visitor):
    rep = RepFactory()
    other = ExerciseFactory(skill=rep.skill, kind="judge")

    response = visitor.post(url("rep_swap", rep))
    page = text(visitor.get(response.url))

    assert response.status_code == 303
    assert Rep.objects.get().exercise == other
    assert "Flawed" in page


def test_a_press_on_the_page_from_before_the_swap_is_refused(visitor):
    rep = RepFactory()
    ExerciseFactory(skill=rep.skill, kind="judge")
    visitor.post(url("rep_swap", rep))

    response = press(visitor, rep, option="b")

    assert response.status_code == 409
    assert "Flawed" in text(response)
    assert not Answer.objects.exists()


def test_a_skill_without_another_exercise_says_so(visitor):
    response = visitor.post(url("rep_swap", RepFactory()))

    assert response.status_code == 409
    assert "no other exercise" in text(response)


def test_an_answered_rep_is_not_swapped(visitor):
    rep = answered(RepFactory())
    ExerciseFactory(skill=rep.skill)

    response = visitor.post(url("rep_swap", rep))

    assert response.status_code == 409
    assert "Right." in text(response)


@pytest.mark.parametrize("route", ["rep_undo", "rep_not_me"])
def test_whoever_takes_an_answer_back_is_told_that_it_no_longer_counts(visitor, route):
    rep = answered(RepFactory())

    page = text(visitor.post(url(route, rep), follow=True))

    assert "taken back, and does not count" in page


def test_a_second_answer_is_not_taken_without_a_word(visitor):
    rep = answered(RepFactory())

    pressed = text(visitor.post(address(rep), {"attempt": 1, "option": "c"}, follow=True))
    opened = text(visitor.get(url("rep_chosen", rep, 1, "c")))

    assert "the first answer counts" in pressed
    assert "the first answer counts" in opened
    assert Answer.objects.count() == 1


def test_an_answered_rep_of_an_earlier_day_leads_to_today_and_not_to_an_expired_one(visitor, at):
    workout = WorkoutFactory(size=2)
    rep = answered(RepFactory(workout=workout))
    RepFactory(workout=workout)
    at(MONDAY + timedelta(days=11))

    page = text(visitor.get(address(rep)))

    assert "Next rep" not in page
    assert "Done for today" not in page
    assert "To today’s workout" in page
    assert "It comes again" not in page
