"""On-ramps: the tasks juniors learn on, who takes them, who may decide, and what came of it."""

from engine.models.onramps.claims import Claim, Emergency, Graduate, Loss, Offer, OfferPause
from engine.models.onramps.credits import Credit, SignOff
from engine.models.onramps.records import Record, Standing
from engine.models.onramps.requests import Asked, Decision, Request
from engine.models.onramps.tasks import Bound, Change, Task, TeamRules

__all__ = [
    "Asked",
    "Bound",
    "Change",
    "Claim",
    "Credit",
    "Decision",
    "Emergency",
    "Graduate",
    "Loss",
    "Offer",
    "OfferPause",
    "Record",
    "Request",
    "SignOff",
    "Standing",
    "Task",
    "TeamRules",
]
