"""On-ramps: take, request, approve, sign off; from a task to the memory that its work leaves."""

from engine.errors import LostRace, NotAllowed
from engine.onramps.answering import accept, decline
from engine.onramps.deciding import decide, decide_many, entitled
from engine.onramps.emergencies import may_review, review, to_review
from engine.onramps.holding import notice, recompute, release, revise
from engine.onramps.inbox import cost_of_yes, inbox_of
from engine.onramps.judging import Judgement, may
from engine.onramps.request_states import RequestState, state_of
from engine.onramps.requesting import ask, withdraw
from engine.onramps.revoking import revoke
from engine.onramps.taking import invite, take, take_in_emergency

__all__ = [
    "Judgement",
    "LostRace",
    "NotAllowed",
    "RequestState",
    "accept",
    "ask",
    "cost_of_yes",
    "decide",
    "decide_many",
    "decline",
    "entitled",
    "inbox_of",
    "invite",
    "may",
    "may_review",
    "notice",
    "recompute",
    "release",
    "review",
    "revise",
    "revoke",
    "state_of",
    "take",
    "take_in_emergency",
    "to_review",
    "withdraw",
]
