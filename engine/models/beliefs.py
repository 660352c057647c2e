"""How people here forget, as far as reviews have told; and what each memory comes to under that belief."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from engine.models.practice import Memory
from engine.rules import believing, family
from engine.rules.family import Model
from engine.rules.forgetting import PUBLISHED, Believed, Forgetting


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

    def in_the_making(self) -> "Belief | None":
        """The latest, while its states are being built."""
        latest = self.latest_understood()
        return latest if latest and latest.in_force_since is None else None

    def followed(self) -> "list[Belief]":
        """Those whose states follow each review: the one that plans, and the one that is being built."""
        return [belief for belief in (self.in_force(), self.in_the_making()) if belief]


class Belief(models.Model):
    """One row for each time it was reconsidered; plans go by the last that is in force."""

    fitted_on = models.DateField(_("fitted on"), help_text=_("The organisation's date."))
    model = models.CharField(_("family"), max_length=20, default=family.MODEL)
    school = models.CharField(_("school of memory"), max_length=20, help_text=_("The likeliest."))
    schools = models.JSONField(
        _("schools"),
        help_text="By name: weight, and numbers as family.Number has them.",
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
        constraints = [models.UniqueConstraint(fields=["fitted_on", "model"], name="one_belief_a_day")]

    def __str__(self) -> str:
        return f"{self.model}/{self.fitted_on}"

    def rules(self) -> believing.Belief:
        """Return what the rules go on from."""
        return believing.Belief(
            models={name: family.model_of(school["numbers"]) for name, school in self.schools.items()},
            weights={name: school["weight"] for name, school in self.schools.items()},
            line=self.line,
            wanted=self.wanted,
            calm=self.calm,
        )

    def numbers(self) -> Model:
        """Return the model of the likeliest school."""
        return family.model_of(self.schools[self.school]["numbers"])


def written(belief: believing.Belief) -> dict[str, Any]:
    """Return what `Belief.schools` stores."""
    return {
        name: {"weight": belief.weights[name], "numbers": belief.models[name].tolist()}
        for name in belief.models
    }


class State(models.Model):
    """What one memory is under one belief: rebuilt from reviews whole, and moved with each new one."""

    # Memories go when their last review is voided; then there is nothing to believe of them.
    memory = models.ForeignKey(Memory, models.CASCADE, related_name="states", db_index=False)
    belief = models.ForeignKey(Belief, models.PROTECT, related_name="states", db_index=False)
    stability = models.FloatField(help_text="Days until retrievability falls to 90 %.")
    difficulty = models.FloatField(help_text="1 to 10.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["memory", "belief"], name="one_state_per_memory_and_belief")
        ]
