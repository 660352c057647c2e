"""Two at once: threads and real processes, on whichever database the tests run on."""

import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings

from engine import onramps
from engine.errors import NotTheTime
from engine.models import Claim, Mail, Offer, Record, Task
from engine.rules.onramp import Alternative
from tests.payments import DUE, TUESDAY, Payments
from tests.processes import environment
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 50
CLAIM = """
import json, sys
from datetime import datetime
import django
django.setup()
from engine import onramps
from engine.errors import NotTheTime
from engine.models import Task
from people.models import Person
person, now, *tasks = sys.argv[1:]
person, told = Person.objects.get(pk=person), []
print("ready", flush=True)
for task in tasks:
    sys.stdin.readline()
    try:
        onramps.take(person, Task.objects.get(pk=task), now=datetime.fromisoformat(now))
        told.append("won")
    except onramps.LostRace as lost:
        told.append([str(one) for one in lost.judgement.verdict.alternatives])
    print("done", flush=True)
print(json.dumps(told))
"""


@pytest.fixture
def scene():
    """Fifty tasks that Ann and Ben may both take; whoever leads one hands it in at once, to have room."""
    payments = Payments(with_t1=False)
    Claim.objects.filter(task=payments.bens_task).update(ended_at=TUESDAY, ending="closed")
    payments.another = payments._person("Dora", manager=payments.mona)  # so that they stay needed
    tasks = [payments.task(f"round {number}", due_at=DUE) for number in range(ROUNDS)]
    spec = json.loads(payments.k1.current.spec) | {"in_progress_max": 20}
    spec["reps"]["minimum"] = 50
    payments.k1.current.__class__.objects.filter(pk=payments.k1.current_id).update(spec=json.dumps(spec))
    return payments, tasks


def make_room() -> None:
    Claim.objects.running().update(submitted_at=TUESDAY, ended_at=TUESDAY, ending="closed")


def test_case_40_of_two_threads_that_claim_at_once_one_leads_and_the_other_is_told_how_to_help(scene):
    payments, tasks = scene
    won: list[int] = []
    lost: list[onramps.LostRace] = []

    def claim(person, task):
        try:
            won.append(onramps.take(person, Task.objects.get(pk=task.pk), now=TUESDAY).person_id)
        except onramps.LostRace as error:
            lost.append(error)

    for task in tasks:
        at_once(lambda task=task: claim(payments.ann, task), lambda task=task: claim(payments.ben, task))
        make_room()

    assert (len(won), len(lost)) == (ROUNDS, ROUNDS)
    leads = Counter(Claim.objects.filter(task__in=tasks, role="lead").values_list("task", flat=True))
    assert leads == {task.pk: 1 for task in tasks}
    assert all(Alternative.SUPPORT in error.judgement.verdict.alternatives for error in lost)


@pytest.mark.processes
def test_case_40_of_two_processes_that_claim_at_once_one_leads_and_the_other_is_told_how_to_help(scene):
    payments, tasks = scene
    ids = [str(task.pk) for task in tasks]
    variables = environment(DJANGO_SETTINGS_MODULE="config.settings")
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM, str(person.pk), TUESDAY.isoformat(), *ids],
            cwd=settings.BASE_DIR,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for person in (payments.ann, payments.ben)
    ]
    try:
        assert [process.stdout.readline() for process in started] == ["ready\n"] * 2
        for _ in tasks:
            for process in started:
                process.stdin.write("go\n")
                process.stdin.flush()
            assert [process.stdout.readline() for process in started] == ["done\n"] * 2
            make_room()
        ann, ben = (json.loads(process.stdout.readline()) for process in started)
    finally:
        for process in started:
            process.kill()
            process.wait()

    pairs = list(zip(ann, ben, strict=True))
    assert len(pairs) == ROUNDS
    for one in pairs:
        [won], [lost] = [told for told in one if told == "won"], [told for told in one if told != "won"]
        assert (won, "support" in lost) == ("won", True)
    leads = Counter(Claim.objects.filter(task__in=tasks, role="lead").values_list("task", flat=True))
    assert leads == {task.pk: 1 for task in tasks}


def test_two_ticks_at_once_offer_each_task_once_and_mail_once():
    payments = Payments(with_t1=False)
    Claim.objects.filter(task=payments.bens_task).update(seen_at=TUESDAY)
    for round_number in range(10):
        now = TUESDAY + timedelta(minutes=round_number)
        payments.task(f"round {round_number}", due_at=DUE)
        payments._person(f"Learner{round_number}", manager=payments.mona)
        at_once(lambda now=now: onramps.keep(now=now), lambda now=now: onramps.keep(now=now))

    offers = Counter(Offer.objects.values_list("task", flat=True))
    assert set(offers.values()) == {1}
    assert Mail.objects.filter(kind="offer").count() == Offer.objects.count() > 5
    assert not Record.objects.filter(kind="standing").exists()


def test_of_an_answer_and_the_end_of_an_offer_at_once_exactly_one_counts():
    payments = Payments()
    onramps.offer_due(now=TUESDAY)
    offer = Offer.objects.get()
    refused: list[Exception] = []

    def decline():
        try:
            onramps.decline(offer, now=offer.ends_at - timedelta(seconds=1))
        except NotTheTime as error:
            refused.append(error)

    at_once(decline, lambda: onramps.lapse(now=offer.ends_at))

    offer.refresh_from_db()
    assert offer.person == payments.ann
    assert (offer.status, len(refused)) in {("declined", 0), ("lapsed", 1)}


def test_two_at_once_that_take_in_the_same_new_task_make_one():
    payments = Payments(with_t1=False)
    outcomes: list[str] = []

    def save(title):
        said = onramps.Said(source="api", key="PAY-1", title=title, team=payments.team, labels=["k1"])
        outcomes.append(onramps.save_task(said, by=None, now=TUESDAY).outcome)

    at_once(lambda: save("one"), lambda: save("two"))

    assert sorted(outcomes) == ["changed", "created"]
    assert Task.objects.filter(key="PAY-1").count() == 1
