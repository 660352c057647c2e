"""Every page of the project, with real rows behind its parameters, and somebody of every role to ask."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success, Task
from django_q.signing import SignedPackage

from config.access import GUARDIAN, LEARNING, OPERATOR
from engine import models
from engine.links import Purpose, token
from engine.models import Alert, Claim, Heartbeat, Mail, Memory, Offer, Relay, Remark, Rep
from engine.models import Task as WorkTask
from paths.models import Exercise, OnRamp, Path
from people.models import Holiday, Organisation, Person, Role, Team
from tests.engine_factories import (
    AnswerFactory,
    EnrolmentFactory,
    MailFactory,
    RemarkFactory,
    RepFactory,
    ReviewFactory,
    WorkoutFactory,
)
from tests.factories import AbsenceCalendarFactory, AbsenceFactory, PersonFactory
from tests.moments import MONDAY
from tests.onramp_rows import learning_rows
from tests.payments import publish
from tests.staff import member
from tests.texts import on_ramp_text, path_text, published

ROLES = [
    *("anonymous", "employee", "colleague", "manager"),
    *("L&D admin", "guardian", "operator", "superuser"),
]
SECRET = "kumquat"  # stands in what is a person's own, and nowhere else
OWN_NUMBER = 7.123456  # the stability and the retrievability that the person's rows carry


@dataclass(frozen=True, kw_only=True)
class Page:
    name: str  # as reverse() knows it; a page without a name is known by its pattern
    pattern: str
    has_name: bool
    parameters: tuple[str, ...]


def every_page() -> list[Page]:
    return list(_pages(get_resolver(), "", ""))


def _pages(resolver: URLResolver, prefix: str, space: str) -> Iterator[Page]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Page(
                name=f"{space}{entry.name}" if entry.name else pattern,
                pattern=pattern,
                has_name=bool(entry.name),
                parameters=tuple(entry.pattern.regex.groupindex),
            )
        else:
            yield from _pages(entry, pattern, f"{space}{entry.namespace}:" if entry.namespace else space)


@dataclass(kw_only=True)
class World:
    """One path, an employee in the middle of practice, and the rows that pages are about."""

    employee: Person
    path: Path
    rep: Rep
    people: dict[str, Person] = field(default_factory=dict)  # by role
    rows: dict[type[Model], Model] = field(default_factory=dict)

    def address(self, page: Page) -> str:
        if not page.has_name:
            known = page.pattern.replace("<path:object_id>", str(self._object(page.pattern)))
            return "/" + known.replace("(?P<url>.*)$", "nowhere/")
        address = reverse(page.name, kwargs={name: self._value(name, page) for name in page.parameters})
        if page.name == "admin:autocomplete":
            return f"{address}?app_label=people&model_name=absence&field_name=person&term=e"
        return address

    def _value(self, parameter: str, page: Page) -> Any:
        if page.name == "admin:view_on_site":
            return ContentType.objects.get_for_model(Role).pk if "content" in parameter else 1
        values = {
            "object_id": self._object(page.pattern),
            "token": self._token(page.name),
            "row_id": self._object(page.pattern),
            "person_id": self.employee.pk,
            "slug": self.employee.team.slug if self.employee.team else "",
            "task_id": self.rows[WorkTask].pk,
            "claim_id": self.rows[Claim].pk if Claim in self.rows else 0,
            "mail": "workout",
            "number": 1,
            "attempt": 1,
            "choice": "sound",
            "app_label": "people",
            "provider": "postmark",
            "key": "abc-def",
            "uidb36": "1",
            "request_id": 1,
        }
        return values[parameter]

    def _object(self, pattern: str) -> Any:
        _, app, model, *_ = [*pattern.split("/"), "", ""]
        found = [row for kind, row in self.rows.items() if kind._meta.label_lower == f"{app}.{model}"]
        return found[0].pk if found else 0

    def _token(self, name: str) -> str:
        if name.startswith("rep"):
            return token(Purpose.ANSWER, self.rep.pk)
        if name.startswith("offer"):
            return token(Purpose.OFFER, self.rows[Offer].pk)
        return token(Purpose.STOP if name == "stop" else Purpose.SETTINGS, self.rows[Mail].pk)


def build_world() -> World:
    manager = PersonFactory(name="Mara", level__slug="lead")
    employee = PersonFactory(name="Emil", manager=manager, mail_refused_because="550 no such user")
    employee.team.manager = manager
    employee.team.save()
    [first] = published(path_text())
    published(path_text().replace("Trust no number", "Trust few numbers"))
    path = Path.objects.get(pk=first.path_id)
    Path.objects.filter(pk=path.pk).update(draft=path_text(body="").replace("sound: true", "sound: false"))
    path.refresh_from_db()
    published(on_ramp_text())
    published(on_ramp_text(labels=["bug"]))
    OnRamp.objects.update(draft=on_ramp_text(labels=["bug", "docs"]))
    workout = WorkoutFactory(person=employee, planned_at=timezone.now())
    exercise = Exercise.objects.filter(slug="first").first()
    rep = RepFactory(workout=workout, exercise=exercise, retrievability=OWN_NUMBER / 10)
    answered = RepFactory(
        workout=workout, exercise=Exercise.objects.filter(slug="first").last(), retrievability=OWN_NUMBER / 10
    )
    answer = AnswerFactory(rep=answered, given={"text": SECRET})
    ReviewFactory(person=employee, skill=answered.skill, answer=answer)
    Memory.objects.create(
        person=employee,
        skill=answered.skill,
        stability=OWN_NUMBER,
        difficulty=OWN_NUMBER,
        reviewed_on=workout.day,
        introduced_on=workout.day,
        reviews=1,
    )
    words = {"subject": SECRET, "text": SECRET, "html": SECRET}
    mail = MailFactory(workout=workout, sent=True, sent_at=timezone.now(), **words)
    rows = [
        *(employee, employee.role, employee.level, employee.team, path, mail),
        *(AbsenceFactory(person=employee), EnrolmentFactory(person=employee, path=path)),
        *_useless_to_two_of_five(answered.exercise),
        RemarkFactory(rep=answered, text="The key is wrong."),
        *LogEntry.objects.log_actions(manager.pk, [path], CHANGE, change_message="Saved a draft."),
        AbsenceCalendarFactory(person=employee),
        Holiday.objects.create(day=workout.day, name="Works outing"),
        Organisation.objects.create(pk=1, name="Acme"),
        Alert.objects.create(kind="relay", message="The relay refuses us.", raised_at=MONDAY),
        Heartbeat.objects.create(pk=1, beat_at=MONDAY, tick_at=MONDAY),
        Relay.objects.create(pk=1),
        EmailAddress.objects.create(user=employee, email=employee.email),
        *learning_rows(employee, manager, OnRamp.objects.get(), own_words=SECRET),
        *_queue_rows(),
        OnRamp.objects.get(),
        *_an_offer_to(employee),
        _handed_in(employee, manager),
        *_programs_of(employee),
    ]
    return World(
        employee=employee,
        path=path,
        rep=rep,
        rows={type(row): row for row in rows},
        people={
            "employee": employee,
            "colleague": PersonFactory(name="Cora", manager=manager),
            "manager": manager,
            "L&D admin": member(LEARNING, name="Lena"),
            "guardian": member(GUARDIAN, name="Gita"),
            "operator": member(OPERATOR, name="Otto"),
            "superuser": PersonFactory(name="Rosa", is_staff=True, is_superuser=True),
        },
    )


def _useless_to_two_of_five(exercise: Exercise) -> list[Model]:
    long_ago = MONDAY - timedelta(days=30)
    reps = [RepFactory(exercise=exercise) for _ in range(5)]
    return [RemarkFactory(rep=rep, kind=Remark.Kind.NOT_USEFUL, made_at=long_ago) for rep in reps[:2]]


def _an_offer_to(person: Person) -> list[Model]:
    now = timezone.now()
    task = WorkTask.objects.create(title="Check the monthly report", team=person.team, created_at=now)
    hour = timedelta(hours=1)
    return [task, Offer.objects.create(task=task, person=person, offered_at=now, ends_at=now + hour)]


def _handed_in(learner: Person, manager: Person) -> Claim:
    """Work of a learner that waits for its sign-off; whose manager leads the team, from another one."""
    team = learner.team
    Team.objects.filter(pk=team.pk).update(manager=manager)
    at = timezone.now()
    seen = {"created_at": at, "first_seen_at": at, "held_until": at, "status": "submitted"}
    task = models.Task.objects.create(title="Invoices", team=team, on_ramp=publish(), **seen)
    done = {"began_at": at, "seen_at": at, "submitted_at": at, "done_at": at, "done_on": learner.today(at)}
    return Claim.objects.create(
        task=task, person=learner, by_learner=True, said_role="lead", said_ai="coach", **done
    )


def _programs_of(person: Person) -> list[Model]:
    """A token, an account and a call to GitHub."""
    times = {"queued_at": MONDAY, "not_before": MONDAY}
    repository = models.Repository.objects.create(full_name="acme/reports", team=person.team)
    issue = models.GitHubIssue.objects.create(issue_id=1, number=12, repository=repository, said=SECRET)
    token = {"name": "editor", "scopes": ["verdicts"], "digest": SECRET, "ending": "abcd"}
    return [
        repository,
        models.GitHubAccount.objects.create(login="emil-acme", person=person),
        models.GitHubCall.objects.create(kind="unassign", issue=issue, login=SECRET, **times),
        models.ApiToken.objects.create(person=person, made_by=person, made_at=MONDAY, **token),
    ]


def _queue_rows() -> list[Model]:
    done = {"name": "tick", "func": "engine.jobs.tick", "started": MONDAY, "stopped": MONDAY}
    for success in (True, False):
        Task.objects.create(id=uuid4().hex, success=success, result="", **done)
    package = {"id": uuid4().hex, "name": "tick", "func": "engine.jobs.tick", "args": (), "kwargs": {}}
    return [
        Success.objects.filter(success=True).get(),
        Failure.objects.filter(success=False).get(),
        Schedule.objects.create(func="engine.jobs.tick"),
        OrmQ.objects.create(key="rampart", payload=SignedPackage.dumps(package), lock=MONDAY),
    ]
