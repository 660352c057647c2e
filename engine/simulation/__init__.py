"""A planner against simulated people: worlds that forget, policies that choose, trials that tell."""

from engine.simulation.policies import BASELINES, POLICIES
from engine.simulation.policies.base import Policy
from engine.simulation.trial import Outcome, Setting, Trial, simulate
from engine.simulation.worlds import WORLDS, NotAWorld, world_named

__all__ = [
    "BASELINES",
    "POLICIES",
    "WORLDS",
    "NotAWorld",
    "Outcome",
    "Policy",
    "Setting",
    "Trial",
    "simulate",
    "world_named",
]
