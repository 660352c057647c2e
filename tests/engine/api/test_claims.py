"""POST /api/v1/tasks/{id}/claims: each answer comes with the verdict."""

import pytest

from engine.models import Claim, Emergency, Record, Replay
from tests.programs import program_of


def claims(payments) -> str:
    return f"/tasks/{payments.t1.pk}/claims"


def test_a_learner_takes_the_task(payments):
    told = program_of(payments.ann).post(claims(payments), {"with_ai_because": "I review what it writes."})

    assert told.status_code == 201, told.json()
    claim = Claim.objects.get(pk=told.json()["claim"]["id"])
    assert (claim.person, claim.code, claim.with_ai_because) == (
        payments.ann,
        "LEARNER",
        "I review what it writes.",
    )
    assert told.json()["verdict"]["code"] == "LEARNER"


def test_who_is_not_allowed_reads_the_verdict(payments):
    told = program_of(payments.sam).post(claims(payments), {})

    assert told.status_code == 403
    assert told.json()["verdict"]["code"] == "PROTECTED"
    assert [one["code"] for one in told.json()["alternatives"]] == ["support", "review", "wait", "ask"]
    assert not payments.t1.claims.exists()


def test_who_comes_second_lost_the_race_and_may_support(payments):
    program_of(payments.ann).post(claims(payments), {})

    told = program_of(payments.ben).post(claims(payments), {})

    assert (told.status_code, told.json()["code"]) == (409, "LOST_RACE")
    assert "support" in [one["code"] for one in told.json()["alternatives"]]


def test_case_41_the_same_key_again_is_the_same_claim_and_with_another_body_422(payments):
    ann = program_of(payments.ann)
    first = ann.post(claims(payments), {}, key="k-1")

    again = ann.post(claims(payments), {}, key="k-1")
    other = ann.post(claims(payments), {"role": "support"}, key="k-1")
    elsewhere = ann.post(f"/tasks/{payments.bens_task.pk}/claims", {}, key="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert payments.t1.claims.count() == 1
    assert [one.status_code for one in (other, elsewhere)] == [422, 422]
    assert other.json()["code"] == "KEY_REUSED"


def test_a_refusal_is_not_kept_so_that_the_same_key_may_succeed_later(payments):
    sam = program_of(payments.sam)
    assert sam.post(claims(payments), {}, key="k-1").status_code == 403
    assert not Replay.objects.exists()

    payments.t1.waived_at, payments.t1.waived_by = payments.t1.created_at, payments.mona
    payments.t1.save(update_fields=["waived_at", "waived_by"])

    assert sam.post(claims(payments), {}, key="k-1").status_code == 201


def test_keys_of_two_people_have_nothing_to_do_with_each_other(payments):
    program_of(payments.ann).post(claims(payments), {}, key="k-1")

    told = program_of(payments.ben).post(claims(payments), {}, key="k-1")

    assert told.status_code == 409


def test_an_invitation_to_a_learner_is_made_and_starts_nothing(payments):
    body = {"role": "support", "partner": payments.ann.email}

    told = program_of(payments.sam).post(claims(payments), body)

    assert (told.status_code, told.json()["verdict"]["code"]) == (202, "PAIRING")
    assert told.json()["invitation"] is not None
    assert not payments.t1.claims.exists()


def test_a_person_declares_an_emergency_with_reason_and_incident(payments):
    sam = program_of(payments.sam)
    emergency = {"reason": "Payroll stops at noon without it.", "incident": "INC-7"}
    without = sam.post(claims(payments), {"emergency": emergency | {"incident": ""}})
    assert (without.status_code, without.json()["code"]) == (422, "REASON_MISSING")
    assert without.json()["verdict"]["code"] == "PROTECTED"

    told = sam.post(claims(payments), {"emergency": emergency})

    assert told.status_code == 201
    assert Emergency.objects.get().claim_id == told.json()["claim"]["id"]
    assert told.json()["claim"]["code"] == "EMERGENCY"


@pytest.mark.parametrize("who", ["bot-sam", "Sam"])
def test_case_25_an_agent_declares_no_emergency_neither_do_people_for_it(payments, who):
    emergency = {"reason": "Payroll stops at noon without it.", "incident": "INC-7"}
    body = {"emergency": emergency, "actor": payments.bot_sam.email}

    told = program_of(payments.people[who]).post(claims(payments), body)

    assert (told.status_code, told.json()["code"]) == (403, "AGENT_MAY_NOT")
    assert not Claim.objects.filter(task=payments.t1).exists()


def test_only_what_was_decided_is_written_down(payments):
    before = Record.objects.count()

    program_of(payments.sam).post(claims(payments), {})
    assert Record.objects.count() == before + 1  # the token

    program_of(payments.ann).post(claims(payments), {})
    assert Record.objects.filter(kind="verdict", task=payments.t1).count() == 1
