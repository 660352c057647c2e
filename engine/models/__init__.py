"""The engine's tables, one module for each of its rooms."""

from engine.models.delivery import Alert, BounceEvent, Heartbeat, Mail, Relay
from engine.models.practice import Answer, Enrolment, Memory, Rep, Review, Workout
from engine.models.remarks import Remark

__all__ = [
    "Alert",
    "Answer",
    "BounceEvent",
    "Enrolment",
    "Heartbeat",
    "Mail",
    "Memory",
    "Relay",
    "Remark",
    "Rep",
    "Review",
    "Workout",
]
