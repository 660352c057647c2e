"""Answer the same question under the same Idempotency-Key once, and after that from what was kept."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from engine.errors import KeyReused
from engine.models import Claim, Replay, Request
from people.models import Person

KEPT = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What was done, as it was told."""

    status: int
    body: dict[str, Any]
    claim: Claim | None = None
    request: Request | None = None


def digest(question: object) -> str:
    return hashlib.sha256(json.dumps(question, sort_keys=True, default=str).encode()).hexdigest()


@transaction.atomic
def once(
    person: Person, key: str, *, question: object, act: Callable[[], Answered], now: datetime
) -> Answered:
    """Do it, or return what the same key and question were answered. A refusal is not kept.

    Raise KeyReused when the key came with another question.
    """
    if not key:
        return act()
    asked = digest(question)
    try:
        with transaction.atomic():
            replay = Replay.objects.create(person=person, key=key, digest=asked, asked_at=now)
    except IntegrityError:
        earlier = Replay.objects.get(person=person, key=key)
        if earlier.digest != asked or earlier.status is None:
            raise KeyReused(_("This Idempotency-Key came with another body before; use a new one.")) from None
        return Answered(status=earlier.status, body=earlier.answer)
    done = act()
    replay.status, replay.answer = done.status, done.body
    replay.claim, replay.request = done.claim, done.request
    replay.save(update_fields=["status", "answer", "claim", "request"])
    return done


def forget(*, now: datetime) -> int:
    """Forget keys that nobody sends again."""
    return Replay.objects.filter(asked_at__lt=now - KEPT).delete()[0]
