"""On-ramps: take, request, approve, sign off; from a task to the memory that its work leaves."""

from engine.errors import LostRace, NotAllowed
from engine.onramps.holding import notice, recompute, release, revise, set_due_date
from engine.onramps.judging import Judgement, may, may_each
from engine.onramps.lapsing import lapse
from engine.onramps.offering import accept, decline, offer_again, offer_due, pause_offers, wants_a_pause
from engine.onramps.taking import invite, take, take_in_emergency

__all__ = [
    "Judgement",
    "LostRace",
    "NotAllowed",
    "accept",
    "decline",
    "invite",
    "lapse",
    "may",
    "may_each",
    "notice",
    "offer_again",
    "offer_due",
    "pause_offers",
    "recompute",
    "release",
    "revise",
    "set_due_date",
    "take",
    "take_in_emergency",
    "wants_a_pause",
]
