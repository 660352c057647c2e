"""The audit: what was decided, on what grounds, and what was shown to whom. Append-only, by triggers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from engine.models.onramps.tasks import Task
from people.models import Level, Person, Role, Team


class Record(models.Model):
    """One thing that happened. The database itself refuses to change or delete it.

    `told` holds ids, dates and sentences, and never a name: erasing a person must leave nothing of them here.
    """

    class Kind(models.TextChoices):
        VERDICT = "verdict", _("verdict behind a claim")
        REQUEST = "request", _("request")
        DECISION = "decision", _("decision")
        EMERGENCY = "emergency", _("emergency")
        REVIEW = "review", _("review of an emergency")
        CLAIM_ENDED = "claim-ended", _("end of a claim")
        HAND_IN = "hand-in", _("hand-in")
        SIGN_OFF = "sign-off", _("sign-off")
        CONTEST = "contest", _("contested sign-off")
        VOID = "void", _("voided credit")
        WAIVER = "waiver", _("released task")
        TASK = "task", _("change of a task's kind, team or due date")
        STANDING = "standing", _("change of role, level or team")
        MODE = "mode", _("change of a team's mode")
        GRADUATE = "graduate", _("graduate noted")
        DEPUTY = "deputy", _("change of deputy")
        LETTER = "letter", _("observe letter")

    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    at = models.DateTimeField(_("when"), db_index=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="records", verbose_name=_("about")
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", verbose_name=_("team"))
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="records", verbose_name=_("task"))
    told = models.JSONField(
        _("on what grounds"), default=dict, help_text=_("Codes, ids and dates, and the sentence shown.")
    )

    class Meta:
        verbose_name = _("audit record")
        verbose_name_plural = _("audit")
        ordering = ["-at", "-pk"]


class Standing(models.Model):
    """What somebody was, when the audit noted it last, to see what changed since."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="standing")
    role = models.ForeignKey(Role, models.PROTECT, null=True, related_name="+")
    level = models.ForeignKey(Level, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    share = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    noted_at = models.DateTimeField()
