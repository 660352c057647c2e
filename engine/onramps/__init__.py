"""On-ramps: take, request, approve, sign off; from a task to the memory that its work leaves."""

from engine.errors import LostRace, NotAllowed
from engine.onramps.graduates import graduate, load_graduates, take_back
from engine.onramps.holding import notice, recompute, release, revise
from engine.onramps.judging import Judgement, may
from engine.onramps.modes import begin_observing, set_mode
from engine.onramps.taking import invite, take, take_in_emergency

__all__ = [
    "Judgement",
    "LostRace",
    "NotAllowed",
    "begin_observing",
    "graduate",
    "invite",
    "load_graduates",
    "may",
    "notice",
    "recompute",
    "release",
    "revise",
    "set_mode",
    "take",
    "take_back",
    "take_in_emergency",
]
