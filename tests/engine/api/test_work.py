"""Requests, hand-ins, sign-offs, the logbook and the team by the API."""

import pytest

from engine import onramps
from engine.models import Credit, Request
from tests.payments import TUESDAY
from tests.programs import program_of

REASON = "The client waits, and I wrote the report."


def test_who_needs_a_yes_may_ask_for_it_with_the_claim(payments):
    sam = program_of(payments.sam)
    body = {"ask": True, "reason": REASON}

    told = sam.post(f"/tasks/{payments.t1.pk}/claims", body, key="k-1")
    again = sam.post(f"/tasks/{payments.t1.pk}/claims", body, key="k-1")

    assert (told.status_code, again.status_code) == (202, 202)
    assert told.json() == again.json()
    request = Request.objects.get()
    assert (told.json()["request"]["id"], request.by, request.reason) == (request.pk, payments.sam, REASON)
    assert told.json()["verdict"]["code"] == "PROTECTED"


def test_asking_without_a_reason_is_422_with_the_verdict_and_stores_nothing(payments):
    told = program_of(payments.sam).post(f"/tasks/{payments.t1.pk}/claims", {"ask": True, "reason": " "})

    assert (told.status_code, told.json()["code"]) == (422, "REASON_MISSING")
    assert told.json()["verdict"]["code"] == "PROTECTED"
    assert not Request.objects.exists()


def test_a_request_is_made_and_taken_back_by_who_asked_alone(payments):
    sam = program_of(payments.sam)
    asked = sam.post(f"/tasks/{payments.t1.pk}/requests", {"reason": REASON}).json()["id"]

    assert program_of(payments.sue).delete(f"/requests/{asked}").status_code == 404
    assert sam.delete(f"/requests/{asked}").json()["status"] == "withdrawn"
    assert sam.delete(f"/requests/{asked}").status_code == 409


@pytest.mark.parametrize(("who", "code"), [("bot-sam", "AGENT_MAY_NOT"), ("Mona", "SIGN_IN_TO_DECIDE")])
def test_case_25_no_token_decides_and_an_agents_least_of_all(payments, who, code):
    asked = onramps.ask(payments.t1, by=payments.sam, reason=REASON, now=TUESDAY)

    for answer in ("yes", "no"):
        told = program_of(payments.people[who]).post(f"/requests/{asked.pk}/decision", {"answer": answer})
        assert (told.status_code, told.json()["code"]) == (403, code)
    asked.refresh_from_db()
    assert asked.status == Request.Status.PENDING


def test_work_is_handed_in_and_signed_off_by_the_skills_that_showed(payments):
    ann = program_of(payments.ann)
    claim = ann.post(f"/tasks/{payments.t1.pk}/claims", {}).json()["claim"]["id"]
    handed = ann.post(f"/claims/{claim}/hand-in", {"role": "lead", "ai": "off", "note": "Done."})
    assert handed.json()["submitted_at"] is not None

    body = {"role": "lead", "help": 3, "skills": ["fan-out-joins"]}
    told = program_of(payments.sue).post(f"/claims/{claim}/sign-off", body)

    assert told.status_code == 201, told.json()
    credit = Credit.objects.get(claim=claim)
    assert [skill.slug for skill in credit.skills.all()] == ["fan-out-joins"]


def test_case_25_an_agents_token_never_signs_off(payments):
    claim = onramps.take(payments.ann, payments.t1, now=TUESDAY)
    onramps.hand_in(claim, by=payments.ann, role="lead", ai="off", now=TUESDAY)
    bot = program_of(payments.bot_sam)
    bot_token = payments.bot_sam.tokens.get()
    bot_token.scopes = ["sign-off"]  # as no page would make it
    bot_token.save(update_fields=["scopes"])

    told = bot.post(f"/claims/{claim.pk}/sign-off", {"role": "lead", "help": 3})

    assert (told.status_code, told.json()["code"]) == (403, "AGENT_MAY_NOT")
    assert not Credit.objects.filter(claim=claim).exists()


def test_a_skill_that_the_kind_is_not_linked_to_is_refused(payments):
    claim = onramps.take(payments.ann, payments.t1, now=TUESDAY)
    onramps.hand_in(claim, by=payments.ann, role="lead", ai="off", now=TUESDAY)

    body = {"role": "lead", "help": 3, "skills": ["juggling"]}
    told = program_of(payments.sue).post(f"/claims/{claim.pk}/sign-off", body)

    assert (told.status_code, told.json()["code"]) == (422, "UNKNOWN_SKILL")


def test_a_logbook_is_its_owners_alone(payments):
    told = program_of(payments.ann).get("/logbook").json()

    assert (told["reps"][0]["kind"], told["reps"][0]["done"], told["reps"][0]["needed"]) == (
        "Kind k1",
        1.0,
        3,
    )
    assert "Ben" not in str(told)
    assert program_of(payments.sam).get("/logbook").json()["reps"] == []


def test_a_team_is_read_by_who_leads_it_and_reps_by_the_reports_own_manager(payments):
    path = "/teams/payments/on-ramps"

    told = program_of(payments.mona).get(path).json()

    assert [kind["kind"] for kind in told["kinds"]][:1] == ["k1"]
    short = {one["name"]: (one["done"], one["of"]) for one in told["kinds"][0]["short"]}
    assert short["Ann"] == (1.0, 3)
    by_greta = program_of(payments.greta).get(path)
    assert by_greta.json()["kinds"][0]["short"] == []
    for who in ("Ann", "Sam", "bot-sam"):
        assert program_of(payments.people[who]).get(path).status_code == 403
    assert program_of(payments.mona).get("/teams/nowhere/on-ramps").status_code == 404
