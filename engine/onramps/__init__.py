"""On-ramps: take, request, approve, sign off; from a task to the memory that its work leaves."""

from engine.errors import LostRace, NotAllowed
from engine.onramps.holding import notice, recompute, release, revise
from engine.onramps.judging import Judgement, may
from engine.onramps.logbook import Logbook, logbook_of
from engine.onramps.signing import contest, linked_skills, reopen, settle, sign_off, void
from engine.onramps.taking import invite, take, take_in_emergency
from engine.onramps.working import close, hand_back, hand_in, supervise, write

__all__ = [
    "Judgement",
    "Logbook",
    "LostRace",
    "NotAllowed",
    "close",
    "contest",
    "hand_back",
    "hand_in",
    "invite",
    "linked_skills",
    "logbook_of",
    "may",
    "notice",
    "recompute",
    "release",
    "reopen",
    "revise",
    "settle",
    "sign_off",
    "supervise",
    "take",
    "take_in_emergency",
    "void",
    "write",
]
