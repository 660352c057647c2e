"""Rows of paths and of the engine; a test names only what it is about."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from engine.models import Answer, Enrolment, Mail, Remark, Rep, Review, Workout
from paths.models import Exercise, Path, PathVersion, Skill
from tests.factories import PersonFactory
from tests.moments import MONDAY

TODAY = date(2026, 11, 23)

CONTENT: dict[str, dict[str, Any]] = {
    "choice": {
        "prompt": "What does the **join** return?",
        "options": [
            {"id": "a", "text": "150", "why": "That is the total without the join."},
            {"id": "b", "text": "`350`", "correct": True, "why": "100 three times and 50 once."},
            {"id": "c", "text": "400", "why": "Three rows carry 100, not four."},
        ],
        "feedback": "Count rows before and after every join.",
        "moment": "before you send a total",
        "sources": [{"title": "Data handbook 4", "url": "https://wiki.example.org/dh#4"}],
    },
    "judge": {
        "prompt": "> The mean is 7.\n\nSound?",
        "sound": False,
        "why": "It counts zeros that are gaps.",
    },
    "estimate": {"prompt": "How many calls?", "answer": 11200, "tolerance": 1300, "unit": "calls"},
    "recall": {
        "prompt": "How do you find the grain?",
        "answer": "Guess *one row per*.",
        "rubric": ["says one row per"],
    },
    "do": {
        "prompt": "Run the row count on one of your joins.",
        "rubric": ["two counts", "says what they mean"],
    },
}
KINDS = sorted(CONTENT)


def content(kind: str, **changes: Any) -> str:
    """The JSON of one exercise of this kind."""
    return json.dumps({"id": "first", "kind": kind, "ai": "off", "minutes": 2, **CONTENT[kind], **changes})


class PathFactory(DjangoModelFactory):
    class Meta:
        model = Path

    slug = factory.Sequence(lambda number: f"path-{number}")
    title = factory.LazyAttribute(lambda path: path.slug.capitalize())
    status = Path.Status.ACTIVE


class PathVersionFactory(DjangoModelFactory):
    class Meta:
        model = PathVersion

    path = factory.SubFactory(PathFactory)
    number = factory.Sequence(lambda number: number + 1)
    text = ""
    digest = "0" * 64
    spec = "{}"
    change = PathVersion.Change.FIRST
    published_at = MONDAY - timedelta(days=60)


class SkillFactory(DjangoModelFactory):
    class Meta:
        model = Skill

    slug = factory.Sequence(lambda number: f"skill-{number}")
    title = factory.LazyAttribute(lambda skill: f"Notice {skill.slug}")
    idea = "A join repeats a row once for *every* match."
    path = factory.SubFactory(PathFactory)


class ExerciseFactory(DjangoModelFactory):
    """An exercise of a kind; `content=content("choice", prompt=...)` says what it holds."""

    class Meta:
        model = Exercise

    skill = factory.SubFactory(SkillFactory)
    slug = factory.Sequence(lambda number: f"exercise-{number}")
    kind = "choice"
    ai = "off"
    minutes = 2
    content = factory.LazyAttribute(lambda exercise: content(exercise.kind))
    version = factory.SubFactory(PathVersionFactory, path=factory.SelfAttribute("..skill.path"))


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = Enrolment

    person = factory.SubFactory(PersonFactory)
    path = factory.SubFactory(PathFactory)
    started_on = TODAY - timedelta(days=30)


class WorkoutFactory(DjangoModelFactory):
    class Meta:
        model = Workout

    person = factory.SubFactory(PersonFactory)
    day = TODAY
    planned_at = MONDAY
    plan = factory.LazyFunction(uuid4)
    size = 1


class RepFactory(DjangoModelFactory):
    """A rep of a skill that is new to the person; with `known`, of one last practised twelve days ago."""

    class Meta:
        model = Rep

    class Params:
        kind = "choice"
        known = factory.Trait(
            why="fading", retrievability=0.83, last_review_on=TODAY - timedelta(days=12), last_rating=3
        )

    workout = factory.SubFactory(WorkoutFactory)
    person = factory.SelfAttribute("workout.person")
    exercise = factory.SubFactory(ExerciseFactory, kind=factory.SelfAttribute("..kind"))
    skill = factory.SelfAttribute("exercise.skill")
    position = factory.LazyAttribute(lambda rep: rep.workout.reps.count())
    why = "new"


class AnswerFactory(DjangoModelFactory):
    class Meta:
        model = Answer

    rep = factory.SubFactory(RepFactory)
    attempt = factory.SelfAttribute("rep.attempt")
    exercise = factory.SelfAttribute("rep.exercise")
    given = factory.LazyFunction(lambda: {"option": "b"})
    is_correct = True
    rating = 3
    answered_at = MONDAY


class ReviewFactory(DjangoModelFactory):
    class Meta:
        model = Review

    person = factory.SubFactory(PersonFactory)
    skill = factory.SubFactory(SkillFactory)
    rating = 3
    reviewed_on = TODAY
    reviewed_at = MONDAY
    source = Review.Source.REP


class MailFactory(DjangoModelFactory):
    """A workout mail that waits; with `sent`, one that went out at its hour."""

    class Meta:
        model = Mail

    class Params:
        sent = factory.Trait(status=Mail.Status.SENT, attempts=1, dated_at=MONDAY, sent_at=MONDAY)

    kind = Mail.Kind.WORKOUT
    workout = factory.SubFactory(WorkoutFactory)
    person = factory.SelfAttribute("workout.person")
    day = factory.SelfAttribute("workout.day")
    key = factory.LazyAttribute(lambda mail: f"{mail.person.pk}:{mail.day}")
    zone = factory.SelfAttribute("person.zone")
    send_time = factory.SelfAttribute("person.send_time")
    window = factory.SelfAttribute("person.window")
    not_before = MONDAY
    expires_at = MONDAY + timedelta(hours=1)
    message_id = factory.Sequence(lambda number: f"<{number}@rampart.example>")


class WelcomeFactory(DjangoModelFactory):
    """A welcome that waits, from a colleague in L&D to somebody on a path; `path=False` leaves that out."""

    class Meta:
        model = Mail
        skip_postgeneration_save = True

    kind = Mail.Kind.WELCOME
    person = factory.SubFactory(PersonFactory)
    sender = factory.SubFactory(PersonFactory, name="Lena Larsen", new=True)
    key = factory.LazyAttribute(lambda mail: str(mail.person.pk))
    not_before = MONDAY
    expires_at = MONDAY + timedelta(days=7)
    message_id = factory.Sequence(lambda number: f"<welcome-{number}@rampart.example>")

    @factory.post_generation
    def path(self, create, extracted):
        if create and extracted is not False:
            EnrolmentFactory(person=self.person)


class DigestFactory(DjangoModelFactory):
    """A digest that waits for the owner of a path with a mistake, a doubt and a review date passed."""

    class Meta:
        model = Mail
        skip_postgeneration_save = True

    kind = Mail.Kind.DIGEST
    person = None
    address = "owner@example.org"
    key = "owner@example.org:2026-W48"
    not_before = MONDAY
    expires_at = MONDAY + timedelta(days=5)
    message_id = factory.Sequence(lambda number: f"<digest-{number}@rampart.example>")

    @factory.post_generation
    def path(self, create, extracted):
        path = PathFactory(owner=self.address, review_by=TODAY - timedelta(days=1))
        Path.objects.filter(pk=path.pk).update(current=PathVersionFactory(path=path))
        exercise = ExerciseFactory(skill=SkillFactory(path=path))
        said_at = {"made_at": MONDAY - timedelta(days=3)}
        for number in range(5):
            rep = RepFactory(exercise=exercise)
            RemarkFactory(rep=rep, kind=Remark.Kind.NOT_USEFUL, text="", **said_at)
            if number < 2:
                RemarkFactory(rep=rep, text=("The key says 350; I count 400.", "")[number], **said_at)


class RemarkFactory(DjangoModelFactory):
    class Meta:
        model = Remark

    kind = Remark.Kind.MISTAKE
    rep = factory.SubFactory(RepFactory)
    person = factory.SelfAttribute("rep.person")
    exercise = factory.SelfAttribute("rep.exercise")
    text = "The key says 350; I count 400."
    made_at = MONDAY
