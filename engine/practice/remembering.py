"""Keep each memory equal to what its reviews leave, whatever order they arrive in."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db import transaction

from engine.models import Memory, Review
from engine.practice import states
from engine.rules import memory as rules
from people.models import Person

# What a rebuild may differ by: the same float operations in the same order leave nothing.
SAME = 1e-9
NUMBERS = ("stability", "difficulty")
FACTS = ("reviewed_on", "introduced_on", "reviews", "last_rating", "last_by_work", "model", "parameters")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A stored memory that its reviews do not explain."""

    person_id: int
    skill_id: int
    stored: Memory | None
    rebuilt: Memory | None


def lock(person_id: int) -> Person:
    """Keep everybody else from moving this person's memory until the transaction ends.

    SQLite has no row locks and needs none: its write transactions run one after the other.
    """
    return Person.objects.select_for_update(no_key=True).get(pk=person_id)


def record(
    person: Person,
    *,
    skill_id: int,
    rating: rules.Rating,
    source: Review.Source,
    now: datetime,
    on: date,
    **evidence: object,
) -> Review:
    """Append a review and move the memory; the caller holds the person's lock."""
    review = Review.objects.create(
        person=person,
        skill_id=skill_id,
        rating=rating,
        reviewed_on=on,
        reviewed_at=now,
        source=source,
        **evidence,
    )
    rebuild_one(person.pk, skill_id)
    return review


def void(review: Review, *, now: datetime) -> None:
    """Append the review that takes another back; the caller holds the person's lock."""
    Review.objects.create(
        person_id=review.person_id,
        skill_id=review.skill_id,
        rating=review.rating,
        reviewed_on=review.reviewed_on,
        reviewed_at=now,
        source=review.source,
        voids=review,
    )
    rebuild_one(review.person_id, review.skill_id)


def rebuild_one(person_id: int, skill_id: int) -> None:
    """Replay one skill's reviews in order of time: late and voided ones come out right by themselves."""
    standing = Review.objects.standing().filter(person=person_id, skill=skill_id).in_order()
    history = list(standing.only("reviewed_on", "rating", "source"))
    rebuilt = _rebuilt(history)
    if rebuilt is None:
        Memory.objects.filter(person=person_id, skill=skill_id).delete()
        return
    columns = {name: getattr(rebuilt, name) for name in (*NUMBERS, *FACTS)}
    memory, _ = Memory.objects.update_or_create(person_id=person_id, skill_id=skill_id, defaults=columns)
    states.follow(memory, [review.evidence() for review in history])


def _rebuilt(history: Sequence[Review]) -> Memory | None:
    """The row that these reviews leave, of nobody yet."""
    memory = rules.replay(review.evidence() for review in history)
    if memory is None:
        return None
    last = history[-1]
    return Memory(
        stability=memory.stability,
        difficulty=memory.difficulty,
        reviewed_on=memory.reviewed_on,
        introduced_on=history[0].reviewed_on,
        reviews=len(history),
        last_rating=last.rating,
        last_by_work=last.source == Review.Source.WORK,
        model=rules.MODEL,
        parameters="default",
    )


def rebuild_all(person_ids: Iterable[int]) -> Iterator[Difference]:
    """Recompute every memory of these people from their reviews, and yield what was not as stored."""
    for person_id in person_ids:
        with transaction.atomic():
            lock(person_id)
            found = _rebuild_person(person_id)
        yield from found


def _rebuild_person(person_id: int) -> list[Difference]:
    stored = {memory.skill_id: memory for memory in Memory.objects.filter(person=person_id)}
    reviews = Review.objects.standing().filter(person=person_id).order_by("skill", *Review.ORDER)
    rebuilt = {
        skill_id: _rebuilt(list(history))
        for skill_id, history in groupby(reviews, key=lambda review: review.skill_id)
    }
    found = []
    for skill_id in sorted(stored.keys() | rebuilt.keys()):
        was, now_is = stored.get(skill_id), rebuilt.get(skill_id)
        if not _is_same(was, now_is):
            found.append(Difference(person_id=person_id, skill_id=skill_id, stored=was, rebuilt=now_is))
            rebuild_one(person_id, skill_id)
    return found


def _is_same(one: Memory | None, other: Memory | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(getattr(one, name) == getattr(other, name) for name in FACTS) and all(
        math.isclose(getattr(one, name), getattr(other, name), rel_tol=SAME) for name in NUMBERS
    )
