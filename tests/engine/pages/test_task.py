"""The page of a task: what each reader is told, and what each press does."""

import pytest
from django.test import Client
from django.urls import reverse

from engine import onramps
from engine.models import Claim, Emergency, Offer, Task, TeamRules
from engine.rules.onramp import Role
from tests.factories import PersonFactory, TeamFactory
from tests.payments import DUE, TUESDAY, Payments, berlin
from tests.shown import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def payments(at):
    at(TUESDAY)
    return Payments()


def page_of(task):
    return reverse("task", args=[task.pk])


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def look(person, task):
    return text(client_of(person).get(page_of(task)))


def press(person, task, do, **filled):
    return client_of(person).post(page_of(task), {"do": do, **filled}, follow=True)


def running(task, person):
    return task.claims.running().filter(person=person).first()


def test_a_task_that_does_not_exist_is_not_found(payments):
    assert client_of(payments.sam).get(reverse("task", args=[987654])).status_code == 404


def test_an_estimate_may_be_of_half_an_hour(payments):
    task = payments.task("quick", estimate=0.5)

    assert "<dt>Estimate (working hours)</dt><dd>0.5</dd>" in look(payments.sam, task)


def test_asking_needs_a_sign_in(visitor, payments):
    assert visitor.get(page_of(payments.t1)).url == f"{reverse('account_login')}?next={page_of(payments.t1)}"


def test_a_senior_reads_until_when_it_is_held_and_neither_names_nor_counts(payments):
    page = look(payments.sam, payments.t1)

    assert "Held for a learner until Thu 26 Nov 10:00 CET." in page
    assert "1 of 3" not in page
    assert ">Take it<" not in page
    for way in (
        "Invite them",
        "Send the request",
        "from Thu 26 Nov 10:00 CET it may be yours",
        "Declare it and take the task",
    ):
        assert way in page


def test_asking_stores_nothing(payments, everything):
    client = client_of(payments.sam)
    client.get(page_of(payments.t1))
    before = everything()

    for _ in range(3):
        client.get(page_of(payments.t1))

    assert everything() == before


def test_a_learner_reads_what_goes_with_it_and_takes_it_with_one_press(payments):
    page = look(payments.ann, payments.t1)
    assert "This task is meant for you; take it." in page
    assert "Somebody supervises it: rep 2 of the first 2." in page
    assert "Do it without AI: rep 2 of the first 2." in page

    after = text(press(payments.ann, payments.t1, "take"))

    claim = running(payments.t1, payments.ann)
    assert (claim.role, claim.code) == (Claim.Role.LEAD, "LEARNER")
    assert "You lead this task now." in after
    assert "It was a slip: hand it back" in after


def test_a_learner_sets_the_duty_without_ai_aside_with_a_reason(payments):
    press(payments.ann, payments.t1, "take", with_ai_because="The tool writes the query itself.")

    assert running(payments.t1, payments.ann).with_ai_because == "The tool writes the query itself."


def test_a_second_press_changes_nothing_and_says_the_same(payments):
    press(payments.ann, payments.t1, "take")
    again = press(payments.ann, payments.t1, "take")

    assert "You lead this task now." in text(again)
    assert payments.t1.claims.count() == 1


def test_who_comes_second_is_told_kindly_what_is_left(payments):
    onramps.take(payments.ann, payments.t1, now=TUESDAY)

    late = press(payments.sam, payments.t1, "take")

    assert late.status_code == 409
    assert "Somebody was a moment faster and leads this task now." in text(late)
    assert "Support Ann" in text(late)
    assert running(payments.t1, payments.sam) is None


def test_the_rules_hold_for_a_press_that_no_page_offered(payments):
    refused = press(payments.sam, payments.t1, "take")

    assert refused.status_code == 409
    assert "Held for a learner until" in text(refused)
    assert payments.t1.claims.count() == 0


def test_a_learner_who_leads_is_supported_with_one_press(payments):
    onramps.take(payments.ann, payments.t1, now=TUESDAY)

    after = press(payments.sam, payments.t1, "support")

    assert "You support this task now." in text(after)
    assert running(payments.t1, payments.sam).role == Role.SUPPORT


def test_a_senior_invites_a_learner_and_the_learner_begins_it(payments):
    invited = press(payments.sam, payments.t1, "invite", learner=payments.ann.pk)
    assert "Ann is invited, and can accept until" in text(invited)
    offer = Offer.objects.get(purpose=Offer.Purpose.PAIR)
    assert "Sam would support you if you lead it." in look(payments.ann, payments.t1)

    press(payments.ann, payments.t1, "accept", offer=offer.pk)

    assert running(payments.t1, payments.ann).role == Claim.Role.LEAD
    assert running(payments.t1, payments.sam).role == Claim.Role.SUPPORT


def test_whom_somebody_may_invite_does_not_tell_who_learns(payments):
    page = look(payments.sam, payments.t1)

    for name in ("Ann", "Ben", "Cem", "Sue", "Mona"):
        assert f">{name}</option>" in page
    assert "bot-ann" not in page


def test_a_graduate_cannot_be_invited_to_lead(payments):
    refused = press(payments.sam, payments.t1, "invite", learner=payments.cem.pk)

    assert refused.status_code == 409
    assert not Offer.objects.filter(purpose=Offer.Purpose.PAIR).exists()


def test_an_invitation_names_somebody(payments):
    refused = press(payments.sam, payments.t1, "invite")

    assert refused.status_code == 422
    assert "Choose the colleague whom you would support." in text(refused)


def test_an_offer_of_somebody_else_is_as_good_as_none(payments):
    press(payments.sam, payments.t1, "invite", learner=payments.ann.pk)
    offer = Offer.objects.get(purpose=Offer.Purpose.PAIR)

    for pressed in (offer.pk, "x", "9" * 30):
        refused = press(payments.ben, payments.t1, "decline", offer=pressed)
        assert "This offer is over; nothing was changed." in text(refused)

    offer.refresh_from_db()
    assert offer.status == Offer.Status.LIVE


def test_an_offer_is_declined_with_one_press_and_twice_is_no_matter(payments):
    press(payments.sam, payments.t1, "invite", learner=payments.ann.pk)
    offer = Offer.objects.get(purpose=Offer.Purpose.PAIR)

    for _ in range(2):
        after = press(payments.ann, payments.t1, "decline", offer=offer.pk)

    assert "You let it pass, and nobody is told." in text(after)
    offer.refresh_from_db()
    assert offer.status == Offer.Status.DECLINED


def test_an_emergency_is_taken_at_once_and_waits_for_its_review(payments):
    told = {"reason": "Payouts stand still since three.", "incident": "INC-7"}

    after = press(payments.sam, payments.t1, "emergency", **told)

    assert "You lead this task now." in text(after)
    assert Emergency.objects.get().claim == running(payments.t1, payments.sam)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"reason": "Too short", "incident": "INC-7"}, "Say a little more: 20 characters at least."),
        ({"reason": "Payouts stand still since three.", "incident": ""}, "Name the incident"),
    ],
)
def test_an_emergency_says_why_and_which(payments, told, said):
    refused = press(payments.sam, payments.t1, "emergency", **told)

    assert refused.status_code == 422
    assert said in text(refused)
    assert payments.t1.claims.count() == 0


def test_who_has_two_emergencies_waiting_is_told_so(payments):
    for number in range(2):
        other = payments.task(f"other {number}", due_at=DUE)
        onramps.take_in_emergency(
            payments.sam, other, reason="Payouts stand still since three.", incident="INC", now=TUESDAY
        )

    assert "Two of your emergencies wait for their review already." in look(payments.sam, payments.t1)


def test_a_learner_with_enough_in_progress_is_led_to_it(payments):
    second = payments.task("second")
    onramps.take(payments.ben, second, now=TUESDAY)

    page = look(payments.ben, payments.t1)

    assert "You have 2 such tasks in progress, which is the most; hand one in first." in page
    assert f'href="{page_of(second)}"' in page
    assert f'href="{page_of(payments.bens_task)}"' in page


def test_in_a_team_that_is_advised_it_can_be_taken_all_the_same(payments):
    TeamRules.objects.update(mode=TeamRules.Mode.ADVISE)
    assert "Take it all the same" in look(payments.sam, payments.t1)

    press(payments.sam, payments.t1, "take")

    assert running(payments.t1, payments.sam).is_against_advice


def test_a_manager_reads_the_reps_of_her_own_reports_and_of_nobody_else(payments):
    payments.ben.manager = payments.greta
    payments.ben.save(update_fields=["manager"])

    for_mona, for_greta = look(payments.mona, payments.t1), look(payments.greta, payments.t1)

    assert "<span>Ann</span>" in for_mona
    assert "1 of 3 reps" in for_mona
    assert "<span>Ben</span>" not in for_mona
    assert "<span>Ben</span>" in for_greta
    assert "<span>Ann</span>" not in for_greta


@pytest.mark.parametrize("who", ["ann", "sam", "pia"])
def test_nobody_but_who_leads_the_team_sees_what_managers_see(payments, who):
    assert "For who leads the team" not in look(getattr(payments, who), payments.t1)


def test_a_manager_releases_a_held_task_and_it_does_not_help_her(payments):
    after = press(payments.mona, payments.t1, "release")

    assert "Released: anybody may take it now." in text(after)
    assert "A manager released this task; anybody may take it." in look(payments.sam, payments.t1)
    assert "Held for a learner until" in text(after)


@pytest.mark.parametrize("do", ["release", "due", "revoke"])
def test_who_does_not_lead_the_team_changes_nothing(payments, everything, do):
    client = client_of(payments.sam)
    claim = onramps.take(payments.ann, payments.t1, now=TUESDAY)
    client.get(page_of(payments.t1))
    before = everything()

    refused = client.post(
        page_of(payments.t1),
        {"do": do, "due_on": "2026-11-25", "reason": "Because I say so.", "claim": claim.pk},
    )

    assert refused.status_code == 409
    assert everything() == before


def test_a_manager_says_when_it_is_due_by_her_own_clock(payments):
    press(payments.mona, payments.t1, "due", due_on="2026-11-26", due_time="12:00")

    payments.t1.refresh_from_db()
    assert payments.t1.due_at == berlin("2026-11-26", "12:00")
    assert payments.t1.held_until == berlin("2026-11-25", "14:00")


def test_a_date_that_is_none_is_explained(payments):
    refused = press(payments.mona, payments.t1, "due", due_on="soon")

    assert refused.status_code == 422
    assert "That is no date." in text(refused)


def test_a_stranger_is_not_told_who_leads(payments):
    onramps.take(payments.ann, payments.t1, now=TUESDAY)
    stranger = PersonFactory(name="Ugo", team=TeamFactory(slug="elsewhere"))

    page = look(stranger, payments.t1)

    assert "Somebody leads this task already." in page
    assert "Ann" not in page


def test_what_somebody_wrote_comes_out_inert(payments):
    Task.objects.filter(pk=payments.t1.pk).update(
        title="<script>alert(1)</script>", details="<b>x</b>", url="javascript:alert(1)"
    )

    page = look(payments.sam, payments.t1)

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "javascript:" not in page


def test_a_press_without_a_name_does_nothing(payments):
    assert press(payments.sam, payments.t1, "dance").status_code == 200
    assert payments.t1.claims.count() == 0
