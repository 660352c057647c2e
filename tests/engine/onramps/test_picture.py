"""The picture of a team: what reached its learners, why not, and what could hide a problem."""

from datetime import date, timedelta

import pytest

from engine import onramps
from engine.models import Claim, Emergency, Offer
from engine.onramps.holding import Shape
from engine.rules.starvation import Cause, Health
from people.models import Person
from tests.factories import PersonFactory
from tests.payments import LONG_AGO, TODAY, TUESDAY, berlin


def picture(payments, now=TUESDAY):
    return onramps.picture_of(payments.team, now=now)


def k1(payments, now=TUESDAY):
    return picture(payments, now=now).kinds[0]


def test_the_fixture_is_pictured_as_in_the_cases(payments):
    found = k1(payments)

    assert (found.title, found.window.led_by_learners, found.window.lost) == ("Kind k1", 2, 5)
    assert (found.led_by_others, found.window.needed) == (5, 5)
    assert round(found.index, 4) == 0.4795
    assert found.health is Health.WATCH


def test_the_weeks_add_up_to_the_window(payments):
    weeks = k1(payments).weeks

    assert sum(week.by_learners for week in weeks) == 2
    assert sum(week.by_others for week in weeks) == 5
    assert (weeks[0].monday, weeks[-1].monday) == (date(2026, 8, 24), date(2026, 11, 23))
    assert all(week.monday.weekday() == 0 for week in weeks)


def test_what_happened_90_days_ago_is_out_of_the_window(payments):
    payments.absorb(berlin("2026-08-27"))
    payments.absorb(berlin("2026-08-26"))

    assert k1(payments).window.lost == 6


def test_a_manager_sees_who_is_short_of_their_own_reports_and_nobody_else_does(payments):
    found = k1(payments)

    [ann, ben] = found.short_reports_of(payments.mona)
    assert (ann.person, ann.done, ann.of) == (payments.ann, 1, 3)
    assert (ben.person, ben.done, ben.of) == (payments.ben, 1, 2)
    assert found.short_reports_of(payments.greta) == []
    assert found.short_reports_of(payments.dario) == []


def test_case_47_what_fewer_than_5_others_led_is_counted_for_their_manager_only(payments):
    found = k1(payments)
    assert found.may_be_counted_for(payments.mona)
    assert not found.may_be_counted_for(payments.greta)

    for number in range(2):  # with Ann, Ben and Cem they are five
        PersonFactory(
            name=f"Learner {number}",
            role=payments.ann.role,
            level=payments.ann.level,
            team=payments.team,
            manager=payments.mona,
        )
    assert k1(payments).may_be_counted_for(payments.greta)


def test_case_47_without_learners_there_is_no_index_and_no_cause(payments):
    Person.objects.filter(pk__in=[payments.ann.pk, payments.ben.pk]).update(level=payments.sam.level)

    found = k1(payments)

    assert (found.index, found.health, found.cause) == (None, Health.NONE, None)


def test_where_nobody_is_short_no_cause_is_given(payments):
    for day in ("2026-11-10", "2026-11-11"):
        payments.credit(payments.ann, day)
    payments.credit(payments.ben, "2026-11-12")

    assert k1(payments).cause is None


def came(payments, number):
    return [payments.task(f"task {one}", seen=berlin("2026-11-20")) for one in range(number)]


def offer(task, person, status):
    return Offer.objects.create(
        task=task,
        person=person,
        status=status,
        offered_at=berlin("2026-11-20"),
        ends_at=berlin("2026-11-20", "14:00"),
    )


def test_case_48_of_four_stories_the_picture_tells_the_causes_apart(payments):
    assert k1(payments).cause is Cause.ABSORBED
    tasks = came(payments, 5)
    assert k1(payments).cause is Cause.ABSORBED

    for task in tasks:
        offer(task, payments.ann, Offer.Status.DECLINED)
    assert k1(payments).cause is Cause.IDLE


def test_an_offer_whose_time_has_passed_has_lapsed_before_the_tick_writes_it_down(payments):
    for task in came(payments, 5):
        offer(task, payments.ann, Offer.Status.LIVE)

    assert k1(payments).window.passed == 5


def test_case_44_what_its_learner_only_watched_counts_as_absorbed(payments):
    payments.credit(payments.ann, "2026-11-18", role=Claim.Role.OBSERVER)
    Claim.objects.filter(task__title="done 2026-11-18").update(role=Claim.Role.LEAD)

    found = k1(payments)

    assert (found.window.led_by_learners, found.window.lost, found.led_by_others) == (2, 6, 6)


@pytest.mark.parametrize(("is_justified", "lost"), [(None, 6), (True, 5), (False, 6)])
def test_case_36_an_emergency_counts_as_absorbed_unless_somebody_found_it_justified(
    payments, is_justified, lost
):
    claim = payments.absorb(berlin("2026-11-20"))
    Emergency.objects.create(
        claim=claim,
        person=payments.sam,
        reason="It could not wait for anybody",
        incident="INC-7",
        declared_at=claim.began_at,
        review_due_at=TUESDAY,
        reviewed_at=None if is_justified is None else TUESDAY,
        is_justified=is_justified,
    )

    assert k1(payments).window.lost == lost


@pytest.mark.parametrize("ending", [Claim.Ending.RETURNED, Claim.Ending.REVOKED, Claim.Ending.RELEASED])
def test_a_claim_that_came_to_nothing_led_nothing(payments, ending):
    claim = payments.absorb(berlin("2026-11-20"))
    Claim.objects.filter(pk=claim.pk).update(ending=ending)

    assert (k1(payments).window.lost, k1(payments).led_by_others) == (5, 5)


def test_tasks_of_no_kind_and_urgent_ones_are_counted(payments):
    before = picture(payments).signs
    payments.task("no kind", has_kind=False)
    payments.task("urgent", due_at=berlin("2026-11-24", "14:00"))

    signs = picture(payments).signs

    assert signs.of_no_kind == before.of_no_kind + 1
    assert (signs.too_urgent, signs.of_a_kind) == (1, before.of_a_kind + 1)
    assert signs.came == before.came + 2


def test_a_date_that_a_manager_moves_later_makes_no_task_urgent_from_the_start(payments):
    onramps.revise(
        payments.t1,
        Shape(
            on_ramp=payments.k1.pk, team=payments.team, due_at=berlin("2026-11-24", "14:00"), estimate=None
        ),
        by=payments.mona,
        now=TUESDAY + timedelta(minutes=5),
    )

    assert picture(payments).signs.too_urgent == 0


def test_a_task_that_left_its_kind_is_counted_for_a_month(payments):
    onramps.revise(
        payments.t1,
        Shape(on_ramp=None, team=payments.team, due_at=None, estimate=None),
        by=payments.sam,
        now=TUESDAY,
    )

    assert picture(payments).signs.left_their_kind == 1
    assert picture(payments, now=TUESDAY + timedelta(days=31)).signs.left_their_kind == 0


def test_case_14_a_new_role_or_level_stands_there_for_a_month(payments):
    assert picture(payments).signs.standings == []
    Person.objects.filter(pk=payments.sam.pk).update(level=payments.ann.level, level_since=TODAY)

    [new] = picture(payments).signs.standings

    assert (new.person, new.since) == (payments.sam, TODAY)
    assert picture(payments, now=TUESDAY + timedelta(days=29)).signs.standings
    assert picture(payments, now=TUESDAY + timedelta(days=30)).signs.standings == []


def test_a_picture_takes_as_many_queries_for_a_big_team_as_for_a_small_one(
    payments, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40) as first:
        picture(payments)
    for number in range(6):
        person = PersonFactory(
            name=f"Learner {number}",
            role=payments.ann.role,
            level=payments.ann.level,
            level_since=LONG_AGO,
            role_since=LONG_AGO,
            team=payments.team,
        )
        payments.credit(person, "2026-11-10")
        payments.task(f"more {number}", due_at=berlin("2026-11-24", "14:00"))
        payments.absorb(berlin("2026-11-19"))

    with django_assert_num_queries(len(first)):
        picture(payments)
