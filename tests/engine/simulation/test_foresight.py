"""Foresight: what becomes of people under each line of defence."""

import numpy as np
import pytest

from engine.rules.defence import LINES
from engine.rules.family import SCHOOLS
from engine.rules.fitting import EASES, Beliefs, eases
from engine.simulation.foresight import foresee

PEOPLE, SKILLS = 12, 20


def foreseen(school, *, attendance, reps=3):
    return foresee(
        strangers(SCHOOLS[school].mean),
        np.zeros((PEOPLE, SKILLS)),
        model=np.tile(SCHOOLS[school].mean, (PEOPLE, 1)).T,
        first_shares=np.array([0.2, 0.1, 0.5, 0.2]),
        reps=reps,
        attendance=attendance,
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
