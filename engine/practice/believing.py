"""Reconsider how people here forget: read the reviews of some, fit, look ahead, and rebuild every state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef

from engine.models import Answer, Belief, Enrolment, Memory, Review, Workout
from engine.models.beliefs import written
from engine.practice import histories, states
from engine.practice.histories import Read
from engine.rules import believing as rules
from engine.rules.foresight import Habits
from engine.rules.groups import Group
from engine.rules.memory import FloatArray, Rating
from engine.rules.planning import MAX_REPS
from paths.catalogue import Catalogue, PublishedPath, catalogue
from people.calendar import local_date
from people.models import Person

FEWEST_FITTED = 20  # people, where there are so many
LEAST_PEOPLE = 5  # what fewer have answered is nobody's to look at, not even summed
LATELY = timedelta(days=28)
LONGEST = 64  # reviews of one history in a fit
WORKDAYS = 5  # of a week

type IsOver = Callable[[], bool]


@dataclass(frozen=True, kw_only=True)
class Practising:
    """One person as foresight needs them: their skills in teaching order, and how fast they go."""

    id: int
    skills: Sequence[int]
    reps: float  # a workday
    new_per_day: float


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The people whose reviews are fitted, by row id, and what they practise."""

    people: Sequence[int]
    skills: Sequence[int]  # in teaching order, then those that nobody is taught any more
    practising: Sequence[Practising]
    read: Read

    @cached_property
    def group(self) -> Group:
        return histories.grouped(self.read, people=self.people, skills=self.skills, longest=LONGEST)


def go_on_believing(*, now: datetime, is_over: IsOver = lambda: False) -> Belief | None:
    """Go on with the belief that is in the making, or begin one where that is due; return which, if any."""
    belief = Belief.objects.in_the_making() or (reconsider(now=now) if _is_due(now) else None)
    if belief is not None:
        build(belief, now=now, is_over=is_over)
    return belief


def reconsider(*, now: datetime) -> Belief | None:
    """Fit to the reviews made so far, and write down what they say; its states are still to be built.

    Returns None where reviews are too few, or another process was first today.
    """
    today, found = _today(now), _remembering()
    if not _is_enough(found):
        return None
    rng = np.random.default_rng(today.toordinal())
    sample, attendance = _sample(found, rng), _attendance(today)
    believed = _believed(sample, today=today, attendance=attendance, rng=rng)
    states.forget_former()
    try:
        with transaction.atomic():
            return Belief.objects.create(
                fitted_on=today,
                school=believed.school,
                schools=written(believed),
                line=believed.line,
                wanted=believed.wanted,
                calm=believed.calm,
                attendance=attendance,
                people=len(sample.people),
                reviews=int(sample.group.reviews.sum()),
            )
    except IntegrityError:
        return None


def build(belief: Belief, *, now: datetime, is_over: IsOver = lambda: False) -> bool:
    """Build states until all are there or time is over; say whether the belief is in force."""
    while not is_over():
        if not states.build_some(belief, now=now):
            return True
    return False


def _today(now: datetime) -> date:
    return local_date(now, zone=settings.TIME_ZONE)


def _begun_on() -> date | None:
    """The date of the first review."""
    return Review.objects.order_by("pk").values_list("reviewed_on", flat=True).first()


def _day(today: date, begun_on: date) -> int:
    """Count from the Monday of the week in which practice began."""
    return (today - begun_on).days + begun_on.weekday()


def _is_fitting_day_since(latest: Belief | None, today: date, begun_on: date) -> bool:
    first = _day(latest.fitted_on, begun_on) + 1 if latest else 0
    belief = latest.rules() if latest else rules.FIRST
    return any(rules.is_fitting_day(day, belief) for day in range(first, _day(today, begun_on) + 1))


def _is_due(now: datetime) -> bool:
    """Say whether a day to fit came since the last belief, and there is enough to fit to."""
    today, begun_on = _today(now), _begun_on()
    return (
        begun_on is not None
        and _is_fitting_day_since(Belief.objects.latest_understood(), today, begun_on)
        and _is_enough(_remembering())
    )


def _remembering() -> dict[int, int]:
    """How many skills each person has reviewed twice or more."""
    again = Memory.objects.filter(reviews__gte=2).order_by("person").values("person")
    return dict(again.annotate(skills=Count("pk")).values_list("person", "skills"))


def _is_enough(found: Mapping[int, int]) -> bool:
    return len(found) >= LEAST_PEOPLE and sum(found.values()) >= rules.LEAST_HISTORIES


def _sample(found: Mapping[int, int], rng: np.random.Generator) -> Sample:
    """Take people at random until there are as many histories as a fit needs.

    Whole persons, as long histories alone are those of hard skills.
    """
    ids, skills = (np.array(column) for column in zip(*found.items(), strict=True))
    order = rng.permutation(len(ids))
    enough = int(np.searchsorted(np.cumsum(skills[order]), rules.MOST_HISTORIES)) + 1
    people = ids[order][: max(enough, FEWEST_FITTED)].tolist()
    read, practising = histories.read(people), _practising(people)
    taught = dict.fromkeys(skill for one in practising for skill in one.skills)
    columns = list(taught | dict.fromkeys(read.skill.tolist()))
    return Sample(people=people, skills=columns, practising=practising, read=read)


def _believed(sample: Sample, *, today: date, attendance: float, rng: np.random.Generator) -> rules.Belief:
    latest = Belief.objects.latest_understood()
    before = latest.rules() if latest else rules.FIRST
    refitted = rules.refit(before, sample.group, np.arange(len(sample.people)))
    begun_on = _begun_on()
    if begun_on is None or not sample.practising:
        return refitted.belief  # nobody to look ahead for: the line stays
    return rules.draw_line(
        refitted,
        sample.group,
        _habits(sample, attendance=attendance),
        elapsed=_elapsed(sample, today=today),
        day=_day(today, begun_on),
        rng=rng,
    )


def _attendance(today: date) -> float:
    """Of the workouts of the last weeks that were mailed, the share in which anything was answered."""
    lately = Workout.objects.filter(day__gte=today - LATELY, day__lt=today, size__gt=0)
    answered = Exists(Answer.objects.filter(rep__workout=OuterRef("pk")))
    sent = lately.count()
    return lately.filter(answered).count() / sent if sent else 1.0


def _habits(sample: Sample, *, attendance: float) -> Habits:
    taught = {one.id: set(one.skills) for one in sample.practising}
    firsts = np.bincount(sample.read.histories.rating[:, 0], minlength=len(Rating) + 1)[1:]
    return Habits(
        first_shares=rules.first_shares(firsts.astype(float)),
        reps=max(1, min(MAX_REPS, round(float(np.mean([one.reps for one in sample.practising]))))),
        new_per_day=float(np.mean([one.new_per_day for one in sample.practising])),
        attendance=attendance,
        is_taught=np.array(
            [[skill in taught.get(person, ()) for skill in sample.skills] for person in sample.people]
        ),
    )


def _elapsed(sample: Sample, *, today: date) -> FloatArray:
    """Return the days since the last review by person and skill, 0 where there is none."""
    read = sample.read
    row, column = histories.places(read, people=sample.people, skills=sample.skills)
    elapsed = np.zeros((len(sample.people), len(sample.skills)))
    elapsed[row, column] = np.maximum(today.toordinal() - read.last_day, 0)
    return elapsed


def _practising(people: Sequence[int]) -> list[Practising]:
    published = catalogue()
    minutes = dict(Person.objects.filter(pk__in=people).values_list("pk", "minutes"))
    paths: dict[int, list[PublishedPath]] = {}
    enrolled = Enrolment.objects.active().filter(person__in=people, path__in=published.paths)
    for person, path in enrolled.order_by("started_on", "path").values_list("person", "path"):
        paths.setdefault(person, []).append(published.paths[path])
    found = (_one(person, minutes[person], mine, published) for person, mine in paths.items())
    return [one for one in found if one.skills]


def _one(person: int, minutes: float, paths: Sequence[PublishedPath], published: Catalogue) -> Practising:
    # A skill that two paths share is one: dict keeps the first place.
    skills = [
        skill
        for skill in dict.fromkeys(skill for path in paths for skill in path.skills)
        if published.exercises.get(skill)
    ]
    lengths = [exercise.minutes for skill in skills for exercise in published.exercises[skill]]
    return Practising(
        id=person,
        skills=skills,
        reps=minutes / (sum(lengths) / len(lengths)) if lengths else 0.0,
        new_per_day=sum(path.new_skills_per_week for path in paths) / WORKDAYS,
    )
