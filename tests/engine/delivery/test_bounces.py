"""A44: what a provider's webhooks may change, and what nobody else can make them change."""

import json
from base64 import b64encode
from datetime import timedelta

import pytest

from engine.models import BounceEvent
from people.models import Person
from tests.engine.delivery.post import a_mail
from tests.factories import PersonFactory
from tests.moments import MONDAY

pytestmark = pytest.mark.django_db

SECRET = "rampart:a-long-random-secret"
URL = "/bounces/postmark/tracking/"


@pytest.fixture(autouse=True)
def secret(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


def signed(secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"}


def event(mail=None, **changes):
    """A hard bounce of this mail, as Postmark reports it."""
    defaults = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 4242,
        "Email": mail.person.email if mail else "nobody@example.org",
        "BouncedAt": (MONDAY + timedelta(minutes=3)).isoformat(),
        "Details": "smtp;550 5.1.1 no such user",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"mail": mail.message_id} if mail else {},
    }
    return defaults | changes


def post(client, body, *, headers=None, url=URL):
    return client.post(
        url,
        json.dumps(body),
        content_type="application/json",
        headers=signed() if headers is None else headers,
    )


def is_marked(person: Person) -> bool:
    return Person.objects.get(pk=person.pk).mail_refused_at is not None


@pytest.mark.parametrize("headers", [{}, signed("rampart:wrong"), {"Authorization": "Basic nonsense"}])
def test_a44_without_the_secret_nothing_is_stored(client, headers):
    mail = a_mail()

    response = post(client, event(mail), headers=headers)

    assert 400 <= response.status_code < 500
    assert not BounceEvent.objects.exists()
    assert not is_marked(mail.person)


def test_a44_where_no_secret_is_set_nobody_is_believed(client, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": None}
    mail = a_mail()

    response = post(client, event(mail), headers={})

    assert response.status_code == 404
    assert not BounceEvent.objects.exists()
    assert not is_marked(mail.person)


def test_a44_a_hard_bounce_marks_the_address_it_was_for_and_no_other(client):
    mail, other = a_mail(), PersonFactory()

    response = post(client, event(mail))

    assert response.status_code == 200
    assert is_marked(mail.person)
    assert not is_marked(other)
    stored = BounceEvent.objects.get()
    assert (stored.mail, stored.kind, stored.happened_at) == (mail, "bounced", MONDAY + timedelta(minutes=3))
    assert "550 5.1.1" in Person.objects.get(pk=mail.person_id).mail_refused_because


def test_a44_a_replayed_event_counts_once(client):
    mail = a_mail()
    post(client, event(mail))
    Person.objects.update(mail_refused_at=None)  # L&D asked the person, and the address works again

    response = post(client, event(mail))

    assert response.status_code == 200
    assert BounceEvent.objects.count() == 1
    assert not is_marked(mail.person)


def test_a44_an_event_without_an_id_is_known_again_by_what_it_says(client):
    mail = a_mail()
    body = event(mail)
    del body["ID"]

    post(client, body)
    post(client, body)
    post(client, body | {"BouncedAt": (MONDAY + timedelta(days=1)).isoformat()})

    assert BounceEvent.objects.count() == 2


def test_a44_an_unknown_message_is_recorded_and_marks_nobody(client):
    person = PersonFactory()

    response = post(client, event(Email=person.email, Metadata={"mail": "<somebody@else.example>"}))

    assert response.status_code == 200
    assert BounceEvent.objects.get().mail is None
    assert not is_marked(person)


def test_a44_delivered_after_bounced_clears_nothing(client):
    mail = a_mail()
    post(client, event(mail))

    response = post(
        client,
        {"RecordType": "Delivery", "Recipient": mail.person.email, "Metadata": {"mail": mail.message_id}},
    )

    assert response.status_code == 200
    assert is_marked(mail.person)
    assert BounceEvent.objects.count() == 1


def test_a44_a_late_bounce_of_an_address_since_corrected_marks_nobody(client):
    mail = a_mail(email="old@example.org")
    Person.objects.filter(pk=mail.person_id).update(email="new@example.org")

    post(client, event(mail, Email="old@example.org"))

    assert not is_marked(mail.person)


@pytest.mark.parametrize("recipient", ["Ann@xn--bcher-kva.example", "ann@BÜCHER.example"])
def test_a44_an_address_is_the_same_in_any_spelling(client, recipient):
    mail = a_mail(email="ann@bücher.example")

    post(client, event(mail, Email=recipient))

    assert is_marked(mail.person)


@pytest.mark.parametrize(
    ("kind", "is_final"),
    [
        ("HardBounce", True),
        ("BadEmailAddress", True),
        ("SpamNotification", True),
        ("SoftBounce", False),
        ("Blocked", False),
        ("DMARCPolicy", False),
        ("VirusNotification", False),
        ("Transient", False),
        ("AutoResponder", False),
    ],
)
def test_a44_only_what_is_final_marks_an_address(client, kind, is_final):
    mail = a_mail()

    post(client, event(mail, Type=kind))

    assert is_marked(mail.person) is is_final


@pytest.mark.parametrize("record", ["Open", "Click"])
def test_what_people_read_and_press_is_not_taken_in(client, record):
    mail = a_mail()

    post(client, event(mail, RecordType=record, ReceivedAt=MONDAY.isoformat()))

    assert not BounceEvent.objects.exists()


@pytest.mark.parametrize("email", ["", "no address", "a@" + "x" * 80 + ".example", "é@example.org"])
def test_an_event_with_a_strange_recipient_is_recorded_and_marks_nobody(client, email):
    mail = a_mail()

    response = post(client, event(mail, Email=email))

    assert response.status_code == 200
    assert BounceEvent.objects.count() == 1
    assert not is_marked(mail.person)
