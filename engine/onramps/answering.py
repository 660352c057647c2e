"""Accept or decline an offered task, whatever it is offered for."""

from datetime import datetime

from engine.models import Claim, Offer
from engine.onramps import deciding, offering


def accept(offer: Offer, *, now: datetime) -> Claim:
    """Begin an offered task."""
    door = deciding if offer.purpose == Offer.Purpose.APPROVED else offering
    return door.accept(offer, now=now)


def decline(offer: Offer, *, now: datetime) -> None:
    """Let an offered task pass."""
    door = deciding if offer.purpose == Offer.Purpose.APPROVED else offering
    door.decline(offer, now=now)
