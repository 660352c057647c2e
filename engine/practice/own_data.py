"""Everything that is stored about one person, for that person: counted, and whole for the export.

A test walks every foreign key to a person: each is collected here, or named in LEFT_OUT with the reason.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from engine.models import (
    Answer,
    ApiToken,
    Enrolment,
    GitHubAccount,
    Mail,
    Memory,
    Remark,
    Rep,
    Review,
    Workout,
)
from engine.practice import own_work
from engine.practice.held import Held, Row, columns, name_of
from people.models import Absence, AbsenceCalendar, Person

LEFT_OUT = {
    "people.Person.manager": _("Who reports to you stands in their own profiles."),
    "people.Person.owner": _("An agent that acts for you has a profile of its own."),
    "people.Organisation.paused_by": _("Pausing practice for everybody is an act of the organisation."),
    "paths.Path.drafted_by": _("Paths you drafted are the organisation’s."),
    "paths.PathVersion.author": _("Paths you published are the organisation’s."),
    "paths.OnRamp.drafted_by": _("On-ramps you drafted are the organisation’s."),
    "paths.OnRampVersion.author": _("On-ramps you published are the organisation’s."),
    "engine.Remark.settled_by": _("A remark you looked at is about its exercise."),
    "engine.ApiToken.made_by": _("Tokens you made for an agent act for the agent."),
    "engine.Replay.person": _(
        "What your programs were answered is kept for a month, so as to do nothing twice."
    ),
    "engine.Mail.sender": _("Mails you sent to colleagues as a welcome are theirs."),
    "admin.LogEntry.user": _("The admin’s history of what staff changed is the organisation’s."),
} | own_work.LEFT_OUT
PASSWORD = "password"  # its hash would only help somebody to guess it  # noqa: S105


def collected(person: Person, *, now: datetime) -> Row:
    """Return all of it, in as many queries for one row of each kind as for thousands."""
    sections = {name: [held.tell(row) for row in held.rows(person)] for name, held in HELD.items()}
    return {"exported_at": now, "person": _profile(person)} | sections


def counted(person: Person) -> dict[str, int]:
    """Return how many rows of each kind there are."""
    nested = {
        "reps": Rep.objects.filter(person=person),
        "answers": Answer.objects.filter(rep__person=person),
    }
    rows = {name: held.rows(person) for name, held in HELD.items()} | nested
    return {name: found.order_by().count() for name, found in rows.items()}


def _profile(person: Person) -> Row:
    columns = {
        field.name: field.value_from_object(person)
        for field in Person._meta.concrete_fields
        if not field.is_relation and field.name != PASSWORD
    }
    named = {
        name: name_of(getattr(person, name))
        for name in ("role", "level", "team", "manager", "deputy", "owner")
    }
    managed = list(person.managed_teams.values_list("name", flat=True))
    return (
        columns | named | {"manages_teams": managed, "groups": [group.name for group in person.groups.all()]}
    )


def _enrolment(enrolment: Enrolment) -> Row:
    dates = {"started_on": enrolment.started_on, "ended_on": enrolment.ended_on}
    return {"path": enrolment.path.slug, "title": enrolment.path.title, "source": enrolment.source} | dates


def _memory(memory: Memory) -> Row:
    names = ("stability", "difficulty", "reviewed_on", "introduced_on", "reviews", "last_rating")
    states = [
        {"belief": str(state.belief)} | columns("stability", "difficulty")(state)
        for state in memory.states.all()
    ]
    return (
        {"skill": memory.skill.slug, "title": memory.skill.title}
        | columns(*names, "last_by_work", "model", "parameters")(memory)
        | {"planned_as": states}
    )


def _workout(workout: Workout) -> Row:
    reps = [_rep(rep) for rep in workout.reps.all()]
    return {"day": workout.day, "planned_at": workout.planned_at, "reps": reps}


def _rep(rep: Rep) -> Row:
    names = ("position", "why", "retrievability", "last_review_on", "last_rating", "last_by_work")
    answers = [_answer(answer) for answer in rep.answers.all()]
    return (
        {"exercise": str(rep.exercise)} | columns(*names, "attempt", "key_shown")(rep) | {"answers": answers}
    )


def _answer(answer: Answer) -> Row:
    names = ("attempt", "given", "is_correct", "rating", "answered_at", "undone_at")
    return {"exercise": str(answer.exercise)} | columns(*names)(answer)


def _review(review: Review) -> Row:
    names = ("id", "rating", "reviewed_on", "reviewed_at", "source")
    return {"skill": review.skill.slug} | columns(*names)(review) | {"voids": review.voids_id}


def _remark(remark: Remark) -> Row:
    names = ("kind", "text", "made_at", "withdrawn_at", "settled_at")
    return {"exercise": str(remark.exercise)} | columns(*names)(remark)


MAIL = ("kind", "day", "status", "because", "not_before", "sent_at", "ended_at", "note", "subject", "text")

HELD: Mapping[str, Held[Any]] = {
    "enrolments": Held(
        model=Enrolment, rows=lambda person: person.enrolments.select_related("path"), tell=_enrolment
    ),
    "workouts": Held(
        model=Workout,
        rows=lambda person: person.workouts.prefetch_related(
            "reps__exercise__skill", "reps__answers__exercise__skill"
        ),
        tell=_workout,
    ),
    "reviews": Held(
        model=Review,
        rows=lambda person: person.reviews.select_related("skill").order_by("reviewed_at", "pk"),
        tell=_review,
    ),
    "memories": Held(
        model=Memory,
        rows=lambda person: (
            person.memories.select_related("skill").prefetch_related("states__belief").order_by("skill__slug")
        ),
        tell=_memory,
    ),
    "remarks": Held(
        model=Remark, rows=lambda person: person.remarks.select_related("exercise__skill"), tell=_remark
    ),
    "absences": Held(
        model=Absence,
        rows=lambda person: person.absences.all(),
        tell=columns("starts_on", "ends_on", "source"),
    ),
    "absence_calendars": Held(
        model=AbsenceCalendar,
        rows=lambda person: AbsenceCalendar.objects.filter(person=person),
        tell=columns("address", "due_at", "tried_at", "read_at", "problem"),
    ),
    "mails": Held(
        model=Mail,
        rows=lambda person: person.mails.defer("html"),  # it says what the text says
        tell=columns(*MAIL),
    ),
    "tokens": Held(
        model=ApiToken,
        rows=lambda person: person.tokens.order_by("pk"),
        tell=columns("name", "scopes", "ending", "made_at", "used_at", "revoked_at"),
    ),
    "github_accounts": Held(
        model=GitHubAccount, rows=lambda person: person.github_accounts.all(), tell=columns("login")
    ),
    "sign_in_addresses": Held(
        model=EmailAddress,
        rows=lambda person: EmailAddress.objects.filter(user=person).order_by("pk"),
        tell=columns("email", "verified", "primary"),
    ),
    **own_work.HELD,
}
COLLECTED = {  # foreign keys to a person, and the section that holds what they say
    "people.Absence.person": "absences",
    "people.AbsenceCalendar.person": "absence_calendars",
    "people.Team.manager": "person",
    "engine.Enrolment.person": "enrolments",
    "engine.Memory.person": "memories",
    "engine.Workout.person": "workouts",
    "engine.Rep.person": "workouts",
    "engine.Review.person": "reviews",
    "engine.Remark.person": "remarks",
    "engine.Mail.person": "mails",
    "engine.ApiToken.person": "tokens",
    "engine.GitHubAccount.person": "github_accounts",
    "account.EmailAddress.user": "sign_in_addresses",
} | own_work.COLLECTED
