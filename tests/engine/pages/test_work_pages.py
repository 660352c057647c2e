"""My logbook, a claim and its sign-off: for those they concern, and only a press does anything."""

from datetime import timedelta

import html5lib
import pytest
from django.urls import reverse

from engine import onramps
from engine.models import Claim, Credit, SignOff
from tests.factories import PersonFactory
from tests.payments import TUESDAY, Payments
from tests.shown import text

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NOW = TUESDAY + 5 * HOUR


@pytest.fixture
def payments(at):
    at(NOW)
    return Payments()


@pytest.fixture
def claim(payments):
    return onramps.take(payments.ann, payments.t1, now=TUESDAY)


@pytest.fixture
def handed_in(claim, payments):
    return onramps.hand_in(
        claim, by=payments.ann, role="lead", ai="coach", note="See the link", now=TUESDAY + HOUR
    )


@pytest.fixture
def credit(handed_in, payments):
    return onramps.sign_off(
        handed_in, by=payments.sue, role="lead", help=2, note="Well asked", now=TUESDAY + 2 * HOUR
    )


@pytest.fixture
def door(client):
    def open_as(person):
        client.force_login(person)
        return client

    return open_as


def page_of(claim):
    return reverse("claim", args=[claim.pk])


def sign_off_of(claim):
    return reverse("sign_off", args=[claim.pk])


@pytest.mark.parametrize("address", ["logbook", "claim", "sign_off"])
def test_a_page_is_sound_html_without_script(door, payments, credit, address):
    onramps.contest(credit.sign_off, by=payments.ann, because="<b>No</b>", now=TUESDAY + 3 * HOUR)
    person = payments.mona if address == "sign_off" else payments.ann

    where = reverse(address, args=[] if address == "logbook" else [credit.claim_id])
    page = text(door(person).get(where))

    html5lib.HTMLParser(strict=True).parse(page)
    assert "<script" not in page
    assert "style=" not in page
    assert "<b>No</b>" not in page


def test_my_logbook_shows_reps_credits_and_what_went_past_me(door, payments, credit):
    page = text(door(payments.ann).get(reverse("logbook")))

    assert "2 of 3 reps" in page
    assert "much help" in page
    assert "AI explained" in page
    assert "its hold had ended" in page
    assert "Sam" not in page


def test_the_logbook_of_somebody_new_is_not_empty_handed(door):
    assert "Nothing yet." in text(door(PersonFactory()).get(reverse("logbook")))


@pytest.mark.parametrize(
    ("route", "kind"), [("logbook_csv", "text/csv"), ("logbook_json", "application/json")]
)
def test_the_logbook_comes_as_a_file(door, payments, credit, route, kind):
    response = door(payments.ann).get(reverse(route))

    assert response["Content-Type"].startswith(kind)
    assert "attachment" in response["Content-Disposition"]
    assert "much help" in text(response)


def test_who_does_the_task_writes_a_line(door, payments, claim):
    response = door(payments.ann).post(page_of(claim), {"do": "write", "note": "Half of it"}, follow=True)

    claim.refresh_from_db()
    assert "Noted." in text(response)
    assert (claim.note, abs(claim.seen_at - NOW) < timedelta(minutes=1)) == ("Half of it", True)


def test_handing_in_takes_what_was_done_how_and_when(door, payments, claim):
    said = {"do": "hand-in", "role": "lead", "ai": "off", "done_on": "2026-11-24", "note": ""}

    door(payments.ann).post(page_of(claim), said)

    claim.refresh_from_db()
    assert (claim.said_role, claim.said_ai, str(claim.done_on)) == ("lead", "off", "2026-11-24")


@pytest.mark.parametrize(
    "wrong", [{"role": "boss"}, {"ai": ""}, {"done_on": "2026-11-25"}, {"done_on": "soon"}, {"role": ""}]
)
def test_what_is_filled_in_wrongly_is_said_at_its_field_and_nothing_is_handed_in(
    door, payments, claim, wrong
):
    said = {"do": "hand-in", "role": "lead", "ai": "off", "done_on": "2026-11-24"} | wrong

    response = door(payments.ann).post(page_of(claim), said)

    claim.refresh_from_db()
    assert (response.status_code, claim.submitted_at) == (422, None)
    assert "errorlist" in text(response)


def test_a_day_before_it_was_taken_is_refused_with_the_reason(door, payments, claim):
    said = {"do": "hand-in", "role": "lead", "ai": "off", "done_on": "2026-11-20"}

    response = door(payments.ann).post(page_of(claim), said)

    assert (response.status_code, "before it was taken" in text(response)) == (409, True)


def test_a_task_is_given_back_by_a_press(door, payments, claim):
    door(payments.ann).post(page_of(claim), {"do": "hand-back"})

    claim.refresh_from_db()
    assert claim.ending == Claim.Ending.RETURNED


def test_an_incomplete_press_does_nothing(door, payments, claim, handed_in):
    assert door(payments.ann).post(page_of(claim), {}).status_code == 409
    assert door(payments.sue).post(sign_off_of(claim), {"do": "x"}).status_code == 409


def test_a_learner_contests_on_the_page_of_the_claim(door, payments, credit):
    door(payments.ann).post(page_of(credit.claim), {"do": "contest", "because": "I led it."})

    assert SignOff.objects.get(pk=credit.sign_off_id).contested_because == "I led it."


@pytest.mark.parametrize("who", ["Ben", "Sue", "Mona", "bot-ann"])
def test_a_claim_opens_to_nobody_else(door, payments, claim, who):
    assert door(payments.people[who]).get(page_of(claim)).status_code == 404
    assert door(payments.people[who]).post(page_of(claim), {"do": "hand-back"}).status_code == 404


@pytest.mark.parametrize("who", ["Ann", "Ben", "bot-sam", "Dario"])
def test_a_sign_off_opens_to_nobody_who_may_not_sign(door, payments, handed_in, who):
    assert door(payments.people[who]).get(sign_off_of(handed_in)).status_code == 404


def test_a_senior_agrees_to_supervise(door, payments, claim):
    door(payments.sue).post(sign_off_of(claim), {"do": "supervise"})

    claim.refresh_from_db()
    assert claim.supervisor == payments.sue


def test_a_senior_reads_what_was_handed_in_and_not_how_ai_was_used(door, payments, handed_in):
    page = text(door(payments.sue).get(sign_off_of(handed_in)))

    assert "Ann says: lead." in page
    assert "See the link" in page
    assert "AI" not in page


def test_a_look_signs_nothing_and_a_press_does(door, payments, handed_in):
    saw = {"do": "sign", "role": "lead", "help": "3", "skills": [payments.skills[0].pk], "note": "Good"}
    door(payments.sue).get(sign_off_of(handed_in), saw)
    assert not Credit.objects.filter(task=payments.t1).exists()

    response = door(payments.sue).post(sign_off_of(handed_in), saw, follow=True)

    credit = Credit.objects.get(task=payments.t1)
    assert "Signed off. Thank you." in text(response)
    assert (credit.rating, list(credit.skills.all())) == (3, [payments.skills[0]])


def test_a_second_press_is_told_that_it_was_signed_already(door, payments, credit):
    saw = {"do": "sign", "role": "lead", "help": "3"}

    response = door(payments.sue).post(sign_off_of(credit.claim), saw)

    assert response.status_code == 409
    assert Credit.objects.filter(task=payments.t1).count() == 1


def test_the_manager_settles_what_is_contested(door, payments, credit):
    onramps.contest(credit.sign_off, by=payments.ann, because="I led it.", now=TUESDAY + 3 * HOUR)
    assert "I led it." in text(door(payments.mona).get(sign_off_of(credit.claim)))

    door(payments.mona).post(sign_off_of(credit.claim), {"do": "settle", "role": "lead", "help": "4"})

    assert Credit.objects.standing().get(task=payments.t1).rating == 4


def test_a_contested_sign_off_stands_among_the_tasks_of_who_settles_it(door, payments, credit):
    onramps.contest(credit.sign_off, by=payments.ann, because="I led it.", now=TUESDAY + 3 * HOUR)

    assert "Ann contests how it was signed off" in text(door(payments.mona).get("/tasks/"))
    assert "contests" not in text(door(payments.sue).get("/tasks/"))
    assert "Who leads the team and did not sign it decides" in text(
        door(payments.sue).get(sign_off_of(credit.claim))
    )
