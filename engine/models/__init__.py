"""The engine's tables, one module for each of its rooms."""

from engine.models.delivery import Alert, BounceEvent, Heartbeat, Mail, Relay
from engine.models.practice import Answer, Enrolment, Memory, Rep, Review, Workout

__all__ = [
    "Alert",
    "Answer",
    "BounceEvent",
    "Enrolment",
    "Heartbeat",
    "Mail",
    "Memory",
    "Relay",
    "Rep",
    "Review",
    "Workout",
]
