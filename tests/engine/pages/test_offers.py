"""The page behind an offer's mail: cases A11, A20 and A21 for offers, and one press without sign-in."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from engine import links, onramps
from engine.delivery.compose import compose
from engine.links import Purpose
from engine.models import Claim, Credit, Mail, Offer, OfferPause
from engine.onramps.holding import Shape
from tests.payments import TUESDAY, Payments

pytestmark = pytest.mark.django_db


@pytest.fixture
def payments(at):
    at(TUESDAY)
    return Payments()


@pytest.fixture
def offer(payments):
    onramps.offer_due(now=TUESDAY)
    return Offer.objects.get()


def page_of(offer, purpose=Purpose.OFFER):
    return reverse("offer", args=[links.token(purpose, offer.pk)])


def words(response):
    return response.content.decode()


def composed(offer):
    return compose(Mail.objects.get(offer=offer), [], dated_at=TUESDAY)


def test_the_mail_tells_the_learner_why_until_when_and_what_goes_with_it(offer):
    mail = composed(offer)

    assert mail.subject == "For you: t1"
    for part in (mail.text, mail.html):
        assert "you have 1 of 3 reps of this kind" in part
        assert "until Tue 24 Nov 14:00 CET" in part
        assert "Somebody supervises it: rep 2 of the first 2." in part
        assert "Stop these mails" not in part


def test_an_invitation_names_who_would_support(payments):
    invitation = onramps.invite(payments.sam, payments.t1, learner=payments.ann, now=TUESDAY)

    assert "Sam would like to support you" in composed(invitation).text


def test_a11_both_links_of_the_mail_open_the_page_and_change_nothing(offer, visitor, everything):
    accept, decline = (urlsplit(line).path for line in composed(offer).text.splitlines() if "/offer/" in line)
    before = everything()

    answers = [getattr(visitor, method)(link) for link in (accept, decline) for method in ("get", "head")]

    assert {answer.status_code for answer in answers} == {200}
    assert everything() == before
    assert words(answers[0]).index(">Accept<") < words(answers[0]).index(">Decline<")
    assert words(answers[2]).index(">Decline<") < words(answers[2]).index(">Accept<")
    assert (answers[0]["Cache-Control"], answers[0]["X-Robots-Tag"]) == ("no-store", "noindex")


@pytest.mark.parametrize(
    ("do", "status", "leads", "said"),
    [("accept", "accepted", 1, "You accepted it."), ("decline", "declined", 0, "You declined it.")],
)
def test_case_39_one_press_without_sign_in_answers(offer, visitor, do, status, leads, said):
    pressed = visitor.post(page_of(offer), {"do": do})

    offer.refresh_from_db()
    assert (pressed.status_code, offer.status) == (303, status)
    assert Claim.objects.filter(task=offer.task).count() == leads
    assert said in words(visitor.get(pressed["Location"]))


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (lambda payments, offer: onramps.take(payments.ann, offer.task, now=TUESDAY), "You accepted it."),
        (lambda payments, offer: Offer.objects.update(ends_at=TUESDAY), "Its time is over."),
        (
            lambda payments, offer: onramps.revise(
                offer.task,
                Shape(on_ramp=payments.k2.pk, team=payments.team, due_at=offer.task.due_at, estimate=None),
                by=payments.mona,
                now=TUESDAY,
            ),
            "The task was changed after this mail",
        ),
    ],
)
def test_a21_an_old_link_decides_nothing_and_the_page_says_what_changed(
    payments, offer, visitor, happens, said
):
    happens(payments, offer)
    claims = Claim.objects.count()

    pressed = visitor.post(page_of(offer), {"do": "accept"})

    assert pressed.status_code == 409
    assert said in words(pressed)
    assert Claim.objects.count() == claims
    assert "<button" not in words(visitor.get(page_of(offer)))


def test_who_took_a_task_leaves_an_invitation_with_nothing_to_press(payments, visitor):
    invitation = onramps.invite(payments.sam, payments.t1, learner=payments.ann, now=TUESDAY)
    onramps.take(payments.ben, payments.t1, now=TUESDAY)

    page = words(visitor.get(page_of(invitation)))

    assert "Somebody leads this task by now." in page
    assert "<button" not in page


@pytest.mark.parametrize("do", ["", "approve"])
def test_another_word_than_the_page_offers_changes_nothing(offer, visitor, do):
    assert visitor.post(page_of(offer), {"do": do}).status_code == 422
    offer.refresh_from_db()
    assert offer.status == "live"


@pytest.mark.parametrize("purpose", [Purpose.ANSWER, Purpose.SETTINGS, Purpose.STOP])
def test_a_token_made_for_something_else_opens_no_offer(offer, visitor, purpose):
    assert visitor.get(page_of(offer, purpose)).status_code == 404


def test_the_link_of_somebody_who_left_opens_nothing(payments, offer, visitor):
    payments.ann.is_active = False
    payments.ann.save()

    assert visitor.post(page_of(offer), {"do": "accept"}).status_code == 404


def test_the_page_tells_nothing_of_the_persons_record(payments, offer, visitor):
    page = words(visitor.get(page_of(offer)))

    assert Credit.objects.filter(person=payments.ann).exists()
    assert not any(told in page for told in ("Ann", "of 3", "rep 2", "reps"))
    assert "Somebody supervises it." in page


def test_after_three_declines_the_page_asks_about_a_pause_and_one_press_begins_it(payments, offer, visitor):
    others = [payments.task(f"earlier {number}") for number in range(2)]
    for task in others:
        Offer.objects.create(
            task=task,
            person=payments.ann,
            status="declined",
            offered_at=TUESDAY,
            ends_at=TUESDAY,
            answered_at=TUESDAY,
        )
    visitor.post(page_of(offer), {"do": "decline"})
    assert "Are these too many?" in words(visitor.get(page_of(offer)))

    visitor.post(page_of(offer), {"do": "pause"})

    assert OfferPause.objects.get().person == payments.ann
    assert "Are these too many?" not in words(visitor.get(page_of(offer)))
