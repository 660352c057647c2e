"""Policies: who practises what on a day. One file for each idea; they see a record, never a world."""

from collections.abc import Mapping

from engine.simulation.policies.base import Policy
from engine.simulation.policies.fixed import Drip, OneOff
from engine.simulation.policies.fsrs_due import FsrsDue, FsrsDueNew
from engine.simulation.policies.greedy import Greedy
from engine.simulation.policies.leitner import Leitner, LeitnerNew
from engine.simulation.policies.rampart import Rampart, RampartThrifty
from engine.simulation.policies.sm2 import SM2, SM2New

BASELINES: Mapping[str, type[Policy]] = {
    "one-off": OneOff,
    "drip": Drip,
    "leitner": Leitner,
    "leitner-new": LeitnerNew,
    "sm2": SM2,
    "sm2-new": SM2New,
    "fsrs-due": FsrsDue,
    "fsrs-due-new": FsrsDueNew,
    "greedy": Greedy,
}
POLICIES: Mapping[str, type[Policy]] = {"rampart": Rampart, "rampart-thrifty": RampartThrifty, **BASELINES}
