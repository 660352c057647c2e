"""Accept or decline an offered task, whatever it is offered for."""

from datetime import datetime
from importlib import import_module
from typing import Any

from engine.models import Claim, Offer
from engine.onramps import deciding


def accept(offer: Offer, *, now: datetime) -> Claim:
    """Begin an offered task."""
    if offer.purpose == Offer.Purpose.APPROVED:
        return deciding.accept(offer, now=now)
    return _routed().accept(offer, now=now)


def decline(offer: Offer, *, now: datetime) -> Any:
    """Let an offered task pass."""
    if offer.purpose == Offer.Purpose.APPROVED:
        return deciding.decline(offer, now=now)
    return _routed().decline(offer, now=now)


def _routed() -> Any:
    return import_module("engine.onramps.offering")
