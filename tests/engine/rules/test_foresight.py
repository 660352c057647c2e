"""Foresight: what becomes of people under each line of defence."""

import numpy as np
import pytest

from engine.rules.defence import LINES
from engine.rules.family import SCHOOLS
from engine.rules.fitting import EASES, Beliefs, eases
from engine.rules.foresight import Habits, foresee

PEOPLE, SKILLS = 12, 20


def foreseen(school, **changed):
    usual = {
        "first_shares": np.array([0.2, 0.1, 0.5, 0.2]),
        "reps": 3,
        "new_per_day": 3.0,
        "attendance": 1.0,
        "is_taught": np.ones((PEOPLE, SKILLS), bool),
    }
    return foresee(
        strangers(SCHOOLS[school].mean),
        np.zeros((PEOPLE, SKILLS)),
        Habits(**usual | changed),
        model=np.tile(SCHOOLS[school].mean, (PEOPLE, 1)).T,
        day=0,
        rng=np.random.default_rng(1),
    )


def strangers(model):
    nothing = np.full((PEOPLE, SKILLS), np.nan)
    by_ease = np.tile(nothing, (len(EASES), 1, 1))
    ease = np.zeros_like(by_ease) + eases(model)[:, None, None]
    return Beliefs(ease=ease, stability=by_ease, log_likelihood=np.zeros_like(by_ease), difficulty=nothing)


@pytest.mark.parametrize("school", SCHOOLS)
def test_who_never_comes_recalls_nothing_whatever_the_line(school):
    assert not foreseen(school, attendance=0.0).final.any()


@pytest.mark.parametrize("school", SCHOOLS)
def test_who_comes_more_often_is_foreseen_to_recall_more(school):
    seldom, always = (foreseen(school, attendance=chance).mean.mean() for chance in (0.3, 1.0))

    assert seldom < always


def test_the_same_people_are_foreseen_for_each_line():
    ahead = foreseen("fsrs", attendance=0.5)

    assert ahead.final.shape == ahead.mean.shape == (len(LINES), PEOPLE)
    assert np.all((ahead.final >= 0) & (ahead.final <= 1))


def test_skills_come_no_faster_than_the_path_introduces_them():
    one_in_two_weeks = foreseen("fsrs", new_per_day=0.1)

    assert one_in_two_weeks.final.max() <= 12 / SKILLS  # in the twenty-four weeks that are foreseen


def test_who_has_fewer_skills_is_foreseen_by_those_alone():
    is_taught = np.arange(SKILLS) < np.where(np.arange(PEOPLE) < PEOPLE // 2, 2, SKILLS)[:, None]

    final = foreseen("fsrs", is_taught=is_taught, reps=1, attendance=0.5).final

    few, all_of_them = np.split(final, 2, axis=1)
    assert few.mean() > all_of_them.mean() + 0.03
