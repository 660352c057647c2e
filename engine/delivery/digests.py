"""Queue a digest for each owner of a path: on a week's first working day, if there is something to say."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from engine.delivery import digest_mail
from engine.delivery.headers import ascii_address, ascii_domain
from engine.models import Mail
from paths.models import Path
from people import calendar
from people.models import Holiday, Person

FROM, UNTIL = time(9), time(18)  # in the organisation's zone; what could not go by then comes next week
WORKDAYS = 5
LONGEST_KEY = 100


def queue_digests(*, now: datetime) -> int:
    """Queue what is due this week and not queued yet; return how many rows."""
    today = calendar.local_date(now, zone=settings.TIME_ZONE)
    opens_at, closes_at = (calendar.instant_of(today, at, zone=settings.TIME_ZONE) for at in (FROM, UNTIL))
    if not opens_at <= now < closes_at or today != _day_of_week_of(today):
        return 0
    paths = _paths_by_owner()
    keys = {owner: _key(owner, today) for owner in paths}
    known = set(
        Mail.objects.filter(kind=Mail.Kind.DIGEST, key__in=keys.values()).values_list("key", flat=True)
    )
    paths = {owner: mine for owner, mine in paths.items() if keys[owner] not in known}
    if not paths:
        return 0
    domain = ascii_domain(settings.MAIL_DOMAIN)
    mails = [
        Mail(
            kind=Mail.Kind.DIGEST,
            address=owner,
            key=keys[owner],
            not_before=opens_at,
            expires_at=closes_at,
            message_id=f"<{uuid4().hex}@{domain}>",
        )
        for owner in _with_news(paths, now=opens_at)
    ]
    # Another host may queue the same minute: the key decides, and the second insert is ignored.
    return len(Mail.objects.bulk_create(mails, ignore_conflicts=True))


def _day_of_week_of(today: date) -> date | None:
    """Return the first day of this week, Monday to Friday, that is no holiday of the organisation's own."""
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=number) for number in range(WORKDAYS)]
    off = set(Holiday.objects.filter(country="", day__in=days).values_list("day", flat=True))
    return next((day for day in days if day not in off), None)


def _paths_by_owner() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path in digest_mail.owned():
        found[path.owner.strip().lower()].append(path)
    gone = _who_gets_no_mail(found)
    return {owner: paths for owner, paths in found.items() if owner not in gone and _is_address(owner)}


def _who_gets_no_mail(owners: Iterable[str]) -> set[str]:
    """Owners who left, or whose address refuses mail."""
    people = Person.objects.filter(email__in=list(owners))
    gone = people.filter(is_active=False) | people.filter(mail_refused_at__isnull=False)
    return {email.lower() for email in gone.values_list("email", flat=True)}


def _is_address(text: str) -> bool:
    """Whether a mail could go there; whoever published the path was told, and the others need their mail."""
    try:
        validate_email(text)
        ascii_address(text).encode("ascii")
    except (ValidationError, UnicodeError):
        return False
    return True


def _with_news(paths: dict[str, list[Path]], *, now: datetime) -> Collection[str]:
    every = [path for mine in paths.values() for path in mine]
    news = {one.path.pk: one for one in digest_mail.gather(every, now=now)}
    told_at = digest_mail.last_told(paths)
    return [
        owner
        for owner, mine in paths.items()
        if any(news[path.pk].since(told_at.get(owner)) for path in mine)
    ]


def _key(owner: str, day: date) -> str:
    week = f":{day:%G-W%V}"
    if len(owner) + len(week) > LONGEST_KEY:
        owner = hashlib.sha256(owner.encode()).hexdigest()
    return owner + week
