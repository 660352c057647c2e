"""Every list asks the database as often for a thousand rows as for ten."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from engine.models import (
    Alert,
    ApiToken,
    Claim,
    Credit,
    Decision,
    Emergency,
    Enrolment,
    GitHubAccount,
    GitHubCall,
    GitHubIssue,
    Graduate,
    Mail,
    Offer,
    Record,
    Remark,
    Repository,
    Request,
    SignOff,
    Task,
    TeamRules,
)
from paths.models import OnRamp, Path, PathVersion
from people.models import Absence, AbsenceCalendar, Holiday, Level, Person, Role, Team
from tests.engine_factories import TODAY, PathFactory, RepFactory
from tests.factories import LevelFactory, PersonFactory, RoleFactory, TeamFactory
from tests.moments import MONDAY

pytestmark = pytest.mark.django_db


def people(many: int) -> list[Person]:
    manager, role, level = PersonFactory(), RoleFactory(), LevelFactory()
    team = TeamFactory(manager=manager)
    return Person.objects.bulk_create(
        Person(email=f"{uuid4()}@example.org", name="Ada", role=role, level=level, team=team, manager=manager)
        for _ in range(many)
    )


def teams(many: int) -> None:
    Team.objects.bulk_create(
        Team(slug=str(uuid4()), name=str(uuid4()), manager=person) for person in people(many)
    )


def absences(many: int) -> None:
    Absence.objects.bulk_create(
        Absence(person=person, starts_on=TODAY, ends_on=TODAY) for person in people(many)
    )


def calendars(many: int) -> None:
    AbsenceCalendar.objects.bulk_create(
        AbsenceCalendar(person=person, address="https://calendar.example.org/x.ics")
        for person in people(many)
    )


def enrolments(many: int) -> None:
    path = PathFactory()
    Enrolment.objects.bulk_create(
        Enrolment(person=person, path=path, started_on=TODAY) for person in people(many)
    )


def mails(many: int) -> None:
    Mail.objects.bulk_create(
        Mail(
            kind=Mail.Kind.WORKOUT,
            person=person,
            key=str(person.pk),
            not_before=MONDAY,
            expires_at=MONDAY,
            message_id=str(person.pk),
        )
        for person in people(many)
    )


def paths(many: int) -> None:
    author = PersonFactory()
    rows = Path.objects.bulk_create(Path(slug=str(uuid4()), title="Trust no number") for _ in range(many))
    versions = PathVersion.objects.bulk_create(
        PathVersion(path=path, number=1, text="", digest="", spec="{}", author=author, published_at=MONDAY)
        for path in rows
    )
    for path, version in zip(rows, versions, strict=True):
        path.current = version
    Path.objects.bulk_update(rows, ["current"])


def on_ramps(many: int) -> None:
    author = PersonFactory()
    rows = OnRamp.objects.bulk_create(OnRamp(slug=str(uuid4()), title="Clean") for _ in range(many))
    for row in rows:
        row.current = row.versions.create(number=1, spec="{}", author=author, published_at=MONDAY)
    OnRamp.objects.bulk_update(rows, ["current"])


def named(model: type[Role] | type[Level]) -> Callable[[int], None]:
    return lambda many: model.objects.bulk_create(
        model(slug=str(uuid4()), name=str(uuid4())) for _ in range(many)
    )


def holidays(many: int) -> None:
    first = Holiday.objects.count()
    Holiday.objects.bulk_create(
        Holiday(day=TODAY + timedelta(days=first + day), name="Outing") for day in range(many)
    )


def alerts(many: int) -> None:
    Alert.objects.bulk_create(
        Alert(kind="relay", message="Down", raised_at=MONDAY, resolved_at=MONDAY) for _ in range(many)
    )


def remarks(many: int) -> None:
    rep = RepFactory()
    Remark.objects.bulk_create(
        Remark(kind=Remark.Kind.MISTAKE, person=person, rep=rep, exercise=rep.exercise, made_at=MONDAY)
        for person in people(many)
    )


def deeds(many: int) -> None:
    LogEntry.objects.log_actions(PersonFactory().pk, people(many), CHANGE, change_message="Started practice.")


def learning(many: int) -> None:
    """So many rows of each list of learning work, each about another person, team and task."""
    on_ramp = OnRamp.objects.filter(slug="kind").first() or OnRamp.objects.create(slug="kind", title="Kind")
    rows = people(many)
    teams = Team.objects.bulk_create(Team(slug=str(uuid4()), name=str(uuid4())) for _ in rows)
    times = {"created_at": MONDAY, "first_seen_at": MONDAY, "held_until": MONDAY}
    tasks = Task.objects.bulk_create(Task(title="T", team=team, on_ramp=on_ramp, **times) for team in teams)
    TeamRules.objects.bulk_create(TeamRules(team=team) for team in teams)
    pairs = list(zip(rows, tasks, strict=True))
    claims = Claim.objects.bulk_create(
        Claim(task=task, person=person, began_at=MONDAY, seen_at=MONDAY, code="LEARNER")
        for person, task in pairs
    )
    signed = SignOff.objects.bulk_create(
        SignOff(claim=claim, by=claim.person, role="lead", help=3, signed_at=MONDAY) for claim in claims
    )
    Credit.objects.bulk_create(
        Credit(
            claim=one.claim,
            task=one.claim.task,
            person=one.by,
            on_ramp=on_ramp,
            sign_off=one,
            role="lead",
            rating=3,
            done_at=MONDAY,
            done_on=TODAY,
            confirmed_at=MONDAY,
        )
        for one in signed
    )
    Offer.objects.bulk_create(
        Offer(task=task, person=person, offered_at=MONDAY, ends_at=MONDAY) for person, task in pairs
    )
    asked = {"reason": "R", "code": "PROTECTED", "asked_at": MONDAY, "counted_until": MONDAY}
    requests = Request.objects.bulk_create(
        Request(task=task, by=person, owner=person, on_ramp=on_ramp, team=task.team, **asked)
        for person, task in pairs
    )
    Decision.objects.bulk_create(
        Decision(request=one, by=one.by, answer="no", decided_at=MONDAY) for one in requests
    )
    Emergency.objects.bulk_create(
        Emergency(claim=claim, person=claim.person, incident="I", declared_at=MONDAY, review_due_at=MONDAY)
        for claim in claims
    )
    Graduate.objects.bulk_create(
        Graduate(person=person, on_ramp=on_ramp, noted_at=MONDAY, noted_by=person) for person in rows
    )
    Record.objects.bulk_create(
        Record(kind="request", at=MONDAY, by=person, person=person, team=task.team, task=task)
        for person, task in pairs
    )


def programs(many: int) -> None:
    """So many rows of each list about the API and GitHub, each of another person and team."""
    rows = people(many)
    teams = Team.objects.bulk_create(Team(slug=str(uuid4()), name=str(uuid4())) for _ in rows)
    for person, team in zip(rows, teams, strict=True):
        person.team = team
    Person.objects.bulk_update(rows, ["team"])
    repositories = Repository.objects.bulk_create(
        Repository(full_name=f"acme/{team.slug}", team=team) for team in teams
    )
    first = GitHubIssue.objects.count()
    issues = GitHubIssue.objects.bulk_create(
        GitHubIssue(issue_id=first + number, number=number, repository=repository)
        for number, repository in enumerate(repositories)
    )
    GitHubCall.objects.bulk_create(
        GitHubCall(kind="comment", issue=issue, queued_at=MONDAY, not_before=MONDAY) for issue in issues
    )
    GitHubAccount.objects.bulk_create(GitHubAccount(login=str(uuid4()), person=person) for person in rows)
    ApiToken.objects.bulk_create(
        ApiToken(name="T", person=person, made_by=person, digest=uuid4().hex, ending="abcd", made_at=MONDAY)
        for person in rows
    )


LISTS = {
    **dict.fromkeys(
        ["engine/repository", "engine/githubaccount", "engine/githubcall", "engine/apitoken"], programs
    ),
    **dict.fromkeys(
        [
            *("engine/task", "engine/teamrules", "engine/claim", "engine/offer", "engine/request"),
            *("engine/decision", "engine/emergency", "engine/signoff", "engine/credit"),
            *("engine/graduate", "engine/record"),
        ],
        learning,
    ),
    "people/person": people,
    "people/team": teams,
    "people/role": named(Role),
    "people/level": named(Level),
    "people/absence": absences,
    "people/absencecalendar": calendars,
    "people/holiday": holidays,
    "paths/path": paths,
    "paths/onramp": on_ramps,
    "engine/enrolment": enrolments,
    "engine/mail": mails,
    "engine/alert": alerts,
    "engine/remark": remarks,
    "admin/logentry": deeds,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_the_same_queries_at_ten_and_at_a_thousand_rows(name):
    client = Client()
    client.force_login(PersonFactory(is_staff=True, is_superuser=True))
    address = f"/admin/{name}/"

    LISTS[name](10)
    client.get(address)  # the content types are read once in a process
    few = queries_of(client, address)
    LISTS[name](990)
    many = queries_of(client, address)

    assert many == few


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.context["cl"].result_list
    return len(queries)


def test_every_list_of_ours_is_held_to_it():
    ours = {
        f"{model._meta.app_label}/{model._meta.model_name}"
        for model in admin.site._registry
        if model._meta.app_label in ("people", "paths", "engine", "admin")
    }

    assert ours - set(LISTS) == {
        *("engine/heartbeat", "engine/relay", "people/organisation"),  # one row each, by a constraint
        *("engine/paceline", "engine/belief"),  # pages of a dozen rows, no lists
    }
