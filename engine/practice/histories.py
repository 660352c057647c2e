"""The reviews of many people as arrays: one row for each person and skill, in order of time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import CharField
from django.db.models.functions import Cast

from engine.models import Review
from engine.rules.fitting import Histories
from engine.rules.groups import Group
from engine.rules.memory import IntArray

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


def grouped(read: Read, *, people: Sequence[int], skills: Sequence[int], longest: int) -> Group:
    """Arrange by person and skill; of a history that is longer, the first reviews and the last are kept."""
    row, column = places(read, people=people, skills=skills)
    reviews = np.zeros((len(people), len(skills)), dtype=np.int64)
    reviews[row, column] = read.histories.reviews
    width = min(longest, read.histories.rating.shape[1])
    last = np.minimum(read.histories.reviews, width) - 1
    elapsed, rating = np.zeros((*reviews.shape, width)), np.zeros((*reviews.shape, width), dtype=np.int64)
    for whole, kept in ((read.histories.elapsed, elapsed), (read.histories.rating, rating)):
        kept[row, column] = whole[:, :width]
        kept[row, column, last] = whole[np.arange(len(row)), read.histories.reviews - 1]
    return Group(elapsed=elapsed, rating=rating, reviews=reviews)


def places(read: Read, *, people: Sequence[int], skills: Sequence[int]) -> tuple[IntArray, IntArray]:
    """Return for each history the place of its person, and of its skill."""
    row_of, column_of = ({pk: place for place, pk in enumerate(ids)} for ids in (people, skills))
    return (
        np.array([row_of[person] for person in read.person.tolist()], dtype=np.int64),
        np.array([column_of[skill] for skill in read.skill.tolist()], dtype=np.int64),
    )


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
