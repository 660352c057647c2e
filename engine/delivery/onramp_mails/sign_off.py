"""What the request for a sign-off says: whose work, on what, and where to say how it was."""

from datetime import datetime

from django.utils.translation import gettext as _

from engine import links
from engine.models import Claim, Mail, SignOff


def contents(mail: Mail) -> dict[str, object]:
    claim = _claim(mail)
    return {
        "claim": claim,
        "learner": claim.person.name,
        "title": claim.task.title,
        "contested": contested(claim),
        "sign_off_url": links.url("sign_off", claim.pk),
    }


def why_not(mail: Mail, *, now: datetime) -> str:
    claim = _claim(mail)
    if not mail.reader.is_active:
        return _("They are no longer active here.")
    if contested(claim) is None and (claim.ended_at is not None or claim.submitted_at is None):
        return _("It was signed off meanwhile, or it is no longer handed in.")
    return ""


def contested(claim: Claim) -> SignOff | None:
    """Return the sign-off that the learner contests and nobody has settled."""
    return claim.sign_offs.filter(
        contested_at__isnull=False, settled_by=None, credits__voided_at=None, credits__isnull=False
    ).first()


def _claim(mail: Mail) -> Claim:
    assert mail.about_id is not None
    return Claim.objects.select_related("person", "task").get(pk=mail.about_id)
