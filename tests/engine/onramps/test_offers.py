"""Whom a held task is offered to, how offers end, and what an answer begins."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine import onramps
from engine.errors import NotAllowed, NotTheTime
from engine.models import Claim, Mail, Offer, Task, TeamRules
from engine.onramps import offering
from engine.onramps.pools import Pools
from engine.rules import starvation
from engine.rules.onramp import Code
from tests.factories import AbsenceFactory
from tests.payments import DUE, TODAY, TUESDAY, Payments, berlin


def another_learner(payments: Payments, name: str = "Dora", **more: object):
    """Somebody who has no rep yet, needs three, and so is offered a task after Ann's turn or before it."""
    return payments._person(name, manager=payments.mona, **more)


def only_offer() -> Offer:
    return Offer.objects.get(purpose="routed")


def end_of(offer: Offer):
    return offer.status, offer.answered_at


def test_a_held_task_is_offered_to_who_is_next_for_four_of_their_hours_and_a_mail_says_so(payments):
    assert onramps.offer_due(now=TUESDAY) == 1

    offer = only_offer()
    assert (offer.task, offer.person) == (payments.t1, payments.ann)
    assert (offer.offered_at, offer.ends_at) == (TUESDAY, berlin("2026-11-24", "14:00"))
    assert (offer.reps, offer.reps_needed) == (1, 3)
    mail = Mail.objects.get(kind="offer")
    assert (mail.person, mail.offer) == (payments.ann, offer)
    assert (mail.not_before, mail.expires_at) == (TUESDAY, offer.ends_at)


def test_case_23_a_second_pass_at_the_same_moment_offers_nothing_and_mails_nothing(payments):
    onramps.offer_due(now=TUESDAY)

    assert onramps.offer_due(now=TUESDAY) == 0
    assert (Offer.objects.count(), Mail.objects.filter(kind="offer").count()) == (1, 1)


def test_an_offer_made_at_night_is_mailed_when_its_learner_works_and_runs_from_then(payments):
    onramps.offer_due(now=berlin("2026-11-24", "20:00"))

    assert only_offer().ends_at == berlin("2026-11-25", "13:00")
    assert Mail.objects.get(kind="offer").not_before == berlin("2026-11-25", "09:00")


def test_an_offer_ends_with_the_hold(payments):
    onramps.offer_due(now=berlin("2026-11-26", "09:00"))

    assert only_offer().ends_at == payments.t1.held_until == berlin("2026-11-26", "10:00")


@pytest.mark.parametrize(
    "change",
    [
        {"status": Task.Status.LED},
        {"is_held": False},
        {"waived_at": TUESDAY},
        {"held_until": TUESDAY},
    ],
)
def test_nothing_is_offered_that_is_led_or_not_held(payments, change):
    Task.objects.filter(pk=payments.t1.pk).update(**change)

    assert onramps.offer_due(now=TUESDAY) == 0


def test_a_team_that_observes_offers_nothing_and_one_that_is_advised_does(payments):
    TeamRules.objects.update(mode=TeamRules.Mode.OBSERVE)
    assert onramps.offer_due(now=TUESDAY) == 0

    TeamRules.objects.update(mode=TeamRules.Mode.ADVISE)
    assert onramps.offer_due(now=TUESDAY) == 1


def test_who_is_away_or_away_before_the_offer_would_end_is_passed_over(payments):
    absence = AbsenceFactory(person=payments.ann, starts_on=TODAY, ends_on=TODAY)
    assert onramps.offer_due(now=TUESDAY) == 0

    absence.starts_on = absence.ends_on = berlin("2026-11-25").date()
    absence.save()
    assert onramps.offer_due(now=berlin("2026-11-24", "15:00")) == 0
    assert onramps.offer_due(now=TUESDAY) == 1


def test_who_paused_offers_of_the_kind_is_passed_over_until_their_day(payments):
    onramps.pause_offers(payments.ann, payments.k1, until=TODAY + timedelta(days=1), now=TUESDAY)
    assert onramps.offer_due(now=TUESDAY) == 0
    assert onramps.offer_due(now=berlin("2026-11-25", "09:00")) == 1


def test_who_ended_a_pause_is_offered_tasks_again(payments):
    onramps.pause_offers(payments.ann, payments.k1, until=TODAY + timedelta(days=9), now=TUESDAY)

    onramps.offer_again(payments.ann, payments.k1)

    assert onramps.offer_due(now=TUESDAY) == 1


def test_a_pause_until_today_is_refused(payments):
    with pytest.raises(NotTheTime, match="later day"):
        onramps.pause_offers(payments.ann, payments.k1, until=TODAY, now=TUESDAY)


def test_case_37_the_parts_of_next_add_up_and_two_leads_fill_a_learner(payments):
    for _ in range(2):
        onramps.take(payments.ann, payments.task("taken"), now=TUESDAY)
    kind = payments.k1.pk
    pool = Pools({payments.team.pk}, now=TUESDAY).of(payments.team.pk, kind)
    ann = starvation.Candidate(learner=pool.members[payments.ann.pk].record)

    score = starvation.score(ann.learner, pool.kind)

    assert score.total == pytest.approx(score.deficit + score.recency + score.memory - score.load)
    assert not starvation.may_be_offered(ann, pool.kind)
    assert onramps.offer_due(now=TUESDAY) == 0


def test_no_more_is_offered_than_somebody_needs(payments):
    for number in range(4):
        payments.task(f"more {number}", due_at=DUE)
    Task.objects.filter(status="open").update(is_held=True)

    assert onramps.offer_due(now=TUESDAY) == 2  # Ann has one of three

    assert set(Offer.objects.values_list("person", flat=True)) == {payments.ann.pk}


def test_case_38_the_order_among_equals_is_stable_for_a_task_and_not_alphabetical(payments):
    payments.ann.is_active = False
    payments.ann.save()
    names = [another_learner(payments, name).pk for name in ("Ada", "Bea", "Cia", "Dea")]
    tasks = [payments.task(f"number {number}", due_at=DUE) for number in range(50)]
    Task.objects.filter(status="open").update(is_held=True)
    Task.objects.filter(pk=payments.t1.pk).update(status="done")
    firsts = []
    for task in tasks:
        Task.objects.filter(pk__in=[one.pk for one in tasks]).update(is_held=False)
        Task.objects.filter(pk=task.pk).update(is_held=True)
        offered = []
        for _ in range(2):
            onramps.offer_due(now=TUESDAY)
            offered.append(only_offer().person_id)
            Mail.objects.filter(kind="offer").delete()
            Offer.objects.all().delete()
        assert offered[0] == offered[1]
        firsts.append(offered[0])

    assert set(firsts) == set(names)
    assert max(firsts.count(name) for name in names) < 30


def test_case_39_an_ignored_offer_lapses_and_the_next_in_turn_is_asked(payments):
    dora = another_learner(payments)
    onramps.offer_due(now=TUESDAY)
    first = only_offer()
    then = first.ends_at

    assert onramps.offer_due(now=then - timedelta(seconds=1)) == 0
    assert onramps.offer_due(now=then) == 1

    first.refresh_from_db()
    second = Offer.objects.get(status="live")
    assert end_of(first) == ("lapsed", then)
    assert {first.person, second.person} == {payments.ann, dora}


def test_case_39_without_another_learner_it_stays_open_and_who_let_it_lapse_may_still_take_it(payments):
    onramps.offer_due(now=TUESDAY)
    later = only_offer().ends_at

    assert onramps.offer_due(now=later) == 0  # Ben's next rep is on its way, and nobody is asked twice

    assert onramps.may(payments.ben, payments.t1, now=later).verdict.code is Code.LEARNER
    assert onramps.take(payments.ann, payments.t1, now=later).person == payments.ann


def test_case_23_an_offer_that_ended_days_ago_ended_then_and_was_over_before_the_tick_ran(payments):
    onramps.offer_due(now=TUESDAY)
    offer = only_offer()
    late = TUESDAY + timedelta(days=3)

    with pytest.raises(NotTheTime):
        onramps.accept(offer, now=late)
    assert onramps.lapse(now=late) == 1

    offer.refresh_from_db()
    assert end_of(offer) == ("lapsed", offer.ends_at)
    assert onramps.lapse(now=late) == 0


def test_an_absence_entered_later_ends_an_offer_at_once_and_the_tick_writes_when(payments):
    onramps.offer_due(now=berlin("2026-11-24", "15:00"))  # until 11:00 on Wednesday
    offer = only_offer()
    tomorrow = berlin("2026-11-25").date()
    AbsenceFactory(person=payments.ann, starts_on=tomorrow, ends_on=tomorrow)
    wednesday = berlin("2026-11-25", "09:30")

    assert onramps.may(payments.ben, payments.t1, now=wednesday).verdict.code is Code.LEARNER
    with pytest.raises(NotTheTime):
        onramps.accept(offer, now=wednesday)
    assert onramps.lapse(now=wednesday) == 1

    offer.refresh_from_db()
    assert end_of(offer) == ("lapsed", berlin("2026-11-25", "00:00"))


def test_a_live_offer_keeps_other_learners_waiting(payments):
    onramps.offer_due(now=TUESDAY)

    verdict = onramps.may(payments.ben, payments.t1, now=TUESDAY).verdict

    assert (verdict.code, verdict.until) == (Code.OFFERED_TO_OTHER, only_offer().ends_at)


def test_accepting_begins_the_claim_and_a_second_press_changes_nothing(payments):
    onramps.offer_due(now=TUESDAY)
    offer = only_offer()

    claim = onramps.accept(offer, now=TUESDAY)

    offer.refresh_from_db()
    payments.t1.refresh_from_db()
    assert (claim.person, claim.role, claim.code) == (payments.ann, "lead", "LEARNER")
    assert (end_of(offer), payments.t1.status) == (("accepted", TUESDAY), "led")
    with pytest.raises(NotTheTime):
        onramps.accept(offer, now=TUESDAY)
    assert Claim.objects.filter(task=payments.t1).count() == 1


def test_the_rules_are_asked_again_when_an_offer_is_accepted(payments):
    onramps.offer_due(now=TUESDAY)
    another_learner(payments)  # so that the task is needed all the same
    for number in range(2):
        onramps.take(payments.ann, payments.task(f"taken {number}"), now=TUESDAY)

    with pytest.raises(NotAllowed) as refused:
        onramps.accept(only_offer(), now=TUESDAY)

    assert refused.value.judgement.verdict.code is Code.IN_PROGRESS_LIMIT
    assert only_offer().status == "live"


def test_a_declined_offer_goes_to_the_next_in_turn_and_never_comes_back(payments):
    onramps.offer_due(now=TUESDAY)
    offer = only_offer()

    onramps.decline(offer, now=TUESDAY)

    offer.refresh_from_db()
    assert end_of(offer) == ("declined", TUESDAY)
    assert onramps.offer_due(now=TUESDAY) == 0
    with pytest.raises(NotTheTime):
        onramps.decline(offer, now=TUESDAY)


def test_three_declines_of_a_kind_within_a_month_ask_about_a_pause_and_a_pause_ends_the_asking(payments):
    asked = []
    for number in range(3):
        Offer.objects.create(
            task=payments.task(f"declined {number}"),
            person=payments.ann,
            status=Offer.Status.DECLINED,
            offered_at=TUESDAY,
            ends_at=TUESDAY,
            answered_at=TUESDAY,
        )
        asked.append(onramps.wants_a_pause(payments.ann, payments.k1, now=TUESDAY))

    assert asked == [False, False, True]
    assert not onramps.wants_a_pause(payments.ann, payments.k2, now=TUESDAY)
    assert not onramps.wants_a_pause(payments.ann, payments.k1, now=TUESDAY + timedelta(days=30))
    onramps.pause_offers(payments.ann, payments.k1, until=TODAY + timedelta(days=9), now=TUESDAY)
    assert not onramps.wants_a_pause(payments.ann, payments.k1, now=TUESDAY)


class TestInvitations:
    def test_case_11_an_accepted_invitation_starts_both_claims_without_a_manager(self, payments):
        offer = onramps.invite(payments.sam, payments.t1, learner=payments.ann, now=TUESDAY)

        onramps.accept(offer, now=TUESDAY)

        offer.refresh_from_db()
        claims = Claim.objects.filter(task=payments.t1).values_list("person__name", "role", "code")
        assert set(claims) == {("Ann", "lead", "LEARNER"), ("Sam", "support", "PAIRING")}
        assert offer.status == "accepted"

    def test_case_11_who_is_invited_is_told_by_one_mail(self, payments):
        offer = onramps.invite(payments.sam, payments.t1, learner=payments.ann, now=TUESDAY)
        onramps.invite(payments.sam, payments.t1, learner=payments.ann, now=TUESDAY)

        mail = Mail.objects.get(kind=Mail.Kind.OFFER)
        assert (mail.person, mail.offer, mail.expires_at) == (payments.ann, offer, offer.ends_at)

    def test_who_was_invited_to_what_is_offered_to_another_waits_for_that_offers_end(self, payments):
        offering.offer_due(now=TUESDAY)
        routed = Offer.objects.get(task=payments.t1)
        other = payments.ben if routed.person == payments.ann else payments.ann
        invitation = onramps.invite(payments.sam, payments.t1, learner=other, now=TUESDAY)

        with pytest.raises(NotAllowed, match="offered to another learner"):
            onramps.accept(invitation, now=TUESDAY)

        invitation.refresh_from_db()
        assert invitation.status == Offer.Status.LIVE

    def test_case_11_a_declined_or_lapsed_invitation_starts_nothing(self, payments):
        declined = onramps.invite(payments.sam, payments.t1, learner=payments.ann, now=TUESDAY)
        onramps.decline(declined, now=TUESDAY)
        lapsed = onramps.invite(payments.sue, payments.t1, learner=payments.ann, now=TUESDAY)
        onramps.lapse(now=lapsed.ends_at)

        lapsed.refresh_from_db()
        assert end_of(lapsed) == ("lapsed", lapsed.ends_at)
        assert not Claim.objects.filter(task=payments.t1).exists()

    def test_an_invitation_by_somebody_who_left_starts_nothing(self, payments):
        offer = onramps.invite(payments.sam, payments.t1, learner=payments.ann, now=TUESDAY)
        payments.sam.is_active = False
        payments.sam.save()

        with pytest.raises(NotTheTime, match="without them"):
            onramps.accept(offer, now=TUESDAY)

        assert not Claim.objects.filter(task=payments.t1).exists()


def test_what_a_manager_approved_is_not_answered_here(payments):
    offer = Offer.objects.create(
        task=payments.t1,
        person=payments.ann,
        purpose=Offer.Purpose.APPROVED,
        offered_at=TUESDAY,
        ends_at=DUE,
    )

    for answer in (offering.accept, offering.decline):
        with pytest.raises(ValueError, match="answering"):
            answer(offer, now=TUESDAY)
    assert onramps.lapse(now=DUE) == 0


def queries_of_a_pass(payments: Payments, tasks: int) -> int:
    for number in range(tasks):
        payments.task(f"more {number}", due_at=DUE)
    Task.objects.filter(status="open").update(is_held=True)
    with CaptureQueriesContext(connection) as queries:
        onramps.offer_due(now=TUESDAY)
    Mail.objects.filter(kind="offer").delete()
    Offer.objects.all().delete()
    return len(queries)


def test_a_pass_makes_as_many_queries_for_twenty_tasks_as_for_two(payments):
    assert queries_of_a_pass(payments, 1) == queries_of_a_pass(payments, 18)
