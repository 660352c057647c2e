"""Erasing somebody: nothing names them any more, and what others need stays."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import CharField, JSONField, TextField

from engine import onramps
from engine.models import (
    Claim,
    Credit,
    GitHubAccount,
    GitHubCall,
    GitHubIssue,
    Mail,
    Memory,
    Record,
    Replay,
    Review,
    SignOff,
)
from engine.onramps.erasing import CLEARED, REMOVED, STAYS, erase
from people.models import Person, Team
from tests.engine.practice.test_own_data import a_life, keys_to_a_person
from tests.engine_factories import MailFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.payments import TUESDAY


def test_every_foreign_key_to_a_person_is_removed_or_stays_on_purpose():
    assert sorted(keys_to_a_person()) == sorted([*REMOVED, *STAYS, *CLEARED])


@pytest.fixture
def zora(db):
    mara = PersonFactory(name="Mara")
    person = a_life(PersonFactory(name="Zora Quux", email="zora@quux.example", manager=mara), days=2)
    Team.objects.filter(pk=person.team_id).update(manager=person)
    Person.objects.filter(pk=mara.pk).update(deputy=person)
    told = {"text": "Dear Zora Quux", "subject": "Zora Quux handed in", "html": "<p>Zora Quux</p>"}
    claim = person.claims.first()
    MailFactory(workout=None, person=mara, day=None, key="1", kind=Mail.Kind.SIGN_OFF, about=claim, **told)
    Replay.objects.create(person=person, key="1", digest="0", answer={"by": "Zora Quux"}, asked_at=MONDAY)
    on_github(person, "zora-q")
    return person


def on_github(person, login):
    """All that is known of a login, and an issue that somebody else has too."""
    GitHubAccount.objects.filter(person=person).update(login=login)
    issue = GitHubIssue.objects.create(
        issue_id=1,
        number=1,
        assignees=[login.title(), "cora"],
        answer={"login": login, "what": "closed", "is_undone": True},
        said=f"`{login}` closed this without a claim",
    )
    GitHubCall.objects.create(
        issue=issue, kind=GitHubCall.Kind.UNASSIGN, login=login, queued_at=MONDAY, not_before=MONDAY
    )


def every_word():
    """Everything that any text column of any table says."""
    for model in apps.get_models():
        texts = [
            one for one in model._meta.concrete_fields if isinstance(one, CharField | TextField | JSONField)
        ]
        for row in model.objects.values_list(*[one.attname for one in texts]) if texts else ():
            yield from map(str, row)


def test_nothing_names_an_erased_person_any_more(zora):
    assert any("Zora" in word or "zora" in word for word in every_word())

    key = erase(zora, now=TUESDAY)

    assert [word for word in every_word() if "zora" in word.lower() or "quux" in word.lower()] == []
    zora.refresh_from_db()
    assert (zora.name, zora.is_active, zora.has_usable_password()) == (key, False, False)
    assert (zora.role, zora.team, zora.manager) == (None, None, None)


def test_reviews_and_credits_stay_under_the_key_and_what_was_answered_is_gone(zora):
    reviews, records = Review.objects.count(), list(Record.objects.order_by("pk").values())

    erase(zora, now=TUESDAY)

    assert Review.objects.filter(person=zora, answer=None).count() == reviews == 2
    assert Credit.objects.filter(person=zora).count() == 2
    assert Claim.objects.filter(person=zora, note="", said_ai="").count() == 2
    assert not SignOff.objects.exclude(note="").exists()
    assert not Memory.objects.exists()
    assert not zora.workouts.exists()
    assert list(Record.objects.order_by("pk").values()) == records


def test_what_github_told_of_others_stays(zora):
    erase(zora, now=TUESDAY)

    assert GitHubIssue.objects.get().assignees == ["cora"]
    assert not GitHubCall.objects.exists()


def test_others_keep_what_is_theirs(zora):
    other = a_life(PersonFactory(name="Cora"))

    erase(zora, now=TUESDAY)

    assert other.workouts.count() == other.credits.count() == other.memories.count() == 1
    assert other.credits.get().sign_off.note == "Slow"


def test_a_team_goes_on_when_one_of_its_learners_is_erased(payments):
    claim = onramps.take(payments.ben, payments.t1, now=TUESDAY)
    onramps.hand_in(claim, by=payments.ben, role="lead", ai="off", now=TUESDAY)
    onramps.sign_off(claim, by=payments.sue, role="lead", help=3, skills=payments.skills, now=TUESDAY)

    erase(payments.ben, now=TUESDAY)

    assert onramps.may(payments.sam, payments.task("next"), now=TUESDAY).verdict.code


def test_the_command_asks_first_and_refuses_another_address(zora, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _question: "mara@example.org")
    with pytest.raises(CommandError, match="nothing was erased"):
        call_command("erase_person", "zora@quux.example", stdout=StringIO())
    with pytest.raises(CommandError, match="nobody has this address"):
        call_command("erase_person", "nobody@example.org")
    assert Person.objects.filter(email="zora@quux.example").exists()

    monkeypatch.setattr("builtins.input", lambda _question: "Zora@quux.example")
    call_command("erase_person", "ZORA@quux.example", stdout=(said := StringIO()))

    assert "goes by the key" in said.getvalue()
    assert not Person.objects.filter(email="zora@quux.example").exists()
