"""What L&D may know of who found an exercise of no use: rough steps, and of nobody in particular."""

from datetime import timedelta

import pytest

from engine.models import Remark
from engine.rules.shares import Share
from engine.usefulness import NotUseful, not_useful
from paths.models import Exercise
from tests.engine_factories import ExerciseFactory, RemarkFactory, RepFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LAST_WEEK = MONDAY - 3 * DAY


def said(exercise: Exercise, *, useless: int, met: int, **remark) -> None:
    for number in range(met):
        rep = RepFactory(exercise=exercise)
        if number < useless:
            RemarkFactory(rep=rep, kind=Remark.Kind.NOT_USEFUL, **{"made_at": LAST_WEEK, **remark})


def told(exercise: Exercise, *, now=MONDAY) -> list[NotUseful]:
    return not_useful([exercise.skill.path], now=now)[exercise.skill.path_id]


@pytest.mark.parametrize(
    ("useless", "met", "share"),
    [(2, 9, Share.QUARTER), (4, 8, Share.HALF), (5, 8, Share.MOST), (5, 5, Share.MOST)],
)
def test_how_many_found_it_of_no_use_is_said_in_rough_steps(useless, met, share):
    exercise = ExerciseFactory()
    said(exercise, useless=useless, met=met)

    [rated] = told(exercise)

    assert (rated.exercise, rated.share) == (exercise, share)


@pytest.mark.parametrize(("useless", "met"), [(4, 4), (1, 9), (0, 9)])
def test_fewer_than_five_who_met_it_or_two_who_said_so_are_not_told(useless, met):
    exercise = ExerciseFactory()
    said(exercise, useless=useless, met=met)

    assert told(exercise) == []


def test_one_person_who_met_it_often_is_one():
    exercise, person = ExerciseFactory(), PersonFactory()
    said(exercise, useless=2, met=4)
    for day in range(1, 6):
        RepFactory(exercise=exercise, workout__person=person, workout__day=f"2026-11-0{day}")

    assert [one.share for one in told(exercise)] == [Share.HALF]  # two of five people


def test_what_is_said_this_week_is_told_next_week():
    exercise = ExerciseFactory()
    said(exercise, useless=3, met=6, made_at=MONDAY)

    assert told(exercise, now=MONDAY + 5 * DAY) == []
    assert len(told(exercise, now=MONDAY + 7 * DAY)) == 1


def test_what_was_taken_back_does_not_count():
    exercise = ExerciseFactory()
    said(exercise, useless=3, met=6, withdrawn_at=MONDAY)

    assert told(exercise) == []


def test_only_the_last_ninety_days_and_the_present_wording_count():
    exercise, reworded = ExerciseFactory(), ExerciseFactory(is_current=False)
    said(exercise, useless=5, met=6)
    said(reworded, useless=5, met=6)

    assert told(exercise, now=MONDAY + 120 * DAY) == []
    assert told(reworded) == []
