"""On-ramps: take, request, approve, sign off; from a task to the memory that its work leaves."""

from engine.errors import LostRace, NotAllowed
from engine.onramps.approvers import manages, teams_of
from engine.onramps.deputies import choose_deputy, possible_deputies
from engine.onramps.holding import notice, recompute, release, revise
from engine.onramps.judging import Judgement, may
from engine.onramps.letter import queue_letters
from engine.onramps.picture import TeamPicture, picture_of
from engine.onramps.taking import invite, take, take_in_emergency

__all__ = [
    "Judgement",
    "LostRace",
    "NotAllowed",
    "TeamPicture",
    "choose_deputy",
    "invite",
    "manages",
    "may",
    "notice",
    "picture_of",
    "possible_deputies",
    "queue_letters",
    "recompute",
    "release",
    "revise",
    "take",
    "take_in_emergency",
    "teams_of",
]
