"""How people forget: what reviews have told of it so far, what plans make of it, and how that came about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from engine.admin import pace_pictures
from engine.admin.one_page import OnePageAdmin
from engine.models import Belief
from engine.practice import states
from engine.rules import family
from engine.rules.family import SCHOOLS, Model
from engine.rules.memory import Rating

SCHOOL_NAMES: Mapping[str, Any] = {
    "fsrs": _("each recall makes it last longer, most when it was nearly forgotten (FSRS-6)"),
    "memorize": _("each recall makes it last longer, however soon it comes (MEMORIZE)"),
    "traces": _("each practice leaves a trace of its own (ACT-R)"),
    "open": _("like none of the known models"),
}
assert SCHOOL_NAMES.keys() == SCHOOLS.keys()
REPS_ON = (0, 3, 10, 24)  # days, all of them good
DAYS = 60
FINE = 4  # points of a day
WORTH_NAMING = 0.01  # of weight
MOST_EARLIER = 12


@dataclass(frozen=True, kw_only=True)
class School:
    name: Any
    percent: int


@dataclass(frozen=True, kw_only=True)
class Told:
    """A belief as the page tells it."""

    belief: Belief
    schools: Sequence[School]  # the likeliest first
    line: int  # percent
    attendance: int  # percent


@admin.register(Belief)
class BeliefAdmin(OnePageAdmin):
    list_name = _("How people forget")
    page_template = "admin/engine/belief/beliefs.html"

    def shown(self, request: HttpRequest) -> dict[str, Any]:
        current, made = Belief.objects.in_force(), Belief.objects.in_the_making()
        return {
            "current": _told(current) if current else None,
            "made": made,
            "waiting": states.waiting(made) if made else 0,
            "built": states.built(made) if made else 0,
            "drawn": _drawn(current) if current else None,
            "reps_on": REPS_ON,
            "fits": [_told(belief) for belief in Belief.objects.all()[:MOST_EARLIER]],
        }


def _told(belief: Belief) -> Told:
    weights = sorted(((one["weight"], name) for name, one in belief.schools.items()), reverse=True)
    return Told(
        belief=belief,
        schools=[
            School(name=SCHOOL_NAMES.get(name, name), percent=round(100 * weight))
            for weight, name in weights
            if weight >= WORTH_NAMING
        ],
        line=round(100 * belief.line),
        attendance=round(100 * belief.attendance),
    )


def _drawn(belief: Belief) -> pace_pictures.Picture:
    lines = {"believed": belief.numbers(), "usual": SCHOOLS["fsrs"].mean}
    return pace_pictures.fading(((name, list(_course(model))) for name, model in lines.items()), days=DAYS)


def _course(model: Model) -> Iterator[tuple[float, float]]:
    """Yield the chance of recall of one skill over the days, with a good rep on each of REPS_ON."""
    good = np.array([Rating.GOOD])
    stability, difficulty = family.first(good, model)
    for here, after in zip(REPS_ON, (*REPS_ON[1:], DAYS), strict=True):
        elapsed = np.arange((after - here) * FINE + 1) / FINE
        chances = family.retrievability(stability, elapsed, model)
        yield from zip((here + elapsed).tolist(), chances.tolist(), strict=True)
        stability, difficulty, _ = family.review(
            stability, difficulty, np.array([float(after - here)]), good, model
        )
