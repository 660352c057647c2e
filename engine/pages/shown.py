"""When a form was shown, signed, so that the time an answer took can be believed."""

from datetime import datetime

from django.core import signing

from engine.models import Rep

SALT = "rampart.shown"


def sign(rep: Rep, *, now: datetime) -> str:
    return signing.dumps([rep.pk, rep.attempt, now.timestamp()], salt=SALT)


def seconds_since(signed: str, rep: Rep, *, now: datetime) -> float | None:
    """Return None for a text that is missing, forged, or from another form."""
    try:
        rep_id, attempt, shown_at = signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return None
    is_this_form = (rep_id, attempt) == (rep.pk, rep.attempt)
    return max(now.timestamp() - shown_at, 0.0) if is_this_form else None
