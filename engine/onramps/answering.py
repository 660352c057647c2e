"""Accept or decline an offered task, whatever it is offered for."""

from datetime import datetime

from engine.models import Claim, Offer
from engine.onramps import deciding, offering


def accept(offer: Offer, *, now: datetime) -> Claim:
    """Begin an offered task."""
    door = deciding if offer.purpose == Offer.Purpose.APPROVED else offering
    return door.accept(offer, now=now)


def decline(offer: Offer, *, now: datetime) -> Claim | None:
    """Let an offered task pass; return the claim that begins instead, of who asked and was told yes."""
    if offer.purpose == Offer.Purpose.APPROVED:
        return deciding.decline(offer, now=now)
    offering.decline(offer, now=now)
    return None
