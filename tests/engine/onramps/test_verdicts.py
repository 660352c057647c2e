"""The verdicts of the cases, read from rows: asking changes nothing, and no act of one's own helps."""

from datetime import timedelta

import pytest

from engine import onramps, sentences
from engine.models import Change, Loss
from engine.onramps.holding import Shape
from engine.onramps.judging import learners_short_of
from engine.onramps.pools import Pools
from engine.rules import starvation
from engine.rules.onramp import Alternative, Code, Duty, Outcome, Role
from paths.models import OnRamp
from tests.databases import dump
from tests.factories import AbsenceFactory, PersonFactory
from tests.payments import LONG_AGO, TODAY, TUESDAY, berlin, publish

SOON = berlin("2026-11-24", "14:00")
LATER = berlin("2026-11-24", "10:30")


def verdict(actor, task, *, now=TUESDAY, **more):
    return onramps.may(actor, task, now=now, **more).verdict


def code(actor, task, *, now=TUESDAY, **more):
    return verdict(actor, task, now=now, **more).code


def shape(payments, **changes):
    is_now = {
        "on_ramp": payments.k1.pk,
        "team": payments.team,
        "due_at": payments.t1.due_at,
        "estimate": None,
    }
    return Shape(**is_now | changes)


def revise(payments, *, by, now=TUESDAY + timedelta(minutes=10), **changes):
    return onramps.revise(payments.t1, shape(payments, **changes), by=by, now=now)


def test_case_01_a_team_that_observes_lets_sam_take_it_and_counts_it(payments):
    no_kind = payments.task("k3", has_kind=False)
    assert code(payments.sam, no_kind) is Code.NOT_PROTECTED

    payments.team.rules.mode = "observe"
    payments.team.rules.save()
    assert code(payments.sam, payments.t1) is Code.OBSERVED
    claim = onramps.take(payments.sam, payments.t1, now=TUESDAY)

    assert (claim.code, claim.by_learner) == ("OBSERVED", False)
    assert Loss.objects.filter(claim=claim, person=payments.ann).exists()


def test_case_02_sam_reads_until_when_and_no_name_and_mona_reads_that_ann_has_1_of_3(payments):
    judged = onramps.may(payments.sam, payments.t1, now=TUESDAY)
    said = sentences.sentence(judged.verdict, payments.sam)

    assert (judged.verdict.outcome, judged.verdict.code) == (Outcome.NEEDS_APPROVAL, Code.PROTECTED)
    assert "held for a learner until Thu 26 Nov 10:00 CET" in said[0].lower() + said[1:]
    assert not {"Ann", "Ben"} & set(said.split())
    assert judged.verdict.approvers == (payments.mona.pk,)
    assert judged.verdict.alternatives[:3] == (Alternative.SUPPORT, Alternative.REVIEW, Alternative.WAIT)
    [ann] = learners_short_of(judged.pool)
    done, of = (
        starvation.reps_done(ann.record, judged.pool.kind),
        starvation.needed(ann.record, judged.pool.kind),
    )
    assert (ann.person, done, of) == (payments.ann, 1, 3)


def test_case_03_ann_has_done_1_of_2_supervised_reps_and_1_of_2_without_ai(payments):
    said = verdict(payments.ann, payments.t1)

    assert said.code is Code.LEARNER
    assert [(one.duty, one.done, one.of) for one in said.obligations] == [
        (Duty.SUPERVISOR, 1, 2),
        (Duty.WITHOUT_AI, 1, 2),
    ]


def test_case_04_asking_a_hundred_times_changes_no_row_and_says_the_same(payments):
    before = dump()

    said = [verdict(payments.sam, payments.t1) for _ in range(100)]

    assert said == [said[0]] * 100
    assert dump() == before


@pytest.mark.parametrize("who", ["Ann", "Ben", "Cem", "Mona", "Greta", "bot-sam", "bot-orphan"])
@pytest.mark.parametrize("role", [Role.LEAD, Role.SUPPORT])
def test_case_04_whoever_asks_and_however_no_row_changes(payments, who, role):
    before = dump()

    code(payments.people[who], payments.t1, role=role, partner=payments.ann)

    assert dump() == before


def test_case_06_a_guardian_who_reports_to_whoever_asks_does_not_decide(payments):
    payments.pia.manager = payments.greta
    payments.pia.save()

    assert code(payments.greta, payments.t1) is Code.NO_APPROVER


def test_case_07_agents_get_no_more_than_their_owners(payments):
    payments.task("Ben's second", seen=berlin("2026-11-23"))
    second = payments.task("Ben's third", seen=berlin("2026-11-23"))
    onramps.take(payments.ben, second, now=TUESDAY)
    k2 = payments.task("a k2 task", on_ramp=payments.k2)
    said = verdict(payments.bot_sam, payments.t1)

    assert (said.code, said.approvers) == (Code.PROTECTED, (payments.mona.pk,))
    assert code(payments.bot_ann, payments.t1) is Code.PROTECTED
    assert code(payments.bot_ben, payments.t1) is Code.IN_PROGRESS_LIMIT
    assert code(payments.bot_sam, payments.t1, role=Role.SUPPORT) is Code.AGENT_LEADS_ONLY
    assert code(payments.bot_sam, k2) is Code.AGENT_NEVER
    assert code(payments.bot_sam, k2, now=berlin("2026-11-27")) is Code.AGENT_NEVER
    assert code(payments.bot_orphan, payments.t1) is Code.ACTOR_INACTIVE


def test_case_07_the_agent_of_a_manager_is_decided_by_whoever_decides_for_the_manager(payments):
    bot = PersonFactory(agent=True, owner=payments.mona, role=None, level=None, team=None)

    assert verdict(bot, payments.t1).approvers == (payments.greta.pk,)


def test_case_08_learners_away_until_7_december_need_nothing_until_an_absence_is_cancelled(payments):
    away = [
        AbsenceFactory(person=one, starts_on=TODAY, ends_on=berlin("2026-12-06").date())
        for one in (payments.ann, payments.ben)
    ]
    assert code(payments.sam, payments.t1) is Code.NO_DEMAND

    away[0].delete()

    assert code(payments.sam, payments.t1) is Code.PROTECTED


def test_case_08_who_is_back_a_day_before_it_is_due_still_needs_it(payments):
    for one in (payments.ann, payments.ben):
        AbsenceFactory(person=one, starts_on=TODAY, ends_on=berlin("2026-12-03").date())

    assert code(payments.sam, payments.t1) is Code.PROTECTED


def test_case_09_with_3_of_3_and_2_of_2_nobody_needs_it(payments):
    for day in ("2026-11-10", "2026-11-11"):
        payments.credit(payments.ann, day)

    assert code(payments.sam, payments.t1) is Code.NO_DEMAND
    assert code(payments.ann, payments.t1) is Code.NO_DEMAND


def test_case_10_three_are_held_for_2_reps_and_a_fourth_and_a_fifth_are_free(payments):
    older = [payments.task(f"due on {day}", due_at=berlin(f"2026-12-0{day}", "17:00")) for day in (1, 2)]
    fourth = payments.task("fourth", due_at=berlin("2026-12-08", "17:00"))
    fifth = payments.task("fifth", due_at=berlin("2026-11-30", "17:00"))

    assert [one.is_held for one in (payments.t1, *older, fourth, fifth)] == [True, True, True, False, False]
    assert code(payments.sam, fourth) is Code.SURPLUS
    assert code(payments.sam, payments.t1) is Code.PROTECTED
    assert code(payments.sam, older[0]) is Code.PROTECTED


def test_case_10_a_surplus_task_is_held_when_a_place_frees(payments):
    for day in (1, 2):
        payments.task(f"due on {day}", due_at=berlin(f"2026-12-0{day}", "17:00"))
    fourth = payments.task("fourth", due_at=berlin("2026-12-08", "17:00"), seen=LATER)
    assert code(payments.sam, fourth, now=LATER) is Code.SURPLUS

    onramps.release(payments.t1, by=payments.mona, now=LATER)
    fourth.refresh_from_db()

    assert code(payments.sam, fourth, now=LATER) is Code.PROTECTED


def test_case_12_ben_with_two_in_progress_is_told_which_until_the_hold_has_ended(payments):
    second = payments.task("second", seen=berlin("2026-11-23"))
    onramps.take(payments.ben, second, now=TUESDAY)
    said = verdict(payments.ben, payments.t1)

    assert (said.code, said.limit) == (Code.IN_PROGRESS_LIMIT, 2)
    assert set(said.in_progress) == {payments.bens_task.pk, second.pk}
    assert code(payments.ben, payments.t1, now=berlin("2026-11-26")) is Code.HOLD_ENDED


def test_case_14_sam_with_a_learners_level_today_is_a_learner(payments):
    payments.sam.level = payments.ann.level
    payments.sam.level_since = payments.sam.role_since = TODAY
    payments.sam.save()

    assert code(payments.sam, payments.t1) is Code.LEARNER


def test_case_20_a_due_date_of_26_november_12_00_holds_it_until_25_november_14_00(payments):
    task = payments.task("due on Thursday", due_at=berlin("2026-11-26", "12:00"))

    assert task.held_until == berlin("2026-11-25", "14:00")
    assert code(payments.sam, task, now=berlin("2026-11-25", "14:00")) is Code.HOLD_ENDED


def test_case_20_due_today_14_00_is_too_urgent_for_people_and_lost_when_sam_takes_it(payments):
    urgent = payments.task("urgent", due_at=SOON)

    assert code(payments.sam, urgent) is Code.TOO_URGENT
    assert code(payments.bot_sam, urgent) is Code.PROTECTED
    claim = onramps.take(payments.sam, urgent, now=TUESDAY)
    assert Loss.objects.filter(claim=claim, person=payments.ann).exists()


def test_case_20_had_sam_set_that_date_himself_he_and_his_agent_ask(payments):
    own = payments.task("own", due_at=SOON, by=payments.sam)

    assert code(payments.sam, own) is Code.PROTECTED
    assert code(payments.bot_sam, own) is Code.PROTECTED
    assert code(payments.sue, own) is Code.TOO_URGENT


def test_case_20_a_date_is_its_authors_though_the_kind_came_later_by_the_clock(payments):
    """Sam creates a task of no kind with his due date; an on-ramp that is published later matches it."""
    task = payments.task("later", has_kind=False, due_at=SOON, by=payments.sam, labels=["k9"])
    publish("k9", match={"labels": ["k9"], "teams": []})

    onramps.recompute(now=LATER)
    task.refresh_from_db()

    assert task.on_ramp == OnRamp.objects.get(slug="k9")
    assert code(payments.sam, task, now=LATER) is Code.PROTECTED
    assert code(payments.sue, task, now=LATER) is Code.TOO_URGENT


def test_case_21_sam_moves_the_date_to_today_14_00_it_stays_held_for_him_and_not_for_sue(payments):
    moved = revise(payments, by=payments.sam, due_at=SOON)

    assert code(payments.sam, moved, now=LATER) is Code.PROTECTED
    assert code(payments.bot_sam, moved, now=LATER) is Code.PROTECTED
    assert code(payments.sue, moved, now=LATER) is Code.HOLD_ENDED


def test_case_21_mona_moves_the_date_and_the_hold_ended_for_sam_and_his_agent_and_not_for_her(payments):
    moved = revise(payments, by=payments.mona, due_at=SOON)

    assert code(payments.sam, moved, now=LATER) is Code.HOLD_ENDED
    assert code(payments.bot_sam, moved, now=LATER) is Code.HOLD_ENDED
    mona = verdict(payments.mona, moved, now=LATER)
    assert (mona.code, mona.approvers) == (Code.PROTECTED, (payments.greta.pk,))


def test_case_21_mona_releases_it_for_sam_and_not_for_herself(payments):
    released = onramps.release(payments.t1, by=payments.mona, now=TUESDAY)

    assert code(payments.sam, released) is Code.WAIVED
    mona = verdict(payments.mona, released)
    assert (mona.code, mona.approvers) == (Code.PROTECTED, (payments.greta.pk,))


@pytest.mark.parametrize("act", ["kind", "team", "due", "later", "agent"])
def test_nothing_that_sam_does_to_the_task_helps_him_or_his_agent(payments, act):
    elsewhere = PersonFactory(team__slug="elsewhere").team
    by = payments.bot_sam if act == "agent" else payments.sam
    changes = {
        "kind": {"on_ramp": None},
        "agent": {"on_ramp": None},
        "team": {"team": elsewhere},
        "due": {"due_at": SOON},
        "later": {"due_at": berlin("2027-03-01")},
    }[act]

    changed = revise(payments, by=by, **changes)

    assert Change.objects.filter(task=changed, by=by).exists()
    assert code(payments.sam, changed, now=LATER) is Code.PROTECTED
    assert code(payments.bot_sam, changed, now=LATER) is Code.PROTECTED


def test_a_later_due_date_of_a_manager_never_makes_a_hold_longer(payments):
    moved = revise(payments, by=payments.mona, due_at=berlin("2027-03-01"))

    assert moved.held_until == berlin("2026-11-26")


def test_case_22_ann_who_moves_to_tokyo_keeps_the_local_date_of_her_rep(payments):
    payments.credit(payments.ann, "2026-08-27")
    payments.credit(payments.ann, "2026-08-26")
    payments.ann.zone = "Asia/Tokyo"
    payments.ann.save()
    pool = Pools({payments.team.pk}, now=TUESDAY).of(payments.team.pk, payments.k1.pk)
    ann = pool.members[payments.ann.pk].record

    assert starvation.reps_done(ann, pool.kind) == 2
    assert str(min(rep.on for rep in starvation.counted(ann, pool.kind))) == "2026-08-27"


def test_case_47_without_learners_a_hold_never_bites(payments):
    for one in (payments.ann, payments.ben):
        one.level = payments.sam.level
        one.level_since = LONG_AGO
        one.save()

    assert code(payments.sam, payments.t1) is Code.NO_DEMAND
