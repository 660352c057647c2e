"""Keep the state of each memory under a belief equal to what its reviews say, while they go on arriving."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from django.db import transaction

from engine.models import Belief, Memory, State
from engine.practice import histories
from engine.practice.histories import Read
from engine.rules import fitting, pooling
from engine.rules.forgetting import Believed, Evidence
from engine.rules.memory import FloatArray
from people.models import Person

STEPS = 2  # towards what each person's skills have in common; the third moves it hardly
BATCH = 500  # people: what is held in memory at once


def follow(memory: Memory, history: Sequence[Evidence]) -> None:
    """Move the states of one memory to what its whole history leaves; the caller holds the person's lock."""
    if beliefs := Belief.objects.followed():
        ease = _eases(memory, beliefs)
        _write(_moved(memory, belief, ease[belief.pk], history) for belief in beliefs)


def _moved(memory: Memory, belief: Belief, ease: float, history: Sequence[Evidence]) -> State:
    latest = Believed(model=belief.numbers(), ease=ease).follow(history)[-1]
    return State(
        memory=memory, belief=belief, ease=ease, stability=latest.stability, difficulty=latest.difficulty
    )


def _eases(memory: Memory, beliefs: Sequence[Belief]) -> dict[int, float]:
    """Return how easy this skill is for its person under each belief: as built, or as others tell."""
    states = State.objects.filter(memory__person=memory.person_id, belief__in=beliefs)
    found: dict[int, dict[int, float]] = {belief.pk: {} for belief in beliefs}
    for belief_id, skill, ease in states.values_list("belief", "memory__skill", "ease"):
        found[belief_id][skill] = ease
    return {belief.pk: _ease(memory.skill_id, belief, found[belief.pk]) for belief in beliefs}


def _ease(skill: int, belief: Belief, built: Mapping[int, float]) -> float:
    if skill in built:
        return built[skill]
    own, *others = belief.ease_of([skill, *built]).tolist()
    # What a person's skills have in common is the same for all of them.
    common = [ease - other for ease, other in zip(built.values(), others, strict=True)]
    return float(own + (sum(common) / len(common) if common else 0.0))


def build_some(belief: Belief, *, now: datetime) -> int:
    """Build the states of the next people; once there are none, the belief comes into force.

    Returns how many people those were. One batch is one transaction: nothing is left half done, and two at
    once take turns. Plans read the states of a belief only once it is in force.
    """
    with transaction.atomic():
        belief = Belief.objects.select_for_update(no_key=True).get(pk=belief.pk)
        if belief.in_force_since is not None:
            return 0
        people = list(_next_people(belief))
        if people:
            _build(belief, people)
            belief.built_to = people[-1]
        else:
            belief.in_force_since = now
        belief.save(update_fields=["built_to", "in_force_since"])
    return len(people)


def built(belief: Belief) -> int:
    """Return how many people's states are there."""
    return Memory.objects.filter(person__lte=belief.built_to).values("person").distinct().count()


def waiting(belief: Belief) -> int:
    """Return how many people's states are still to be built."""
    return Memory.objects.filter(person__gt=belief.built_to).values("person").distinct().count()


def forget_former() -> None:
    """Remove the states of beliefs that neither plan nor will."""
    followed = [belief.pk for belief in Belief.objects.followed()]
    State.objects.exclude(belief__in=followed).delete()


def _next_people(belief: Belief) -> Iterable[int]:
    remembering = Memory.objects.filter(person__gt=belief.built_to).order_by("person")
    people = list(remembering.values_list("person", flat=True).distinct()[:BATCH])
    # Their answers wait until this batch is written: a state is never older than its memory.
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values("pk"))
    return people


def _build(belief: Belief, people: Sequence[int]) -> None:
    read = histories.read(people)
    ease = _common_ease(read, belief) + belief.ease_of(read.skill.tolist())
    found = fitting.replay(replace(read.histories, ease=ease), belief.numbers())
    stability = fitting.typical_stability(found.stability, found.log_likelihood)
    memories = {
        (person, skill): pk
        for pk, person, skill in Memory.objects.filter(person__in=people).values_list("pk", "person", "skill")
    }
    columns = (read.person, read.skill, ease, stability, found.difficulty)
    _write(
        State(
            memory_id=memories[person, skill],
            belief=belief,
            ease=easy,
            stability=stable,
            difficulty=difficult,
        )
        for person, skill, easy, stable, difficult in zip(*(one.tolist() for one in columns), strict=True)
    )


def _common_ease(read: Read, belief: Belief) -> FloatArray:
    """Return, for each history, how easy its person's skills have in common proved."""
    skill, model = belief.ease_of(read.skill.tolist()), belief.numbers()
    people, row = np.unique(read.person, return_inverse=True)
    common = pooling.unknown(len(people), variance=belief.person_variance)
    for _ in range(STEPS):
        beliefs = fitting.replay(replace(read.histories, ease=common.mean[row] + skill), model)
        slope, curvature = pooling.proved(beliefs.log_likelihood, model)
        common = common.moved(
            np.bincount(row, slope, len(people)), np.bincount(row, curvature, len(people))
        ).of_variance(belief.person_variance)
    return common.mean[row]


def _write(states: Iterable[State]) -> None:
    State.objects.bulk_create(
        states,
        update_conflicts=True,
        unique_fields=["memory", "belief"],
        update_fields=["ease", "stability", "difficulty"],
    )
