"""Keep the state of each memory under a belief equal to what its reviews say, while they go on arriving."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from engine.models import Belief, Memory, State
from engine.practice import histories
from engine.rules import fitting
from engine.rules.forgetting import Believed, Evidence
from people.models import Person

BATCH = 500  # people: what is held in memory at once


def follow(memory: Memory, history: Sequence[Evidence]) -> None:
    """Move the states of one memory to what its whole history leaves; the caller holds the person's lock."""
    _write(_moved(memory, belief, history) for belief in Belief.objects.followed())


def _moved(memory: Memory, belief: Belief, history: Sequence[Evidence]) -> State:
    latest = Believed(model=belief.numbers()).follow(history)[-1]
    return State(memory=memory, belief=belief, stability=latest.stability, difficulty=latest.difficulty)


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
    found = fitting.replay(read.histories, belief.numbers())
    stability = fitting.typical_stability(found.stability, found.log_likelihood)
    memories = {
        (person, skill): pk
        for pk, person, skill in Memory.objects.filter(person__in=people).values_list("pk", "person", "skill")
    }
    columns = (read.person, read.skill, stability, found.difficulty)
    _write(
        State(memory_id=memories[person, skill], belief=belief, stability=stable, difficulty=difficult)
        for person, skill, stable, difficult in zip(*(one.tolist() for one in columns), strict=True)
    )


def _write(states: Iterable[State]) -> None:
    State.objects.bulk_create(
        states,
        update_conflicts=True,
        unique_fields=["memory", "belief"],
        update_fields=["stability", "difficulty"],
    )
