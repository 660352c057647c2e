"""What may happen to a mail before it is sent: cases A17, A28, A30 and A36."""

from datetime import time, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from engine import delivery, practice
from engine.delivery import sending
from engine.models import Alert, Mail
from engine.rules.grading import Given
from paths.models import Exercise
from people import leaving
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
from tests.engine_factories import MailFactory
from tests.factories import AbsenceFactory, PersonFactory
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def change(mail, **changes):
    Person.objects.filter(pk=mail.person_id).update(**changes)


# What cannot be built


def test_a28_a_mail_that_cannot_be_built_fails_alone_with_its_reason(post_to):
    sink = post_to()
    waiting = mails(6)
    Exercise.objects.filter(reps__workout=waiting[0].workout).update(content="{}")

    send()

    first = fresh(waiting[0])
    assert (first.status, first.ended_at) == (Mail.Status.FAILED, MONDAY)
    assert first.because.startswith("cannot be built: ValidationError")
    assert sorted(sink.message_ids()) == sorted(mail.message_id for mail in waiting[1:])


def test_a28_a_workout_that_cannot_be_planned_fails_alone(post_to):
    sink = post_to()
    bad = MailFactory(workout=None, person=PersonFactory(), day=MONDAY.date())
    good = a_mail()

    def prepare(wanted):
        if bad.person_id in [person for person, _ in wanted]:
            raise ZeroDivisionError

    send(prepare=prepare)

    assert (fresh(bad).status, fresh(bad).because) == (Mail.Status.FAILED, sending.NOT_PLANNED)
    assert sink.message_ids() == [good.message_id]


def test_a28_an_unknown_zone_fails_alone(post_to):
    sink = post_to()
    bad, good = mails(2)
    change(bad, zone="Mars/Olympus")
    Mail.objects.filter(pk=bad.pk).update(zone="Mars/Olympus")

    send()

    assert (fresh(bad).status, "Mars/Olympus" in fresh(bad).because) == (Mail.Status.FAILED, True)
    assert sink.message_ids() == [good.message_id]


def test_an_unknown_zone_holds_up_nobody_and_raises_one_alert(post_to):
    sink = post_to()
    bad, good = practising(2)
    Person.objects.filter(pk=bad.pk).update(zone="Mars/Olympus")

    tick(LATEST)
    tick(LATEST + MINUTE)

    assert [one.recipients for one in sink.received()] == [[good.email]]
    assert "Mars/Olympus" in Alert.objects.get().message


@pytest.mark.parametrize("wrong", [{"zone": "Mars/Olympus"}, {"workdays": "funday"}])
def test_a_wrong_row_of_somebody_new_holds_up_nobody(post_to, wrong):
    sink = post_to()
    published(path_text())
    bad, good = PersonFactory.create_batch(2)
    Person.objects.filter(pk=bad.pk).update(**wrong)

    tick(MONDAY - 60 * MINUTE)
    tick(LATEST)

    assert [one.recipients for one in sink.received()] == [[good.email]]


def test_a_wrong_row_that_was_mended_resolves_its_alert(post_to):
    post_to()
    [person] = practising(1)
    Person.objects.update(zone="Mars/Olympus")
    tick(MONDAY - 60 * MINUTE)

    Person.objects.update(zone=person.zone)
    tick(LATEST)

    assert Alert.objects.get().resolved_at == LATEST
    assert statuses() == {"sent": 1, "queued": 1}


def test_a30_what_is_rolled_back_is_not_sent(post_to):
    sink = post_to()

    with transaction.atomic():
        a_mail()
        transaction.set_rollback(True)
    send()

    assert sink.received() == []


# What happens between queueing and sending


def paused(mail):
    practice.pause(mail.person, until=mail.day + DAY, now=MONDAY)


def stopped(mail):
    practice.stop(mail.person, now=MONDAY)


def left(mail):
    leaving.leave(mail.person, mail.day)


def away(mail):
    AbsenceFactory(person=mail.person, starts_on=mail.day)


def refused(mail):
    delivery.mark_refused(mail.person, because="550", now=MONDAY)


def on_a_day_off(mail):
    change(mail, workdays="tue")


def on_the_web(mail):
    practice.start_today(mail.person, now=MONDAY)


def answered_on_the_web(mail):
    practice.answer(mail.workout.reps.get(), Given(option="b"), attempt=1, now=MONDAY)


@pytest.mark.parametrize(
    "happens", [paused, stopped, left, away, refused, on_a_day_off, on_the_web, answered_on_the_web]
)
def test_a17_what_happens_before_sending_cancels_the_mail(post_to, happens):
    sink = post_to()
    mail, other = mails(2)

    happens(mail)
    send()

    assert fresh(mail).status == Mail.Status.CANCELLED
    assert fresh(mail).because
    assert sink.message_ids() == [other.message_id]


def while_composing(monkeypatch, happens):
    """Let something happen when the mail is claimed and not yet marked as being sent."""
    compose = sending.compose.compose

    def compose_slowly(mail, reps, **options):
        happens(mail)
        return compose(mail, reps, **options)

    monkeypatch.setattr(sending.compose, "compose", compose_slowly)


@pytest.mark.parametrize("happens", [paused, stopped, on_the_web])
def test_a_worker_that_holds_a_claim_finds_it_gone_when_the_person_acts(post_to, monkeypatch, happens):
    sink = post_to()
    mail = a_mail()
    while_composing(monkeypatch, happens)

    send()

    assert fresh(mail).status == Mail.Status.CANCELLED
    assert sink.received() == []


def test_a_worker_that_slept_past_its_lease_sends_nothing(post_to, settings, monkeypatch):
    sink = post_to()
    mail = a_mail()
    slept = []
    while_composing(monkeypatch, lambda mail: slept.append(settings.MAIL_LEASE + MINUTE))

    send(clock=lambda: timezone.now() + sum(slept, timedelta()))

    assert (fresh(mail).status, fresh(mail).attempts) == (Mail.Status.QUEUED, 0)
    assert sink.received() == []


def test_a_claim_is_held_by_one_and_free_again_after_the_lease(settings):
    mail, real_now = a_mail(), timezone.now()

    assert sending.take(mail, now=MONDAY, real_now=real_now)
    assert sending.take(mail, now=MONDAY, real_now=real_now) is None
    assert sending.take(mail, now=MONDAY, real_now=real_now + settings.MAIL_LEASE) is None
    assert sending.take(mail, now=MONDAY, real_now=real_now + settings.MAIL_LEASE + MINUTE)


def test_a_pass_that_takes_long_sends_nothing_after_the_window(post_to):
    sink = post_to()
    mail = a_mail()
    passed = []

    send(
        MONDAY + 59 * MINUTE,
        clock=lambda: timezone.now() + sum(passed, timedelta()),
        prepare=lambda wanted: passed.append(2 * MINUTE),
    )

    assert fresh(mail).status == Mail.Status.QUEUED
    assert sink.received() == []


def test_a_changed_hour_moves_a_mail_that_waits(post_to):
    sink = post_to()
    mail = a_mail()

    practice.change_hour(mail.person, send_time=time(15), minutes=6, workdays="mon", now=MONDAY)
    send()
    assert sink.received() == []
    send(MONDAY + timedelta(hours=6, minutes=46))

    assert sink.message_ids() == [mail.message_id]


def test_an_hour_changed_between_the_look_and_the_claim_costs_nobody_their_mail(post_to):
    sink = post_to()
    mail = a_mail()
    change(mail, send_time=time(15))  # by an import: nothing has moved the mail yet

    send()
    assert (fresh(mail).status, fresh(mail).claim) == (Mail.Status.QUEUED, None)
    delivery.retime(now=MONDAY)
    send(MONDAY + timedelta(hours=6, minutes=46))

    assert sink.message_ids() == [mail.message_id]


@pytest.mark.parametrize("send_time", [time(0), time(7, 59)])
def test_an_hour_that_has_passed_already_leaves_the_date_out(send_time):
    mail = a_mail()
    change(mail, send_time=send_time)

    assert delivery.retime(now=MONDAY + 2 * 60 * MINUTE) == 1

    assert (fresh(mail).status, fresh(mail).because) == (Mail.Status.CANCELLED, delivery.outbox.HOUR_CHANGED)


def test_a_move_to_where_the_date_has_no_such_hour_leaves_it_out():
    mail = a_mail()
    day = MONDAY.date().replace(year=2011, month=12, day=30)  # Samoa went from the 29th to the 31st
    Mail.objects.filter(pk=mail.pk).update(day=day)
    change(mail, zone="Pacific/Apia")

    delivery.retime(now=MONDAY.replace(year=2011))

    assert fresh(mail).status == Mail.Status.CANCELLED


def test_a_pause_that_ends_before_the_hour_sends_the_mail_after_all(post_to):
    sink = post_to()
    [person] = practising(1)
    tick(MONDAY - 60 * MINUTE)
    practice.pause(person, until=MONDAY.date() + DAY, now=MONDAY - 50 * MINUTE)
    practice.go_on(person, now=MONDAY - 40 * MINUTE)

    tick(LATEST)

    assert [one.recipients for one in sink.received()] == [[person.email]]


def test_a_pause_and_its_end_do_not_mail_a_workout_that_was_begun_on_the_web(post_to):
    sink = post_to()
    [person] = practising(1)
    tick(MONDAY - 60 * MINUTE)
    practice.start_today(person, now=MONDAY - 55 * MINUTE)
    practice.pause(person, until=MONDAY.date() + DAY, now=MONDAY - 50 * MINUTE)
    practice.go_on(person, now=MONDAY - 40 * MINUTE)

    tick(LATEST)

    assert sink.received() == []


def test_a_workout_begun_on_the_web_before_its_mail_was_queued_is_not_mailed(post_to):
    sink = post_to()
    [person] = practising(1)
    practice.start_today(person, now=MONDAY)

    tick(LATEST)

    assert sink.received() == []
    assert not person.mails.filter(day=MONDAY.date()).exists()


def test_a36_after_an_outage_nothing_is_caught_up(post_to):
    sink = post_to()
    [person] = practising(1)
    friday = MONDAY - 3 * DAY
    tick(friday - 61 * MINUTE)  # 07:59; then the workers are down until Monday, 03:10

    tick(MONDAY.replace(hour=2, minute=10))
    at_night = sink.received()
    for minute in range(0, 60, 5):
        tick(MONDAY + minute * MINUTE)

    assert at_night == []
    by_day = dict(person.mails.values_list("day", "status"))
    assert by_day[friday.date()] == Mail.Status.EXPIRED
    assert by_day[MONDAY.date()] == Mail.Status.SENT
    assert len(sink.received()) == 1
    assert person.mails.get(day=friday.date()).ended_at == friday + 60 * MINUTE


def test_the_text_of_a_sent_mail_is_kept_and_then_forgotten(post_to):
    post_to()
    mail = a_mail()
    send()
    assert fresh(mail).text
    assert fresh(mail).html

    delivery.forget_texts(now=MONDAY + 29 * DAY, kept=30 * DAY)
    assert fresh(mail).text
    delivery.forget_texts(now=MONDAY + 31 * DAY, kept=30 * DAY)

    assert (fresh(mail).text, fresh(mail).html, fresh(mail).subject) == ("", "", "")


def test_a_pass_that_is_over_takes_no_further_mail(post_to):
    sink = post_to()
    mails(5)

    send(is_over=lambda: len(sink.received()) == 2)

    assert statuses() == {"sent": 2, "queued": 3}


def test_sending_a_batch_leaves_no_transaction_open(post_to):
    post_to()
    a_mail()
    before = len(connection.savepoint_ids)

    send()

    assert len(connection.savepoint_ids) == before
