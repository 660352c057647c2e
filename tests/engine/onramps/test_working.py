"""Work in progress: signs of it, giving it back, a supervisor, handing it in, and closing it."""

from datetime import timedelta

import pytest

from engine import onramps
from engine.errors import MayNotSign, NotTheTime, NotYourTask, ReasonMissing
from engine.models import Claim, Mail, Record, Task
from engine.rules.onramp import Code, Role
from tests.factories import AbsenceFactory
from tests.payments import DUE, TODAY, TUESDAY, berlin

HOUR = timedelta(hours=1)
AFTER_HOLD = berlin("2026-11-26", "10:00")


def taken(payments, person=None, *, role=Role.LEAD, now=TUESDAY, task=None):
    return onramps.take(person or payments.ann, task or payments.t1, role=role, now=now)


def hand_in(claim, *, by=None, now=TUESDAY + HOUR, **more):
    return onramps.hand_in(
        claim, **{"by": by or claim.person, "role": "lead", "ai": "off", "now": now} | more
    )


def status(payments):
    return Task.objects.get(pk=payments.t1.pk).status


def test_a_line_is_a_sign_of_work_and_a_reminder_may_come_again_after_it(payments):
    claim = taken(payments)
    Claim.objects.filter(pk=claim.pk).update(reminded_at=TUESDAY)

    claim = onramps.write(claim, by=payments.ann, note=" Half of it. ", now=TUESDAY + HOUR)

    assert (claim.note, claim.seen_at, claim.reminded_at) == ("Half of it.", TUESDAY + HOUR, None)


def test_only_who_does_the_task_writes_hands_in_or_gives_it_back(payments):
    claim = taken(payments)

    with pytest.raises(NotYourTask):
        onramps.write(claim, by=payments.sam, note="Mine.", now=TUESDAY)
    with pytest.raises(NotYourTask):
        onramps.hand_back(claim, by=payments.mona, now=TUESDAY)
    with pytest.raises(NotYourTask):
        hand_in(claim, by=payments.bot_ann)
    with pytest.raises(ReasonMissing):
        onramps.write(claim, by=payments.ann, note="  ", now=TUESDAY)


def test_a_task_given_back_is_open_and_held_for_another_learner(payments):
    claim = taken(payments)
    given_back_at = berlin("2026-11-25", "15:00")

    claim = onramps.hand_back(claim, by=payments.ann, now=given_back_at)

    payments.t1.refresh_from_db()
    assert (claim.ending, claim.ended_at) == (Claim.Ending.RETURNED, given_back_at)
    assert payments.t1.status == Task.Status.OPEN
    assert payments.t1.held_until == berlin("2026-11-26", "11:00")
    assert onramps.may(payments.sam, payments.t1, now=given_back_at).verdict.code is Code.PROTECTED


def test_who_supports_a_task_is_free_when_its_lead_gives_it_back(payments):
    lead, support = taken(payments), taken(payments, payments.sam, role=Role.SUPPORT)

    onramps.hand_back(lead, by=payments.ann, now=TUESDAY + HOUR)

    support.refresh_from_db()
    assert support.ending == Claim.Ending.RETURNED


def test_support_given_back_leaves_the_lead_alone(payments):
    lead, support = taken(payments), taken(payments, payments.sam, role=Role.SUPPORT)

    onramps.hand_back(support, by=payments.sam, now=TUESDAY + HOUR)

    lead.refresh_from_db()
    assert (lead.ended_at, status(payments)) == (None, Task.Status.LED)


def test_a_supervisor_is_of_the_team_has_learned_it_and_agrees(payments):
    claim = taken(payments)

    for who in (payments.ben, payments.ann, payments.bot_sam, payments.greta):
        with pytest.raises(MayNotSign):
            onramps.supervise(claim, by=who, now=TUESDAY)
    claim = onramps.supervise(claim, by=payments.cem, now=TUESDAY)

    assert (claim.supervisor, claim.supervisor_agreed_at) == (payments.cem, TUESDAY)
    assert onramps.supervise(claim, by=payments.cem, now=TUESDAY + HOUR).supervisor_agreed_at == TUESDAY
    with pytest.raises(NotTheTime):
        onramps.supervise(claim, by=payments.sue, now=TUESDAY)


def test_a_learners_work_waits_for_a_sign_off_that_the_manager_is_asked_for(payments):
    hand_in(taken(payments))

    mail = Mail.objects.get(kind=Mail.Kind.SIGN_OFF)
    assert status(payments) == Task.Status.SUBMITTED
    assert (mail.person, mail.not_before) == (payments.mona, TUESDAY + HOUR)


def test_a_named_supervisor_is_asked_before_the_manager(payments):
    claim = taken(payments)
    onramps.supervise(claim, by=payments.sue, now=TUESDAY)

    hand_in(claim)

    assert Mail.objects.get(kind=Mail.Kind.SIGN_OFF).person == payments.sue


def test_while_the_manager_is_away_the_deputy_is_asked(payments):
    AbsenceFactory(person=payments.mona, starts_on=TODAY, ends_on=TODAY)

    hand_in(taken(payments))

    assert Mail.objects.get(kind=Mail.Kind.SIGN_OFF).person == payments.dario


def test_the_mail_comes_at_an_hour_its_reader_works(payments):
    friday_night = berlin("2026-11-27", "20:00")

    hand_in(taken(payments), now=friday_night)

    assert Mail.objects.get(kind=Mail.Kind.SIGN_OFF).not_before == berlin("2026-11-30", "09:00")


def test_work_by_which_nobody_learns_is_done_when_it_is_handed_in(payments):
    claim = hand_in(taken(payments, payments.sam, now=AFTER_HOLD), now=AFTER_HOLD + HOUR)

    assert (claim.ending, status(payments)) == (Claim.Ending.CLOSED, Task.Status.DONE)
    assert not Mail.objects.filter(kind=Mail.Kind.SIGN_OFF).exists()


def test_a_task_of_no_kind_is_done_when_it_is_handed_in(payments):
    task = payments.task("no kind", has_kind=False)

    hand_in(taken(payments, task=task))

    assert Task.objects.get(pk=task.pk).status == Task.Status.DONE


def test_a_learner_who_supported_a_senior_still_gets_their_sign_off(payments):
    lead = taken(payments, payments.sam, now=AFTER_HOLD)
    support = taken(payments, payments.ann, role=Role.SUPPORT, now=AFTER_HOLD)

    lead = hand_in(lead, now=AFTER_HOLD + HOUR)
    assert (lead.ended_at, status(payments)) == (None, Task.Status.SUBMITTED)
    onramps.sign_off(support, by=payments.sue, role="support", help=3, now=AFTER_HOLD + 2 * HOUR)

    lead.refresh_from_db()
    assert (lead.ending, status(payments)) == (Claim.Ending.CLOSED, Task.Status.DONE)


def test_support_handed_in_with_the_lead_may_still_say_how_it_was_and_only_once(payments):
    lead, support = taken(payments), taken(payments, payments.ben, role=Role.SUPPORT)
    hand_in(lead)

    support = hand_in(support, role="observer", ai="coach", now=TUESDAY + 2 * HOUR)

    assert (support.said_role, support.submitted_at) == ("observer", TUESDAY + HOUR)
    with pytest.raises(NotTheTime):
        hand_in(support, role="lead")


def test_nothing_is_handed_in_twice(payments):
    claim = hand_in(taken(payments))

    with pytest.raises(NotTheTime):
        hand_in(claim)
    with pytest.raises(NotTheTime):
        onramps.hand_back(claim, by=payments.ann, now=TUESDAY + 2 * HOUR)


def test_a_task_that_is_closed_as_done_hands_in_the_learners_work(payments):
    claim = taken(payments)

    onramps.close(payments.t1, by=payments.mona, now=TUESDAY + HOUR)

    claim.refresh_from_db()
    assert (claim.submitted_at, claim.ended_at) == (TUESDAY + HOUR, None)
    assert status(payments) == Task.Status.SUBMITTED


def test_a_task_that_nobody_took_is_cancelled_when_it_is_closed(payments):
    onramps.close(payments.t1, by=payments.mona, now=TUESDAY)

    assert status(payments) == Task.Status.CANCELLED
    with pytest.raises(NotTheTime):
        onramps.reopen(
            Task.objects.create(title="x", team=payments.team, created_at=TUESDAY), by=payments.mona, now=DUE
        )


def test_what_is_not_wanted_any_more_is_cancelled_and_ends_its_claims(payments):
    claim = taken(payments)

    onramps.close(payments.t1, by=payments.mona, now=TUESDAY, is_cancelled=True)

    claim.refresh_from_db()
    assert (claim.ending, status(payments)) == (Claim.Ending.CLOSED, Task.Status.CANCELLED)


def test_a_bystander_neither_closes_nor_opens_a_task(payments):
    with pytest.raises(NotYourTask):
        onramps.close(payments.t1, by=payments.sue, now=TUESDAY)
    onramps.close(payments.t1, by=payments.mona, now=TUESDAY)
    with pytest.raises(NotYourTask):
        onramps.reopen(payments.t1, by=payments.sue, now=TUESDAY)


def test_a_cancelled_task_opened_again_is_held_again(payments):
    onramps.close(payments.t1, by=payments.mona, now=TUESDAY)

    task = onramps.reopen(payments.t1, by=payments.mona, now=berlin("2026-12-01"))

    assert (task.status, task.closed_at) == (Task.Status.OPEN, None)
    assert task.held_until == berlin("2026-12-01", "14:00")


def test_a_task_whose_lead_left_is_open_for_others_when_it_is_opened_again(payments):
    claim = hand_in(taken(payments))
    onramps.sign_off(claim, by=payments.sue, role="lead", help=3, now=TUESDAY + HOUR)
    payments.ann.is_active = False
    payments.ann.save(update_fields=["is_active"])

    task = onramps.reopen(payments.t1, by=payments.mona, now=TUESDAY + 2 * HOUR)

    assert task.status == Task.Status.OPEN
    assert not task.claims.running().exists()


def test_what_happened_stands_in_the_audit_without_names(payments):
    claim = hand_in(taken(payments), note="Ann's own note")
    onramps.sign_off(claim, by=payments.sue, role="lead", help=3, note="Ann was fine", now=TUESDAY + HOUR)

    records = Record.objects.filter(task=payments.t1)

    kinds = set(records.values_list("kind", flat=True))
    assert {"verdict", "hand-in", "sign-off", "claim-ended", "task"} <= kinds
    assert "Ann" not in str(list(records.values_list("told", flat=True)))
