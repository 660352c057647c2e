"""What a relay says to one mail, or does not say, and what becomes of that mail: cases A23 to A26."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.environment import mailer
from engine import delivery
from engine.delivery import alerts
from engine.delivery.relay import AT_MOST_IN_A_ROW, RelayConnection
from engine.models import Alert, Mail, Relay
from people.models import Person
from tests.engine.delivery.post import (
    LATEST,
    MINUTE,
    MONDAY,
    a_mail,
    fresh,
    mails,
    practising,
    send,
    statuses,
    tick,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def ids(waiting):
    return [mail.message_id for mail in waiting]


# Refusals


def test_a23_a_mail_refused_for_now_goes_later_and_once_with_its_message_id_and_date(post_to):
    sink = post_to({"message": 7, "at": "rcpt", "reply": "451 4.7.1 Later"})
    waiting = mails(10)

    send()

    seventh = fresh(waiting[6])
    assert statuses() == {"sent": 9, "queued": 1}
    assert (seventh.attempts, seventh.because, seventh.sent_at) == (1, "451 4.7.1 Later", None)
    assert 48 <= (seventh.not_before - MONDAY).total_seconds() <= 72

    send(MONDAY + 2 * MINUTE)

    seventh = fresh(waiting[6])
    assert (seventh.status, seventh.attempts, seventh.because) == (Mail.Status.SENT, 2, "")
    assert sorted(sink.message_ids()) == sorted(ids(waiting))
    [received] = [one for one in sink.received() if one.message_id == seventh.message_id]
    assert received.message["Date"].datetime == seventh.dated_at == MONDAY


def test_a23_each_refusal_waits_longer_and_two_mails_never_wait_alike(post_to):
    post_to({"at": "rcpt", "reply": "451 4.7.1 Later"})
    first, second = mails(2)
    now, waits = MONDAY, []
    Mail.objects.update(expires_at=MONDAY + 5 * 60 * MINUTE)
    Person.objects.update(window=300)
    Mail.objects.update(window=300)

    for _ in range(4):
        send(now)
        waits.append((fresh(first).not_before - now, fresh(second).not_before - now))
        now = max(fresh(first).not_before, fresh(second).not_before)

    for wait, minutes in zip(waits, (1, 5, 15, 60), strict=True):
        assert all(0.8 * minutes <= one / MINUTE <= 1.2 * minutes for one in wait)
        assert wait[0] != wait[1]


def test_a_mail_refused_until_its_window_closed_expires_with_what_the_relay_said(post_to):
    post_to({"at": "rcpt", "reply": "451 4.7.1 Later"})
    mail = a_mail()
    send(MONDAY + 59 * MINUTE)

    delivery.expire(now=MONDAY + 60 * MINUTE, real_now=timezone.now())

    mail = fresh(mail)
    assert (mail.status, mail.because) == (Mail.Status.EXPIRED, "451 4.7.1 Later")
    assert mail.ended_at == mail.expires_at


@pytest.mark.parametrize(
    "reply",
    ["550 5.1.1 No such user", "550 No such user", "553 5.1.2 No such host", "550 5.4.1 Recipient rejected"],
)
def test_a24_an_address_that_does_not_exist_is_marked_and_written_to_no_more(post_to, reply):
    sink = post_to({"at": "rcpt", "recipient": "gone@example.org", "reply": reply})
    gone, other = a_mail(email="gone@example.org"), a_mail()

    send()

    gone = fresh(gone)
    assert (gone.status, gone.because, gone.attempts) == (Mail.Status.FAILED, reply, 1)
    assert (gone.person.mail_refused_at, gone.person.mail_refused_because) == (MONDAY, reply)
    assert fresh(other).person.mail_refused_at is None
    assert sink.message_ids() == [other.message_id]


def test_a24_no_mail_is_queued_for_a_marked_address(post_to):
    sink = post_to({"at": "rcpt", "recipient": "gone@example.org", "reply": "550 5.1.1 No such user"})
    gone, other = practising(1, email="gone@example.org") + practising(1)

    for day in range(3):
        tick(LATEST + day * DAY)

    assert gone.mails.count() == 2  # Monday's failed; Tuesday's was queued already, and cancelled
    assert set(gone.mails.values_list("status", flat=True)) == {"failed", "cancelled"}
    assert {tuple(one.recipients) for one in sink.received()} == {(other.email,)}


@pytest.mark.parametrize(
    "reply",
    ["550 5.7.1 Not allowed", "554 5.7.1 Relay access denied", "552 5.2.2 Mailbox full", "501 5.5.4 Syntax"],
)
def test_a24_a_refusal_that_says_nothing_of_the_address_does_not_mark_it(post_to, reply):
    post_to({"at": "rcpt", "reply": reply})
    mail = a_mail()

    send()

    assert (fresh(mail).status, fresh(mail).because) == (Mail.Status.FAILED, reply)
    assert fresh(mail).person.mail_refused_at is None


@pytest.mark.parametrize("reply", ["450 4.2.1 Busy", "452 4.2.2 Full", "421 4.3.2 Closing", "451 Later"])
@pytest.mark.parametrize("at", ["mail", "rcpt", "dot"])
def test_a24_a_temporary_refusal_is_tried_again_and_the_next_mail_goes(post_to, at, reply):
    sink = post_to({"message": 1, "at": at, "reply": reply})
    first, second = mails(2)

    send()

    assert (fresh(first).status, fresh(second).status) == (Mail.Status.QUEUED, Mail.Status.SENT)

    send(MONDAY + 2 * MINUTE)

    assert fresh(first).status == Mail.Status.SENT
    assert sorted(sink.message_ids()) == sorted(ids([first, second]))


def test_a24_a_message_refused_for_good_fails_and_its_address_is_kept(post_to):
    post_to({"message": 1, "at": "dot", "reply": "554 5.6.0 Not like this"})
    first, second = mails(2)

    send()

    assert (fresh(first).status, fresh(second).status) == (Mail.Status.FAILED, Mail.Status.SENT)
    assert fresh(first).person.mail_refused_at is None


def with_password(sink, password):
    return {"default": mailer(sink.url.replace("smtp://", f"smtp://rampart:{password}@"))}


def test_a24_a_refused_sign_in_pauses_all_sending_and_raises_one_alert(post_to, settings):
    sink = post_to(password="right")
    settings.MAILERS = with_password(sink, "wrong")
    waiting = mails(5)

    for _ in range(3):
        send()

    assert statuses() == {"queued": 5}
    assert {fresh(mail).attempts for mail in waiting} == {0}
    assert {fresh(mail).sent_at for mail in waiting} == {None}
    alert = Alert.objects.get()
    assert alert.resolved_at is None
    assert "535" in alert.message
    assert Relay.objects.get().failures == 1


def test_a24_sending_goes_on_by_itself_once_the_relay_takes_us_again(post_to, settings):
    sink = post_to(password="right")
    settings.MAILERS = with_password(sink, "wrong")
    waiting = mails(3)
    send()
    settings.MAILERS = with_password(sink, "right")

    send(clock=lambda: timezone.now() + 30 * timedelta(seconds=1))
    assert sink.received() == []
    send(clock=lambda: timezone.now() + 61 * timedelta(seconds=1))

    assert sorted(sink.message_ids()) == sorted(ids(waiting))
    assert Alert.objects.get().resolved_at is not None
    assert Relay.objects.get().failures == 0


def test_a_password_outside_ascii_pauses_instead_of_failing_mails(post_to, settings):
    sink = post_to(password="right")
    settings.MAILERS = with_password(sink, "p%C3%A4ss")
    mails(2)

    send()

    assert statuses() == {"queued": 2}
    assert Alert.objects.count() == 1


@pytest.mark.parametrize("reply", ["530 5.7.0 Must authenticate", "550 5.7.1 Sender not allowed"])
def test_a_refused_sender_is_about_us_and_pauses_everything(post_to, reply):
    post_to({"at": "mail", "reply": reply})
    mails(3)

    send()

    assert statuses() == {"queued": 3}
    assert reply in Alert.objects.get().message


@pytest.mark.parametrize(
    "url", ["smtp://127.0.0.1:1", "smtp://nowhere.invalid", "smtp://127.0.0.1:1?timeout=0"]
)
def test_a_relay_that_cannot_be_reached_pauses_everything(settings, url):
    settings.MAILERS = {"default": mailer(url)}
    mails(2)

    send()

    assert statuses() == {"queued": 2}
    assert Alert.objects.count() == 1


def test_a_relay_that_goes_down_in_the_middle_keeps_the_rest_waiting(post_to):
    sink = post_to({"message": 3, "at": "mail", "reply": "550 5.7.1 You sent enough"})
    mails(5)

    send()

    assert statuses() == {"sent": 2, "queued": 3}
    assert len(sink.received()) == 2
    assert Relay.objects.get().failures == 1


def test_each_pause_is_longer_than_the_one_before_and_none_longer_than_half_an_hour():
    now = timezone.now()
    pauses = []
    for _ in range(8):
        alerts.pause_relay("No.", real_now=now)
        pauses.append(Relay.objects.get().retry_at - now)

    assert [pause / MINUTE for pause in pauses] == [1, 2, 4, 8, 16, 30, 30, 30]
    assert Alert.objects.count() == 1


def test_a_relay_that_breaks_with_every_message_pauses_after_a_few(post_to):
    post_to({"at": "rcpt", "drop": True})
    mails(AT_MOST_IN_A_ROW + 5)

    send()

    assert Mail.objects.filter(attempts=1).count() == AT_MOST_IN_A_ROW
    assert statuses() == {"queued": AT_MOST_IN_A_ROW + 5}
    assert Alert.objects.count() == 1


# Breaks


def test_a25_a_break_after_the_final_dot_is_uncertain_and_the_mail_is_not_sent_again(post_to):
    sink = post_to({"message": 1, "at": "dot", "drop": True})
    first, second = mails(2)

    for minute in range(0, 60, 10):
        send(MONDAY + minute * MINUTE)

    assert (fresh(first).status, fresh(second).status) == (Mail.Status.UNCERTAIN, Mail.Status.SENT)
    assert sorted(sink.message_ids()) == sorted(ids([first, second]))


def test_a25_an_uncertain_mail_counts_as_sent_and_tomorrow_goes_on(post_to):
    sink = post_to({"message": 1, "at": "dot", "drop": True})
    [person] = practising(1)

    tick(LATEST)
    tick(LATEST + DAY)

    assert list(person.mails.order_by("day").values_list("status", flat=True)[:2]) == ["uncertain", "sent"]
    assert len(sink.received()) == 2


def test_a26_a_relay_that_answers_too_late_is_uncertain_and_nothing_hangs(post_to):
    sink = post_to({"message": 1, "at": "dot", "seconds": 2, "times": 1}, timeout=0.5)
    first, second = mails(2)

    send()
    send(MONDAY + 5 * MINUTE)

    assert (fresh(first).status, fresh(second).status) == (Mail.Status.UNCERTAIN, Mail.Status.SENT)
    assert sorted(sink.message_ids()) == sorted(ids([first, second]))


@pytest.mark.parametrize("at", ["mail", "rcpt"])
def test_a_break_before_the_final_dot_is_tried_again(post_to, at):
    sink = post_to({"message": 1, "at": at, "drop": True})
    first, second = mails(2)

    send()
    assert (fresh(first).status, fresh(second).status) == (Mail.Status.QUEUED, Mail.Status.SENT)
    send(MONDAY + 2 * MINUTE)

    assert statuses() == {"sent": 2}
    assert sorted(sink.message_ids()) == sorted(ids([first, second]))


@pytest.mark.parametrize("end", [{"drop": True}, {"reply": "421 4.7.0 Enough for one connection"}])
def test_a_relay_that_ends_a_connection_between_two_mails_costs_no_mail_a_try(post_to, end):
    sink = post_to({"message": 3, "at": "mail", **end})
    waiting = mails(4)

    send()

    assert {fresh(mail).attempts for mail in waiting} == {1}
    assert statuses() == {"sent": 4}
    assert sorted(sink.message_ids()) == sorted(ids(waiting))


@pytest.mark.parametrize(
    ("at", "reply", "status"),
    [
        ("mail", "299 Yes", "sent"),
        ("rcpt", "251 Will forward", "sent"),
        ("dot", "200 Yes", "sent"),
        ("mail", "350 What?", "queued"),
        ("rcpt", "hello", "queued"),
        ("dot", "hello", "uncertain"),
        ("dot", "354 Go on", "uncertain"),
    ],
)
def test_the_first_digit_decides_and_nonsense_after_the_dot_is_uncertain(post_to, at, reply, status):
    post_to({"message": 1, "at": at, "reply": reply})
    mail = a_mail()

    send()

    assert fresh(mail).status == status


def test_a_break_that_nobody_foresaw_is_uncertain_and_holds_up_no_other(post_to, monkeypatch):
    post_to()
    first, second = mails(2)
    hand_over = RelayConnection.send

    def break_with_the_first(self, message):
        hand_over(self, message)
        if message.metadata["mail"] == first.message_id:
            raise ZeroDivisionError

    monkeypatch.setattr(RelayConnection, "send", break_with_the_first)
    send()

    assert (fresh(first).status, fresh(first).because) == (Mail.Status.UNCERTAIN, "ZeroDivisionError()")
    assert fresh(second).status == Mail.Status.SENT


def test_while_an_alert_is_open_the_same_again_adds_nothing():
    now = timezone.now()
    alerts.raise_alert("relay", "first", now=now)
    alerts.raise_alert("relay", "again", now=now)
    alerts.raise_alert("disk", "other", now=now)
    assert list(Alert.objects.order_by("pk").values_list("message", flat=True)) == ["first", "other"]

    alerts.resolve_alerts(["relay"], now=now)
    alerts.raise_alert("relay", "later", now=now)

    assert Alert.objects.filter(resolved_at=None).count() == 2
