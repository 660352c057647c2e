"""My tokens: made for oneself and one's agents, shown once, revoked."""

import re

import pytest

from engine.models import ApiToken, Record
from tests.factories import PersonFactory

FORM = {"name": "my editor", "scopes": ["verdicts", "claims"]}


@pytest.fixture
def person(client, db):
    person = PersonFactory(name="Sam")
    client.force_login(person)
    return person


def test_a_token_is_shown_once_and_stored_as_a_hash(client, person):
    made = client.post("/tokens/", FORM | {"person": person.pk})

    [secret] = re.findall(r"<code>(rampart_[\w-]+)</code>", made.content.decode())
    token = ApiToken.objects.get()
    assert (token.person, token.made_by, token.scopes) == (person, person, ["claims", "verdicts"])
    assert secret not in token.digest
    assert secret not in client.get("/tokens/").content.decode()
    assert "no-store" in made["Cache-Control"]
    assert Record.objects.get(kind="token").told["act"] == "made"


def test_a_token_is_made_for_an_own_agent_and_for_nobody_elses(client, person):
    mine, others = PersonFactory(agent=True, owner=person), PersonFactory(agent=True)

    assert client.post("/tokens/", FORM | {"person": mine.pk}).status_code == 200
    for somebody in (others, others.owner):
        assert client.post("/tokens/", FORM | {"person": somebody.pk}).status_code == 422
    assert [token.person for token in ApiToken.objects.all()] == [mine]


def test_an_agent_gets_no_token_to_sign_off_with(client, person):
    agent = PersonFactory(agent=True, owner=person)

    told = client.post("/tokens/", FORM | {"person": agent.pk, "scopes": ["sign-off"]})

    assert told.status_code == 422
    assert "An agent never signs work off" in told.content.decode()
    assert not ApiToken.objects.exists()


def test_what_was_not_filled_in_is_said_at_its_field(client, person):
    told = client.post("/tokens/", {"person": person.pk})

    assert told.status_code == 422
    assert "Choose at least one thing that it may do." in told.content.decode()


def test_a_token_is_revoked_by_whom_it_acts_for_or_their_owner_alone(client, person):
    client.post("/tokens/", FORM | {"person": person.pk})
    token = ApiToken.objects.get()
    stranger = PersonFactory()
    client.force_login(stranger)
    client.post("/tokens/", {"revoke": token.pk})
    token.refresh_from_db()
    assert token.revoked_at is None

    client.force_login(person)
    for wrong in ("x", "9" * 40, ""):
        client.post("/tokens/", {"revoke": wrong})
    told = client.post("/tokens/", {"revoke": token.pk}, follow=True)

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "None yet." in told.content.decode()
    assert [record.told["act"] for record in Record.objects.filter(kind="token")] == ["revoked", "made"]


def test_without_a_sign_in_there_is_no_page(client, db):
    assert client.get("/tokens/").status_code == 302
