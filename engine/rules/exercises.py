"""Which exercise of a skill fits a person today: the AI policy, and what they have not seen lately."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

FIRST_REPS = 4  # of a new skill; who lets AI do it from the start never learns to check it


@dataclass(frozen=True, kw_only=True)
class Exercise:
    key: int  # how the caller finds it again
    slug: str
    ai: str  # off, coach or free
    minutes: int
    kind: str


class Stage(StrEnum):
    FIRST_REPS = "first reps"
    LATER = "later"
    EXPERT_TURN = "expert's turn with AI"


class AiPolicy(NamedTuple):
    """What an exercise's `ai` or `kind` must be; both hold only where the skill has such an exercise."""

    only: frozenset[str]
    first: frozenset[str]


AI_POLICY = {
    Stage.FIRST_REPS: AiPolicy(only=frozenset({"off", "coach"}), first=frozenset()),
    Stage.LATER: AiPolicy(only=frozenset(), first=frozenset()),
    Stage.EXPERT_TURN: AiPolicy(only=frozenset(), first=frozenset({"free", "delegate"})),
}


def stage(*, reps_done: int, is_expert: bool) -> Stage:
    """Experts work with AI every second rep, but not the first: a new skill is new to them too."""
    if reps_done < FIRST_REPS:
        return Stage.FIRST_REPS
    return Stage.EXPERT_TURN if is_expert and reps_done % 2 == 0 else Stage.LATER


def in_order_of_preference(
    exercises: Iterable[Exercise],
    *,
    reps_done: int,
    is_expert: bool,
    last_seen: Mapping[str, int],
    seed: str,
    unwanted: Collection[str] = (),
) -> list[Exercise]:
    """Return the exercises that fit, best first: by the AI policy, then never seen, then seen longest ago.

    `last_seen` maps slugs to numbers that grow with time; `seed` settles ties, so that two people do not meet
    them in one order. The slugs in `unwanted`, which the person called not useful, are left out while the
    skill has another: their word goes before the AI policy, which holds among what is left.
    """
    policy = AI_POLICY[stage(reps_done=reps_done, is_expert=is_expert)]

    def preference(exercise: Exercise) -> tuple[bool, bool, int, bytes]:
        return (
            not _is_among(policy.first, exercise),
            exercise.slug in last_seen,
            last_seen.get(exercise.slug, 0),
            hashlib.blake2b(f"{seed}/{exercise.slug}".encode(), digest_size=8).digest(),
        )

    everything = list(exercises)
    wanted = [exercise for exercise in everything if exercise.slug not in unwanted] or everything
    allowed = [exercise for exercise in wanted if _is_among(policy.only, exercise)]
    return sorted(allowed or wanted, key=preference)


def _is_among(words: frozenset[str], exercise: Exercise) -> bool:
    return exercise.ai in words or exercise.kind in words
