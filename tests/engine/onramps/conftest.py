"""The team that the cases are about."""

import pytest

from tests.payments import Payments


@pytest.fixture
def payments(db: None) -> Payments:
    return Payments()
