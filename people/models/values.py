"""What the columns of people, teams and days off accept."""

from django.conf import settings
from django.core.exceptions import ValidationError

from people import calendar

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def day_numbers(names: str) -> frozenset[int]:
    """Return weekday numbers (Monday 0) of `"mon,tue"`; raise ValueError for any other word."""
    return frozenset(DAY_NAMES.index(name) for name in names.split(",") if name)


def valid_days(names: str) -> None:
    try:
        day_numbers(names)
    except ValueError:
        raise ValidationError(f"{names!r}: write days as {', '.join(DAY_NAMES)}, with commas.") from None


def valid_zone(name: str) -> None:
    if not calendar.is_zone(name):
        raise ValidationError(f"{name!r} is not a time zone; write one such as Europe/Berlin.")


def valid_country(code: str) -> None:
    try:
        calendar.public_holidays(code, "", 2026)
    except calendar.UnknownCalendar as error:
        raise ValidationError(str(error)) from None


def organisation_zone() -> str:
    return settings.TIME_ZONE
