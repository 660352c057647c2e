"""POST /api/v1/verdicts: it asks, and it never allows by accident."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine.models import Alert, Bound, Record
from engine.onramps import tokens
from tests.payments import TUESDAY
from tests.programs import Program, program_of


def test_a_senior_is_told_to_ask_without_names_and_counts(payments):
    said = program_of(payments.sam).post("/verdicts", {"task": payments.t1.pk})

    assert said.status_code == 200
    verdict = said.json()
    assert (verdict["outcome"], verdict["code"]) == ("needs_approval", "PROTECTED")
    assert verdict["sentence"].startswith("Held for a learner until Thu 26 Nov 10:00 CET.")
    assert verdict["approvers"] == ["Mona"]
    assert [one["code"] for one in verdict["alternatives"]] == ["support", "review", "wait", "ask"]
    assert not {"Ann", "Ben"} & set(said.content.decode().split('"'))


def test_a_learner_reads_what_goes_with_the_task(payments):
    verdict = program_of(payments.ann).post("/verdicts", {"task": payments.t1.pk}).json()

    assert verdict["code"] == "LEARNER"
    assert [(one["duty"], one["done"], one["of"]) for one in verdict["obligations"]] == [
        ("supervisor", 1, 2),
        ("without-ai", 1, 2),
    ]


def test_asking_writes_nothing_but_when_the_token_was_used(payments):
    program = program_of(payments.sam)
    with CaptureQueriesContext(connection) as queries:
        answers = [program.post("/verdicts", {"task": payments.t1.pk}).json() for _ in range(3)]

    written = [one["sql"] for one in queries if not one["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))]
    assert len(written) == 1
    assert "used_at" in written[0]
    assert answers[0] == answers[1] == answers[2]


def test_case_13_unknown_task_404_unknown_actor_or_bad_body_422(payments):
    sam = program_of(payments.sam)

    assert sam.post("/verdicts", {"task": 999_999}).status_code == 404
    assert sam.post("/verdicts", {"task": payments.t1.pk, "actor": "nobody@x.example"}).status_code == 422
    for body in ({}, {"task": "t1"}, {"task": payments.t1.pk, "role": "boss"}, {"task": 2**80}, []):
        assert sam.post("/verdicts", body).status_code == 422, body
    assert sam.post("/verdicts", {"task": payments.t1.pk, "who": "Ann"}).status_code == 422
    broken = sam.client.post("/api/v1/verdicts", "{", content_type="application/json", headers=sam._headers())
    assert (broken.status_code, broken.json()["code"]) == (422, "BAD_BODY")
    assert broken["Content-Type"] == "application/problem+json"


def test_a_token_tells_nothing_about_a_colleague_and_something_about_an_own_agent(payments):
    sam = program_of(payments.sam)

    about_ann = sam.post("/verdicts", {"task": payments.t1.pk, "actor": payments.ann.email})
    about_bot = sam.post("/verdicts", {"task": payments.t1.pk, "actor": payments.bot_sam.email})

    assert (about_ann.status_code, about_ann.json()["code"]) == (422, "UNKNOWN_ACTOR")
    assert about_bot.json()["code"] == "PROTECTED"


def test_rules_that_cannot_be_evaluated_allow_nobody_and_raise_an_alert(payments):
    Bound.objects.filter(task=payments.t1).delete()

    said = program_of(payments.sam).post("/verdicts", {"task": payments.t1.pk})
    claimed = program_of(payments.ann).post(f"/tasks/{payments.t1.pk}/claims", {})

    assert (said.status_code, said.json()["code"]) == (503, "CANNOT_JUDGE")
    assert claimed.status_code == 503
    assert Alert.objects.filter(resolved_at=None).count() == 1
    assert not payments.t1.claims.exists()


def test_an_alert_outlives_the_claim_that_raised_it(payments):
    Bound.objects.filter(task=payments.t1).delete()

    program_of(payments.ann).post(f"/tasks/{payments.t1.pk}/claims", {})

    assert Alert.objects.filter(resolved_at=None).count() == 1


@pytest.mark.parametrize("secret", ["", "rampart_nothing", "ü", "x" * 9000])
def test_without_a_token_that_works_nothing_is_told(payments, secret):
    said = Program(secret).post("/verdicts", {"task": payments.t1.pk})

    assert (said.status_code, said.json()["code"]) == (401, "TOKEN_MISSING")


def test_a_signed_in_browser_is_no_program(payments, client):
    client.force_login(payments.sam)

    said = client.post("/api/v1/verdicts", {"task": payments.t1.pk}, content_type="application/json")

    assert said.status_code == 401


def test_a_token_does_only_what_its_scopes_say(payments):
    said = program_of(payments.sam, "tasks").post("/verdicts", {"task": payments.t1.pk})

    assert (said.status_code, said.json()["code"]) == (403, "SCOPE_MISSING")


def test_a_revoked_token_and_one_of_somebody_who_left_open_nothing(payments):
    revoked, bot = program_of(payments.sam), program_of(payments.bot_sam)
    tokens.revoke(tokens.own(payments.sam).get(person=payments.sam), by=payments.sam, now=TUESDAY)
    assert revoked.post("/verdicts", {"task": payments.t1.pk}).status_code == 401
    assert bot.post("/verdicts", {"task": payments.t1.pk}).status_code == 200

    payments.sam.is_active = False
    payments.sam.save(update_fields=["is_active"])

    assert bot.post("/verdicts", {"task": payments.t1.pk}).status_code == 401


def test_a_token_that_asks_too_often_is_slowed_down(payments, settings):
    settings.API_PER_MINUTE = 2
    program, other = program_of(payments.sam), program_of(payments.sue)

    told = [program.post("/verdicts", {"task": payments.t1.pk}) for _ in range(3)]

    assert [one.status_code for one in told] == [200, 200, 429]
    assert 1 <= int(told[-1]["Retry-After"]) <= 60
    assert other.post("/verdicts", {"task": payments.t1.pk}).status_code == 200


def test_tokens_are_stored_as_hashes_and_noted_without_a_secret(payments):
    secret = program_of(payments.bot_sam).secret

    [token] = tokens.own(payments.sam)
    record = Record.objects.get(kind="token")

    assert secret not in str(vars(token))
    assert secret not in str(record.told)
    assert (record.by, record.person, record.told["act"]) == (payments.sam, payments.bot_sam, "made")


def test_openapi_is_served_to_anybody(client, db):
    described = client.get("/api/v1/openapi.json").json()

    assert "/api/v1/verdicts" in described["paths"]
    assert described["openapi"].startswith("3.")
