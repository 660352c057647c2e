import pytest
from django.test import Client

from config.access import OPERATOR
from engine.models import Heartbeat, Mail, Relay
from tests.engine_factories import MailFactory
from tests.moments import MONDAY
from tests.staff import member

pytestmark = pytest.mark.django_db

LIST = "/admin/engine/mail/"


@pytest.fixture
def otto() -> Client:
    client = Client()
    client.force_login(member(OPERATOR))
    return client


def test_an_operator_finds_a_mail_by_its_address_and_sees_why_it_did_not_go(otto):
    mail = MailFactory(status=Mail.Status.FAILED, because="The relay said no.", subject="Fan-out joins")
    MailFactory()

    response = otto.get(LIST, {"q": mail.person.email})

    html = response.content.decode()
    assert list(response.context["cl"].result_list) == [mail]
    assert "The relay said no." in html
    assert mail.person.name not in html
    assert "Fan-out joins" not in html


def test_part_of_an_address_finds_nobody(otto):
    MailFactory()

    assert not otto.get(LIST, {"q": "@example.org"}).context["cl"].result_list


def test_a_mail_shows_its_course_and_not_its_content(otto):
    mail = MailFactory(sent=True, subject="Fan-out joins", text="Count the rows", html="<p>Count</p>")

    html = otto.get(f"{LIST}{mail.pk}/change/").content.decode()

    assert mail.message_id.strip("<>") in html
    assert all(words not in html for words in ("Fan-out joins", "Count the rows", mail.person.name))


@pytest.mark.parametrize("page", ["add", "1/delete"])
def test_rows_that_the_engine_writes_are_only_read(otto, page):
    MailFactory(pk=1)

    assert otto.post(f"{LIST}{page}/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("model", "row"),
    [
        ("heartbeat", lambda: Heartbeat.objects.create(pk=1, beat_at=MONDAY, tick_at=MONDAY)),
        ("relay", lambda: Relay.objects.create(pk=1, paused_at=MONDAY)),
    ],
)
def test_a_page_is_titled_by_what_it_shows_and_its_times_name_their_zone(otto, model, row):
    row()

    html = otto.get(f"/admin/engine/{model}/1/change/").content.decode()

    assert f"<h1>{model.capitalize()}</h1>" in html
    assert "object (1)" not in html
    assert "23 Nov 2026, 09:00" in html
    assert "Times are in the zone Europe/Berlin." in html
