"""Signed-off work: what somebody else saw, and the credit that comes of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engine.models.onramps.claims import Claim
from engine.models.onramps.tasks import Task
from paths.models import OnRamp, Skill
from people.models import Person


class SignOff(models.Model):
    """What somebody says of another's work; contested once at most, and then the manager's word counts."""

    class Help(models.IntegerChoices):
        """What it took, as the rating that it becomes (engine.rules.memory.Rating)."""

        RESCUED = 1, _("had to be rescued")
        MUCH = 2, _("much help")
        AS_EXPECTED = 3, _("as expected")
        NONE = 4, _("no help")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="sign_offs", verbose_name=_("claim"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="sign_offs", verbose_name=_("signed by"))
    role = models.CharField(_("role they saw"), max_length=10, choices=Claim.Role)
    help = models.PositiveSmallIntegerField(_("help it took"), choices=Help)
    skills = models.ManyToManyField(Skill, related_name="+", blank=True, verbose_name=_("skills shown"))
    note = models.TextField(_("note"), blank=True)
    signed_at = models.DateTimeField(_("signed"))
    settles = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="settled_by",
        verbose_name=_("settles"),
        help_text=_("The contested one that this, the manager's, takes the place of."),
    )
    contested_at = models.DateTimeField(_("contested"), null=True)
    contested_because = models.TextField(_("why it is contested"), blank=True)

    class Meta:
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        ordering = ["-signed_at"]


class CreditQuerySet(models.QuerySet["Credit"]):
    def standing(self) -> "CreditQuerySet":
        return self.filter(voided_at__isnull=True)


class Credit(models.Model):
    """A signed-off lead, support or observation: real work that counts."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="credits", verbose_name=_("claim"))
    task = models.ForeignKey(
        Task, models.PROTECT, related_name="credits", db_index=False, verbose_name=_("task")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="credits", db_index=False, verbose_name=_("person")
    )
    on_ramp = models.ForeignKey(OnRamp, models.PROTECT, related_name="credits", verbose_name=_("kind"))
    sign_off = models.ForeignKey(SignOff, models.PROTECT, related_name="credits", verbose_name=_("sign-off"))
    role = models.CharField(_("role"), max_length=10, choices=Claim.Role)
    rating = models.PositiveSmallIntegerField(_("rating"), help_text=_("1 to 4, from the help it took."))
    skills = models.ManyToManyField(Skill, related_name="+", blank=True, verbose_name=_("skills shown"))
    done_at = models.DateTimeField(_("done"))
    done_on = models.DateField(_("done on"), help_text=_("The person's local date then."))
    confirmed_at = models.DateTimeField(_("confirmed"))
    voided_at = models.DateTimeField(_("voided"), null=True)
    voided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("voided by")
    )
    voided_because = models.CharField(_("why it was voided"), max_length=300, blank=True)

    objects = CreditQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        ordering = ["-done_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "person"], condition=Q(voided_at=None), name="one_credit_per_task_and_person"
            ),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=4), name="credit_is_1_to_4"),
        ]
        indexes = [models.Index(fields=["person", "on_ramp", "done_on"], name="credits_of_a_learner")]

    def __str__(self) -> str:
        return f"{self.person}: {self.task}"
