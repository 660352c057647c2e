"""The same wish sent twice at one moment, as a program does that waited too long for its answer."""

from collections import Counter

import pytest
from django.core.cache import cache
from django.utils import timezone

from engine.models import Claim, Record, Replay, Request, Task
from tests.payments import DUE, TUESDAY, Payments
from tests.programs import program_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 15


@pytest.fixture
def payments(settings):
    cache.clear()
    settings.CLOCK_OFFSET = TUESDAY - timezone.now()
    return Payments(with_t1=False)


def test_two_equal_posts_at_once_make_one_claim_and_are_answered_the_same(payments):
    for number in range(ROUNDS):
        task = payments.task(f"round {number}", due_at=DUE)
        told = answers(payments.ann, task, {}, {})

        assert [one.status_code for one in told] == [201, 201], [one.json() for one in told]
        assert told[0].json() == told[1].json()
        assert Claim.objects.get(task=task).person == payments.ann
        assert Record.objects.filter(kind="verdict", task=task).count() == 1
        end(task)
    assert Replay.objects.count() == ROUNDS


def test_two_equal_questions_at_once_make_one_request(payments):
    body = {"ask": True, "reason": "The customer waits, and I know the code."}
    for number in range(ROUNDS):
        task = payments.task(f"round {number}", due_at=DUE)
        told = answers(payments.sam, task, body, body)

        assert [one.status_code for one in told] == [202, 202], [one.json() for one in told]
        assert told[0].json() == told[1].json()
        assert Request.objects.get(task=task).by == payments.sam
        end(task)
    assert Replay.objects.count() == ROUNDS


def test_of_two_bodies_at_once_under_one_key_one_counts_and_the_other_is_told(payments):
    for number in range(ROUNDS):
        task = payments.task(f"round {number}", due_at=DUE)
        told = answers(payments.ann, task, {}, {"with_ai_because": "I review what it writes."})

        assert Counter(one.status_code for one in told) == {201: 1, 422: 1}, [one.json() for one in told]
        assert [one.json()["code"] for one in told if one.status_code == 422] == ["KEY_REUSED"]
        assert Claim.objects.filter(task=task).count() == 1
        end(task)


def test_a_refusal_at_once_is_told_to_both_and_keeps_no_key(payments):
    for number in range(ROUNDS):
        task = payments.task(f"round {number}", due_at=DUE)
        told = answers(payments.sam, task, {}, {})

        assert [one.status_code for one in told] == [403, 403], [one.json() for one in told]
        end(task)
    assert not Replay.objects.exists()


def end(task):
    """Make room, and hold the next one as the first was."""
    task.claims.update(submitted_at=TUESDAY, ended_at=TUESDAY, ending="closed")
    Task.objects.filter(pk=task.pk).update(status=Task.Status.CANCELLED, is_held=False)


def answers(person, task, *bodies):
    """Post these at once under one key, each by a program of its own with the same token."""
    program, told = program_of(person), []

    def post(body):
        same = type(program)(program.secret)
        told.append(same.post(f"/tasks/{task.pk}/claims", body, key=f"of-{task.pk}"))

    at_once(*(lambda body=body: post(body) for body in bodies))
    return told
