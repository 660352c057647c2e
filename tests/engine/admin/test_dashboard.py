"""The admin begins with what needs doing: each number is the length of the list its link leads to."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.access import LEARNING, OPERATOR
from engine.models import Alert, Heartbeat, Mail, Relay
from paths.models import OnRamp, Path
from people.models import AbsenceCalendar, Organisation, Person
from tests.engine_factories import (
    EnrolmentFactory,
    ExerciseFactory,
    MailFactory,
    RemarkFactory,
    RepFactory,
    WorkoutFactory,
)
from tests.factories import LevelFactory, PersonFactory, RoleFactory
from tests.staff import member
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

INDEX = "/admin/"
NOW = timezone.now


@pytest.fixture
def lena() -> Client:
    client = Client()
    client.force_login(member(LEARNING, name="Lena", role=None, level=None, started_on=None))
    return client


@pytest.fixture
def otto() -> Client:
    client = Client()
    client.force_login(member(OPERATOR, name="Otto"))
    return client


def board(client: Client):
    return client.get(INDEX).context["board"]


def test_the_page_of_one_section_does_not_claim_that_nothing_waits(lena):
    assert "Nothing waits for you" not in lena.get(f"{INDEX}people/").content.decode()


def card(client: Client, filters: str):
    [found] = [card for card in board(client).cards if card.url.endswith(filters)]
    return found


def refused() -> None:
    PersonFactory(mail_refused_at=NOW())
    PersonFactory(mail_refused_at=NOW(), gone=True)


def unplaced() -> None:
    published(path_text())
    PersonFactory()
    PersonFactory(level=LevelFactory(slug="expert"))
    PersonFactory(role=RoleFactory(slug="baker"), gone=True)
    on_it_by_hand = PersonFactory(role=RoleFactory(slug="baker"))
    EnrolmentFactory(person=on_it_by_hand, path=Path.objects.get())


def not_started() -> None:
    PersonFactory(new=True)
    PersonFactory(new=True, gone=True)
    PersonFactory(agent=True)


def unreadable_calendar() -> None:
    AbsenceCalendar.objects.create(person=PersonFactory(), address="https://a.example/1.ics", problem="404")
    AbsenceCalendar.objects.create(person=PersonFactory(), address="https://a.example/2.ics")


def out_of_reach() -> None:
    lead = PersonFactory()
    PersonFactory(manager=lead)
    PersonFactory(manager=lead, team=None)
    PersonFactory(gone=True)


def without_level() -> None:
    PersonFactory(level=None)
    PersonFactory(level=None, gone=True)


def mistakes() -> None:
    RemarkFactory()
    RemarkFactory(settled_at=NOW())
    RemarkFactory(withdrawn_at=NOW())
    RemarkFactory(kind="not-useful")


def review_due() -> None:
    published(path_text())
    Path.objects.update(review_by="2020-01-01")
    Path.objects.create(slug="old", title="Old", status="retired", review_by="2020-01-01")


def draft() -> None:
    Path.objects.create(slug="new", title="New", draft="id: new")
    Path.objects.create(slug="none", title="None")


def draft_of_an_on_ramp() -> None:
    OnRamp.objects.create(slug="new", title="New", draft="id: new")
    OnRamp.objects.create(slug="none", title="None")


def idle_path() -> None:
    published(path_text(), path_text("other", skills=["other"]))
    EnrolmentFactory(path=Path.objects.get(slug="other"))


THINGS = [
    (refused, "address=refused", 1),
    (unplaced, "path=none-fits", 1),
    (not_started, "practice=not-started", 2),  # and Lena herself
    (unreadable_calendar, "calendar=unreadable", 1),
    (out_of_reach, "missing=lead", 1),
    (without_level, "missing=work", 1),
    (mistakes, "settled=no", 1),
    (review_due, "review=due", 1),
    (draft, "path/?draft=yes", 1),
    (draft_of_an_on_ramp, "onramp/?draft=yes", 1),
    (idle_path, "people=none", 1),
]


@pytest.mark.parametrize(("make", "filters", "number"), THINGS, ids=[filters for _, filters, _ in THINGS])
def test_a_card_counts_what_its_link_lists(lena, make, filters, number):
    PersonFactory(manager=Person.objects.get(name="Lena"))
    make()

    shown = card(lena, filters)

    assert shown.number == number
    assert lena.get(shown.url).context["cl"].result_count == number


def test_what_is_done_has_no_card_and_a_friendly_word_instead(lena):
    published(path_text())
    lead = PersonFactory()
    Person.objects.filter(name="Lena").update(started_on="2026-01-05", manager=lead)
    person = PersonFactory(manager=lead)
    EnrolmentFactory(person=person, path=Path.objects.get())
    Person.objects.filter(name="Lena").update(role=person.role, level=person.level)

    response = lena.get(INDEX)

    assert response.context["board"].cards == []
    assert "Nothing waits for you." in response.content.decode()


def test_that_practice_is_paused_for_everyone_is_said_at_the_top(lena):
    Organisation.objects.create(pk=1, paused_at=NOW())
    MailFactory(not_before=NOW() + timedelta(hours=1), expires_at=NOW() + timedelta(hours=2))

    response = lena.get(INDEX)

    assert "Practice is paused for everyone" in response.content.decode()
    assert response.context["board"].news == []  # the mail will not go


def test_mails_of_the_next_day_are_counted_and_nobody_named(lena):
    mail = MailFactory(not_before=NOW() + timedelta(hours=1), expires_at=NOW() + timedelta(hours=2))
    MailFactory(not_before=NOW() + timedelta(days=3))
    MailFactory(sent=True)

    response = lena.get(INDEX)

    [news] = response.context["board"].news
    assert news.number == 1
    assert mail.person.name not in response.content.decode()


def test_a_new_organisation_sees_three_steps_and_no_cards(lena):
    shown = board(lena)

    assert [step.title for step in shown.steps] == ["Import a roster", "Publish a path", "Start a pilot"]
    assert [step.is_done for step in shown.steps] == [False, False, False]
    assert shown.cards == []
    assert {lena.get(step.url).status_code for step in shown.steps} == {200}


def test_steps_that_were_taken_are_marked_and_end_with_the_first_start(lena):
    person = PersonFactory(new=True)
    published(path_text())

    assert [step.is_done for step in board(lena).steps] == [True, True, False]

    Person.objects.filter(pk=person.pk).update(started_on="2026-01-05")
    assert board(lena).steps == []


def test_a_path_for_nobody_here_is_no_step_taken_and_says_why(lena):
    published(path_text())
    PersonFactory(new=True, role=RoleFactory(slug="baker"))
    PersonFactory(new=True, gone=True)

    [_import, publish, _start] = board(lena).steps

    assert not publish.is_done
    assert "it is for nobody here yet" in publish.sentence


def test_an_operator_sees_health_and_alerts_and_nothing_of_people(otto):
    Alert.objects.create(kind="relay", message="Down", raised_at=NOW())
    Alert.objects.create(kind="relay", message="Up", raised_at=NOW(), resolved_at=NOW())
    Relay.objects.create(pk=1, paused_at=NOW(), failures=3)
    PersonFactory(new=True)

    shown = board(otto)

    numbers = {shown.url: shown.number for shown in shown.cards}
    assert numbers["/admin/engine/alert/?open=yes"] == 1
    assert numbers["/admin/engine/relay/"] == 3
    assert numbers["/healthz"] >= 2
    assert otto.get("/admin/engine/alert/?open=yes").context["cl"].result_count == 1
    assert not any("/people/" in address for address in numbers)


def test_the_worker_that_never_ticked_is_said_in_the_words_of_the_health_check(otto):
    [health] = [card for card in board(otto).cards if card.url == "/healthz"]

    assert "The worker has never ticked" in health.sentence


def test_the_dashboard_takes_the_same_queries_for_few_and_for_many():
    client = Client()
    client.force_login(PersonFactory(is_staff=True, is_superuser=True))
    Heartbeat.objects.create(pk=1, beat_at=NOW(), tick_at=NOW())
    published(path_text())

    def make(many: int) -> None:
        for _ in range(many):
            person = PersonFactory(mail_refused_at=NOW())
            workout = WorkoutFactory(person=person)
            MailFactory(workout=workout, not_before=NOW() + timedelta(hours=1))
            RemarkFactory(rep=RepFactory(workout=workout, exercise=ExerciseFactory()))

    make(2)
    client.get(INDEX)
    few = queries_of(client)
    make(20)

    assert queries_of(client) == few
    assert Mail.objects.count() == 22


def queries_of(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(INDEX)
    return len(queries)
