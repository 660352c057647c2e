"""On-ramps: the tasks juniors learn on, who takes them, who may decide, and what came of it."""

from engine.models.onramps.claims import Claim, Emergency, Graduate, Loss, Offer, OfferPause
from engine.models.onramps.credits import Credit, SignOff
from engine.models.onramps.github import (
    GitHubAccount,
    GitHubCall,
    GitHubDelivery,
    GitHubIssue,
    Repository,
)
from engine.models.onramps.records import Record, Standing
from engine.models.onramps.requests import Asked, Decision, Request
from engine.models.onramps.tasks import Bound, Change, Task, TeamRules
from engine.models.onramps.tokens import ApiToken, Replay

__all__ = [
    "ApiToken",
    "Asked",
    "Bound",
    "Change",
    "Claim",
    "Credit",
    "Decision",
    "Emergency",
    "GitHubAccount",
    "GitHubCall",
    "GitHubDelivery",
    "GitHubIssue",
    "Graduate",
    "Loss",
    "Offer",
    "OfferPause",
    "Record",
    "Replay",
    "Repository",
    "Request",
    "SignOff",
    "Standing",
    "Task",
    "TeamRules",
]
