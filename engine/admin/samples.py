"""A sample person's workout on a path: rows that are never saved, for previews of mails and pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine import links
from engine.delivery.compose import Composed, compose
from engine.models import Answer, Mail, Rep, Workout
from engine.rules import exercises as exercise_rules
from engine.rules import planning as rules
from engine.rules.memory import Rating
from engine.rules.planning import Why
from paths.catalogue import exercise_spec, path_spec
from paths.models import Exercise, Skill
from paths.schema import ChoiceSpec, EstimateSpec, JudgeSpec, PathSpec, SkillSpec
from people.models import Person, day_numbers

CHANCE = 0.86  # that the sample person still knows a skill
DAYS_AGO = 9  # since they practised it last
FIRST_WORKOUT = ""  # how a preview names it; all else is `skill/exercise`


@dataclass(frozen=True, kw_only=True)
class Taught:
    """A skill as a path teaches it: its own as the text says, one of another path's as published."""

    skill: Skill
    exercises: Sequence[Exercise]
    after: Sequence[str]


def taught_by(spec: PathSpec) -> list[Taught]:
    """Return the skills in teaching order; one that is used and not published anywhere is left out."""
    shared = _published(skill for skill in spec.skill_ids if skill not in {own.id for own in spec.own_skills})
    own = {skill.id: _own(skill) for skill in spec.own_skills}
    known = own | shared
    return [known[name] for name in spec.skill_ids if name in known]


def _own(spec: SkillSpec) -> Taught:
    skill = Skill(slug=spec.id, title=spec.title, idea=spec.idea)
    exercises = [
        Exercise(
            skill=skill,
            slug=one.id,
            kind=one.kind,
            ai=one.ai,
            minutes=one.minutes,
            content=one.model_dump_json(by_alias=True),
        )
        for one in spec.exercises
    ]
    return Taught(skill=skill, exercises=exercises, after=spec.after)


def _published(names: Iterable[str]) -> dict[str, Taught]:
    skills = Skill.objects.filter(slug__in=list(names), retired_at=None).select_related("path__current")
    found = {}
    for skill in skills.prefetch_related("exercises"):
        own = path_spec(skill.path.current.spec).own_skills if skill.path.current else []
        after = next((one.after for one in own if one.id == skill.slug), [])
        current = [exercise for exercise in skill.exercises.all() if exercise.is_current]
        found[skill.slug] = Taught(skill=skill, exercises=current, after=after)
    return found


def sample_person(spec: PathSpec) -> Person:
    return Person(name="Ada Example", email="ada@example.org", language=spec.language)


def first_workout(spec: PathSpec, *, day: date) -> list[Rep]:
    """Plan what a person who starts on this path gets first, by the rules that plan for everybody."""
    ada, skills = sample_person(spec), taught_by(spec)
    options = [
        rules.Option(
            skill=place,
            path=0,
            gain=1.0,
            tier=rules.Tier.NEW,
            urgency=1.0,
            retrievability=0.0,
            retention=spec.pace.retention,
            is_new=True,
            order=place,
            exercises=tuple(_in_order(taught)),
        )
        for place, taught in enumerate(skills)
        if not set(taught.after).intersection(spec.skill_ids)
    ]
    new_today = rules.new_skills_today(
        spec.pace.new_skills_per_week, [], today=day, workdays_per_week=len(day_numbers(ada.workdays))
    )
    planned = rules.fill(options, minutes=ada.minutes, new_allowed={0: new_today})
    workout = Workout(person=ada, day=day, size=len(planned))
    return [
        _rep(workout, skills[one.option.skill].exercises[one.exercise.key], position=position, is_new=True)
        for position, one in enumerate(planned)
    ]


def _in_order(taught: Taught) -> list[exercise_rules.Exercise]:
    known = [
        exercise_rules.Exercise(key=key, slug=one.slug, ai=one.ai, minutes=one.minutes, kind=one.kind)
        for key, one in enumerate(taught.exercises)
    ]
    return exercise_rules.in_order_of_preference(
        known, reps_done=0, is_expert=False, last_seen={}, seed=taught.skill.slug
    )


def one_rep(spec: PathSpec, name: str, *, day: date, is_new: bool) -> list[Rep]:
    """Return the one rep of an exercise `skill/exercise`; none where the path has no such exercise."""
    workout = Workout(person=sample_person(spec), day=day, size=1)
    return [
        _rep(workout, exercise, position=0, is_new=is_new)
        for taught in taught_by(spec)
        for exercise in taught.exercises
        if str(exercise) == name
    ]


def _rep(workout: Workout, exercise: Exercise, *, position: int, is_new: bool) -> Rep:
    return Rep(
        workout=workout,
        person=workout.person,
        skill=exercise.skill,
        exercise=exercise,
        position=position,
        why=Why.NEW if is_new else Why.FADING,
        retrievability=None if is_new else CHANCE,
        last_review_on=None if is_new else workout.day - timedelta(days=DAYS_AGO),
        last_rating=None if is_new else Rating.GOOD,
    )


def composed(reps: Sequence[Rep], *, now: datetime) -> Composed:
    """Build the mail by what builds real ones; its links open nothing. Raise CannotCompose as that does."""
    workout = reps[0].workout
    mail = Mail(
        kind=Mail.Kind.WORKOUT,
        person=workout.person,
        workout=workout,
        day=workout.day,
        key="preview",
        message_id="<preview@rampart.example>",
    )
    with links.inert():
        return compose(mail, reps, dated_at=now)


def sample_answer(rep: Rep) -> Answer:
    """A wrong answer where there are right ones, for that is when feedback teaches most."""
    given: dict[str, object] = {"text": "", "confidence": "fairly-sure"}
    is_correct: bool | None = False
    match exercise_spec(rep.exercise.content):
        case ChoiceSpec(options=options):
            given["option"] = next((one.id for one in options if not one.correct), "")
        case JudgeSpec(sound=sound):
            given["sound"] = not sound
        case EstimateSpec(answer=number, tolerance=tolerance):
            given["number"] = number + 2 * tolerance + 1
        case _:
            is_correct = None
    rating = Rating.AGAIN if is_correct is False else Rating.GOOD
    return Answer(rep=rep, exercise=rep.exercise, given=given, is_correct=is_correct, rating=rating)
