"""POST /github/: events as GitHub sends them, rightly and wrongly signed, twice, and out of order."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as configured

from engine import github
from engine.models import Claim, GitHubDelivery, GitHubIssue, Repository, Task, TeamRules
from tests.engine.github.conftest import RECORDED, recorded, sign, the_task
from tests.factories import TeamFactory
from tests.payments import TUESDAY, berlin

EVERY = sorted(file.stem for file in RECORDED.glob("*.json"))


def count() -> tuple[int, int, int]:
    return Task.objects.count(), GitHubIssue.objects.count(), GitHubDelivery.objects.count()


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=ü", sign(b"{}")])
def test_case_49_a_wrong_signature_is_401_and_nothing_is_stored(hub_there, name, signature):
    before = count()

    told = hub_there.deliver(name, signature=signature)

    assert told.status_code == 401
    assert count() == before


@pytest.mark.parametrize("name", EVERY)
def test_case_49_a_right_one_is_202_and_the_same_again_200(hub_there, name):
    event = "ping" if name == "ping" else "issues"
    first = hub_there.deliver(name, delivery="one", event=event)
    after_first = count()

    again = hub_there.deliver(name, delivery="one", event=event)

    assert (first.status_code, again.status_code) == (202, 200)
    assert count() == after_first


def test_an_opened_issue_of_a_kind_is_a_task_held_for_learners(payments, hub_there):
    hub_there.deliver("opened")

    task = the_task()
    assert (task.team, task.on_ramp, task.created_by) == (payments.team, payments.k1, payments.sam)
    assert task.url == "https://github.com/acme/reports/issues/17"
    assert task.is_held
    assert timedelta() <= task.held_until - berlin("2026-11-26") < timedelta(minutes=1)


def test_case_49_an_older_event_after_a_newer_one_is_ignored(payments, hub_there):
    hub_there.deliver("opened")
    hub_there.deliver("edited")

    told = hub_there.deliver("unlabeled")

    assert told.status_code == 202
    assert the_task().title == "Reconcile the figures of March"
    assert the_task().on_ramp == payments.k1
    assert GitHubDelivery.objects.get(delivery="d-3").outcome == "older"


def test_events_may_come_in_any_order(payments, hub_there):
    for name in ("edited", "labeled", "opened"):
        hub_there.deliver(name)

    assert the_task().title == "Reconcile the figures of March"


def test_a_label_taken_off_ends_the_kind_but_not_for_who_took_it_off(payments, hub_there):
    hub_there.deliver("opened")

    hub_there.deliver("unlabeled")

    assert the_task().on_ramp is None
    assert the_task().changes.get(field="kind").by == payments.sam


def test_a_deleted_issue_is_a_tombstone(hub_there):
    hub_there.deliver("opened")
    hub_there.deliver("deleted")

    for name in ("edited", "reopened", "assigned"):
        assert hub_there.deliver(name).status_code == 202

    assert the_task().status == Task.Status.CANCELLED
    assert the_task().title == "Reconcile the March figures"


def test_an_issue_deleted_before_we_heard_of_it_never_becomes_a_task(hub_there):
    hub_there.deliver("deleted")

    hub_there.deliver("opened")

    assert not Task.objects.filter(source="github").exists()


def test_an_issue_transferred_to_another_of_our_repositories_keeps_its_task(payments, hub_there):
    ledger = Repository.objects.create(full_name="acme/ledger", team=TeamFactory(slug="ledger"))
    hub_there.deliver("opened")
    task = the_task()

    hub_there.deliver("transferred")
    hub_there.deliver("edited", payload=recorded("edited") | {"issue": recorded("closed")["issue"]})

    moved = the_task()
    assert (moved.pk, moved.team, moved.key) == (task.pk, ledger.team, "5099")
    assert (moved.issue.number, moved.url) == (4, "https://github.com/acme/ledger/issues/4")
    assert moved.status == Task.Status.OPEN
    assert GitHubIssue.objects.get(issue_id=5001).gone_at is not None


def test_an_issue_transferred_out_of_sight_is_cancelled(hub_there):
    hub_there.deliver("opened")

    hub_there.deliver("transferred")

    assert the_task().status == Task.Status.CANCELLED


def test_who_closes_a_task_that_anybody_may_take_has_done_it(payments, hub_there):
    TeamRules.objects.update(mode=TeamRules.Mode.OBSERVE)
    hub_there.deliver("opened")

    hub_there.deliver("closed")

    claim = Claim.objects.get(task=the_task())
    assert the_task().status == Task.Status.DONE
    assert (claim.person, claim.code, claim.ending) == (payments.sam, "OBSERVED", Claim.Ending.CLOSED)
    assert claim.losses.count() == 2


def test_closed_as_not_planned_is_cancelled_and_reopened_is_open_again(hub_there):
    hub_there.deliver("opened")
    hub_there.deliver("closed_not_planned")
    assert the_task().status == Task.Status.CANCELLED

    hub_there.deliver("reopened")

    assert the_task().status == Task.Status.OPEN
    assert the_task().closed_at is None


def test_an_issue_of_another_repository_is_no_task(hub_there):
    Repository.objects.all().delete()

    assert hub_there.deliver("opened").status_code == 202
    assert not Task.objects.filter(source="github").exists()


def test_case_49_two_mebibytes_are_413_before_anything_is_read(hub_there, client):
    class Unread:
        def read(self, *arguments):
            raise AssertionError("The body was read.")

        readline = read

    length = str(2 * 1024 * 1024)
    told = client.generic("POST", "/github/", b"", CONTENT_LENGTH=length, **{"wsgi.input": Unread()})

    assert told.status_code == 413
    assert not GitHubDelivery.objects.exists()


def test_a_mebibyte_is_taken(hub_there):
    body = b'{"zen": "' + b"x" * (1024 * 1024 - 11) + b'"}'

    assert len(body) == 1024 * 1024
    assert hub_there.send(body, delivery="big", signature=sign(body), event="ping").status_code == 202


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"payload=%7B%7D", b'{"action": "opened"}'])
def test_a_signed_body_that_is_no_event_is_refused_and_nothing_is_stored(hub_there, body):
    told = hub_there.send(body, delivery="odd", signature=sign(body))

    assert told.status_code == 422
    assert not GitHubDelivery.objects.exists()


def test_without_github_there_is_no_webhook(db, settings, client):
    settings.GITHUB_WEBHOOK_SECRET = ""

    assert client.post("/github/", b"{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize("given", [{"GITHUB_WEBHOOK_SECRET": " "}, {"GITHUB_TOKEN": "ghs_x"}])
def test_case_49_an_empty_secret_refuses_to_start(given):
    started = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=configured.BASE_DIR,
        env={"SECRET_KEY": "x", "PATH": "", **given},
        capture_output=True,
        text=True,
    )

    assert started.returncode != 0
    assert "GITHUB_WEBHOOK_SECRET is empty" in started.stderr


def test_what_a_repository_delivers_that_is_switched_off_is_noted_and_does_nothing(payments, hub_there):
    hub_there.deliver("opened")
    before = Task.objects.values().get(source="github")
    github.switch_off(Repository.objects.get(), now=TUESDAY)

    for name in ("edited", "closed", "deleted"):
        assert hub_there.deliver(name, delivery=name).status_code == 202

    assert Task.objects.values().get(source="github") == before
    assert GitHubIssue.objects.get().gone_at is None
    said = GitHubDelivery.objects.filter(delivery__in=["edited", "closed", "deleted"])
    assert {row.outcome for row in said} == {"switched off"}


def test_a_repository_that_is_on_again_is_listened_to(payments, hub_there):
    github.switch_off(Repository.objects.get(), now=TUESDAY)
    hub_there.deliver("opened")
    assert not GitHubIssue.objects.exists()

    github.switch_on(Repository.objects.get())
    hub_there.deliver("edited")

    assert the_task().team == payments.team


def test_an_issue_that_moves_to_a_repository_that_is_switched_off_is_gone(payments, hub_there):
    hub_there.deliver("opened")
    Repository.objects.create(full_name="acme/ledger", team=payments.team, off_since=TUESDAY)

    hub_there.deliver("transferred")

    assert the_task().status == Task.Status.CANCELLED
