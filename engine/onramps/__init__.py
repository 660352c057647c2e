"""On-ramps: take, request, approve, sign off; from a task to the memory that its work leaves."""

from engine.errors import LostRace, NotAllowed
from engine.onramps.answering import accept, decline
from engine.onramps.approvers import manages, teams_of
from engine.onramps.clockwork import Kept, keep
from engine.onramps.deciding import decide, decide_many, entitled
from engine.onramps.deputies import choose_deputy, possible_deputies
from engine.onramps.emergencies import may_review, review, to_review
from engine.onramps.graduates import graduate, load_graduates, take_back
from engine.onramps.holding import notice, recompute, release, revise, set_due_date
from engine.onramps.inbox import cost_of_yes, inbox_of
from engine.onramps.intake import Said, Saved, save_task, save_tasks
from engine.onramps.judging import Judgement, may, may_each
from engine.onramps.lapsing import lapse
from engine.onramps.letter import queue_letters
from engine.onramps.logbook import Logbook, logbook_of
from engine.onramps.modes import begin_observing, set_mode
from engine.onramps.offering import (
    offer_again,
    offer_due,
    pause_offers,
    wants_a_pause,
)
from engine.onramps.picture import TeamPicture, picture_of
from engine.onramps.request_states import RequestState, state_of
from engine.onramps.requesting import ask, withdraw
from engine.onramps.revoking import revoke
from engine.onramps.signing import contest, linked_skills, reopen, settle, sign_off, void
from engine.onramps.taking import invite, take, take_in_emergency
from engine.onramps.task_sheets import load_tasks, read_tasks
from engine.onramps.working import close, hand_back, hand_in, supervise, write

__all__ = [
    "Judgement",
    "Kept",
    "Logbook",
    "LostRace",
    "NotAllowed",
    "RequestState",
    "Said",
    "Saved",
    "TeamPicture",
    "accept",
    "ask",
    "begin_observing",
    "choose_deputy",
    "close",
    "contest",
    "cost_of_yes",
    "decide",
    "decide_many",
    "decline",
    "entitled",
    "graduate",
    "hand_back",
    "hand_in",
    "inbox_of",
    "invite",
    "keep",
    "lapse",
    "linked_skills",
    "load_graduates",
    "load_tasks",
    "logbook_of",
    "manages",
    "may",
    "may_each",
    "may_review",
    "notice",
    "offer_again",
    "offer_due",
    "pause_offers",
    "picture_of",
    "possible_deputies",
    "queue_letters",
    "read_tasks",
    "recompute",
    "release",
    "reopen",
    "review",
    "revise",
    "revoke",
    "save_task",
    "save_tasks",
    "set_due_date",
    "set_mode",
    "settle",
    "sign_off",
    "state_of",
    "supervise",
    "take",
    "take_back",
    "take_in_emergency",
    "teams_of",
    "to_review",
    "void",
    "wants_a_pause",
    "withdraw",
    "write",
]
