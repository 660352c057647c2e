"""The page on which an approver decides: cases 35 and A20 of mail."""

import pytest
from django.urls import reverse

from engine import onramps
from engine.models import Decision, Request
from tests.payments import TUESDAY, Payments
from tests.shown import text

BECAUSE = "The customer waits, and I know the code."
PAGE = "/decisions/"


@pytest.fixture
def payments(db, at):
    at(TUESDAY)
    return Payments()


@pytest.fixture
def asked(payments):
    return onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)


def test_case_35_a20_opening_the_mails_link_changes_nothing_for_anybody(payments, asked, client, everything):
    login = client.get(PAGE)
    assert login.url == reverse("account_login") + f"?next={PAGE}"
    assert "t1" not in text(client.get(login.url))
    for person in payments.people.values():
        if not person.is_active:
            continue
        client.force_login(person)
        before = everything()
        for _ in range(2):
            assert client.get(PAGE).status_code == 200
            assert client.head(PAGE).status_code == 200
        assert everything() == before
    assert Request.objects.get().status == "pending"


def test_case_35_a_manager_who_presses_decides_once(payments, asked, client):
    client.force_login(payments.mona)
    shown = text(client.get(PAGE))
    assert "Sam asks to take “t1”, which is held for a learner until Thu 26 Nov 10:00 CET." in shown
    assert "What a yes costs: Ann needs 2 more reps." in shown
    places = [shown.index(f'value="{answer}"') for answer in ("yes-with-learner", "yes", "no")]
    assert places == sorted(places)

    press = {"request": asked.pk, "answer": "yes", "reason": "Go."}
    first, again = client.post(PAGE, press), client.post(PAGE, press)

    assert (first.status_code, first.url) == (303, PAGE)
    assert again.status_code == 303
    assert Decision.objects.get().reason == "Go."
    assert payments.t1.claims.get().person == payments.sam
    after = text(client.get(PAGE))
    assert "Nothing waits for you." in after
    assert "you said yes to 1 of 1 request" in after


@pytest.mark.parametrize("who", ["Sue", "Sam", "Dario", "Ann"])
def test_case_35_a20_somebody_else_who_presses_is_refused_and_sees_nothing_of_it(
    payments, asked, client, who
):
    client.force_login(payments.people[who])

    refused = client.post(PAGE, {"request": asked.pk, "answer": "yes"})

    assert refused.status_code == 403
    assert "t1" not in text(refused)
    assert not Decision.objects.exists()


def test_a_press_on_what_is_settled_says_how(payments, asked, client):
    onramps.withdraw(asked, by=payments.sam, now=TUESDAY)
    client.force_login(payments.mona)

    late = client.post(PAGE, {"request": asked.pk, "answer": "yes"})

    assert late.status_code == 409
    assert "It was withdrawn by who asked" in text(late)
    assert not payments.t1.claims.exists()


@pytest.mark.parametrize(
    "press", [{}, {"request": "x", "answer": "yes"}, {"request": 0, "answer": "yes"}, {"answer": "maybe"}]
)
def test_a_press_on_nothing_we_know_decides_nothing(payments, asked, client, press):
    client.force_login(payments.mona)

    assert client.post(PAGE, {"request": asked.pk} | press if press else press).status_code == 404
    assert not Decision.objects.exists()


def test_a_press_needs_the_token_of_the_form(payments, asked, visitor):
    visitor.force_login(payments.mona)

    assert visitor.post(PAGE, {"request": asked.pk, "answer": "yes"}).status_code == 403
    assert not Decision.objects.exists()


def test_a_reason_is_shown_as_text(payments, client):
    onramps.ask(payments.t1, by=payments.sam, reason="<script>alert(1)</script>", now=TUESDAY)
    client.force_login(payments.mona)

    assert "&lt;script&gt;alert(1)" in text(client.get(PAGE))


@pytest.mark.parametrize("is_justified", ["yes", "no"])
def test_an_emergency_is_reviewed_here(payments, client, is_justified):
    claim = onramps.take_in_emergency(
        payments.sam, payments.t1, reason="Payouts are stuck since noon.", incident="INC-7", now=TUESDAY
    )
    client.force_login(payments.mona)
    assert "Sam took this in an emergency: INC-7." in text(client.get(PAGE))

    client.post(PAGE, {"emergency": claim.emergency.pk, "is_justified": is_justified})

    claim.emergency.refresh_from_db()
    assert claim.emergency.is_justified is (is_justified == "yes")
    assert "INC-7" not in text(client.get(PAGE))


def test_a_learners_number_of_reps_is_shown_to_their_manager_only(payments, asked, client, at):
    at(TUESDAY + (payments.t1.held_until - TUESDAY) / 8)  # the deputy was added
    client.force_login(payments.dario)

    shown = text(client.get(PAGE))

    assert "You stand in for Mona." in shown
    assert "A learner still needs such work." in shown
    assert "Ann" not in shown
