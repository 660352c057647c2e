"""Signed-off work as reviews: one for each skill it showed and each local day, however late it is signed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from engine.models import Review
from engine.practice import remembering
from engine.rules.memory import Rating
from paths.models import Skill
from people.calendar import local_date
from people.models import Person


@dataclass(frozen=True, kw_only=True)
class Work:
    """One piece of work in which a skill showed."""

    rating: Rating  # from the help it took
    done_at: datetime


@transaction.atomic
def record_work(person: Person, skill: Skill, rating: Rating, at: datetime) -> Review:
    """Add work done at an instant to what its local day says of a skill; return the review that stands."""
    person = remembering.lock(person.pk)
    on = local_date(at, zone=person.zone)
    standing = [
        Work(rating=Rating(one.rating), done_at=one.reviewed_at) for one in _standing(person, skill.pk, on)
    ]
    _settle(person, skill.pk, on=on, works=[*standing, Work(rating=Rating(rating), done_at=at)], now=at)
    return _standing(person, skill.pk, on)[0]


@transaction.atomic
def settle_work(person: Person, *, on: date, shown: Mapping[int, Collection[Work]], now: datetime) -> None:
    """Make the reviews by work of a local day say what the work then showed, by the skill's row id.

    A skill that no work shows loses its review. What stands already stays, so it may run twice.
    """
    person = remembering.lock(person.pk)
    for skill_id, works in sorted(shown.items()):
        _settle(person, skill_id, on=on, works=works, now=now)


def _settle(person: Person, skill_id: int, *, on: date, works: Collection[Work], now: datetime) -> None:
    due = of_a_day(works)
    is_there = False
    for review in _standing(person, skill_id, on):
        if not is_there and due == Work(rating=Rating(review.rating), done_at=review.reviewed_at):
            is_there = True
        else:
            remembering.void(review, now=now)
    if due is not None and not is_there:
        remembering.record(
            person,
            skill_id=skill_id,
            rating=due.rating,
            source=Review.Source.WORK,
            now=due.done_at,
            on=on,
        )


def of_a_day(works: Collection[Work]) -> Work | None:
    """Return what all the work of one day says together: the lowest rating, at the end of the last work.

    Which of them is known first must not matter: late sign-offs come in any order.
    """
    if not works:
        return None
    return Work(rating=min(one.rating for one in works), done_at=max(one.done_at for one in works))


def _standing(person: Person, skill_id: int, on: date) -> list[Review]:
    by_work = Review.objects.standing().filter(source=Review.Source.WORK)
    return list(by_work.filter(person=person, skill=skill_id, reviewed_on=on).in_order())
