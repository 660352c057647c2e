"""What an organisation's reviews make us believe: how its people forget, and how much recall to defend.

A belief is one model for each school of memory, the weight of each school, and a line of defence. It is
reconsidered on `is_fitting_day`: first the schools are fitted, then foresight draws the line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from engine.rules import fitting
from engine.rules.defence import LINES
from engine.rules.family import SCHOOLS, Model
from engine.rules.fitting import Fit, Histories
from engine.rules.foresight import Crowd, foresee
from engine.rules.memory import FloatArray
from engine.rules.planning import FIRST_RATINGS

LEAST_HISTORIES = 20  # of two reviews or more
MOST_HISTORIES = 1_000  # in a fit
EARLY_DAYS = 21  # the line follows each fit
FIRST_LINE = 0.5
FORESEEN_PEOPLE = 64
HEARD = 0.02  # weight of a school below which foresight leaves it out
TIE = 0.012  # of the best value: the lower line wins, as foresight flatters the middle ones
DOUBT = 0.05  # weight of the schools that would want another line: less is calm
KNOWN_FIRSTS = 40  # first reps that the usual shares of first ratings count for

type Fits = Mapping[str, Fit]


@dataclass(frozen=True, kw_only=True)
class Belief:
    models: Mapping[str, Model]  # by school
    weights: Mapping[str, float]  # of the schools; they sum to 1
    line: float = FIRST_LINE
    wanted: float = FIRST_LINE  # by the last fit; after the early days a line moves once two in a row want it
    calm: int = 0  # fits in a row after which hardly any school would want another line

    @property
    def school(self) -> str:
        return max(self.weights, key=lambda name: self.weights[name])

    @property
    def model(self) -> Model:
        return self.models[self.school]


FIRST = Belief(
    models={name: school.mean for name, school in SCHOOLS.items()},
    weights=dict.fromkeys(SCHOOLS, 1 / len(SCHOOLS)),
)


class Refitted(NamedTuple):
    belief: Belief
    fits: Fits


def refit(belief: Belief, histories: Histories) -> Refitted:
    """Fit every school that still counts, and believe each by what it foretold; the line stays."""
    fits = fitting.fit_schools(histories, belief.models, belief.weights)
    models = {**belief.models, **{name: fit.model for name, fit in fits.items()}}
    return Refitted(replace(belief, models=models, weights=fitting.weights(fits)), fits)


def draw_line(refitted: Refitted, crowd: Crowd, *, day: int, rng: np.random.Generator) -> Belief:
    """Take the line that foresight advises to these people, on this day since practice began.

    As many of them live by each school that counts; then each school counts by its weight.
    """
    belief, fits = refitted
    names = [name for name in fits if belief.weights[name] >= HEARD]
    school = np.arange(len(crowd.stability)) % len(names)
    truths = np.array([fits[names[number]].draw(rng) for number in school])
    foreseen = foresee(crowd, model=belief.model, truths=truths, day=day, rng=rng)
    heard = np.array([belief.weights[name] for name in names])
    heard /= heard.sum()
    value = np.array([foreseen.value(school == number) for number in range(len(names))])
    chosen = int(np.flatnonzero(heard @ value >= (heard @ value).max() * (1 - TIE))[0])
    wanted = float(LINES[chosen])
    wants_another = value.max(axis=1) * (1 - TIE) > value[:, chosen]
    return replace(
        belief,
        line=wanted if day < EARLY_DAYS or wanted == belief.wanted else belief.line,
        wanted=wanted,
        calm=belief.calm + 1 if heard @ wants_another < DOUBT else 0,
    )


def first_shares(counts: FloatArray) -> FloatArray:
    """Return how first reps end, again to easy, as these counts and the usual shares have it."""
    mass = KNOWN_FIRSTS * np.array(list(FIRST_RATINGS.values())) + counts
    return mass / mass.sum()


def is_fitting_day(day: int) -> bool:
    """Four times a week at first, then weekly to the eighth week, then every fourth; 0 is a Monday."""
    weekday = day % 7
    return (3 <= day <= 18 and weekday in {0, 1, 3, 4}) or (
        weekday == 0 and day > 0 and (day < 56 or day % 28 == 0)
    )
