"""What a person's skills have in common, and what a skill has in common for all: some are easy, some hard.

The log ease of a skill for a person is the sum of both and of what is left, which a fit sums over. The two
are random effects: each is drawn to zero unless many histories speak for it (Gelman and Hill 2007, ch. 12).
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from engine.rules import fitting
from engine.rules.family import Model, Number
from engine.rules.fitting import Beliefs
from engine.rules.memory import FloatArray, IntArray

FIRST_VARIANCE = 0.5**2
WORTH = 2.0  # of fully known persons, or skills: how much the first variance counts


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Log ease of each person, or of each skill; its variance among them; and how well it foretold."""

    mean: FloatArray
    variance: float
    log_evidence: FloatArray

    def moved(self, slope: FloatArray, curvature: FloatArray) -> Self:
        """Take a step of Newton's on the log posterior, then estimate the variance anew (MacKay 1992).

        The evidence is what integrating over each effect adds, by Laplace's method, to a fit with `self`.
        """
        precision = curvature + 1 / self.variance
        mean = (slope + curvature * self.mean) / precision
        gained = precision * (mean - self.mean) ** 2 - self.mean**2 / self.variance
        known = float((curvature / precision).sum())
        return replace(
            self,
            mean=mean,
            variance=(float((mean**2).sum()) + WORTH * FIRST_VARIANCE) / (known + WORTH),
            log_evidence=(gained - np.log(precision * self.variance)) / 2,
        )

    def of_variance(self, variance: float) -> Self:
        """Return the same with a variance that is known."""
        return replace(self, variance=variance)


def unknown(count: int, *, variance: float = FIRST_VARIANCE) -> Effects:
    return known(np.zeros(count), variance=variance)


def known(mean: FloatArray, *, variance: float) -> Effects:
    return Effects(mean=mean, variance=variance, log_evidence=np.zeros(len(mean)))


@dataclass(frozen=True, kw_only=True)
class Pool:
    person: Effects
    skill: Effects

    @property
    def ease(self) -> FloatArray:
        """Of pairs (people, skills)."""
        return self.person.mean[:, None] + self.skill.mean

    def log_evidence(self, people: IntArray) -> float:
        """How much better it foretold the reviews of these people than if nothing had been easy or hard."""
        return float(self.person.log_evidence[people].sum() + self.skill.log_evidence.sum())


def pool(before: Pool, beliefs: Beliefs, model: Model) -> Pool:
    """Take one step from `before`, with which `beliefs` (eases, people, skills) came about."""
    slope, curvature = proved(beliefs.log_likelihood, model)
    person = before.person.moved(slope.sum(axis=1), curvature.sum(axis=1))
    slope -= curvature * (person.mean - before.person.mean)[:, None]
    return Pool(person=person, skill=before.skill.moved(slope.sum(axis=0), curvature.sum(axis=0)))


def proved(log_likelihood: FloatArray, model: Model) -> tuple[FloatArray, FloatArray]:
    """Return slope and curvature of each pair's log likelihood, as a function of its common ease.

    The slope is what the pair proved easier than expected, over the variance; the curvature tells how much of
    the variance is settled. `log_likelihood` is by ease first.
    """
    variance = np.exp(2 * model[Number.SPREAD])
    left = fitting.eases(model).reshape(-1, *[1] * (log_likelihood.ndim - 1))
    share = fitting.share(log_likelihood)
    surplus = (share * left).sum(axis=0)
    settled = variance - ((share * left**2).sum(axis=0) - surplus**2)
    return surplus / variance, np.maximum(settled, 0) / variance**2
