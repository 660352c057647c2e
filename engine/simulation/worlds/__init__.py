"""Worlds: how simulated people really forget. No policy sees into one.

A world file of one's own defines a class `World` with what the protocol here asks for.
"""

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, cast

import numpy as np

from engine.rules.memory import FloatArray, IntArray
from engine.simulation.worlds import a, b, c


class World(Protocol):
    """Days are calendar days; day 0 is a Monday."""

    def recall(self, day: float) -> FloatArray:
        """Return the true chance of recall (people, skills); 0 where never practised."""

    def practise(self, day: float, person: IntArray, skill: IntArray, rng: np.random.Generator) -> IntArray:
        """Move the truth of these pairs, none given twice, and return their ratings, 1 to 4."""


class MakesWorld(Protocol):
    def __call__(self, rng: np.random.Generator, people: int, skills: int) -> World: ...


class NotAWorld(ValueError):
    """There is no such world, or its file defines none; the message says which."""


WORLDS: Mapping[str, MakesWorld] = {"A": a.World, "B": b.World, "C": c.World}


def world_named(name: str) -> MakesWorld:
    """Return the world of this letter, or the one that a Python file defines."""
    if name in WORLDS:
        return WORLDS[name]
    if not Path(name).is_file():
        raise NotAWorld(f"{name!r} is neither one of {', '.join(WORLDS)} nor a file; give a path to one.")
    made = runpy.run_path(name).get("World")
    if made is None:
        raise NotAWorld(f"{name} defines no class World; see engine/simulation/worlds/c.py for a short one.")
    return cast(MakesWorld, made)
