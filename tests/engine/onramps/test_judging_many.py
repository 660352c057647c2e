"""Judging a page full of tasks says what judging each of them says, for as many queries as one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine import onramps
from engine.models import Alert, Bound
from engine.onramps.holding import Shape, revise
from engine.onramps.judging import CANNOT_JUDGE
from tests.factories import TeamFactory
from tests.payments import DUE, TUESDAY, berlin


@pytest.fixture
def tasks(payments):
    elsewhere = TeamFactory(slug="elsewhere")
    moved = payments.task("moved", due_at=DUE)
    shape = Shape(on_ramp=payments.k1.pk, team=elsewhere, due_at=DUE, estimate=None)
    led, waived = payments.task("led"), payments.task("waived")
    onramps.take(payments.ann, led, now=TUESDAY)
    onramps.release(waived, by=payments.mona, now=TUESDAY)
    return [
        payments.t1,
        *(payments.task(f"one of many {number}", due_at=DUE) for number in range(4)),
        payments.task("urgent", due_at=berlin("2026-11-24", "14:00")),
        payments.task("no kind", has_kind=False),
        payments.task("k2", on_ramp=payments.k2),
        revise(moved, shape, by=payments.sam, now=TUESDAY),
        led,
        waived,
    ]


@pytest.mark.parametrize("who", ["Sam", "Ann", "Ben", "Cem", "Mona", "bot-sam", "bot-orphan"])
def test_together_they_get_the_verdicts_that_each_gets_alone(payments, tasks, who):
    actor = payments.people[who]

    together = onramps.may_each(actor, tasks, now=TUESDAY)

    assert {task.pk: together[task.pk].verdict for task in tasks} == {
        task.pk: onramps.may(actor, task, now=TUESDAY).verdict for task in tasks
    }


def test_more_tasks_cost_no_more_queries(payments, tasks):
    def queries(some):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            onramps.may_each(payments.sam, some, now=TUESDAY)
        return len(seen)

    of_one_team = [task for task in tasks if task.team_id == payments.team.pk]

    assert queries(of_one_team) == queries([*of_one_team[:1], of_one_team[1]])


@pytest.mark.django_db(transaction=True)  # the alert is for who asks outside of a transaction
def test_one_that_cannot_be_judged_is_left_out_and_reported(payments, tasks):
    Bound.objects.filter(task=payments.t1).delete()

    found = onramps.may_each(payments.sam, tasks, now=TUESDAY)

    assert set(found) == {task.pk for task in tasks} - {payments.t1.pk}
    assert Alert.objects.filter(kind__startswith=f"{CANNOT_JUDGE} {payments.t1.pk} ").exists()


def test_of_nothing_nothing_is_asked(payments):
    assert onramps.may_each(payments.sam, [], now=TUESDAY) == {}
