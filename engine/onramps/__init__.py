"""On-ramps: take, request, approve, sign off; from a task to the memory that its work leaves."""

from engine.errors import LostRace, NotAllowed
from engine.onramps.clockwork import Kept, keep
from engine.onramps.holding import notice, recompute, release, revise
from engine.onramps.intake import Said, Saved, close, reopen, save_task, save_tasks
from engine.onramps.judging import Judgement, may
from engine.onramps.lapsing import lapse
from engine.onramps.offering import (
    accept,
    decline,
    offer_again,
    offer_due,
    pause_offers,
    wants_a_pause,
)
from engine.onramps.taking import invite, take, take_in_emergency
from engine.onramps.task_sheets import load_tasks, read_tasks

__all__ = [
    "Judgement",
    "Kept",
    "LostRace",
    "NotAllowed",
    "Said",
    "Saved",
    "accept",
    "close",
    "decline",
    "invite",
    "keep",
    "lapse",
    "load_tasks",
    "may",
    "notice",
    "offer_again",
    "offer_due",
    "pause_offers",
    "read_tasks",
    "recompute",
    "release",
    "reopen",
    "revise",
    "save_task",
    "save_tasks",
    "take",
    "take_in_emergency",
    "wants_a_pause",
]
