"""POST and GET /api/v1/tasks."""

import pytest

from engine.models import Task
from tests.programs import program_of

SENT = {"source_key": "JIRA-1", "title": "Reconcile March", "team": "payments", "labels": ["K1"]}


def test_a_task_is_made_once_by_its_source_key_and_changed_after_that(payments):
    sue = program_of(payments.sue)

    first = sue.post("/tasks", SENT)
    again = sue.post("/tasks", SENT | {"title": "Reconcile April"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    task = Task.objects.get(source="api", key="JIRA-1")
    assert (task.title, task.on_ramp, task.created_by) == ("Reconcile April", payments.k1, payments.sue)


def test_an_own_due_date_by_the_api_does_not_help(payments):
    sam = program_of(payments.sam)
    task = sam.post("/tasks", SENT | {"due_at": "2026-11-24T14:00:00+01:00"}).json()["id"]

    assert sam.post("/verdicts", {"task": task}).json()["code"] == "PROTECTED"
    assert program_of(payments.sue).post("/verdicts", {"task": task}).json()["code"] == "TOO_URGENT"


@pytest.mark.parametrize(
    "wrong",
    [
        {"team": "nowhere"},
        {"title": ""},
        {"title": "a\x00b"},
        {"due_at": "2026-11-24T14:00:00"},
        {"due_at": "9999-12-31T23:59:59-12:00"},
        {"estimate": -1},
        {"url": "javascript:alert(1)"},
        {"status": "done"},
    ],
)
def test_what_is_not_understood_is_refused(payments, wrong):
    told = program_of(payments.sue).post("/tasks", SENT | wrong)

    assert told.status_code == 422
    assert not Task.objects.filter(source="api").exists()


def test_tasks_are_read_alone_and_by_team(payments):
    sue = program_of(payments.sue)

    one = sue.get(f"/tasks/{payments.t1.pk}").json()
    every = sue.get("/tasks", team="payments").json()

    assert (one["kind"], one["is_held"], one["held_until"]) == ("k1", True, "2026-11-26T09:00:00Z")
    assert payments.t1.pk in [task["id"] for task in every["tasks"]]
    assert every["after"] is None
    assert sue.get("/tasks/999999").status_code == 404
    assert sue.get("/tasks", team="nowhere").status_code == 422
