"""Signed-off work: who may sign, what counts, and what it leaves in memory."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import onramps, practice
from engine.errors import MayNotSign, NotLinked, NotTheTime, NotYourTask, ReasonMissing
from engine.models import Claim, Credit, Loss, Mail, Memory, Record, Review, SignOff, Task
from engine.onramps.belonging import to_settle, waits_for
from engine.onramps.pools import Pools
from engine.practice import remembering
from engine.rules import starvation
from engine.rules.memory import Rating
from engine.rules.onramp import Code, Role
from tests.engine_factories import SkillFactory
from tests.factories import AbsenceFactory, PersonFactory
from tests.payments import TODAY, TUESDAY, Payments, berlin

HOUR = timedelta(hours=1)
AS_EXPECTED, NO_HELP, RESCUED = SignOff.Help.AS_EXPECTED, SignOff.Help.NONE, SignOff.Help.RESCUED


def taken(payments, person, task=None, *, role=Role.LEAD, now=TUESDAY):
    return onramps.take(person, task or payments.t1, role=role, now=now)


def handed_in(payments, person=None, task=None, *, now=TUESDAY + HOUR, role="lead", ai="off", **more):
    person = person or payments.ann
    claim = taken(payments, person, task, now=TUESDAY)
    return onramps.hand_in(claim, by=person, role=role, ai=ai, now=now, **more)


def signed(claim, *, by, role="lead", took=AS_EXPECTED, skills=(), now=TUESDAY + 2 * HOUR):
    return onramps.sign_off(claim, by=by, role=role, help=took, skills=skills, now=now)


def member(payments, person, *, now=TUESDAY + 3 * HOUR):
    return Pools({payments.team.pk}, now=now).of(payments.team.pk, payments.k1.pk).members[person.pk]


def reps_done(payments, person, **more):
    one = member(payments, person, **more)
    return starvation.reps_done(one.record, Pools({payments.team.pk}, now=TUESDAY).kinds[payments.k1.pk])


def standing(person):
    return [
        (review.skill.slug, review.rating, review.reviewed_on, review.reviewed_at)
        for review in Review.objects.standing().filter(person=person).in_order().select_related("skill")
    ]


def memories(person):
    columns = ("skill__slug", "stability", "difficulty", "reviewed_on", "reviews", "last_rating")
    return sorted(Memory.objects.filter(person=person).values_list(*columns))


# The cases


def test_case_43_signed_off_work_counts_and_is_one_review_for_each_skill_that_showed(payments):
    claim = handed_in(payments)

    signed(claim, by=payments.sue, skills=payments.skills)

    done_at = TUESDAY + HOUR
    assert reps_done(payments, payments.ann) == 2
    assert standing(payments.ann) == [(skill.slug, 3, TODAY, done_at) for skill in payments.skills]
    payments.t1.refresh_from_db()
    assert payments.t1.status == Task.Status.DONE
    claim.refresh_from_db()
    assert (claim.ending, claim.ended_at) == (Claim.Ending.SIGNED, TUESDAY + 2 * HOUR)


def test_case_43_one_skill_ticked_is_one_review(payments):
    signed(handed_in(payments), by=payments.sue, skills=payments.skills[:1])

    assert [slug for slug, *_ in standing(payments.ann)] == [payments.skills[0].slug]


@pytest.mark.parametrize("who", ["Ann", "Ben", "bot-sam", "bot-ann", "Otto", "Dario"])
def test_case_43_only_somebody_else_who_is_no_learner_and_of_the_team_signs(payments, who):
    claim = handed_in(payments)

    with pytest.raises(MayNotSign):
        signed(claim, by=payments.people.get(who) or PersonFactory(name=who), skills=payments.skills)

    assert not Credit.objects.filter(task=payments.t1).exists()
    assert not Review.objects.exists()


@pytest.mark.parametrize("who", ["Cem", "Sam", "Mona", "Greta"])
def test_case_43_a_graduate_a_senior_and_who_leads_the_team_may_sign(payments, who):
    assert signed(handed_in(payments), by=payments.people[who]).role == Claim.Role.LEAD


def test_case_44_one_leads_and_one_supports_and_never_do_both_lead(payments):
    lead = taken(payments, payments.ann)
    support = taken(payments, payments.ben, role=Role.SUPPORT)
    onramps.hand_in(lead, by=payments.ann, role="lead", ai="off", now=TUESDAY + HOUR)
    support.refresh_from_db()
    onramps.hand_in(support, by=payments.ben, role="lead", ai="off", now=TUESDAY + HOUR)

    credits_ = [signed(one, by=payments.sue, role="lead") for one in (lead, support)]

    assert [one.role for one in credits_] == [Claim.Role.LEAD, Claim.Role.SUPPORT]
    assert (reps_done(payments, payments.ann), reps_done(payments, payments.ben)) == (2, 1.5)
    payments.t1.refresh_from_db()
    assert payments.t1.status == Task.Status.DONE


def test_case_44_a_task_that_its_learner_only_watched_counts_as_absorbed_and_names_nobody(payments):
    claim = handed_in(payments, role="observer")
    sent = Mail.objects.count()

    credit = signed(claim, by=payments.sue, role="lead", skills=payments.skills)

    assert credit.role == Claim.Role.OBSERVER
    assert reps_done(payments, payments.ann) == 1
    assert Loss.objects.get(claim=claim).person == payments.ann
    assert standing(payments.ann) == []
    assert Mail.objects.count() == sent
    claim.refresh_from_db()
    assert claim.said_role == "observer"


def test_case_44_nobody_edits_what_the_learner_said_of_their_role(payments):
    credit = signed(handed_in(payments, role="observer"), by=payments.sue, role="observer")
    onramps.contest(credit.sign_off, by=payments.ann, because="I did some of it.", now=TUESDAY + 3 * HOUR)

    settled = onramps.settle(
        credit.sign_off, by=payments.mona, role="lead", help=NO_HELP, now=TUESDAY + 4 * HOUR
    )

    assert settled.role == Claim.Role.OBSERVER


def test_case_45_two_tasks_of_one_day_are_two_reps_and_move_memory_once_for_each_skill(payments):
    other = payments.task("another")
    first, second = handed_in(payments), handed_in(payments, task=other, now=TUESDAY + 2 * HOUR)

    signed(second, by=payments.sue, took=NO_HELP, skills=payments.skills, now=TUESDAY + 3 * HOUR)
    signed(first, by=payments.sam, took=AS_EXPECTED, skills=payments.skills, now=TUESDAY + 4 * HOUR)

    assert reps_done(payments, payments.ann, now=TUESDAY + 5 * HOUR) == 3
    assert standing(payments.ann) == [(skill.slug, 3, TODAY, TUESDAY + 2 * HOUR) for skill in payments.skills]


def test_case_45_signed_late_memory_is_exactly_what_signing_in_order_leaves(payments):
    skill = payments.skills[0]
    claim = handed_in(payments)
    twin = PersonFactory(zone="Europe/Berlin")
    practice.record_work(twin, skill, Rating.GOOD, TUESDAY + HOUR)
    for person in (payments.ann, twin):
        thursday = berlin("2026-11-26")
        remembering.record(
            person, skill_id=skill.pk, rating=2, source="rep", now=thursday, on=thursday.date()
        )

    signed(claim, by=payments.sue, skills=[skill], now=berlin("2026-11-30"))

    assert memories(payments.ann) == memories(twin)


def test_case_45_opened_again_and_done_again_is_one_credit(payments):
    claim = handed_in(payments)
    signed(claim, by=payments.sue, skills=payments.skills)

    onramps.reopen(payments.t1, by=payments.ann, now=TUESDAY + 3 * HOUR)
    claim.refresh_from_db()
    assert (claim.ended_at, claim.submitted_at, standing(payments.ann)) == (None, None, [])
    assert reps_done(payments, payments.ann, now=TUESDAY + 4 * HOUR) == 1
    onramps.hand_in(claim, by=payments.ann, role="lead", ai="coach", now=TUESDAY + 4 * HOUR)
    signed(claim, by=payments.sue, skills=payments.skills, now=TUESDAY + 5 * HOUR)

    assert Credit.objects.standing().filter(task=payments.t1).count() == 1
    assert [at for *_, at in standing(payments.ann)] == [TUESDAY + 4 * HOUR] * 2
    assert reps_done(payments, payments.ann, now=TUESDAY + 6 * HOUR) == 2


def test_case_46_who_was_away_or_is_new_needs_less(payments):
    AbsenceFactory(
        person=payments.ben, starts_on=TODAY - timedelta(days=60), ends_on=TODAY - timedelta(days=16)
    )
    payments.ann.role_since = TODAY - timedelta(days=9)
    payments.ann.save(update_fields=["role_since"])
    kind = Pools({payments.team.pk}, now=TUESDAY).kinds[payments.k1.pk]

    ben, ann = (member(payments, one, now=TUESDAY).record for one in (payments.ben, payments.ann))

    assert ben.absent == 45
    assert kind.reps.minimum * 45 * ben.share / 90 == 0.75
    assert starvation.needed(ben, kind) == 1
    assert round(kind.reps.minimum * 10 / 90, 4) == 0.3333
    assert (starvation.needed(ann, kind), starvation.deficit(ann, kind)) == (0, 0)
    assert starvation.index(ann, kind, loss=0.7143) == 0


# What AI did, and when the work was done


def test_what_ai_did_counts_as_a_rep_and_leaves_no_review(payments):
    signed(handed_in(payments, ai="delegated"), by=payments.sue, skills=payments.skills)

    assert reps_done(payments, payments.ann) == 2
    assert standing(payments.ann) == []


def test_how_ai_was_used_stands_nowhere_but_in_the_learners_own_claim(payments):
    signed(handed_in(payments, ai="delegated"), by=payments.sue)

    assert "delegated" not in str(list(Record.objects.values_list("told", flat=True)))


def test_work_is_dated_when_it_was_done_and_not_when_it_was_signed(payments):
    claim = taken(payments, payments.ann)
    done_at = berlin("2026-11-25", "23:30")

    onramps.hand_in(claim, by=payments.ann, role="lead", ai="off", done_at=done_at, now=berlin("2026-11-27"))
    payments.ann.zone = "Asia/Tokyo"
    payments.ann.save(update_fields=["zone"])
    claim.refresh_from_db()
    signed(claim, by=payments.sue, skills=payments.skills[:1], now=berlin("2026-12-01"))

    assert standing(payments.ann) == [(payments.skills[0].slug, 3, done_at.date(), done_at)]


@pytest.mark.parametrize("days", [-1, 1])
def test_work_is_done_neither_before_it_began_nor_in_the_future(payments, days):
    claim = taken(payments, payments.ann)

    with pytest.raises(NotTheTime):
        onramps.hand_in(
            claim,
            by=payments.ann,
            role="lead",
            ai="off",
            done_at=TUESDAY + timedelta(days=days),
            now=TUESDAY + HOUR,
        )


# Contested, settled, voided


def test_the_managers_word_takes_the_place_of_a_contested_sign_off(payments):
    credit = signed(handed_in(payments), by=payments.sue, took=RESCUED, skills=payments.skills[:1])

    onramps.contest(credit.sign_off, by=payments.ann, because="It went well.", now=TUESDAY + 3 * HOUR)
    asked = Mail.objects.get(kind=Mail.Kind.SIGN_OFF, key__startswith="contest:")
    settled = onramps.settle(
        credit.sign_off,
        by=payments.mona,
        role="lead",
        help=NO_HELP,
        skills=payments.skills[1:],
        now=TUESDAY + 4 * HOUR,
    )

    assert asked.person == payments.mona
    assert Credit.objects.standing().get(task=payments.t1) == settled
    assert standing(payments.ann) == [(payments.skills[1].slug, 4, TODAY, TUESDAY + HOUR)]
    with pytest.raises(NotTheTime):
        onramps.contest(settled.sign_off, by=payments.ann, because="No.", now=TUESDAY + 5 * HOUR)


def test_who_is_above_settles_what_the_manager_signed_and_is_asked(payments):
    sign_off = signed(handed_in(payments), by=payments.mona).sign_off

    onramps.contest(sign_off, by=payments.ann, because="I led it.", now=TUESDAY + 3 * HOUR)

    asked = Mail.objects.get(kind=Mail.Kind.SIGN_OFF, key__startswith="contest:")
    assert asked.person == payments.greta
    assert to_settle(payments.mona, now=TUESDAY + 3 * HOUR) == []
    assert to_settle(payments.greta, now=TUESDAY + 3 * HOUR) == [sign_off]


def test_what_is_settled_or_voided_waits_for_nobody(payments):
    credit = signed(handed_in(payments), by=payments.sue)
    onramps.contest(credit.sign_off, by=payments.ann, because="I led it.", now=TUESDAY + 3 * HOUR)
    assert waits_for(payments.mona, now=TUESDAY + 3 * HOUR).sign_offs == 1

    onramps.void(credit, by=payments.mona, because="The wrong task.", now=TUESDAY + 4 * HOUR)

    assert waits_for(payments.mona, now=TUESDAY + 4 * HOUR).sign_offs == 0


def test_a_sign_off_is_contested_once_by_whose_work_it_is_and_with_a_reason(payments):
    sign_off = signed(handed_in(payments), by=payments.sue).sign_off

    with pytest.raises(NotYourTask):
        onramps.contest(sign_off, by=payments.ben, because="No.", now=TUESDAY + 3 * HOUR)
    with pytest.raises(ReasonMissing):
        onramps.contest(sign_off, by=payments.ann, because=" ", now=TUESDAY + 3 * HOUR)
    onramps.contest(sign_off, by=payments.ann, because="No.", now=TUESDAY + 3 * HOUR)
    with pytest.raises(NotTheTime):
        onramps.contest(sign_off, by=payments.ann, because="No.", now=TUESDAY + 3 * HOUR)


def test_only_who_leads_the_team_and_did_not_sign_settles_what_is_contested(payments):
    sign_off = signed(handed_in(payments), by=payments.mona).sign_off
    word = {"role": "lead", "help": NO_HELP, "now": TUESDAY + 4 * HOUR}

    with pytest.raises(NotTheTime):
        onramps.settle(sign_off, by=payments.greta, **word)
    onramps.contest(sign_off, by=payments.ann, because="No.", now=TUESDAY + 3 * HOUR)
    for who in (payments.sue, payments.mona, payments.ann, payments.bot_sam):
        with pytest.raises(MayNotSign):
            onramps.settle(sign_off, by=who, **word)

    assert onramps.settle(sign_off, by=payments.greta, **word).rating == NO_HELP


def test_a_voided_credit_is_as_if_it_had_never_been(payments):
    credit = signed(handed_in(payments), by=payments.sue, skills=payments.skills)

    onramps.void(credit, by=payments.mona, because="The wrong task.", now=TUESDAY + 3 * HOUR)

    assert (standing(payments.ann), memories(payments.ann)) == ([], [])
    assert reps_done(payments, payments.ann, now=TUESDAY + 4 * HOUR) == 1
    with pytest.raises(NotTheTime):
        onramps.void(credit, by=payments.mona, because="Again.", now=TUESDAY + 4 * HOUR)
    assert Record.objects.filter(kind=Record.Kind.VOID, task=payments.t1).count() == 1


def test_a_credit_is_voided_by_who_leads_the_team_and_with_a_reason(payments):
    credit = signed(handed_in(payments), by=payments.sue)

    with pytest.raises(MayNotSign):
        onramps.void(credit, by=payments.sam, because="I wanted it.", now=TUESDAY + 3 * HOUR)
    with pytest.raises(ReasonMissing):
        onramps.void(credit, by=payments.mona, because="", now=TUESDAY + 3 * HOUR)


def test_a_watched_task_whose_credit_is_voided_is_no_longer_absorbed(payments):
    credit = signed(handed_in(payments, role="observer"), by=payments.sue)

    onramps.void(credit, by=payments.mona, because="She led it.", now=TUESDAY + 3 * HOUR)

    assert not Loss.objects.filter(claim=credit.claim).exists()


def test_only_linked_skills_can_have_shown(payments):
    with pytest.raises(NotLinked):
        signed(handed_in(payments), by=payments.sue, skills=[SkillFactory()])


def test_work_is_signed_off_once_and_only_when_it_is_handed_in(payments):
    claim = taken(payments, payments.ann)
    with pytest.raises(NotTheTime):
        signed(claim, by=payments.sue)
    onramps.hand_in(claim, by=payments.ann, role="lead", ai="off", now=TUESDAY + HOUR)
    signed(claim, by=payments.sue)

    with pytest.raises(NotTheTime):
        signed(claim, by=payments.sam)
    assert Credit.objects.filter(task=payments.t1).count() == 1


def test_while_one_learner_waits_for_a_sign_off_the_task_is_not_done_and_nobody_takes_it(payments):
    lead = taken(payments, payments.ann)
    taken(payments, payments.ben, role=Role.SUPPORT)
    onramps.hand_in(lead, by=payments.ann, role="lead", ai="off", now=TUESDAY + HOUR)

    signed(lead, by=payments.sue)

    payments.t1.refresh_from_db()
    assert payments.t1.status == Task.Status.SUBMITTED
    assert onramps.may(payments.sam, payments.t1, now=TUESDAY + 3 * HOUR).verdict.code is Code.TASK_NOT_OPEN


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_at_once_one_does_and_the_other_is_told(transactional_db):
    scene = Payments()
    claim = handed_in(scene)
    outcomes = []

    def press(by):
        try:
            outcomes.append(signed(claim, by=by, skills=scene.skills).pk)
        except NotTheTime:
            outcomes.append(None)
        finally:
            connection.close()

    presses = [threading.Thread(target=press, args=[by]) for by in (scene.sue, scene.sam)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()

    assert outcomes.count(None) == 1
    assert Credit.objects.filter(task=scene.t1).count() == 1
    assert Review.objects.standing().filter(person=scene.ann).count() == 2


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(4)), voided=st.sets(st.integers(0, 3)))
def test_any_order_of_sign_offs_and_voids_leaves_the_same_memory(payments_by_example, order, voided):
    scene = payments_by_example()
    works = [(0, 3), (0, 1), (2, 4), (5, 2)]  # days after, help
    claims = []
    for number, (days, _help) in enumerate(works):
        at = TUESDAY + timedelta(days=days, hours=number)
        claim = Claim.objects.create(
            task=scene.task(f"work {number}"),
            person=scene.ann,
            began_at=TUESDAY,
            seen_at=at,
            code="LEARNER",
            by_learner=True,
            submitted_at=at,
            done_at=at,
            done_on=at.date(),
            said_role="lead",
        )
        Task.objects.filter(pk=claim.task_id).update(status=Task.Status.SUBMITTED)
        claims.append(claim)
    later = TUESDAY + timedelta(days=9)

    for number in order:
        credit = signed(claims[number], by=scene.sue, took=works[number][1], skills=scene.skills, now=later)
        if number in voided:
            onramps.void(credit, by=scene.mona, because="Not so.", now=later)

    twin = PersonFactory(zone="Europe/Berlin")
    for number in sorted(set(range(4)) - voided):
        for skill in scene.skills:
            practice.record_work(twin, skill, works[number][1], claims[number].done_at)
    assert memories(scene.ann) == memories(twin)
    assert standing(scene.ann) == standing(twin)


@pytest.fixture
def payments_by_example(db):
    """A function that clears the scene: one example of hypothesis must not see the rows of the last one."""
    scenes = []

    def build():
        if not scenes:
            scenes.append(Payments())
        scene = scenes[0]
        Review.objects.filter(voids__isnull=False).delete()
        Review.objects.all().delete()
        Memory.objects.all().delete()
        Credit.objects.filter(task__title__startswith="work ").delete()
        return scene

    return build
