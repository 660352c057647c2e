"""What approvers, askers and learners are told by mail: A7, A15, A25, A27 and A30."""

import re
import signal
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from engine import delivery, links, onramps, practice
from engine.delivery import outbox
from engine.delivery.compose import compose
from engine.delivery.onramp_mails.decide import NOTHING_WAITS
from engine.delivery.onramp_mails.decided import FREE_AGAIN
from engine.links import Purpose
from engine.models import Asked, Decision, Mail, Request
from engine.onramps import requesting
from people.models import Person
from tests.databases import dump
from tests.engine.delivery.post import fresh, send, tick
from tests.engine.delivery.test_message import Links
from tests.engine.delivery.test_message import links as links_of
from tests.engine.delivery.test_processes import start, wait_for  # noqa: F401
from tests.factories import AbsenceFactory
from tests.payments import TUESDAY, Payments, berlin

pytestmark = pytest.mark.django_db

BECAUSE = "The customer waits, and I know the code."
URL = re.compile(r"https?://[^\s>]+")


@pytest.fixture
def payments(db):
    return Payments()


def ask(payments, *, task=None, by=None, now=TUESDAY):
    return onramps.ask(task or payments.t1, by=by or payments.sam, reason=BECAUSE, now=now)


def written(mail):
    return compose(mail, [], dated_at=TUESDAY)


def test_an_approver_is_told_who_asks_why_what_it_costs_and_where_to_decide(payments):
    ask(payments)
    mail = Mail.objects.get(kind="decide")

    composed = written(mail)

    assert (mail.person, mail.not_before) == (payments.mona, TUESDAY)
    assert composed.subject == "Sam asks to take “t1”"
    for part in (composed.text, composed.html):
        assert "held for a learner until Thu 26 Nov 10:00 CET" in part
        assert BECAUSE in part
        assert "Ann needs 2 more reps. About one comes every 10 days." in part
        assert links.url("decisions") in part
        assert "Without an answer it ends Wed 25 Nov 10:00 CET." in part


def test_one_mail_tells_of_all_that_waits_when_it_is_composed(payments):
    night = berlin("2026-11-24", "20:00")
    for by in (payments.sam, payments.sue):
        ask(payments, by=by, now=night)
    ask(payments, task=payments.task("t2"), by=payments.cem, now=berlin("2026-11-24", "21:00"))

    mail = Mail.objects.get(kind="decide")

    assert mail.not_before == berlin("2026-11-25", "09:00")
    assert Asked.objects.filter(mail=mail).count() == 3
    composed = compose(mail, [], dated_at=mail.not_before)
    assert composed.subject == "3 requests wait for your answer"
    assert composed.text.count("asks to take") == 3


def test_a_second_request_in_the_same_hour_waits_for_the_end_of_it(payments, post_to):
    post_to()
    ask(payments)
    send(TUESDAY)
    later = berlin("2026-11-24", "10:20")

    ask(payments, by=payments.sue, now=later)

    mail = Mail.objects.get(kind="decide", status="queued")
    assert mail.not_before == berlin("2026-11-24", "11:00")


def test_out_of_hours_an_approver_is_written_to_only_where_the_task_would_be_lost(payments):
    night = berlin("2026-11-24", "20:00")
    Person.objects.filter(role__slug="manager").update(workdays="thu,fri")
    urgent = payments.task("urgent", due_at=berlin("2026-11-25", "10:00"), seen=night)  # an agent must ask
    freed = payments.task("freed", due_at=berlin("2026-11-26", "10:00"), seen=night)  # on Wednesday, for all

    lost = ask(payments, task=urgent, by=payments.bot_sam, now=night)
    free = ask(payments, task=freed, by=payments.bot_sam, now=night)

    hours = {one.mail.not_before for one in Asked.objects.filter(request=lost)}
    assert hours == {night}
    assert not Asked.objects.filter(request=free).exists()  # the hold ends before anybody could answer


def test_a_request_brings_three_mails_at_most(payments, post_to):
    post_to()
    request = ask(payments)
    for at in ("10:00", "12:00", "14:00", "15:00"):
        requesting.keep(now=berlin("2026-11-24", at))
        send(berlin("2026-11-24", at))
    AbsenceFactory(person=payments.dario, starts_on=TUESDAY.date(), ends_on=TUESDAY.date())
    payments.team.manager = payments.greta
    payments.team.save()
    requesting.keep(now=berlin("2026-11-24", "16:00"))

    sent = Mail.objects.filter(kind__in=["decide", "reminder"]).order_by("not_before", "pk")
    assert [(mail.kind, mail.person, mail.not_before) for mail in sent] == [
        ("decide", payments.mona, TUESDAY),
        ("reminder", payments.mona, berlin("2026-11-24", "12:00")),
        ("decide", payments.dario, berlin("2026-11-24", "14:00")),
    ]
    assert Request.objects.get(pk=request.pk).reminded_at == berlin("2026-11-24", "12:00")


def test_a_reminder_says_that_it_still_waits(payments):
    ask(payments)
    requesting.keep(now=berlin("2026-11-24", "12:00"))

    composed = written(Mail.objects.get(kind="reminder"))

    assert composed.subject == "Still waiting: Sam asks to take “t1”"
    assert "Still waiting for your answer" in composed.html


def test_nothing_is_asked_that_is_settled_when_the_mail_would_go(payments, post_to):
    sink = post_to()
    request = ask(payments, now=berlin("2026-11-24", "20:00"))
    onramps.withdraw(request, by=payments.sam, now=berlin("2026-11-24", "21:00"))

    send(berlin("2026-11-25", "09:00"))

    mail = Mail.objects.get(kind="decide")
    assert (mail.status, mail.because) == ("cancelled", NOTHING_WAITS)
    assert sink.received() == []


def test_a_mail_lists_nothing_that_its_reader_may_not_decide_any_more(payments, post_to):
    post_to()
    ask(payments, now=berlin("2026-11-24", "20:00"))
    payments.team.manager = payments.greta
    payments.team.save()

    send(berlin("2026-11-25", "09:00"))

    assert fresh(Mail.objects.get(person=payments.mona)).status == "cancelled"


@pytest.mark.parametrize(
    ("answer", "subject", "said"),
    [
        ("yes", "Yes: “t1”", "the task is yours"),
        ("no", "No: “t1”", "Mona wrote: Look at t2"),
    ],
)
def test_who_asked_is_told_what_was_decided(payments, answer, subject, said):
    request = ask(payments)
    onramps.decide(request, by=payments.mona, answer=answer, reason="Look at t2 & t3.", now=TUESDAY)

    composed = written(Mail.objects.get(kind="decided", person=payments.sam))

    assert composed.subject == subject
    assert said in composed.text
    assert "Look at t2 & t3." in composed.text
    assert "Look at t2 &amp; t3." in composed.html


def test_who_asked_through_an_agent_is_told_themself(payments):
    request = ask(payments, by=payments.bot_sam)
    onramps.decide(request, by=payments.mona, answer="yes", now=TUESDAY)

    assert "the task is yours" in written(Mail.objects.get(kind="decided", person=payments.sam)).text
    assert not Mail.objects.filter(person=payments.bot_sam).exists()


def test_who_asked_is_told_that_a_learner_leads(payments):
    request = ask(payments)
    onramps.decide(request, by=payments.mona, answer="yes-with-learner", now=TUESDAY)
    onramps.accept(request.offers.get(), now=TUESDAY)

    text = written(Mail.objects.get(kind="decided", person=payments.sam)).text
    assert "Ann leads the task, and you support." in text


def test_a_learner_is_told_that_the_task_went_elsewhere_unless_it_came_back(payments, post_to):
    post_to()
    request = ask(payments)
    onramps.decide(request, by=payments.mona, answer="yes", reason="Not for Ann's eyes.", now=TUESDAY)
    mail = Mail.objects.get(kind="decided", person=payments.ann)
    composed = written(mail)

    assert composed.subject == "Went to somebody else: “t1”"
    assert "eyes" not in composed.text + composed.html

    onramps.revoke(payments.t1.claims.get(), by=payments.mona, because="Back.", now=TUESDAY)
    send(TUESDAY)
    assert (fresh(mail).status, fresh(mail).because) == ("cancelled", FREE_AGAIN)
    assert "A manager took this task back" in Mail.objects.get(key__startswith="revoked").text


def test_who_asked_is_told_once_that_nobody_answered(payments, post_to):
    post_to()
    ask(payments)
    for _ in range(2):
        requesting.keep(now=berlin("2026-11-25", "10:00"))

    mail = Mail.objects.get(kind="decided")
    assert (mail.person, written(mail).subject) == (payments.sam, "No answer in time: “t1”")


def test_an_emergency_is_told_to_the_approver_in_full_and_to_the_learner_without_why(payments):
    onramps.take_in_emergency(
        payments.sam, payments.t1, reason="Payouts are stuck since noon.", incident="INC-7", now=TUESDAY
    )

    to_mona = written(Mail.objects.get(kind="emergency", person=payments.mona))
    to_ann = written(Mail.objects.get(kind="emergency", person=payments.ann))

    assert "Payouts are stuck since noon." in to_mona.text
    assert "Say by Friday, 27 November 2026, 10:00, whether it was one." in to_mona.text
    assert links.url("decisions") in to_mona.html
    assert "stuck" not in to_ann.text
    assert "had to be done at once" in to_ann.html


def everything_that_is_told(payments):
    """One mail of every kind and text."""
    yes, no, late = ask(payments), ask(payments, by=payments.sue), ask(payments, by=payments.cem)
    requesting.keep(now=berlin("2026-11-24", "12:00"))
    onramps.decide(no, by=payments.mona, answer="no", now=TUESDAY)
    onramps.decide(yes, by=payments.mona, answer="yes", now=TUESDAY)
    onramps.revoke(payments.t1.claims.get(), by=payments.mona, because="Back.", now=TUESDAY)
    requesting.keep(now=berlin("2026-11-24", "12:01"))
    assert Request.objects.get(pk=late.pk).status == "superseded"
    ask(payments, task=payments.task("t2"))
    onramps.take_in_emergency(
        payments.sam, payments.t1, reason="Payouts are stuck since noon.", incident="I", now=TUESDAY
    )
    return list(Mail.objects.exclude(kind__in=Mail.PRACTICE))


def test_a7_no_mail_about_an_approval_can_be_unsubscribed_from(payments):
    mails = everything_that_is_told(payments)

    assert {mail.kind for mail in mails} == {"decide", "reminder", "decided", "emergency"}
    for mail in mails:
        message = written(mail).message.message()
        assert "List-Unsubscribe" not in message
        assert "List-Unsubscribe-Post" not in message
        assert message["Message-ID"] == mail.message_id
        assert message["Date"]
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["X-Auto-Response-Suppress"]
        assert (message["Cc"], message["Bcc"], len(message.get_all("To"))) == (None, None, 1)


def test_a1_both_parts_hold_the_same_links_and_no_link_acts(payments, client):
    for mail in everything_that_is_told(payments):
        composed = written(mail)
        found = set(URL.findall(composed.text))
        assert found == Links(composed.html).found == links_of(composed.text)
        assert found <= {links.url("decisions")}


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a15_a_token_of_any_kind_opens_no_decision(payments, client, purpose):
    ask(payments)
    token = links.token(purpose, Mail.objects.get(kind="decide").pk)

    for address in (f"/decisions/{token}/", reverse("rep", args=[token])):
        if purpose is Purpose.ANSWER and "rep" in address:
            continue
        assert client.get(address).status_code == 404
        assert client.post(address, {"answer": "yes"}).status_code == 404
    assert not Decision.objects.exists()


def test_a25_an_approval_mail_whose_end_nobody_saw_is_sent_once_more_as_the_same_message(payments, post_to):
    sink = post_to({"message": 1, "at": "dot", "drop": True})
    ask(payments)

    send(TUESDAY)
    mail = Mail.objects.get(kind="decide")
    assert (mail.status, mail.uncertain_at) == ("queued", TUESDAY)
    send(mail.not_before)

    assert fresh(mail).status == "sent"
    messages = [one.message for one in sink.received()]
    assert {one["Message-ID"] for one in messages} == {mail.message_id}
    assert len({one["Date"] for one in messages}) == 1


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["claimed", "sending", "data", "sent"])
def test_a27_a_worker_killed_at_any_point_loses_no_approval_mail(start, start_sink, point):  # noqa: F811
    payments = Payments()
    sink = start_sink()
    ask(payments)
    mail = Mail.objects.get(kind="decide")

    def run(**environment):
        return start("tick", "--now", TUESDAY.isoformat(), sink=sink, **environment).wait(120)

    assert run(CRASH_AT=point) == -signal.SIGKILL
    wait_for(lambda: not Mail.objects.filter(claimed_until__gt=timezone.now()).exists())
    assert run() == 0

    assert fresh(mail).status == "sent"
    assert mail.message_id in sink.message_ids()
    assert set(sink.message_ids()) >= {mail.message_id}


def test_a30_a_question_that_is_rolled_back_leaves_no_mail(payments, post_to):
    sink = post_to()
    with transaction.atomic():
        request = ask(payments)
        onramps.decide(request, by=payments.mona, answer="yes", now=TUESDAY)
        assert Mail.objects.filter(kind="decided").exists()
        transaction.set_rollback(True)

    send(TUESDAY)
    assert not Request.objects.exists()
    assert not Mail.objects.exists()
    assert sink.received() == []


def test_a_pause_or_a_stop_of_practice_keeps_what_waits_for_a_decision(payments):
    ask(payments, now=berlin("2026-11-24", "20:00"))

    practice.pause(payments.mona, until=TUESDAY.date() + timedelta(days=9), now=TUESDAY)
    practice.stop(payments.mona, now=TUESDAY)
    delivery.cancel_unwanted(now=TUESDAY)
    assert Mail.objects.get(kind="decide").status == "queued"

    practice.go_on(payments.mona, now=TUESDAY)
    assert Mail.objects.get(kind="decide").status == "queued"


def test_who_left_gets_nothing_of_any_kind(payments, post_to):
    sink = post_to()
    ask(payments, now=berlin("2026-11-24", "20:00"))
    Person.objects.filter(pk=payments.mona.pk).update(is_active=False)

    delivery.cancel_unwanted(now=TUESDAY)

    mail = Mail.objects.get(kind="decide")
    assert (mail.status, mail.because) == ("cancelled", outbox.LEFT)
    Mail.objects.update(status="queued")
    send(berlin("2026-11-25", "09:00"))
    assert (fresh(mail).status, fresh(mail).because) == ("cancelled", outbox.LEFT)
    assert sink.received() == []


def test_an_address_that_refuses_mail_loses_what_waits_for_it(payments):
    ask(payments, now=berlin("2026-11-24", "20:00"))

    delivery.mark_refused(payments.mona, because="550 no such user", now=TUESDAY)

    assert Mail.objects.get(kind="decide").status == "cancelled"


@pytest.mark.parametrize("at", ["10:00", "12:00", "14:00", "18:00"])
def test_case_23_a_second_tick_sends_nothing(payments, post_to, at):
    post_to()
    Person.objects.update(started_on=None)
    ask(payments)
    now = berlin("2026-11-24", at)
    tick(now)
    before = dump(without=("engine.Heartbeat",))

    again = tick(now)

    assert dump(without=("engine.Heartbeat",)) == before
    assert set(again.values()) == {0}
