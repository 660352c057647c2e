"""Whatever comes in, the API answers: nothing that OpenAPI allows, or forbids, breaks it."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, strategies
from hypothesis import settings as examples
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig

from config.wsgi import application
from engine import onramps
from engine.api import api
from engine.models import Bound, Task
from tests.payments import TUESDAY
from tests.programs import program_of

EXAMPLES = 12  # of each route and each person

described = schemathesis.openapi.from_dict(api.get_openapi_schema(), config=SchemathesisConfig())


@pytest.fixture
def tokens(payments, settings):
    """The rows that ids may hit, and whose tokens ask for them."""
    settings.API_PER_MINUTE = 1_000_000
    onramps.take(payments.ann, payments.t1, now=TUESDAY)
    for task in Task.objects.filter(bounds=None).exclude(on_ramp=None):  # the scene's own history is bare
        hours = {"reason": Bound.Reason.HOURS, "until": task.held_until, "set_at": task.created_at}
        Bound.objects.create(
            task=task, on_ramp=task.on_ramp, team=task.team, first_seen_at=task.first_seen_at, **hours
        )
    people = (payments.mona, payments.ann, payments.bot_sam)
    return [program_of(person).secret for person in people]


@pytest.fixture
def kept_open():
    """The server would close the connection that the test's transaction lives on."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


OPERATIONS = [one.ok() for one in described.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_no_input_breaks_the_api(operation, tokens, kept_open):
    @examples(
        max_examples=EXAMPLES * len(tokens),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), token=strategies.sampled_from(tokens))
    def ask(case, token):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
        told = case.call(app=application)
        case.validate_response(told, checks=[not_a_server_error])

    ask()
