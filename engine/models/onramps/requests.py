"""Asking a manager to let a protected task go to somebody else, and what the manager decides."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engine.models.onramps.tasks import Task
from paths.models import OnRamp
from people.models import Person, Team


class RequestQuerySet(models.QuerySet["Request"]):
    def asked_by(self, person: Person) -> "RequestQuerySet":
        """By themself, or by an agent that acts for them."""
        return self.filter(Q(by=person) | Q(owner=person))


class Request(models.Model):
    """One question to the task's approvers; silence never approves it."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        WAITING = "waiting", _("Approved; waits for the learner")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        STALE = "stale", _("The task changed")
        SUPERSEDED = "superseded", _("Settled otherwise")

    OPEN = (Status.PENDING, Status.WAITING)

    task = models.ForeignKey(
        Task, models.PROTECT, related_name="requests", db_index=False, verbose_name=_("task")
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="requests", verbose_name=_("who asks"))
    owner = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="requests_owned",
        verbose_name=_("on behalf of"),
        help_text=_("The person who asks, or whom the asking agent acts for."),
    )
    reason = models.TextField(_("reason"))
    code = models.CharField(_("verdict"), max_length=30)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    asked_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(
        _("settled"), null=True, help_text=_("When it was decided, expired or was settled otherwise.")
    )
    # What the question was about: when one of these changes, it is stale.
    on_ramp = models.ForeignKey(OnRamp, models.PROTECT, related_name="+", verbose_name=_("kind"))
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("team"))
    estimate = models.FloatField(_("estimate"), null=True)
    # Hours counted stay counted, whoever is the approver next.
    hours_counted = models.FloatField(_("hours counted"), default=0)
    counted_until = models.DateTimeField(_("counted until"))
    reminded_at = models.DateTimeField(_("reminded"), null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "owner"],
                condition=Q(status__in=["pending", "waiting"]),
                name="one_pending_request_per_task_and_owner",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_request_has_a_reason"),
        ]
        indexes = [models.Index(fields=["task", "status"], name="requests_of_a_task")]

    def __str__(self) -> str:
        return f"{self.by}: {self.task}"


class Decision(models.Model):
    """One approver's word; the first that decides counts, later ones are kept without effect."""

    class Answer(models.TextChoices):
        YES_WITH_LEARNER = "yes-with-learner", _("yes, with a learner")
        YES = "yes", _("yes")
        NO = "no", _("no")

    request = models.ForeignKey(Request, models.PROTECT, related_name="decisions", verbose_name=_("request"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="decisions", verbose_name=_("decided by"))
    acting_for = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("standing in for")
    )
    answer = models.CharField(_("answer"), max_length=20, choices=Answer)
    learner = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("with this learner")
    )
    learner_leads = models.BooleanField(_("the learner leads"), default=True)
    reason = models.TextField(_("reason"), blank=True)
    decided_at = models.DateTimeField(_("decided"))
    has_effect = models.BooleanField(_("counts"), default=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(has_effect=True), name="one_decision_counts"
            )
        ]


class Asked(models.Model):
    """Which approver was asked about a request, standing in for whom, and in which mail."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="asked")
    person = models.ForeignKey(Person, models.PROTECT, related_name="asked")
    acting_for = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    mail = models.ForeignKey("engine.Mail", models.PROTECT, null=True, related_name="asked")
    is_reminder = models.BooleanField(default=False)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "person", "is_reminder"], name="asked_once_and_reminded_once"
            )
        ]
