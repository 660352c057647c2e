"""On-ramps: take, request, approve, sign off; from a task to the memory that its work leaves."""

from engine.errors import LostRace, NotAllowed
from engine.onramps.holding import notice, recompute, release, revise
from engine.onramps.judging import Judgement, may
from engine.onramps.taking import invite, take, take_in_emergency

__all__ = [
    "Judgement",
    "LostRace",
    "NotAllowed",
    "invite",
    "may",
    "notice",
    "recompute",
    "release",
    "revise",
    "take",
    "take_in_emergency",
]
