"""What one cell of a roster may say, column by column."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from people.models import DAY_NAMES, valid_zone
from people.sheets import CellRefused, Value, shown, visible

REQUIRED = ("email", "name", "role", "level", "team")
LONGEST = {"email": 254, "manager": 254, "name": 150, "region": 10}
LONGEST_ELSEWHERE = 100


def read_cell(column: str, text: str) -> Value:
    """Return what the cell says, or None for an empty one that may be empty."""
    text = visible(text)
    if not text and column in REQUIRED:
        raise CellRefused("is empty; every person needs one.")
    longest = LONGEST.get(column, LONGEST_ELSEWHERE)
    if len(text) > longest:
        raise CellRefused(f"{shown(text)} has {len(text)} characters; {longest} is the most.")
    return READERS[column](text) if text else None


def days_text(numbers: Iterable[int]) -> str:
    """Return `"mon,tue"` of weekday numbers (Monday 0), as people and teams store them."""
    return ",".join(DAY_NAMES[number] for number in sorted(numbers))


def _text(text: str) -> str:
    return text


def _email(text: str) -> str:
    local, _, domain = text.rpartition("@")
    if not local.isascii():
        raise CellRefused(
            f"{shown(text)}: before the @ only ASCII letters, digits and signs reach every mail server; "
            "use the person's ASCII address."
        )
    domain = unicodedata.normalize("NFC", domain.lower())
    address = f"{local.lower()}@{domain}"
    try:
        validate_email(address)
        domain.encode("idna")
    except (ValidationError, UnicodeError):
        raise CellRefused(
            f"{shown(text)} is not an e-mail address; write one such as ann@example.org."
        ) from None
    return address


def _country(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{2}", text):
        raise CellRefused(f"{shown(text)} is not a country; write two letters such as DE.")
    return text.upper()


def _zone(text: str) -> str:
    try:
        valid_zone(text)
    except ValidationError as error:
        raise CellRefused(error.message) from None
    return text


def _language(text: str) -> str:
    if not re.fullmatch("[a-z]{2,3}(-[a-z0-9]{2,8})*", text.lower()):
        raise CellRefused(f"{shown(text)} is not a language; write a code such as en or pt-br.")
    return text.lower()


def _workdays(text: str) -> str:
    days: set[int] = set()
    for part in re.split(r"[,;\s]+", re.sub(r"\s*-\s*", "-", text.lower())):
        first, _, last = part.partition("-")
        if first not in DAY_NAMES or (last or first) not in DAY_NAMES or part.endswith("-"):
            raise CellRefused(
                f"{shown(text)}: {shown(part)} is not a day; write mon-fri, sun-thu, or days with commas "
                f"({', '.join(DAY_NAMES)})."
            )
        begin, end = DAY_NAMES.index(first), DAY_NAMES.index(last or first)
        days |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return days_text(days)


def _share(text: str) -> Decimal:
    number = re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?)\s*(%?)", text)
    share = Decimal(number[1].replace(",", ".")) / (100 if number[2] else 1) if number else Decimal(-1)
    if not 0 <= share <= 1:
        raise CellRefused(f"{shown(text)} is not a share of full time; write 0 to 1 such as 0.8, or 80 %.")
    return share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _send_time(text: str) -> time:
    clock = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(:00)?", text)  # spreadsheets add the seconds
    if not clock or int(clock[1]) > 23 or int(clock[2]) > 59:
        raise CellRefused(f"{shown(text)} is not a time of day; write 00:00 to 23:59.")
    return time(int(clock[1]), int(clock[2]))


def _minutes(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{1,4}", text) or not least <= int(text) <= most:
            raise CellRefused(f"{shown(text)} is not a number of minutes from {least} to {most}.")
        return int(text)

    return read


def read_date(text: str) -> date:
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # 2026-02-30: the same advice helps
    raise CellRefused(f"{shown(text)} is not a date; write one such as 2026-12-31.")


READERS: dict[str, Callable[[str], Value]] = {
    "email": _email,
    "external_id": _text,
    "name": _text,
    "role": _text,
    "level": _text,
    "team": _text,
    "manager": _email,
    "country": _country,
    "region": _text,
    "zone": _zone,
    "language": _language,
    "workdays": _workdays,
    "share": _share,
    "send_time": _send_time,
    "window": _minutes(5, 1440),
    "minutes": _minutes(1, 60),
    "left_on": read_date,
}
COLUMNS = tuple(READERS)
