"""What simulated people recalled at a pace that somebody asked about; nothing in it is of a real person."""

from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PaceLineQuerySet(models.QuerySet["PaceLine"]):
    def unclaimed(self) -> "PaceLineQuerySet":
        return self.filter(done_at=None, claimed_until=None)

    def in_the_works(self, now: datetime) -> "PaceLineQuerySet":
        return self.filter(done_at=None, claimed_until__gt=now)

    def waiting(self, now: datetime) -> "PaceLineQuerySet":
        """Those to come, now simulated or later."""
        return self.unclaimed() | self.in_the_works(now)

    def given_up(self, now: datetime) -> "PaceLineQuerySet":
        """Those that took too long, or whose process died: it would die of them again."""
        return self.filter(Q(done_at=None, claimed_until__lte=now) | Q(done_at__isnull=False, recall=[]))


class PaceLine(models.Model):
    """One line of a picture: what is recalled under one policy, in one world, at one pace."""

    skills = models.PositiveSmallIntegerField(_("skills"), validators=[MinValueValidator(1)])
    reps = models.PositiveSmallIntegerField(_("reps a workday"), validators=[MinValueValidator(1)])
    attendance = models.PositiveSmallIntegerField(_("attendance"), validators=[MaxValueValidator(100)])
    world = models.CharField(_("how people forget"), max_length=10)
    policy = models.CharField(_("who practises what"), max_length=20)
    asked_at = models.DateTimeField(_("asked"), db_index=True)
    claimed_until = models.DateTimeField(_("simulated until"), null=True)
    done_at = models.DateTimeField(_("simulated"), null=True)
    recall = models.JSONField(_("recall"), default=list, help_text=_("Its mean, at the end of each day."))
    figures = models.JSONField(_("figures"), default=dict)

    objects = PaceLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("simulated pace")
        verbose_name_plural = _("simulated paces")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["skills", "reps", "attendance", "world", "policy"], name="one_line_of_a_pace"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy}, {self.world}: {self.skills}/{self.reps}/{self.attendance}"

    def is_given_up(self, now: datetime) -> bool:
        """As the query of that name has it."""
        if self.done_at is not None:
            return not self.recall
        return self.claimed_until is not None and self.claimed_until <= now
