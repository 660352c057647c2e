"""How people here forget, as far as reviews have told; and what each memory comes to under that belief."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from engine.models.practice import Memory
from engine.rules import believing, family, pooling
from engine.rules.family import Model
from engine.rules.forgetting import PUBLISHED, Believed, Forgetting
from engine.rules.memory import FloatArray
from engine.rules.pooling import Pool

DIGITS = 6


class BeliefQuerySet(models.QuerySet["Belief"]):
    def understood(self) -> "BeliefQuerySet":
        """Those of the family that this version computes with."""
        return self.filter(model=family.MODEL)

    def latest_understood(self) -> "Belief | None":
        return self.understood().order_by("-pk").first()

    def in_force(self) -> "Belief | None":
        return self.understood().filter(in_force_since__isnull=False).order_by("-pk").first()

    def forgetting(self) -> Forgetting:
        """Return how memories are told of: as plans go, so that mails and pages say the same."""
        belief = self.in_force()
        return Believed(model=belief.numbers()) if belief else PUBLISHED

    def forgetting_of(self, person_id: int) -> Callable[[int], Forgetting]:
        """Return the same for one person, by the row id of a skill: some are easy for them, some hard."""
        belief = self.in_force()
        if belief is None:
            return lambda skill: PUBLISHED
        own = State.objects.filter(belief=belief, memory__person=person_id)
        ease, model = dict(own.values_list("memory__skill", "ease")), belief.numbers()
        return lambda skill: Believed(model=model, ease=ease.get(skill, 0.0))

    def in_the_making(self) -> "Belief | None":
        """The latest, while its states are being built."""
        latest = self.latest_understood()
        return latest if latest and latest.in_force_since is None else None

    def followed(self) -> "list[Belief]":
        """Those whose states follow each review: the one that plans, and the one that is being built."""
        return [belief for belief in (self.in_force(), self.in_the_making()) if belief]


class Belief(models.Model):
    """One row for each time it was reconsidered; plans go by the last that is in force."""

    fitted_on = models.DateField(_("fitted on"), help_text=_("The organisation's date."), unique=True)
    model = models.CharField(_("family"), max_length=20, default=family.MODEL)
    school = models.CharField(_("school of memory"), max_length=20, help_text=_("The likeliest."))
    schools = models.JSONField(
        _("schools"),
        help_text="By name: weight, numbers as family.Number has them, and what is easy under it.",
    )
    line = models.FloatField(
        _("line of defence"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Recall below it is defended before new skills come; 0 introduces and spreads."),
    )
    wanted = models.FloatField(_("line by the last fit"), help_text=_("A line moves once two fits want it."))
    calm = models.PositiveSmallIntegerField(
        _("calm"),
        help_text=_("Fits in a row after which hardly anybody foreseen would gain by another line."),
    )
    attendance = models.FloatField(_("attendance"), help_text=_("Of workouts sent lately, those answered."))
    people = models.PositiveIntegerField(_("people"), help_text=_("Whose reviews it was fitted to."))
    reviews = models.PositiveIntegerField(_("reviews"), help_text=_("It was fitted to."))
    built_to = models.PositiveBigIntegerField(
        _("built to"), default=0, help_text="States are there for people up to this row id."
    )
    in_force_since = models.DateTimeField(_("in force since"), null=True)

    objects = BeliefQuerySet.as_manager()

    class Meta:
        verbose_name = _("how people forget")
        verbose_name_plural = _("how people forget")
        ordering = ["-fitted_on"]

    def __str__(self) -> str:
        return f"{self.model}/{self.fitted_on}"

    def rules(self, *, people: int, skills: Sequence[int]) -> believing.Belief:
        """Return what the rules go on from with new people, whose ease is still unknown, and these skills."""
        return believing.Belief(
            models={name: family.model_of(school["numbers"]) for name, school in self.schools.items()},
            weights={name: school["weight"] for name, school in self.schools.items()},
            pools={
                name: Pool(
                    person=pooling.unknown(people, variance=school["person_variance"]),
                    skill=pooling.known(_ease(school, skills), variance=school["skill_variance"]),
                )
                for name, school in self.schools.items()
            },
            line=self.line,
            wanted=self.wanted,
            calm=self.calm,
        )

    def numbers(self) -> Model:
        """Return the model of the likeliest school."""
        return family.model_of(self._likeliest["numbers"])

    def ease_of(self, skills: Sequence[int]) -> FloatArray:
        """Return the log ease of skills by row id, 0 where nothing is known."""
        return _ease(self._likeliest, skills)

    @property
    def person_variance(self) -> float:
        """Of log ease among people."""
        return float(self._likeliest["person_variance"])

    @property
    def _likeliest(self) -> Mapping[str, Any]:
        school: Mapping[str, Any] = self.schools[self.school]
        return school


def written(belief: believing.Belief, skills: Sequence[int]) -> dict[str, Any]:
    """Return what `Belief.schools` stores; `skills` are the row ids of the pools' columns."""
    return {
        name: {
            "weight": belief.weights[name],
            "numbers": belief.models[name].tolist(),
            "person_variance": belief.pools[name].person.variance,
            "skill_variance": belief.pools[name].skill.variance,
            "skills": {
                str(skill): round(ease, DIGITS)
                for skill, ease in zip(skills, belief.pools[name].skill.mean.tolist(), strict=True)
            },
        }
        for name in belief.models
    }


def _ease(school: Mapping[str, Any], skills: Sequence[int]) -> FloatArray:
    return np.array([school["skills"].get(str(skill), 0.0) for skill in skills])


class State(models.Model):
    """What one memory is under one belief: rebuilt from reviews whole, and moved with each new one."""

    # Memories go when their last review is voided; then there is nothing to believe of them.
    memory = models.ForeignKey(Memory, models.CASCADE, related_name="states", db_index=False)
    belief = models.ForeignKey(Belief, models.PROTECT, related_name="states", db_index=False)
    ease = models.FloatField(
        help_text="Log ease of the skill for the person, before this memory's own reviews."
    )
    stability = models.FloatField(help_text="Days until retrievability falls to 90 %.")
    difficulty = models.FloatField(help_text="1 to 10.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["memory", "belief"], name="one_state_per_memory_and_belief")
        ]
