"""Pooling: what is easy for a person, or for everybody, is learned from many histories and soon believed."""

import numpy as np
import pytest

from engine.rules import family, fitting, pooling
from engine.rules.family import SCHOOLS, Number
from engine.rules.fitting import Beliefs, Histories
from engine.rules.pooling import Pool

PEOPLE, SKILLS = 60, 30
MODEL = SCHOOLS["memorize"].mean
NOTHING = Pool(person=pooling.unknown(PEOPLE), skill=pooling.unknown(SKILLS))


def lived(ease, *, reviews=4, seed=1):
    """Histories of every pair, six days apart; ease by pair, in log, with that of each history drawn."""
    rng = np.random.default_rng(seed)
    rows = PEOPLE * SKILLS
    elapsed, rating = np.full((rows, reviews), 6.0), np.full((rows, reviews), 3)
    own = ease.ravel() + np.exp(MODEL[Number.SPREAD]) * rng.normal(size=rows)
    stability, difficulty = family.first(rating[:, 0], MODEL, own)
    for place in range(1, reviews):
        chance = family.retrievability(stability, elapsed[:, place], MODEL)
        rating[:, place] = np.where(rng.random(rows) < chance, 3, 1)
        stability, difficulty, _ = family.review(
            stability, difficulty, elapsed[:, place], rating[:, place], MODEL
        )
    return elapsed, rating


def pooled(ease, *, steps=40):
    elapsed, rating = lived(ease)
    reviews = np.full(len(rating), rating.shape[1])
    pool = NOTHING
    for _ in range(steps):
        histories = Histories(elapsed=elapsed, rating=rating, reviews=reviews, ease=pool.ease.ravel())
        pool = pooling.pool(pool, by_pair(fitting.replay(histories, MODEL)), MODEL)
    return pool


def by_pair(found):
    shape = (len(fitting.EASES), PEOPLE, SKILLS)
    return Beliefs(
        ease=found.ease.reshape(shape),
        stability=found.stability.reshape(shape),
        log_likelihood=found.log_likelihood.reshape(shape),
        difficulty=found.difficulty.reshape(PEOPLE, SKILLS),
    )


def test_what_is_easy_for_a_person_and_for_everybody_is_told_apart():
    rng = np.random.default_rng(3)
    person, skill = rng.normal(0, 0.5, PEOPLE), rng.normal(0, 1, SKILLS)

    pool = pooled(person[:, None] + skill)

    assert np.corrcoef(pool.person.mean, person)[0, 1] > 0.8
    assert np.corrcoef(pool.skill.mean, skill)[0, 1] > 0.95
    assert pool.person.variance**0.5 == pytest.approx(0.5, rel=0.35)
    assert pool.skill.variance**0.5 == pytest.approx(1, rel=0.35)


def test_where_nobody_differs_little_is_believed_to_differ():
    pool = pooled(np.zeros((PEOPLE, SKILLS)))

    assert pool.person.variance**0.5 < 0.25
    assert pool.skill.variance**0.5 < 0.25


def test_who_has_not_been_seen_is_as_everybody():
    shape = (len(fitting.EASES), PEOPLE, SKILLS)
    nothing = Beliefs(
        ease=np.zeros(shape),
        stability=np.full(shape, np.nan),
        log_likelihood=np.zeros(shape),
        difficulty=np.full(shape[1:], np.nan),
    )

    pool = pooling.pool(NOTHING, nothing, MODEL)

    assert pool.ease == pytest.approx(0)
    assert pool.person.log_evidence == pytest.approx(0)
    assert pool.person.variance == pytest.approx(pooling.FIRST_VARIANCE)


def test_to_be_free_to_differ_has_its_price():
    assert pooled(np.zeros((PEOPLE, SKILLS)), steps=2).person.log_evidence.sum() < 0
