"""The reviews of many people as arrays: one row for each person and skill, in order of time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import CharField
from django.db.models.functions import Cast

from engine.models import Review
from engine.rules.fitting import Histories
from engine.rules.memory import IntArray, Rating

# As text: SQLite's driver builds dates one by one, which takes longer than all else of a row.
REVIEW = ("person_id", "skill_id", Cast("reviewed_on", CharField()), "rating")


@dataclass(frozen=True, kw_only=True)
class Read:
    """`histories` as the rules read them, and beside each whose it is, of what, and when it last moved."""

    histories: Histories
    person: IntArray  # row ids
    skill: IntArray
    last_day: IntArray  # ordinals of dates


def read(people: Collection[int]) -> Read:
    """Read every standing review of these people, in one query."""
    standing = Review.objects.standing().filter(person__in=people)
    rows = list(standing.order_by("person", "skill", *Review.ORDER).values_list(*REVIEW))
    person, skill, days, rating = zip(*rows, strict=True) if rows else ((), (), (), ())
    ordinals = {text: date.fromisoformat(text).toordinal() for text in set(days)}
    return _arranged(person, skill, [ordinals[text] for text in days], rating)


def of_one(history: Iterable[tuple[date, Rating]]) -> Histories:
    """Arrange the reviews of one skill of one person, given in order of time."""
    days, ratings = zip(*((on.toordinal(), int(rating)) for on, rating in history), strict=True)
    nobody = [0] * len(days)
    return _arranged(nobody, nobody, days, ratings).histories


def _arranged(person: Sequence[int], skill: Sequence[int], day: Sequence[int], rating: Sequence[int]) -> Read:
    whose, what, days, ratings = (np.array(column, dtype=np.int64) for column in (person, skill, day, rating))
    is_first = np.ones(len(days), bool)
    is_first[1:] = (whose[1:] != whose[:-1]) | (what[1:] != what[:-1])
    starts = np.flatnonzero(is_first)
    reviews = np.diff(starts, append=len(days))
    row = np.cumsum(is_first) - 1
    place = np.arange(len(days)) - starts[row]
    shape = (len(starts), int(reviews.max(initial=1)))
    elapsed, rated = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    elapsed[row, place] = np.where(is_first, 0, np.diff(days, prepend=days[:1]))
    rated[row, place] = ratings
    return Read(
        histories=Histories(elapsed=elapsed, rating=rated, reviews=reviews),
        person=whose[starts],
        skill=what[starts],
        last_day=days[starts + reviews - 1] if len(days) else starts,
    )
