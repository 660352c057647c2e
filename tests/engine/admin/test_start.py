"""The page before a start: who, what they would get, the mails themselves, and the press."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.access import LEARNING, OPERATOR
from config.environment import mailer
from engine.models import Enrolment, Mail, Memory, Rep, Review, Workout
from people.models import Organisation, Person, Team
from tests.databases import dump
from tests.engine_factories import MailFactory, ReviewFactory
from tests.factories import AbsenceFactory, LevelFactory, PersonFactory, RoleFactory, TeamFactory
from tests.staff import member
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

LIST = "/admin/people/person/"
START = f"{LIST}start/"
EVERY_DAY = "mon,tue,wed,thu,fri,sat,sun"


@pytest.fixture
def lena() -> Client:
    client = Client()
    client.force_login(member(LEARNING, name="Lena", workdays=EVERY_DAY))
    return client


def new(**fields) -> Person:
    """Somebody who has not started, and whose every day is a workday, whenever the test runs."""
    return PersonFactory(**{"new": True, "workdays": EVERY_DAY, "zone": "UTC"} | fields)


def act(client: Client, action: str, *people: Person):
    chosen = {"action": action, "_selected_action": [person.pk for person in people]}
    return client.post(LIST, chosen, follow=True)


def shown(client: Client, who: str) -> str:
    """What the page that shows these people carries to the press."""
    found = re.findall(r'name="shown" value="(\w+)"', client.get(START, {"who": who}).content.decode())
    return found[0] if found else ""


def press(client: Client, who: str, **fields):
    sent = {"who": who, "note": "", "do": "start", "shown": shown(client, who)}
    return client.post(START, sent | fields, follow=True)


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def started() -> list[str]:
    return list(
        Person.objects.filter(started_on__isnull=False).exclude(name="Lena").values_list("name", flat=True)
    )


def test_the_action_shows_what_a_start_would_bring_and_starts_nobody(lena):
    published(path_text())
    ada, ben = new(name="Ada"), new(name="Ben")
    before = dump()

    response = act(lena, "start_practice", ada, ben)

    foreseen = response.context["foreseen"]
    assert (foreseen.chosen, foreseen.starting) == (2, 2)
    assert sum(day.people for day in foreseen.days) == 2
    assert "Start 2 people" in response.content.decode()
    assert dump() == before


def test_the_press_starts_and_queues_a_welcome_from_who_pressed(lena):
    published(path_text())
    ada = new(name="Ada")

    response = press(lena, f"people:{ada.pk}", note="Ask me\r\nanything.")

    welcome = Mail.objects.get()
    assert (welcome.kind, welcome.person, welcome.sender.name) == (Mail.Kind.WELCOME, ada, "Lena")
    assert welcome.note == "Ask me\nanything."
    assert Enrolment.objects.active().filter(person=ada).exists()
    assert LogEntry.objects.get().change_message == "Started practice."
    assert told(response) == [
        "1 person starts. Their welcome comes first, in their working hours. "
        "Until it went out, you can take the start back: as a rule within a minute in office hours."
    ]


def test_starting_twice_welcomes_once(lena):
    ada = new()
    press(lena, f"people:{ada.pk}")

    response = press(lena, f"people:{ada.pk}")

    assert Mail.objects.count() == 1
    assert told(response) == ["Nobody was started: whoever you chose has started, left or stopped meanwhile."]


def test_a_pilot_team_is_chosen_without_a_selection(lena):
    published(path_text())
    pilot = TeamFactory(slug="pilot")
    new(name="Ada", team=pilot)
    new(name="Ben", team=TeamFactory(slug="others"))
    [word] = re.findall(r'value="(team:\d+)"[^>]*>Pilot \(1\)', lena.get(START).content.decode())

    assert lena.get(START, {"who": word}).context["foreseen"].starting == 1
    press(lena, word)

    assert started() == ["Ada"]


@pytest.mark.parametrize(("who", "names"), [("role", ["Ada"]), ("everyone", ["Ada", "Ben"])])
def test_a_role_or_everyone_is_chosen_without_a_selection(lena, who, names):
    role = RoleFactory(slug="baker")
    new(name="Ada", role=role)
    new(name="Ben")

    press(lena, f"role:{role.pk}" if who == "role" else who)

    assert sorted(started()) == names


def joins(team: Team) -> None:
    new(team=team)


def leaves(team: Team) -> None:
    team.people.filter(name="Ada").update(is_active=False)


def is_taken_back(team: Team) -> None:
    Person.objects.filter(name="Early").update(started_on=None)


@pytest.mark.parametrize("happens", [joins, leaves, is_taken_back])
def test_nobody_starts_whom_the_page_did_not_show(lena, happens):
    published(path_text())
    pilot = TeamFactory(slug="pilot")
    new(name="Ada", team=pilot), new(name="Ben", team=pilot)
    PersonFactory(name="Early", team=pilot)
    seen = shown(lena, f"team:{pilot.pk}")
    happens(pilot)
    before = dump()

    response = press(lena, f"team:{pilot.pk}", shown=seen, note="Hello")

    assert response.status_code == 409
    page = response.content.decode()
    assert "The people have changed since this page was shown; look again." in page
    assert "Hello" in page
    assert dump() == before
    assert press(lena, f"team:{pilot.pk}", shown=response.context["shown"]).status_code == 200
    assert "Ben" in started()


def test_a_press_from_no_page_starts_nobody(lena):
    new()

    assert press(lena, "everyone", shown="").status_code == 409
    assert started() == []


@pytest.mark.parametrize("who", ["", "people:", "people:x", "team:1,2", "nobody", "everyone:1"])
def test_a_word_that_nobody_wrote_starts_nobody(lena, who):
    new()

    response = press(lena, who)

    assert "who_form" in response.context
    assert started() == []


def test_the_page_says_who_gets_nothing_and_why(lena):
    published(path_text())
    reasons = {
        "agent": PersonFactory(name="Bot", agent=True, owner=new(name="Ada")),
        "left": PersonFactory(name="Gone", gone=True, started_on=None),
        "started": PersonFactory(name="Early"),
        "stopped": new(name="Stopped", stopped_at=timezone.now()),
        "refused": new(name="Refused", mail_refused_at=timezone.now()),
        "no-path": new(name="Pathless", level=LevelFactory(slug="expert")),
        "no-day": new(name="Away"),
        "practised-before": new(name="Back"),
    }
    today = timezone.now().date()
    AbsenceFactory(person=reasons["no-day"], starts_on=today, ends_on=today + timedelta(days=300))
    ReviewFactory(person=reasons["practised-before"])

    response = act(lena, "start_practice", *Person.objects.exclude(name="Lena"))

    found = {
        str(reason): [person.name for person in people]
        for reason, people in response.context["foreseen"].idle
    }
    assert found == {reason: [person.name] for reason, person in reasons.items()}
    assert [person.name for person in response.context["foreseen"].samples] == ["Ada"]
    for name in ("Pathless", "Away", "Refused"):
        assert name in response.content.decode()


def test_a_day_on_which_nothing_is_worth_a_mail_is_foreseen(lena):
    published(path_text())
    ada = new(name="Ada", minutes=1)  # shorter than any exercise

    response = act(lena, "start_practice", ada)

    assert [str(reason) for reason, _ in response.context["foreseen"].idle] == ["nothing-worth-it"]


def test_the_figures_are_those_of_the_workouts_that_come(lena):
    published(path_text("novices", skills=["grain", "fan-out", "drift"]))
    people = [new() for _ in range(3)]

    [day] = act(lena, "start_practice", *people).context["foreseen"].days

    assert (day.people, day.reps >= 3) == (3, True)
    assert not Workout.objects.exists()
    assert not Rep.objects.exists()


def test_the_mails_are_shown_as_they_would_come(lena):
    published(path_text())
    ada = new(name="Ada")
    addresses = re.findall(r'<iframe src="([^"]+)"', act(lena, "start_practice", ada).content.decode())
    before = dump()

    welcome, workout = (lena.get(address) for address in addresses)

    assert "Welcome, Ada" in welcome.content.decode()
    assert "Lena has started practice for you." in welcome.content.decode()
    assert "Notice" in workout.content.decode() or "grain" in workout.content.decode()
    for shown in (welcome, workout):
        assert "sandbox" in shown.headers["Content-Security-Policy"]
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
        ours = set(re.findall(r'href="(http[^"]+)"', shown.content.decode()))
        assert any("/preview/" in link for link in ours)
    assert dump() == before


def test_the_own_words_are_shown_in_the_welcome_before_the_press(lena):
    published(path_text())
    ada = new()

    response = press(lena, f"people:{ada.pk}", do="show", note="See you & bye")

    assert started() == []
    address = re.findall(r'<iframe src="([^"]+)"', response.content.decode())[0]
    assert "See you &amp; bye" in lena.get(address).content.decode()


def test_too_many_words_are_told_and_nobody_starts(lena):
    ada = new()

    response = press(lena, f"people:{ada.pk}", note="x" * 301)

    assert "at most 300 characters" in response.content.decode()
    assert started() == []


def test_nobody_who_has_begun_or_practised_before_is_shown(lena):
    published(path_text())
    back = new()
    ReviewFactory(person=back)

    for person in (PersonFactory(), back, PersonFactory(gone=True, started_on=None)):
        for mail in ("welcome", "workout"):
            assert lena.get(f"{LIST}{person.pk}/start/{mail}/").status_code == 404


def test_a_look_ahead_reads_no_row_of_anybody_who_practises(lena):
    published(path_text())
    ada = new()
    ReviewFactory()

    with CaptureQueriesContext(connection) as queries:
        act(lena, "start_practice", ada)

    own = [model._meta.db_table for model in (Memory, Rep, Workout)]
    read = [
        q["sql"] for q in queries if q["sql"].startswith("SELECT") and any(f'"{t}"' in q["sql"] for t in own)
    ]
    assert read
    assert all(f"({ada.pk}" in sql or f"= {ada.pk}" in sql for sql in read)
    assert not any(f'"{Review._meta.db_table}"."rating"' in q["sql"] for q in queries)


def test_only_ld_starts_and_looks():
    otto, ada = Client(), new()
    otto.force_login(member(OPERATOR, name="Lena"))

    assert otto.get(START).status_code == 403
    assert press(otto, f"people:{ada.pk}").status_code == 403
    assert otto.get(f"{LIST}{ada.pk}/start/welcome/").status_code == 403
    assert started() == []


@pytest.mark.parametrize("url", ["console:", "dummy:"])
def test_that_mails_only_reach_the_console_is_said_before_anybody_starts(lena, settings, url):
    settings.MAILERS = {"default": mailer(url)}
    new()

    for page in (lena.get(START), lena.get(START, {"who": "everyone"}), lena.get("/admin/")):
        assert ("EMAIL_URL is not set." in page.content.decode()) == (url == "console:")


def test_an_account_without_a_role_starts_one_by_one_only(lena):
    team = TeamFactory()
    root = new(name="Root", role=None, is_staff=True, is_superuser=True, team=team)
    new(name="Ada", team=team)

    assert "(2)" not in lena.get(START).content.decode()
    press(lena, f"team:{team.pk}")
    new(name="Ben")
    press(lena, "everyone")
    assert sorted(started()) == ["Ada", "Ben"]
    press(lena, f"people:{root.pk}")
    assert sorted(started()) == ["Ada", "Ben", "Root"]


def at_any_hour(monkeypatch) -> None:
    """Let welcomes go whenever the test runs."""
    monkeypatch.setattr("engine.delivery.welcomes.hour_of", lambda person, *, now, **_rest: now)


def test_only_welcomes_that_go_now_are_counted_as_going_now(lena, monkeypatch):
    at_any_hour(monkeypatch)
    published(path_text())
    new(), new(mail_refused_at=timezone.now()), new(level=LevelFactory(slug="expert"))

    response = lena.get(START, {"who": "everyone"})

    foreseen = response.context["foreseen"]
    assert (foreseen.at_once, foreseen.later, foreseen.held) == (1, 0, 2)
    page = " ".join(response.content.decode().split())
    assert "<b>Now</b> a welcome from you to 1 person</li>" in page
    assert "2 people, once a path fits them and their address takes mail" in page


def test_no_welcome_goes_now_while_practice_is_paused_for_everyone(lena, monkeypatch):
    at_any_hour(monkeypatch)
    published(path_text())
    Organisation.objects.create(pk=1, paused_at=timezone.now())
    new()

    response = lena.get(START, {"who": "everyone"})

    assert (response.context["foreseen"].at_once, response.context["foreseen"].held) == (0, 1)
    assert "1 person, once practice goes on for everyone" in response.content.decode()
    assert "<b>Now</b>" not in response.content.decode()


def test_no_day_is_promised_for_workouts_while_practice_is_paused_for_everyone(lena):
    published(path_text())
    Organisation.objects.create(pk=1, paused_at=timezone.now())
    new(), new(send_time="07:00")

    response = lena.get(START, {"who": "everyone"})

    [first] = response.context["foreseen"].days
    assert (first.day, first.people, first.reps) == (None, 2, 2)
    page = " ".join(response.content.decode().split())
    assert "<b>After the pause</b> 2 people, 2 reps" in page
    assert "<b>Tomorrow</b>" not in page


def test_a_pause_for_everyone_promises_no_workout_to_who_has_no_path(lena):
    published(path_text())
    Organisation.objects.create(pk=1, paused_at=timezone.now())
    new(level=LevelFactory(slug="expert"))

    response = lena.get(START, {"who": "everyone"})

    assert response.context["foreseen"].days == []
    assert "After the pause" not in response.content.decode()


def test_the_page_says_that_practice_is_paused_for_everyone(lena):
    Organisation.objects.create(pk=1, paused_at=timezone.now())
    ada = new()

    assert "Practice is paused for everyone since" in act(lena, "start_practice", ada).content.decode()


def test_when_everybody_has_started_the_page_says_what_to_do(lena):
    assert "Import a roster" in lena.get(START).content.decode()


def test_the_page_takes_the_same_queries_for_three_and_for_sixty_people(lena):
    published(path_text())
    lena.get(START, {"who": "everyone"})

    def queries(many: int) -> int:
        for _ in range(many):
            new(team=Team.objects.first())
        with CaptureQueriesContext(connection) as captured:
            assert lena.get(START, {"who": "everyone"}).context["foreseen"].starting
        return len(captured)

    assert queries(3) == queries(57)


def test_a_start_is_taken_back_while_the_welcome_waits(lena):
    published(path_text())
    ada = new()
    press(lena, f"people:{ada.pk}")

    response = act(lena, "take_back_start", ada)

    assert started() == []
    assert [mail.status for mail in Mail.objects.all()] == [Mail.Status.CANCELLED]
    assert told(response) == ["1 person is not started any more, and gets no mail."]
    assert LogEntry.objects.filter(change_message="Took back the start.").count() == 1


def test_a_start_is_not_taken_back_once_a_mail_went_out(lena):
    ada = PersonFactory(name="Ada")
    MailFactory(workout__person=ada, kind=Mail.Kind.WELCOME, day=None, key=str(ada.pk), sent=True)

    response = act(lena, "take_back_start", ada)

    assert started() == ["Ada"]
    assert told(response)[0].startswith("Nobody’s start was taken back. 1 stays as they were")
    assert "their first mail went out" in told(response)[0]
