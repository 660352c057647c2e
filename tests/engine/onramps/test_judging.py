"""What the rules say about tasks of the team Payments, read from its rows."""

import pytest

from engine import onramps, sentences
from engine.errors import CannotJudge
from engine.models import Alert, Bound, Loss, Offer, Record, Task, TeamRules
from engine.onramps.holding import Shape
from engine.onramps.judging import settle_alerts
from engine.onramps.pools import Pools, candidates
from engine.rules import starvation
from engine.rules.onramp import Code, Outcome, Role
from people.models import Person
from tests.factories import AbsenceFactory
from tests.payments import DUE, TODAY, TUESDAY, Payments, berlin


def code(payments: Payments, actor: Person, task: Task | None = None, **more: object) -> Code:
    return onramps.may(actor, task or payments.t1, now=TUESDAY, **more).verdict.code


def test_the_scene_gives_the_numbers_of_the_cases(payments):
    pool = Pools({payments.team.pk}, now=TUESDAY).of(payments.team.pk, payments.k1.pk)
    ann, ben = pool.members[payments.ann.pk].record, pool.members[payments.ben.pk].record

    assert (starvation.needed(ann, pool.kind), starvation.needed(ben, pool.kind)) == (3, 2)
    assert round(starvation.deficit(ann, pool.kind), 4) == 0.6667
    assert round(starvation.recency(ann, pool.kind), 4) == 0.4444
    assert round(starvation.recency(ben, pool.kind), 4) == 0.2222
    assert pool.demand(before=DUE) == 2
    assert payments.t1.held_until == berlin("2026-11-26")
    assert [one.person.pk for one in pool.learners] == [payments.ann.pk, payments.ben.pk]


def test_a_senior_is_told_to_ask(payments):
    judged = onramps.may(payments.sam, payments.t1, now=TUESDAY)

    assert (judged.verdict.outcome, judged.verdict.code) == (Outcome.NEEDS_APPROVAL, Code.PROTECTED)
    assert judged.verdict.approvers == (payments.mona.pk,)
    said = sentences.sentence(judged.verdict, payments.sam)
    assert said.startswith("Held for a learner until Thu 26 Nov 10:00 CET.")


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("Ann", Code.LEARNER),
        ("Ben", Code.LEARNER),
        ("Cem", Code.GRADUATED),
        ("Mona", Code.PROTECTED),
        ("bot-sam", Code.PROTECTED),
        ("bot-ann", Code.PROTECTED),
        ("bot-orphan", Code.ACTOR_INACTIVE),
    ],
)
def test_everybody_gets_the_verdict_of_the_cases(payments, who, said):
    assert code(payments, payments.people[who]) is said


def test_a_manager_who_asks_is_judged_by_the_next_one_up_and_not_by_her_deputy(payments):
    assert onramps.may(payments.mona, payments.t1, now=TUESDAY).verdict.approvers == (payments.greta.pk,)
    assert onramps.may(payments.greta, payments.t1, now=TUESDAY).verdict.approvers == (payments.pia.pk,)


def test_without_a_guardian_nobody_may_decide(payments):
    payments.pia.is_active = False
    payments.pia.save()

    assert code(payments, payments.greta) is Code.NO_APPROVER


def test_learners_away_until_it_is_due_need_nothing(payments):
    away = [
        AbsenceFactory(person=one, starts_on=TODAY, ends_on=berlin("2026-12-06").date())
        for one in (payments.ann, payments.ben)
    ]
    assert code(payments, payments.sam) is Code.NO_DEMAND

    away[0].delete()
    assert code(payments, payments.sam) is Code.PROTECTED


def test_an_own_due_date_does_not_help_and_a_colleagues_does(payments):
    soon = berlin("2026-11-24", "14:00")
    onramps.revise(
        payments.t1,
        Shape(on_ramp=payments.k1.pk, team=payments.team, due_at=soon, estimate=None),
        by=payments.sam,
        now=TUESDAY,
    )

    assert code(payments, payments.sam) is Code.PROTECTED
    assert code(payments, payments.bot_sam) is Code.PROTECTED
    later = onramps.may(payments.sue, payments.t1, now=berlin("2026-11-24", "10:30"))
    assert later.verdict.code in {Code.HOLD_ENDED, Code.TOO_URGENT}


def test_what_was_too_urgent_from_the_start_is_for_people_only(payments):
    urgent = payments.task("urgent", due_at=berlin("2026-11-24", "14:00"))
    own = payments.task("own", due_at=berlin("2026-11-24", "14:00"), by=payments.sam)

    assert code(payments, payments.sam, urgent) is Code.TOO_URGENT
    assert code(payments, payments.bot_sam, urgent) is Code.PROTECTED
    assert code(payments, payments.sam, own) is Code.PROTECTED


def test_a_released_task_is_free_for_all_but_who_released_it(payments):
    released = onramps.release(payments.t1, by=payments.mona, now=TUESDAY)

    assert code(payments, payments.sam, released) is Code.WAIVED
    mona = onramps.may(payments.mona, released, now=TUESDAY).verdict
    assert (mona.code, mona.approvers) == (Code.PROTECTED, (payments.greta.pk,))


def test_no_more_is_held_than_learners_can_use(payments):
    older = [payments.task(f"older {day}", due_at=berlin(f"2026-12-0{day}", "17:00")) for day in (1, 2)]
    fourth = payments.task("fourth", due_at=berlin("2026-12-08", "17:00"))
    fifth = payments.task("fifth", due_at=berlin("2026-11-30", "17:00"))

    assert [one.is_held for one in (payments.t1, *older)] == [True] * 3
    assert code(payments, payments.sam, fourth) is Code.SURPLUS
    assert code(payments, payments.sam, fifth) is Code.SURPLUS
    assert code(payments, payments.sam) is Code.PROTECTED


def test_taking_a_task_leaves_a_record_and_a_second_lead_is_refused(payments):
    claim = onramps.take(payments.ann, payments.t1, now=TUESDAY)

    assert Record.objects.get(kind="verdict", task=payments.t1).told["claim"] == claim.pk
    with pytest.raises(onramps.LostRace) as refused:
        onramps.take(payments.ben, payments.t1, now=TUESDAY)
    assert "support" in refused.value.judgement.verdict.alternatives


def test_in_a_team_that_is_advised_a_claim_goes_through_and_is_marked(payments):
    TeamRules.objects.update(mode=TeamRules.Mode.ADVISE)

    claim = onramps.take(payments.sam, payments.t1, now=TUESDAY)

    assert claim.is_against_advice
    assert set(Loss.objects.filter(claim=claim).values_list("person", flat=True)) == {
        payments.ann.pk,
        payments.ben.pk,
    }


def test_an_invitation_to_pair_starts_nothing_until_the_learner_accepts(payments):
    invited = onramps.invite(payments.sam, payments.t1, learner=payments.ann, now=TUESDAY)

    assert isinstance(invited, Offer)
    assert invited.ends_at == berlin("2026-11-24", "14:00")
    assert code(payments, payments.sam, role=Role.SUPPORT, partner=payments.cem) is Code.PROTECTED


def test_who_is_next_is_scored_as_in_the_cases(payments):
    pool = Pools({payments.team.pk}, now=TUESDAY).of(payments.team.pk, payments.k1.pk)
    by_person = {one.learner.person: one for one in candidates(pool, before=DUE, now=TUESDAY)}

    assert by_person[payments.ben.pk].leads_lately == 1
    assert starvation.may_be_offered(by_person[payments.ann.pk], pool.kind)
    assert not starvation.may_be_offered(by_person[payments.ben.pk], pool.kind)


@pytest.mark.django_db(transaction=True)
def test_the_audit_can_be_neither_changed_nor_deleted():
    from django.db import DatabaseError, transaction

    payments = Payments()
    record = Record.objects.filter(kind="verdict").first()
    assert record is not None
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Record.objects.update(kind="review")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Record.objects.all().delete()
    assert payments.t1.is_held


@pytest.mark.django_db(transaction=True)
def test_rules_that_cannot_be_applied_allow_nobody_and_alert_whoever_asked_and_however():
    payments = Payments()
    Bound.objects.filter(task=payments.t1).delete()

    for ask in (onramps.may, onramps.take):
        Alert.objects.all().delete()
        with pytest.raises(CannotJudge, match="nobody may take it"):
            ask(payments.sam, payments.t1, now=TUESDAY)
        assert str(payments.t1.pk) in Alert.objects.get(kind__startswith="on-ramp rules").message
    assert not payments.t1.claims.exists()


def _open_alerts():
    return Alert.objects.filter(kind__startswith="on-ramp rules ", resolved_at=None)


@pytest.mark.django_db(transaction=True)
def test_an_alert_about_a_task_is_settled_once_it_can_be_judged_again_and_not_before():
    payments = Payments()
    task, other = payments.t1, payments.task("other")
    bounds = [list(Bound.objects.filter(task=one)) for one in (task, other)]
    Bound.objects.filter(task__in=(task, other)).delete()
    for actor in (payments.sam, payments.sue):
        assert onramps.may_each(actor, [task, other], now=TUESDAY) == {}
    assert _open_alerts().count() == 2  # one for a task, whoever asks

    assert settle_alerts(now=TUESDAY) == 0
    Bound.objects.bulk_create(bounds[0])
    assert settle_alerts(now=TUESDAY) == 1

    assert f" {other.pk} " in _open_alerts().get().kind
    Bound.objects.bulk_create(bounds[1])
    onramps.keep(now=TUESDAY)
    assert not _open_alerts().exists()


@pytest.mark.django_db(transaction=True)
def test_an_alert_for_somebody_who_is_not_there_any_more_is_settled():
    payments = Payments()
    Alert.objects.create(kind=f"on-ramp rules {payments.t1.pk} 0", message="?", raised_at=TUESDAY)
    Alert.objects.create(kind=f"on-ramp rules 0 {payments.sam.pk}", message="?", raised_at=TUESDAY)

    assert settle_alerts(now=TUESDAY) == 2
