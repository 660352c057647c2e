"""The commands about tasks: verdict and recompute_holds. Load_tasks stands with the intake."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from engine.models import Task
from tests.databases import dump
from tests.payments import TUESDAY

NOW = TUESDAY.isoformat()


def verdict(capsys, *arguments):
    call_command("verdict", "--now", NOW, "--json", *arguments)
    return json.loads(capsys.readouterr().out)


def test_case_02_the_verdict_for_a_senior_is_told_without_side_effects(payments, capsys):
    before = dump()

    told = verdict(capsys, "--actor", payments.sam.email, "--task", str(payments.t1.pk))

    assert (told["outcome"], told["code"]) == ("needs_approval", "PROTECTED")
    assert told["sentence"].startswith("Held for a learner until Thu 26 Nov 10:00 CET.")
    assert told["approvers"] == [payments.mona.pk]
    assert told["alternatives"][:3] == ["support", "review", "wait"]
    assert dump() == before


def test_case_03_a_learner_reads_what_goes_with_the_task(payments, capsys):
    told = verdict(capsys, "--actor", str(payments.ann.pk), "--task", str(payments.t1.pk))

    assert (told["outcome"], told["code"]) == ("allow", "LEARNER")
    assert [(one["duty"], one["done"], one["of"]) for one in told["obligations"]] == [
        ("supervisor", 1, 2),
        ("without-ai", 1, 2),
    ]


def test_a_task_is_known_by_its_key_and_a_role_may_be_asked_for(payments, capsys):
    Task.objects.filter(pk=payments.t1.pk).update(source="api", key="PAY-1")

    told = verdict(capsys, "--actor", "BOT-SAM@payments.example", "--task", "PAY-1", "--role", "support")

    assert (told["code"], told["role"], told["task"]) == ("AGENT_LEADS_ONLY", "support", payments.t1.pk)


@pytest.mark.parametrize(
    ("actor", "task", "told"),
    [
        ("nobody@payments.example", "1", "nobody has this e-mail or id"),
        ("999999", "1", "nobody has this e-mail or id"),
        ("sam@payments.example", "999999", "there is no task"),
        ("sam@payments.example", "twice", "several sources"),
    ],
)
def test_case_13_an_unknown_actor_or_task_is_an_error_and_never_allowed(payments, capsys, actor, task, told):
    for source in ("api", "github"):
        Task.objects.create(title="x", team=payments.team, source=source, key="twice", created_at=TUESDAY)

    with pytest.raises(CommandError, match=told):
        verdict(capsys, "--actor", actor, "--task", task)
    assert not capsys.readouterr().out


def test_for_people_it_is_one_line(payments, capsys):
    call_command("verdict", "--actor", "ann@payments.example", "--task", str(payments.t1.pk), "--now", NOW)

    assert capsys.readouterr().out == "allow LEARNER: This task is meant for you; take it.\n"


def test_recomputing_holds_twice_changes_nothing_the_second_time(payments, capsys, settings):
    settings.CLOCK_OFFSET = TUESDAY - timezone.now()
    Task.objects.filter(pk=payments.t1.pk).update(is_held=False)

    call_command("recompute_holds")
    before = dump()
    call_command("recompute_holds")

    first, second = capsys.readouterr().out.splitlines()
    assert first == "Newly matched: 0. Newly held: 1. Held now: 1."
    assert second == "Newly matched: 0. Newly held: 0. Held now: 1."
    assert dump() == before
