"""Keep the state of each memory under a belief equal to what its reviews say, while they go on arriving."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from engine.models import Belief, Memory, State
from engine.practice import histories
from engine.rules import fitting
from engine.rules.family import Model
from engine.rules.fitting import Histories
from engine.rules.memory import FloatArray, Rating
from people.models import Person

BATCH = 500  # people: what is held in memory at once


def follow(memory: Memory, history: Sequence[tuple[date, Rating]]) -> None:
    """Move the states of one memory to what its whole history leaves; the caller holds the person's lock."""
    if beliefs := Belief.objects.followed():
        one = histories.of_one(history)
        _write(
            State(memory=memory, belief=belief, **_only(under(one, belief.numbers()))) for belief in beliefs
        )


def under(reviews: Histories, model: Model) -> tuple[FloatArray, FloatArray]:
    """Return stability and difficulty after each history, as the model has them."""
    beliefs = fitting.replay(reviews, model)
    return fitting.typical_stability(beliefs.stability, beliefs.log_likelihood), beliefs.difficulty


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
    stability, difficulty = under(read.histories, belief.numbers())
    memories = {
        (person, skill): pk
        for pk, person, skill in Memory.objects.filter(person__in=people).values_list("pk", "person", "skill")
    }
    pairs = zip(read.person.tolist(), read.skill.tolist(), strict=True)
    numbers = zip(stability.tolist(), difficulty.tolist(), strict=True)
    _write(
        State(memory_id=memories[pair], belief=belief, stability=stable, difficulty=difficult)
        for pair, (stable, difficult) in zip(pairs, numbers, strict=True)
    )


def _write(states: Iterable[State]) -> None:
    State.objects.bulk_create(
        states,
        update_conflicts=True,
        unique_fields=["memory", "belief"],
        update_fields=["stability", "difficulty"],
    )


def _only(columns: tuple[FloatArray, FloatArray]) -> dict[str, float]:
    stability, difficulty = columns
    return {"stability": float(stability[0]), "difficulty": float(difficulty[0])}
