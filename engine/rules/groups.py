"""The reviews of some people as one array, and what a model makes of them."""

from dataclasses import dataclass

import numpy as np

from engine.rules import fitting
from engine.rules.family import Model
from engine.rules.fitting import Beliefs, Histories
from engine.rules.memory import FloatArray, IntArray


@dataclass(frozen=True, kw_only=True)
class Group:
    """By person and skill; `elapsed` and `rating` (people, skills, longest) are filled for `reviews`."""

    elapsed: FloatArray  # days since the review before
    rating: IntArray
    reviews: IntArray  # (people, skills)

    @property
    def skills(self) -> int:
        return self.reviews.shape[1]

    def histories(self, people: IntArray, *, at_least: int = 1) -> Histories:
        """Return a row for each pair with enough reviews."""
        longest = self.rating.shape[2]
        reviews = np.minimum(self.reviews[people], longest)
        person, skill = np.nonzero(reviews >= at_least)
        places = slice(int(reviews.max(initial=1)))
        rows = people[person], skill
        return Histories(
            elapsed=self.elapsed[rows][:, places],
            rating=self.rating[rows][:, places],
            reviews=reviews[person, skill],
        )

    def beliefs(self, people: IntArray, model: Model) -> Beliefs:
        """Return what a model, or one for each of these people, believes of them (eases, people, skills)."""
        person, skill = pairs = np.nonzero(self.reviews[people])
        found = fitting.replay(self.histories(people), model if model.ndim == 1 else model[:, person])
        shape = (len(people), self.skills)
        stability = np.full((len(fitting.EASES), *shape), np.nan)
        log_likelihood, difficulty = np.zeros(stability.shape), np.full(shape, np.nan)
        stability[:, person, skill] = found.stability
        log_likelihood[:, person, skill] = found.log_likelihood
        difficulty[pairs] = found.difficulty
        by_ease = np.broadcast_to(fitting.eases(model).reshape(len(fitting.EASES), -1, 1), stability.shape)
        return Beliefs(
            ease=by_ease, stability=stability, log_likelihood=log_likelihood, difficulty=difficulty
        )
