"""docs/access.md says which token may do what; here every route of the API is held to it."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from engine import onramps
from engine.api import api
from engine.models import ApiToken, Claim
from tests.access_table import DOCUMENT
from tests.payments import DUE, TUESDAY, Payments
from tests.programs import Program, program_of

WHO = ("employee", "colleague", "manager", "agent")


def rows() -> list[list[str]]:
    [table] = re.findall(r"^\| Route \|.*\n(?:\|.*\n)+", DOCUMENT.read_text(), flags=re.MULTILINE)
    return [[cell.strip(" `") for cell in line[1:-1].split("|")] for line in table.splitlines()[2:]]


def described() -> set[str]:
    paths = api.get_openapi_schema()["paths"]
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in paths.items()
        for method in methods
    }


ROWS = rows()
ROUTES = [row[0] for row in ROWS]


@pytest.fixture
def payments(db: None, settings: Any) -> Payments:
    cache.clear()
    settings.CLOCK_OFFSET = TUESDAY - timezone.now()
    payments = Payments()
    payments.claim = onramps.take(payments.ann, payments.t1, now=TUESDAY)
    payments.t2 = payments.task("t2", due_at=DUE)
    return payments


def asked(payments: Payments, route: str, program: Program) -> Any:
    """Ask on a route for what the fixture has; nothing that it does stays."""
    method, path = route.split(" ")
    with transaction.atomic():
        address = path.format(**_ids(payments, route), slug="payments")
        match method:
            case "GET":
                told = program.get(address, **({"team": "payments"} if route == "GET /tasks" else {}))
            case "DELETE":
                told = program.delete(address)
            case _:
                told = program.post(address, _body(payments, route))
        transaction.set_rollback(True)
    return told


def _ids(payments: Payments, route: str) -> dict[str, int]:
    if route.endswith("sign-off"):
        onramps.hand_in(payments.claim, by=payments.ann, role="lead", ai="off", now=TUESDAY)
    request = 1
    if "{request_id}" in route:
        request = onramps.ask(payments.t2, by=payments.sam, reason="I know it well.", now=TUESDAY).pk
    return {"task_id": payments.t2.pk, "claim_id": payments.claim.pk, "request_id": request}


def _body(payments: Payments, route: str) -> dict[str, Any]:
    match route.rsplit("/", 1)[-1]:
        case "verdicts":
            return {"task": payments.t2.pk}
        case "tasks":
            return {"source_key": "A-1", "title": "A task", "team": "payments"}
        case "requests":
            return {"reason": "I know it well."}
        case "hand-in":
            return {"role": "lead", "ai": "off"}
        case "sign-off":
            return {"role": "lead", "help": 3}
    return {}


def test_every_route_stands_in_the_table_once_and_nothing_else_does():
    assert sorted(ROUTES) == sorted(described())


@pytest.mark.parametrize("row", ROWS, ids=ROUTES)
def test_each_route_answers_whom_the_table_says(payments, row):
    route, scope, *expected = row
    people = (payments.ann, payments.sam, payments.mona, payments.bot_ann)
    told = []
    for person in people:
        is_refused_at_once = person.owner is not None and scope in ApiToken.FOR_PEOPLE
        program = program_of(person) if is_refused_at_once else program_of(person, scope)
        status = asked(payments, route, program).status_code
        assert status < 500
        assert status != 422
        told.append("yes" if status < 300 else "no")

    assert told == expected


@pytest.mark.parametrize("row", ROWS, ids=ROUTES)
def test_no_route_opens_without_a_token_or_without_its_scope(payments, row):
    route, scope, *_ = row
    others = [one for one in ApiToken.Scope if one != scope]

    assert asked(payments, route, Program("")).status_code == 401
    without = asked(payments, route, program_of(payments.mona, *others))
    assert (without.status_code, without.json()["code"]) == (403, "SCOPE_MISSING")
    assert Claim.objects.filter(task=payments.t2).count() == 0
