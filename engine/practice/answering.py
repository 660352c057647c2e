"""What a person can do to a rep: answer it, take the answer back, ask for another exercise."""

from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from engine.errors import LinkExpired, NoOtherExercise, NothingToUndo, NotPractising, RepChanged
from engine.models import Answer, Remark, Rep, Review, Workout
from engine.practice import remembering
from engine.rules import exercises as exercise_rules
from engine.rules.exercises import Exercise
from engine.rules.grading import Given, grade
from engine.rules.memory import Rating
from paths.catalogue import exercise_spec
from people.calendar import local_date
from people.models import Person


def standing_answer(rep: Rep) -> Answer | None:
    """The answer to the present attempt, if there is one."""
    return rep.answers.filter(attempt=rep.attempt).select_related("exercise").first()


def check_open(rep: Rep, *, now: datetime) -> None:
    """Raise the reason why this rep can no longer be answered."""
    if not rep.person.is_active:
        raise NotPractising(_("This link belongs to somebody who no longer takes part."))
    if now >= rep.workout.expires_at():
        raise LinkExpired(_("This rep is from an earlier workout. Nothing is lost: its skill comes again."))


@transaction.atomic
def answer(rep: Rep, given: Given, *, attempt: int, now: datetime) -> tuple[Answer, bool]:
    """Record the first answer to an attempt of a rep and move the memory of its skill.

    Return the answer that stands, and whether it is this one: of two presses at once, the first wins. Raise
    RepChanged when `attempt` is not the present one, NotAnAnswer when `given` does not answer the exercise.
    """
    person = remembering.lock(rep.person_id)
    rep = _fresh(rep)
    check_open(rep, now=now)
    if attempt != rep.attempt:
        raise RepChanged(_("This page is older than your last press. Here is the rep as it is now."))
    exercise = exercise_spec(rep.exercise.content)
    outcome = grade(exercise, given, at_most=Rating.HARD if rep.key_shown else None)
    answered, is_first = Answer.objects.get_or_create(
        rep=rep,
        attempt=rep.attempt,
        defaults={
            "exercise": rep.exercise,
            "given": asdict(given),
            "is_correct": outcome.is_correct,
            "rating": outcome.rating,
            "answered_at": now,
        },
    )
    if is_first:
        remembering.record(
            person,
            skill_id=rep.skill_id,
            rating=outcome.rating,
            source=Review.Source.REP,
            now=now,
            on=local_date(now, zone=person.zone),
            answer=answered,
        )
    return answered, is_first


@transaction.atomic
def undo(rep: Rep, *, now: datetime) -> Rep:
    """Take the answer back within the time to undo, and open the next attempt."""
    return _take_back(rep, now=now, until=None)


def may_disown(rep: Rep, answer: Answer, *, now: datetime) -> bool:
    """Whether an answer can still be taken back as somebody else's."""
    return answer.undone_at is None and now < min(_next_workout_at(rep), rep.workout.expires_at())


@transaction.atomic
def disown(rep: Rep, *, now: datetime) -> Rep:
    """Take back an answer that somebody else gave: possible until the next workout."""
    return _take_back(rep, now=now, until=_next_workout_at(rep))


def _take_back(rep: Rep, *, now: datetime, until: datetime | None) -> Rep:
    remembering.lock(rep.person_id)
    rep = _fresh(rep)
    check_open(rep, now=now)
    answered = standing_answer(rep)
    if answered is None or answered.undone_at is not None:
        raise NothingToUndo(_("There is no answer to take back."))
    last_moment = answered.answered_at + settings.UNDO_FOR if until is None else until
    if now >= last_moment:
        raise NothingToUndo(_("The time to take this answer back has passed."))
    Answer.objects.filter(pk=answered.pk).update(undone_at=now)
    remembering.void(answered.review, now=now)
    Rep.objects.filter(pk=rep.pk).update(attempt=rep.attempt + 1, key_shown=True)
    rep.refresh_from_db()
    return rep


def _next_workout_at(rep: Rep) -> datetime:
    later = (
        Workout.objects.filter(person=rep.person_id, day__gt=rep.workout.day, size__gt=0)
        .order_by("day")
        .first()
    )
    return later.planned_at if later else rep.workout.expires_at()


@transaction.atomic
def swap(rep: Rep, *, now: datetime) -> Rep:
    """Give an unanswered rep another exercise of its skill; press after press, it goes through them all."""
    person = remembering.lock(rep.person_id)
    rep = _fresh(rep)
    check_open(rep, now=now)
    if standing_answer(rep) is not None:
        raise RepChanged(_("This rep was answered already."))
    following = _following(rep, person)
    if following is None:
        raise NoOtherExercise(_("This skill has no other exercise for now."))
    Rep.objects.filter(pk=rep.pk).update(exercise=following.key, attempt=rep.attempt + 1)
    rep.refresh_from_db()
    return rep


def _fresh(rep: Rep) -> Rep:
    return Rep.objects.select_related("person", "workout", "skill", "exercise").get(pk=rep.pk)


def may_swap(rep: Rep) -> bool:
    """Whether the skill has another exercise for this rep."""
    return _following(rep, rep.person) is not None


def _following(rep: Rep, person: Person) -> Exercise | None:
    """The exercise after the present one, going round; None where there is no other."""
    slug, exercises = rep.exercise.slug, _in_order(rep, person)
    place = next((at for at, one in enumerate(exercises, start=1) if one.slug == slug), 0)
    return next((one for one in exercises[place:] + exercises[:place] if one.slug != slug), None)


def _in_order(rep: Rep, person: Person) -> list[Exercise]:
    """The skill's exercises as the AI policy prefers them, and as other reps leave them: seen last, last."""
    met = Rep.objects.filter(person=person, skill=rep.skill_id).exclude(pk=rep.pk).order_by()
    unwanted = Remark.objects.unwanted().filter(person=person, exercise__skill=rep.skill_id)
    return exercise_rules.in_order_of_preference(
        (
            Exercise(key=one.pk, slug=one.slug, ai=one.ai, minutes=one.minutes, kind=one.kind)
            for one in rep.skill.exercises.filter(is_current=True)
        ),
        reps_done=Review.objects.standing().filter(person=person, skill=rep.skill_id).count(),
        is_expert=False,
        last_seen=dict(met.values_list("exercise__slug").annotate(last=Max("pk"))),
        seed=f"{person.pk}:{rep.skill_id}",
        unwanted=set(unwanted.values_list("exercise__slug", flat=True)),
    )
