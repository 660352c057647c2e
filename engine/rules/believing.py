"""What an organisation's reviews make us believe: how its people forget, and how much recall to defend.

A belief has a model for each school of memory, the weight of each school, and a line of defence. It is
reconsidered on each `is_fitting_day`: the schools are fitted first, then foresight draws the line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from engine.rules import fitting
from engine.rules.defence import LINES
from engine.rules.family import SCHOOLS, Model
from engine.rules.fitting import Fit
from engine.rules.foresight import Habits, foresee
from engine.rules.groups import Group
from engine.rules.memory import FloatArray, IntArray
from engine.rules.planning import FIRST_RATINGS

LEAST_HISTORIES = 20  # of two reviews or more
MOST_HISTORIES = 1_000  # in a fit
EARLY_DAYS = 21  # the line follows each fit
FIRST_LINE = 0.5
FORESEEN_PEOPLE = 64
NEGLIGIBLE = 1e-6  # weight of a school below which it is fitted no more
HEARD = 0.02  # weight of a school below which foresight leaves it out
TIE = 0.012  # of the best value: the lower line wins, as foresight flatters the middle ones
MATTERS = 0.05  # of what a person could recall: who gains more by another line wants it
DOUBT = 0.1  # of the people drawn want another line: less is calm
SETTLING_WEEKS = 8  # with a fit each
SETTLED_WEEKS = 4  # from one fit to the next, once no other line would help anybody
KNOWN_FIRSTS = 40  # first reps that the usual shares of first ratings count for

type Fits = Mapping[str, Fit]


@dataclass(frozen=True, kw_only=True)
class Belief:
    models: Mapping[str, Model]  # by school
    weights: Mapping[str, float]  # of the schools; they sum to 1
    line: float = FIRST_LINE
    wanted: float = FIRST_LINE  # by the last fit; after the early days a line moves once two in a row want it
    calm: int = 0  # fits in a row after which hardly anybody drawn would gain by another line

    @property
    def school(self) -> str:
        """The likeliest."""
        return max(self.weights, key=lambda name: self.weights[name])

    @property
    def model(self) -> Model:
        return self.models[self.school]


# Before the first review: FSRS-6, as no school outweighs another.
FIRST = Belief(
    models={name: school.mean for name, school in SCHOOLS.items()},
    weights=dict.fromkeys(SCHOOLS, 1 / len(SCHOOLS)),
)


class Refitted(NamedTuple):
    belief: Belief
    fits: Fits


def refit(belief: Belief, group: Group, some: IntArray) -> Refitted:
    """Fit every school that still counts, and believe each by what it foretold; the line stays."""
    histories = group.histories(some, at_least=2)
    counting = [name for name in SCHOOLS if belief.weights[name] >= NEGLIGIBLE]
    fits = {name: fitting.fit(histories, SCHOOLS[name], start=belief.models[name]) for name in counting}
    models = {**belief.models, **{name: fit.model for name, fit in fits.items()}}
    return Refitted(replace(belief, models=models, weights=fitting.weights(fits)), fits)


def draw_line(
    refitted: Refitted,
    group: Group,
    habits: Habits,
    *,
    elapsed: FloatArray,
    day: int,
    rng: np.random.Generator,
) -> Belief:
    """Take the line that foresight advises on this day since practice began.

    As many people live by each school that counts; then each school counts by its weight. `elapsed` are the
    days since the last review of each pair (people, skills).
    """
    belief, fits = refitted
    names = [name for name in fits if belief.weights[name] >= HEARD]
    each = FORESEEN_PEOPLE // len(names)
    learners = np.flatnonzero(habits.is_taught.any(axis=1))
    some = rng.choice(learners, (len(names), each))
    models = [np.array([fits[name].draw(rng) for _ in range(each)]).T for name in names]
    beliefs = [group.beliefs(people, model) for people, model in zip(some, models, strict=True)]
    people = some.ravel()
    foreseen = foresee(
        fitting.together(beliefs),
        elapsed[people],
        habits.of(people),
        model=np.concatenate(models, axis=1),
        day=day,
        rng=rng,
    )
    school = np.repeat(np.arange(len(names)), each)
    heard = np.array([belief.weights[name] for name in names])
    heard /= heard.sum()
    value = np.array([foreseen.value(school == number) for number in range(len(names))])
    chosen = int(np.flatnonzero(heard @ value >= (heard @ value).max() * (1 - TIE))[0])
    wanted = float(LINES[chosen])
    alone = (foreseen.final + foreseen.mean).reshape(len(LINES), len(names), each)
    wants_another = alone.max(axis=0) * (1 - MATTERS) > alone[chosen]
    return replace(
        belief,
        line=wanted if day < EARLY_DAYS or wanted == belief.wanted else belief.line,
        wanted=wanted,
        calm=belief.calm + 1 if heard @ wants_another.mean(axis=1) < DOUBT else 0,
    )


def first_shares(counts: FloatArray) -> FloatArray:
    """Return how first reps end, again to easy, as these counts and the usual shares have it."""
    mass = KNOWN_FIRSTS * np.array(list(FIRST_RATINGS.values())) + counts
    return mass / mass.sum()


def is_fitting_day(day: int, belief: Belief) -> bool:
    """Four times a week at first, then weekly; from the eighth week every fourth where the line is settled.

    Day 0 is a Monday.
    """
    weeks, weekday = divmod(day, 7)
    if 3 <= day <= 18 and weekday in {0, 1, 3, 4}:
        return True
    is_weekly = weeks < SETTLING_WEEKS or belief.calm == 0
    return weekday == 0 and weeks > 0 and (is_weekly or weeks % SETTLED_WEEKS == 0)
