"""The clock that doors read, once each; everything below them takes `now`."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone


def present() -> datetime:
    """Return the present, aware and in UTC; CLOCK_OFFSET moves a whole demo in time."""
    return timezone.now() + settings.CLOCK_OFFSET
