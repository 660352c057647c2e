"""L&D and guardians look after learning work in the admin; what has rules changes by the engine alone."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from config.access import GUARDIAN, LEARNING
from engine import onramps
from engine.models import Claim, Credit, Emergency, Graduate, Record, Task, TeamRules
from people.models import Person
from tests.payments import DUE, Payments, publish
from tests.staff import member

pytestmark = pytest.mark.django_db

ENGINE = "/admin/engine"
NOW = timezone.now


@pytest.fixture
def payments() -> Payments:
    return Payments(with_t1=False)


@pytest.fixture
def lena() -> Client:
    return client_of(member(LEARNING, name="Lena", team=None))


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def guardian(payments: Payments) -> Client:
    payments.pia.is_staff = True
    payments.pia.save(update_fields=["is_staff"])
    return client_of(payments.pia)


def told(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def listed(client: Client, name: str, **query) -> list:
    return list(client.get(f"{ENGINE}/{name}/", query).context["cl"].result_list)


def a_task(payments: Payments, **more) -> dict:
    return {
        "title": "Clean the extract",
        "details": "",
        "url": "",
        "labels": "k1, other",
        "team": payments.team.pk,
        "on_ramp": "",
        "due_at_0": "",
        "due_at_1": "",
        "estimate": "",
        **more,
    }


# Tasks


def test_a_task_added_by_hand_gets_its_kind_by_its_labels_and_is_held(lena, payments):
    lena.post(f"{ENGINE}/task/add/", a_task(payments))

    task = Task.objects.get(title="Clean the extract")
    assert (task.on_ramp, task.labels, task.created_by.name) == (payments.k1, ["k1", "other"], "Lena")
    assert task.is_held_at(NOW())


def test_another_kind_by_hand_is_a_change_that_the_audit_has(lena, payments):
    task = payments.task("Clean the extract", seen=NOW(), labels=["k1"])
    page = f"{ENGINE}/task/{task.pk}/change/"
    assert lena.get(page).context["adminform"].form["labels"].value() == "k1"

    before = {"initial-on_ramp": payments.k1.pk, "initial-team": payments.team.pk, "initial-labels": "k1"}
    shown = {"initial-title": task.title, "initial-details": "", "initial-url": "", "initial-estimate": ""}
    given = a_task(payments, labels="k1", on_ramp=payments.k2.pk) | before | shown
    lena.post(page, given | {"initial-due_at_0": "", "initial-due_at_1": ""})

    task.refresh_from_db()
    assert task.on_ramp == payments.k2
    assert task.changes.get().by.name == "Lena"
    assert Record.objects.filter(kind=Record.Kind.TASK, task=task).exists()


def test_who_leads_nobody_is_not_offered_to_release_a_task(lena, payments):
    task = payments.task(seen=NOW())

    lena.post(f"{ENGINE}/task/", {"action": "release", "_selected_action": [task.pk]}, follow=True)

    task.refresh_from_db()
    assert task.waived_at is None


def test_tasks_are_found_by_kind_hold_and_labels_that_nobody_knows(lena, payments):
    held = payments.task("held", seen=NOW())
    urgent = payments.task("urgent", seen=NOW(), due_at=NOW() + timedelta(minutes=5))
    none = payments.task("none", has_kind=False)
    unknown = payments.task("unknown", has_kind=False, labels=["mystery"])

    assert held in listed(lena, "task", hold="now")
    assert listed(lena, "task", hold="urgent") == [urgent]
    assert set(listed(lena, "task", kind="-")) == {none, unknown}
    assert listed(lena, "task", kind="-unmatched") == [unknown]


def test_what_is_over_stays_as_it_was(lena, payments):
    task = payments.task()
    Task.objects.filter(pk=task.pk).update(status=Task.Status.DONE)

    response = lena.post(f"{ENGINE}/task/{task.pk}/change/", a_task(payments, title="Another"))

    assert response.status_code == 403


# Teams' rules


def test_a_change_of_mode_is_audited_and_says_since_when(lena, payments):
    rules = payments.team.rules
    page = f"{ENGINE}/teamrules/{rules.pk}/change/"

    html = lena.get(page).content.decode()
    lena.post(page, {"mode": "advise", "initial-mode": "enforce"})

    rules.refresh_from_db()
    assert "everybody may take any task" in html
    assert (rules.mode, rules.mode_since is not None) == ("advise", True)
    record = Record.objects.get(kind=Record.Kind.MODE)
    assert (record.by.name, record.team, record.told) == (
        "Lena",
        payments.team,
        {"before": "enforce", "after": "advise"},
    )


def test_the_same_mode_again_changes_nothing(payments):
    onramps.set_mode(payments.team, "advise", by=payments.pia, now=DUE)
    onramps.set_mode(payments.team, "advise", by=payments.pia, now=DUE + timedelta(days=1))

    assert payments.team.rules.mode_since is None  # as it was read before
    assert TeamRules.objects.get(team=payments.team).mode_since == DUE
    assert Record.objects.filter(kind=Record.Kind.MODE).count() == 1


def test_a_team_begins_to_observe_with_its_first_learning_task(payments):
    TeamRules.objects.all().delete()

    assert onramps.begin_observing(now=DUE) == 1
    assert onramps.begin_observing(now=DUE + timedelta(days=1)) == 0
    assert TeamRules.objects.get().mode_since == DUE


# Graduates


def test_a_graduate_is_noted_in_the_audit_and_can_be_taken_back(lena, payments):
    lena.post(f"{ENGINE}/graduate/add/", {"person": payments.ann.pk, "on_ramp": payments.k1.pk})
    row = Graduate.objects.get()
    assert row.noted_by.name == "Lena"

    lena.post(f"{ENGINE}/graduate/", {"action": "take_back", "_selected_action": [row.pk]}, follow=True)

    assert not Graduate.objects.exists()
    records = Record.objects.filter(kind=Record.Kind.GRADUATE, person=payments.ann).order_by("pk")
    assert [one.told.get("is_taken_back", False) for one in records] == [False, True]


def upload(client: Client, text: str, do: str):
    file = SimpleUploadedFile("graduates.csv", text.encode())
    return client.post(f"{ENGINE}/graduate/import/", {"file": file, "do": do}, follow=True)


def test_a_file_of_graduates_is_shown_before_it_is_imported(lena, payments):
    text = f"email,kind\n{payments.ann.email},k1\n{payments.ann.email},k1\n{payments.sam.email},k2\n"

    checked = upload(lena, text, "check")
    assert not Graduate.objects.exists()
    assert "2 graduates are new" in checked.content.decode()
    packed = checked.context["checked"]
    done = lena.post(
        f"{ENGINE}/graduate/import/",
        {"packed": packed.packed, "name": packed.name, "do": "import"},
        follow=True,
    )

    assert "2 graduates are new" in told(done)
    assert Graduate.objects.count() == 2
    assert "0 graduates are new, 2 are known already" in upload(lena, text, "check").content.decode()


def test_a_file_with_a_problem_imports_nothing_and_names_the_line(lena, payments):
    publish("k3")

    html = upload(
        lena, f"email,kind\n{payments.ann.email},k1\nno@one.example,k9\n", "import"
    ).content.decode()

    assert not Graduate.objects.exists()
    for shown in ("no@one.example", "k9", "k1, k2, k3"):
        assert shown in html


# What guardians do


def an_emergency(payments: Payments) -> Emergency:
    task = payments.task("urgent for Sam", seen=NOW())
    onramps.take_in_emergency(
        payments.sam, task, reason="The board needs it within the hour.", incident="INC-7", now=NOW()
    )
    return Emergency.objects.get()


def test_a_guardian_reviews_an_emergency_by_a_press(payments):
    emergency, gita = an_emergency(payments), guardian(payments)
    assert listed(gita, "emergency", review="waits") == [emergency]

    chosen = {"action": "call_unjustified", "_selected_action": [emergency.pk]}
    gita.post(f"{ENGINE}/emergency/", chosen, follow=True)
    again = gita.post(f"{ENGINE}/emergency/", chosen, follow=True)

    emergency.refresh_from_db()
    assert (emergency.is_justified, emergency.reviewed_by) == (False, payments.pia)
    assert "reviewed already" in told(again)


def test_a_guardian_finds_requests_that_nobody_else_can_decide(payments):
    mine = payments.task("Greta's", seen=NOW())
    theirs = payments.task("Sam's", seen=NOW())
    asked = [
        onramps.ask(task, by=by, reason="I know it.", now=NOW())
        for task, by in ((mine, payments.greta), (theirs, payments.sam))
    ]

    assert listed(guardian(payments), "request", decides="guardian") == asked[:1]


def test_the_audit_is_read_by_guardians_and_changed_by_nobody(payments):
    an_emergency(payments)
    gita = guardian(payments)
    record = Record.objects.filter(kind=Record.Kind.EMERGENCY).get()

    html = gita.get(f"{ENGINE}/record/{record.pk}/change/").content.decode()

    assert "INC-7" in html
    assert gita.post(f"{ENGINE}/record/{record.pk}/change/", {}).status_code == 403


# What needs a reason


def test_a_manager_revokes_a_claim_and_voids_a_credit_with_a_reason(payments):
    payments.mona.is_staff = payments.mona.is_superuser = True
    payments.mona.save(update_fields=["is_staff", "is_superuser"])
    mona, claim = client_of(payments.mona), Claim.objects.get(task=payments.bens_task)
    credit = Credit.objects.filter(person=payments.ann).get()

    mona.post(f"{ENGINE}/claim/{claim.pk}/revoke/", {"reason": ""})
    claim.refresh_from_db()
    assert claim.ended_at is None
    mona.post(f"{ENGINE}/claim/{claim.pk}/revoke/", {"reason": "He is needed elsewhere."}, follow=True)
    mona.post(f"{ENGINE}/credit/{credit.pk}/void/", {"reason": "It was another task."}, follow=True)

    claim.refresh_from_db()
    credit.refresh_from_db()
    assert claim.ending == Claim.Ending.REVOKED
    assert credit.voided_because == "It was another task."


def test_who_does_not_lead_the_team_is_told_so(payments):
    rosa = client_of(member(GUARDIAN, name="Rosa", is_superuser=True, team=None))
    claim = Claim.objects.get(task=payments.bens_task)

    response = rosa.post(f"{ENGINE}/claim/{claim.pk}/revoke/", {"reason": "I want it."}, follow=True)

    claim.refresh_from_db()
    assert claim.ended_at is None
    assert "Only who leads" in told(response)
