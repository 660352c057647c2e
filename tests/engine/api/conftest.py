"""The team of the cases on its Tuesday."""

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.payments import TUESDAY, Payments


@pytest.fixture
def payments(db: None, settings: Any) -> Payments:
    cache.clear()  # what other tests asked does not count
    settings.CLOCK_OFFSET = TUESDAY - timezone.now()
    return Payments()
