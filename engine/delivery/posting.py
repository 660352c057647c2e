"""Queue mails that are not practice: each once for its kind and key, at an hour that its reader works."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from django.conf import settings

from engine.delivery.headers import ascii_domain
from engine.models import Mail
from people.models import Person


def post(
    kind: Mail.Kind,
    person: Person,
    *,
    key: str,
    not_before: datetime,
    expires_at: datetime,
    **about: object,
) -> Mail | None:
    """Queue a mail; return None where one of this kind and key exists. `about`: the rows it tells of."""
    mail = letter(kind, person, key=key, not_before=not_before, expires_at=expires_at, **about)
    post_all([mail])
    return Mail.objects.filter(kind=kind, key=key, message_id=mail.message_id).first()


def letter(
    kind: Mail.Kind,
    person: Person,
    *,
    key: str,
    not_before: datetime,
    expires_at: datetime,
    **about: object,
) -> Mail:
    """Return a mail that is not queued yet."""
    return Mail(
        kind=kind,
        person=person,
        key=key,
        not_before=not_before,
        expires_at=expires_at,
        message_id=f"<{uuid4().hex}@{ascii_domain(settings.MAIL_DOMAIN)}>",
        **about,
    )


def post_all(mails: Collection[Mail]) -> None:
    """Queue many at once."""
    # Another host may queue the same minute: the key decides, and the second insert is ignored.
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
