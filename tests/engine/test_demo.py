import os
import random
import re
import socket
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from config.environment import mailer
from config.urls import urlpatterns as pages
from engine import demo
from engine.demo import truth
from engine.demo.organisation import FIXTURES
from engine.demo.truth import Nature, Trace
from engine.management.commands.demo import environment_of, is_free, moving
from engine.models import Answer, Claim, Emergency, Mail, Offer, Request, Task, TeamRules
from engine.pages import inbox
from engine.rules.grading import grade
from engine.rules.memory import Rating
from paths.catalogue import EXERCISE
from paths.models import OnRamp
from paths.models import Path as PublishedPath
from people import calendar
from people.clock import present
from people.models import Absence, Level, Person, Role, Team
from tests.databases import dump, url_of_test_database
from tests.engine_factories import KINDS, AnswerFactory, MailFactory, RepFactory, WorkoutFactory, content
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.processes import eventually, start

urlpatterns = [*pages, *(inbox.PAGES if not inbox.urlpatterns else [])]

FEW = (
    "amara",
    "jonas",
    "hanna",
    "tarek",
    "katrin",
    "desmond",
    "paulina",
    "vikram",
    "radha",
    "ingrid",
    "fatima",
)
ENDS_AT = MONDAY + timedelta(days=4)
NATURE = Nature(diligence=0.8, promptness=0.5, aptitude=0.6, half_life=10, growth=3)
TODAY = date(2026, 11, 23)


def few_people() -> bytes:
    header, *lines = (FIXTURES / "demo" / "roster.csv").read_text("utf-8").splitlines(keepends=True)
    return "".join([header, *(line for line in lines if line.split(".")[0] in FEW)]).encode()


def live(*, seed: int = 1, days: int = 4) -> None:
    begins_at = ENDS_AT - timedelta(days=days)
    demo.clear()
    demo.found(people=few_people(), now=begins_at)
    # So few days begin and end before most of the organisation would have been started.
    list(demo.live(begins_at=begins_at, ends_at=ENDS_AT, seed=seed))


def story() -> list[tuple[object, ...]]:
    """Who was mailed when, and who answered what."""
    mails = Mail.objects.order_by("sent_at", "person__email", "subject").values_list(
        "person__email", "sent_at", "subject"
    )
    answers = Answer.objects.order_by("answered_at", "rep__person__email", "exercise__slug")
    return [*mails, *answers.values_list("rep__person__email", "answered_at", "exercise__slug", "rating")]


# The organisation


@pytest.mark.django_db
def test_the_organisation_is_as_large_and_as_mixed_as_it_says():
    demo.found(now=MONDAY)

    people = Person.objects.all()
    assert (people.filter(kind="person").count(), Team.objects.count()) == (60, 8)
    assert (PublishedPath.objects.count(), OnRamp.objects.count()) == (3, 6)
    assert len(set(people.values_list("zone"))) == 5
    assert list(Level.objects.values_list("slug", flat=True)) == ["novice", "practitioner", "expert"]
    assert set(Role.objects.values_list("slug", flat=True)) == {
        "data-analyst",
        "software-engineer",
        "people-manager",
    }
    assert all(team.manager in team.people.all() for team in Team.objects.all())


@pytest.mark.django_db
def test_nobody_can_sign_in_before_the_demo_is_complete_and_six_can_afterwards(client: Client):
    demo.found(people=few_people(), now=MONDAY)
    assert not demo.is_complete()

    demo.let_in()

    assert demo.is_complete()
    for one in demo.SIGN_INS:
        assert client.login(email=one.email, password=one.password), one.who
    assert Person.objects.get(groups__name="L&D admin").is_staff
    assert [one.name for one in Person.objects.filter(groups__name="operator", is_staff=True)] == [
        "Vikram Chatterji"
    ]


@pytest.mark.django_db
def test_a_database_that_holds_other_people_is_refused():
    PersonFactory(email="somebody@example.org")

    with pytest.raises(demo.NotTheDemo, match="not of the demo"):
        demo.check_ours()


@pytest.mark.processes
def test_a_database_of_other_people_is_refused_before_anything_in_it_changes(tmp_path: Path):
    file = tmp_path / "older.sqlite3"
    with closing(sqlite3.connect(file)) as older:
        older.execute("CREATE TABLE people_person (id INTEGER PRIMARY KEY, email TEXT)")
        older.execute("INSERT INTO people_person VALUES (3, 'somebody@example.org')")
        older.commit()

    refused = start("demo", "--no-serve", log=tmp_path / "log", DATABASE_URL=f"sqlite:///{file}")

    assert refused.wait(timeout=60) == 1
    assert "not of the demo (number 3)" in (tmp_path / "log").read_text()
    with closing(sqlite3.connect(file)) as older:
        assert older.execute("SELECT name FROM sqlite_master").fetchall() == [("people_person",)]


# Living


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_lives_the_same_life_and_another_seed_another():
    live()
    first = story()
    live()
    second = story()
    live(seed=2)

    assert first == second
    assert first != story()
    assert Answer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_every_mail_goes_in_its_window_on_a_workday_and_at_most_once_in_twenty_hours():
    live(days=9)

    sent = Mail.objects.filter(status=Mail.Status.SENT).select_related("person").order_by("sent_at")
    assert len(sent) > 10
    for mail in sent.filter(kind=Mail.Kind.WORKOUT):
        opens_at, closes_at = calendar.send_window(mail.day, mail.person.rhythm)
        assert opens_at <= mail.sent_at < closes_at
        assert mail.day.weekday() in mail.person.rhythm.workdays
        assert not Absence.objects.filter(
            person=mail.person, starts_on__lte=mail.day, ends_on__gte=mail.day
        ).exists()
    practice = [mail for mail in sent if mail.kind in Mail.PRACTICE]
    for person in Person.objects.all():
        kinds = [mail.kind for mail in practice if mail.person == person]
        assert kinds[:1] in ([], [Mail.Kind.WELCOME])
        assert Mail.Kind.WELCOME not in kinds[1:]
        instants = [mail.sent_at for mail in practice if mail.person == person]
        assert all(later - earlier >= calendar.MINIMUM_GAP for earlier, later in pairwise(instants))


@pytest.mark.django_db(transaction=True)
def test_living_mails_nobody_outside(mailoutbox):
    live(days=2)

    assert Mail.objects.filter(status=Mail.Status.SENT).exists()
    assert mailoutbox == []


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_demo_killed_halfway_is_lived_anew_at_the_next_start(tmp_path: Path, own_settings: None):
    killed = start("demo", "--no-serve", "--days", "60", log=tmp_path / "log")
    eventually(lambda: Mail.objects.filter(status=Mail.Status.SENT).exists(), within=60)
    killed.kill()
    killed.wait()
    assert not demo.is_complete()

    call_command("demo", "--no-serve", "--days", "2")

    assert demo.is_complete()
    first, last = (
        Mail.objects.order_by(by).values_list("not_before", flat=True)[0] for by in ("not_before", "pk")
    )
    assert last - first < timedelta(days=4)


@pytest.mark.django_db(transaction=True)
def test_a_second_start_leaves_the_demo_as_it_is(own_settings: None, capsys: pytest.CaptureFixture[str]):
    demo.clear()
    demo.found(people=few_people(), now=MONDAY)
    demo.let_in()
    before = dump()

    call_command("demo", "--no-serve")

    assert dump() == before
    told = capsys.readouterr().out
    for one in demo.SIGN_INS:
        assert one.email in told
        assert one.password in told


@pytest.mark.parametrize("days", [1, 6])
@pytest.mark.django_db(transaction=True)
def test_it_ends_with_something_to_do_for_everybody(days: int):
    live(days=days)

    tasks, requests = Task.objects.all(), Request.objects.filter(status=Request.Status.PENDING)
    assert tasks.filter(status=Task.Status.OPEN, is_held=True).exists()
    assert {one.owner.email for one in requests} == {"ingrid.falkenau@acme.example"}
    assert {one.by.kind for one in requests} == {Person.Kind.PERSON, Person.Kind.AGENT}
    assert Emergency.objects.get().reviewed_at is None
    waiting = Claim.objects.running().filter(by_learner=True, submitted_at__isnull=False)
    assert waiting.exists()
    assert len(requests) == 2
    assert Offer.objects.live(ENDS_AT).filter(person__email=demo.EMPLOYEE.email).exists()
    assert TeamRules.objects.get(team__name="Revenue insights").mode == TeamRules.Mode.ENFORCE


# The truth


def test_the_chance_to_know_halves_with_every_half_life():
    trace = Trace(half_life=10, practised_on=TODAY - timedelta(days=20))

    assert truth.chance(trace, nature=NATURE, today=TODAY) == pytest.approx(0.25)


def test_a_skill_never_practised_is_known_by_aptitude_alone():
    assert truth.chance(None, nature=NATURE, today=TODAY) == NATURE.aptitude


def test_a_recall_that_was_nearly_lost_gains_most_and_a_lapse_loses():
    fresh, old = (Trace(half_life=10, practised_on=TODAY - timedelta(days=days)) for days in (1, 20))

    def left(trace: Trace, *, knew: bool) -> float:
        return truth.practised(trace, nature=NATURE, knew=knew, today=TODAY).half_life

    assert left(old, knew=True) > left(fresh, knew=True) > 10 > left(old, knew=False)


@pytest.mark.parametrize("kind", KINDS)
def test_who_knows_is_right_and_who_does_not_is_sometimes_wrong(kind: str):
    exercise = EXERCISE.validate_json(content(kind))
    knowing = [truth.given(exercise, knows=True, dice=random.Random(seed)) for seed in range(30)]
    guessing = [truth.given(exercise, knows=False, dice=random.Random(seed)) for seed in range(30)]

    assert all(grade(exercise, given).rating > Rating.AGAIN for given in knowing)
    assert any(grade(exercise, given).rating == Rating.AGAIN for given in guessing)


# The command


@pytest.fixture
def own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the environment the demo's own already, so that the command does not start itself again."""
    monkeypatch.setenv("DATABASE_URL", url_of_test_database())
    for name, value in environment_of(os.environ, port=8000).items():
        monkeypatch.setenv(name, value)


def test_its_environment_keeps_what_was_given_but_mails_into_files_of_its_own():
    given = {"DATABASE_URL": "sqlite:////srv/mine.sqlite3", "EMAIL_URL": "smtp://relay.example"}

    ours = environment_of(given, port=8003)

    assert ours["DATABASE_URL"] == "sqlite:////srv/mine.sqlite3"
    assert ours["EMAIL_URL"] == "file:///srv/mine-mails"
    assert ours["BASE_URL"] == "http://127.0.0.1:8003"
    assert ours["DEMO"] == "true"
    assert "DEBUG" not in ours
    assert environment_of(ours, port=9000) == ours


@pytest.mark.parametrize("given", [{}, {"DATABASE_URL": ""}])
def test_its_database_is_never_the_products_own(given: dict[str, str]):
    assert environment_of(given, port=8000)["DATABASE_URL"].endswith("/var/demo.sqlite3")


def test_debug_stays_as_it_was_given():
    assert environment_of({"DEBUG": "true"}, port=8000)["DEBUG"] == "true"


def test_the_line_that_moves_it_holds_all_that_makes_it_the_demo():
    ours = environment_of({"DATABASE_URL": "sqlite:////srv/my demo.sqlite3"}, port=8003)

    assert moving(ours, since=MONDAY, to=MONDAY.replace(hour=9, minute=30)) == (
        "DATABASE_URL='sqlite:////srv/my demo.sqlite3' EMAIL_URL=file:///srv/my%20demo-mails "
        "BASE_URL=http://127.0.0.1:8003 MAIL_TEXT_KEPT_DAYS=120 DEMO=true "
        f"LOG_LEVEL=WARNING ./run manage tick --since {MONDAY:%Y-%m-%dT%H:%M}Z --now {MONDAY:%Y-%m-%d}T09:30Z"
    )


@pytest.mark.parametrize(
    ("database_url", "lock"),
    [
        ("sqlite:////srv/mine.sqlite3", "/srv/mine.lock"),
        ("sqlite:////srv/mine.db", "/srv/mine.db.lock"),
        ("postgres://postgres@127.0.0.1:5432/acme", f"{settings.BASE_DIR}/var/demo-acme.lock"),
    ],
)
def test_its_lock_is_named_after_its_database(database_url: str, lock: str):
    assert str(demo.beside(database_url, ".lock")) == lock


@pytest.mark.parametrize("fresh", [[], ["--fresh"]])
@pytest.mark.django_db
def test_a_second_demo_at_once_is_refused_with_the_address_of_the_first(own_settings: None, fresh: list[str]):
    sentence = f"A demo serves on http://127.0.0.1:8701 (process {os.getpid()}); end it first."
    with demo.alone(url_of_test_database()) as take_down:
        take_down("serves on http://127.0.0.1:8701")

        for _ in range(2):
            with pytest.raises(CommandError, match=re.escape(sentence)):
                call_command("demo", "--no-serve", *fresh)


@pytest.mark.parametrize("port", ["99999", "0", "-1", "http"])
def test_what_is_no_port_is_refused(port: str):
    with pytest.raises(CommandError, match="write a number from 1 to 65535"):
        call_command("demo", f"--port={port}")


def test_a_port_that_somebody_listens_on_is_not_free():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert not is_free(taken.getsockname()[1])


def test_no_days_are_no_demo():
    with pytest.raises(CommandError, match="--days 0"):
        call_command("demo", "--no-serve", "--days", "0")


# The inbox


@pytest.mark.django_db
def test_there_is_no_inbox_outside_a_demo(client: Client):
    assert inbox.urlpatterns == []
    assert client.get("/inbox/").status_code == 404


def sent(**changes: object) -> Mail:
    mail: Mail = MailFactory(
        status=Mail.Status.SENT,
        sent_at=MONDAY,
        subject="Guess the grain",
        text="Open http://127.0.0.1:8017/rep/1.abc/ now.",
        html='<html><head></head><body><a href="http://127.0.0.1:8017/rep/1.abc/">Open</a></body></html>',
    )
    Mail.objects.filter(pk=mail.pk).update(**changes)
    return mail


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_the_inbox_lists_what_was_sent_the_newest_first(client: Client):
    older, newer = sent(subject="Older"), sent(subject="Newer", sent_at=MONDAY + timedelta(days=1))
    sent(subject="Waiting", status=Mail.Status.QUEUED)

    page = client.get(reverse("inbox")).content.decode()

    assert page.index("Newer") < page.index("Older")
    assert "Waiting" not in page
    only = client.get(reverse("inbox"), {"person": older.person_id}).content.decode()
    assert "Older" in only
    assert newer.subject not in only


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_a_mail_is_shown_with_its_text_and_with_links_to_this_machine(client: Client):
    mail = sent()

    page = client.get(reverse("inbox_mail", args=[mail.pk])).content.decode()

    assert reverse("inbox_html", args=[mail.pk]) in page
    assert 'href="http://127.0.0.1:8000/rep/1.abc/"' in page


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_the_html_of_a_mail_runs_nothing_and_opens_its_links_beside_the_inbox(client: Client):
    response = client.get(reverse("inbox_html", args=[sent().pk]))

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script-src" not in policy
    page = response.content.decode()
    assert '<base target="_blank">' in page
    assert 'href="http://127.0.0.1:8000/rep/1.abc/"' in page


@pytest.mark.parametrize(
    ("days", "is_answered", "is_open"), [(1, False, True), (1, True, False), (8, False, False)]
)
@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_a_mail_is_open_until_it_is_answered_or_its_links_end(
    client: Client, days: int, is_answered: bool, is_open: bool
):
    employee = PersonFactory(email=demo.EMPLOYEE.email)
    workout = WorkoutFactory(person=employee, planned_at=present() - timedelta(days=days))
    sent(person=employee, workout=workout)
    rep = RepFactory(workout=workout)
    if is_answered:
        AnswerFactory(rep=rep)

    page = client.get(reverse("inbox")).content.decode()

    assert ("inbox-open" in page) == is_open
    assert ("Answer one, as" in page) == is_open


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_the_inbox_shows_sign_in_codes_too_the_newest_first_and_no_workout_mail_twice(
    client: Client, settings: LazySettings, tmp_path: Path
):
    settings.MAILERS = {"default": mailer(tmp_path.as_uri())}
    for subject, headers in {
        "Code one": {},
        "Code zwei ä": {},
        "Workout": {"List-Unsubscribe": "<x>"},
    }.items():
        EmailMessage(subject, f"{subject}: 1234", to=["amara@acme.example"], headers=headers).send()

    page = client.get(reverse("inbox")).content.decode()

    assert "Code zwei ä: 1234" in page
    assert "Code one: 1234" in page
    assert "Workout: 1234" not in page
    demo.forget_direct_mails()
    assert "Code one" not in client.get(reverse("inbox")).content.decode()
