"""My memory: what a person is believed to remember of each skill they have met, and when it comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from engine import practice
from engine.models import Belief, Review, SignOff
from engine.pages import geometry, memory_words
from engine.pages.answer_form import RATING_LABELS
from engine.pages.doors import signed_in
from engine.pages.geometry import Picture
from engine.practice.recollection import Recollection, Remembered, reviews_of
from engine.rules.curves import chance_on, falls_to, trace
from engine.rules.forgetting import Forgetting
from engine.rules.memory import Rating
from paths.models import Path
from people.models import Person

PAGE = 15  # skills; with their pictures and tables they stay well under 100 KB
AHEAD = timedelta(days=28)
FARTHEST = timedelta(days=70)
DRAWN = 24  # reviews in a picture: more of them cover each other
TOLD = 10  # reviews in a table; the export has them all


@dataclass(frozen=True, kw_only=True)
class Told:
    """A review as the table under a curve tells it."""

    on: date
    outcome: str
    shape: str
    is_work: bool


@dataclass(frozen=True, kw_only=True)
class Axis:
    """The words around a curve."""

    retention: str
    floor: str
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Believed:
    """One skill on the page."""

    remembered: Remembered
    words: str
    comes_on: str  # empty: it could come any day
    picture: Picture
    axis: Axis
    says: str
    count: int
    reviews: Sequence[Told]  # the latest

    @property
    def earlier(self) -> int:
        """How many reviews the table leaves out."""
        return self.count - len(self.reviews)


@dataclass(frozen=True, kw_only=True)
class Group:
    path: Path | None
    skills: Sequence[Believed]
    waiting: int


@signed_in
@require_safe
def memory(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    recollection = practice.recollect(person)
    page = Paginator(recollection.skills, PAGE).get_page(request.GET.get("page"))
    context = {
        "person": person,
        "page": page,
        "groups": _groups(person, page, recollection, today=person.today(now)),
        "unmet": [(path, recollection.waiting[path.pk]) for path in _unmet(recollection)],
        "shapes": [(geometry.shape_of(rating), RATING_LABELS[rating.name.lower()]) for rating in Rating],
    }
    return render(request, "pages/memory.html", context)


def _groups(
    person: Person, page: Page[Remembered], recollection: Recollection, *, today: date
) -> list[Group]:
    """Put the skills of one page under their paths; a path says how many more it has where its skills end."""
    reviews, by = reviews_of(person, [one.skill for one in page]), Belief.objects.forgetting()
    last = recollection.skills[page.end_index() :][:1]
    followed = last[0].path if last else None
    groups = []
    for path, skills in groupby(page, key=lambda one: one.path):
        told = [_believed(one, reviews[one.skill.pk], today=today, by=by) for one in skills]
        waiting = recollection.waiting.get(path.pk, 0) if path and path != followed else 0
        groups.append(Group(path=path, skills=[one for one in told if one], waiting=waiting))
    return groups


def _unmet(recollection: Recollection) -> list[Path]:
    """The paths of which no skill was met yet."""
    begun = {one.path for one in recollection.skills}
    return [path for path in recollection.paths if path not in begun]


def _believed(one: Remembered, reviews: Sequence[Review], *, today: date, by: Forgetting) -> Believed | None:
    if not reviews:
        return None
    evidence = [review.evidence() for review in reviews]
    latest = by.follow(evidence)[-1]
    comes_on = falls_to(latest, one.retention, by=by)
    ahead = min(max(today + AHEAD, comes_on + timedelta(days=7)), today + FARTHEST)
    curve, chance = trace(evidence, until=ahead, by=by).latest(DRAWN), chance_on(latest, today, by=by)
    picture = geometry.picture(curve, today=today, retention=one.retention)
    return Believed(
        remembered=one,
        words=memory_words.belief(chance),
        comes_on=memory_words.day_to_come(comes_on, today=today) if comes_on > today else "",
        picture=picture,
        axis=Axis(
            retention=memory_words.percent(one.retention),
            floor=memory_words.percent(picture.lowest),
            first=curve.starts_on,
            last=curve.ends_on,
        ),
        says=memory_words.curve(curve, latest, today=today, retention=one.retention, by=by),
        count=len(reviews),
        reviews=[_told(review) for review in reversed(reviews[-TOLD:])],
    )


def _told(review: Review) -> Told:
    rating, is_work = Rating(review.rating), review.source == Review.Source.WORK
    label = SignOff.Help(rating).label if is_work else RATING_LABELS[rating.name.lower()]
    return Told(on=review.reviewed_on, outcome=str(label), shape=geometry.shape_of(rating), is_work=is_work)
