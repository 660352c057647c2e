"""What holds for everyone: the name, and the button that pauses all practice mail."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from config.access import LEARNING, OPERATOR
from engine.models import Mail
from people.models import Organisation
from tests.engine_factories import MailFactory, WelcomeFactory
from tests.staff import member

pytestmark = pytest.mark.django_db

PAGE = "/admin/people/organisation/"
PAUSE = f"{PAGE}pause/"


@pytest.fixture
def lena() -> Client:
    client = Client()
    client.force_login(member(LEARNING, name="Lena"))
    return client


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def history() -> list[tuple[str, str]]:
    entries = LogEntry.objects.order_by("pk")
    return list(entries.values_list("user__name", "change_message"))


def test_before_the_press_the_page_says_whom_it_concerns_and_pauses_nobody(lena):
    MailFactory()
    WelcomeFactory()

    response = lena.get(PAUSE)

    shown = {name: response.context[name] for name in ("practising", "workouts", "welcomes")}
    assert shown == {"practising": 3, "workouts": 1, "welcomes": 1}
    assert Organisation.get().paused_at is None


def test_one_button_pauses_and_one_goes_on_and_the_history_says_who(lena):
    mail = MailFactory()

    paused = lena.post(PAUSE, {"do": "pause"}, follow=True)
    assert told(paused) == ["Paused practice for everyone."]
    assert "by Lena" in paused.content.decode()
    assert Mail.objects.get(pk=mail.pk).status == Mail.Status.CANCELLED

    went_on = lena.post(PAUSE, {"do": "go-on"}, follow=True)
    assert "Practice goes on as usual" in went_on.content.decode()
    assert history() == [
        ("Lena", "Paused practice for everyone."),
        ("Lena", "Went on with practice for everyone."),
    ]


def test_a_second_press_changes_nothing(lena):
    lena.post(PAUSE, {"do": "pause"})

    response = lena.post(PAUSE, {"do": "pause"}, follow=True)

    assert told(response)[-1] == "It was so already; nothing changed."
    assert len(history()) == 1


def test_the_name_is_edited_here(lena):
    lena.post(PAGE, {"name": "Acme"})
    lena.post(PAGE, {"name": "Acme"})

    assert Organisation.get().name == "Acme"
    assert history() == [("Lena", "Changed the name.")]


def test_looking_writes_no_row(lena):
    assert lena.get(PAGE).status_code == 200
    assert not Organisation.objects.exists()


def test_only_ld_pauses_and_renames():
    otto = Client()
    otto.force_login(member(OPERATOR))

    assert otto.post(PAUSE, {"do": "pause"}).status_code == 403
    assert otto.post(PAGE, {"name": "Mine"}).status_code == 403
    assert not Organisation.objects.exists()


def test_the_page_says_since_when_it_is_paused(lena):
    Organisation.objects.create(pk=1, paused_at=timezone.now())

    assert "Practice is paused for everyone" in lena.get(PAGE).content.decode()
    assert "already" in lena.get(PAUSE).content.decode()
