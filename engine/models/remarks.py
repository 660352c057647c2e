"""What people say of an exercise: that it is mistaken, or of no use to them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engine.models.practice import Rep
from paths.models import Exercise
from people.models import Person


class RemarkQuerySet(models.QuerySet["Remark"]):
    def standing(self) -> "RemarkQuerySet":
        return self.filter(withdrawn_at__isnull=True)

    def open_mistakes(self) -> "RemarkQuerySet":
        """Reported mistakes that nobody in L&D has looked at yet."""
        return self.standing().filter(kind=Remark.Kind.MISTAKE, settled_at__isnull=True)

    def unwanted(self) -> "RemarkQuerySet":
        """What people called not useful to them, whether L&D has looked at it or not."""
        return self.standing().filter(kind=Remark.Kind.NOT_USEFUL)


class Remark(models.Model):
    """One person's word on one exercise. L&D reads what was said, and never who said it."""

    class Kind(models.TextChoices):
        MISTAKE = "mistake", _("Mistake")
        NOT_USEFUL = "not-useful", _("not useful to me")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, related_name="remarks", verbose_name=_("person"))
    rep = models.ForeignKey(Rep, models.PROTECT, related_name="remarks", verbose_name=_("rep"))
    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="remarks", verbose_name=_("exercise"))
    text = models.TextField(_("text"), blank=True, max_length=2_000)
    made_at = models.DateTimeField(_("made at"))
    withdrawn_at = models.DateTimeField(
        _("withdrawn at"), null=True, help_text=_("When the person took it back.")
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, help_text=_("When L&D had looked at it."))
    settled_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("settled by")
    )

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "exercise", "kind"],
                condition=Q(withdrawn_at__isnull=True, settled_at__isnull=True),
                name="one_open_remark_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.exercise}"
