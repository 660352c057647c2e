"""Tasks: one piece of real work each, whether it is held, and who changed what about it."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engine.rules import holds
from paths.models import OnRamp
from people.models import Person, Team


class TeamRules(models.Model):
    """How far the rules go in one team; a team without a row observes."""

    class Mode(models.TextChoices):
        OBSERVE = "observe", _("Observe: record only")
        ADVISE = "advise", _("Advise: say what the rules say, and let everything through")
        ENFORCE = "enforce", _("Enforce")

    team = models.OneToOneField(Team, models.PROTECT, related_name="rules", verbose_name=_("team"))
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.OBSERVE)
    mode_since = models.DateTimeField(_("mode since"), null=True, editable=False)
    last_manager = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("last manager"),
        help_text=_("Whose line decides while the team has no manager."),
    )

    class Meta:
        verbose_name = _("team's rules")
        verbose_name_plural = _("teams' rules")
        ordering = ["team"]

    def __str__(self) -> str:
        return f"{self.team}: {self.get_mode_display()}"


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> "TaskQuerySet":
        return self.filter(status=Task.Status.OPEN)

    def of_a_kind(self) -> "TaskQuerySet":
        return self.filter(on_ramp__isnull=False)


class Task(models.Model):
    """One piece of real work; of a kind where an on-ramp matches it."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        LED = "led", _("Led")
        SUBMITTED = "submitted", _("Handed in")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Source(models.TextChoices):
        FORM = "form", _("by hand")
        FILE = "file", _("a file")
        API = "api", _("the API")
        GITHUB = "github", _("GitHub")
        RECURRING = "recurring", _("its on-ramp, by itself")

    title = models.CharField(_("title"), max_length=300)
    details = models.TextField(_("details"), blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True, help_text=_("Where the work is."))
    team = models.ForeignKey(
        Team, models.PROTECT, related_name="tasks", db_index=False, verbose_name=_("team")
    )
    on_ramp = models.ForeignKey(
        OnRamp, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("kind")
    )
    labels = models.JSONField(_("labels"), default=list, blank=True)
    estimate = models.FloatField(_("estimate"), null=True, blank=True, help_text=_("In working hours."))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.FORM)
    key = models.CharField(_("key"), max_length=200, blank=True, help_text=_("What the source calls it."))
    source_at = models.DateTimeField(
        _("source's time"), null=True, editable=False, help_text=_("Of what we know last of the source.")
    )
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    first_seen_at = models.DateTimeField(
        _("first seen"), null=True, editable=False, help_text=_("When it first matched its kind.")
    )
    held_until = models.DateTimeField(
        _("held until"), null=True, editable=False, help_text=_("The earliest of its bounds.")
    )
    is_held = models.BooleanField(
        _("held"), default=False, editable=False, help_text=_("It has one of the places of its kind.")
    )
    waived_at = models.DateTimeField(_("released"), null=True, editable=False)
    waived_by = models.ForeignKey(
        Person, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("released by")
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "key"], condition=~Q(key=""), name="one_task_per_source_and_key"
            ),
            models.CheckConstraint(
                condition=Q(estimate=None) | Q(estimate__gt=0), name="estimate_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(on_ramp=None) | Q(first_seen_at__isnull=False, held_until__isnull=False),
                name="a_kind_comes_with_a_hold",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "on_ramp", "status"], name="tasks_of_a_kind"),
            models.Index(
                fields=["held_until"], condition=Q(status="open", is_held=True), name="holds_that_run"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.status in {Task.Status.DONE, Task.Status.CANCELLED}

    @property
    def is_too_urgent(self) -> bool:
        """Whether no hold ever began: it was due too soon when first seen, whatever was changed since."""
        here = (self.on_ramp_id, self.team_id)
        bounds = [one.reason_to_end() for one in self.bounds.all() if (one.on_ramp_id, one.team_id) == here]
        if not bounds or self.first_seen_at is None:
            return False
        return not holds.began(bounds, first_seen_at=self.first_seen_at)

    def is_held_at(self, now: datetime) -> bool:
        """Whether it waits for a learner now, whatever the tick has written since."""
        is_on = self.is_held and self.status == Task.Status.OPEN and self.waived_at is None
        return is_on and self.held_until is not None and now < self.held_until


class BoundQuerySet(models.QuerySet["Bound"]):
    def too_soon(self) -> "BoundQuerySet":
        """Due dates that left no time for a hold to begin; one that came later only ends what had begun."""
        return self.filter(
            reason=Bound.Reason.DUE, set_at__lte=F("first_seen_at"), until__lte=F("first_seen_at")
        )


class Bound(models.Model):
    """One reason why the hold of a task ends when it does; the earliest counts."""

    class Reason(models.TextChoices):
        HOURS = "hours", _("the kind's working hours")
        DUE = "due", _("its due date")

    task = models.ForeignKey(Task, models.PROTECT, related_name="bounds")
    on_ramp = models.ForeignKey(OnRamp, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    until = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    first_seen_at = models.DateTimeField(help_text="When the task first matched this kind in this team.")
    set_at = models.DateTimeField()

    objects = BoundQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "on_ramp", "team"],
                condition=Q(reason="hours"),
                name="one_bound_by_hours",
            )
        ]

    def reason_to_end(self) -> holds.Bound:
        """The same, as the rules on holds read it."""
        return holds.Bound(until=self.until, by=self.by_id, set_at=self.set_at)


class Change(models.Model):
    """What somebody changed about a task, so that it does not help them."""

    class Field(models.TextChoices):
        KIND = "kind", _("kind")
        TEAM = "team", _("team")
        DUE = "due", _("due date")

    task = models.ForeignKey(Task, models.PROTECT, related_name="changes")
    field = models.CharField(max_length=10, choices=Field)
    before = models.BigIntegerField(
        null=True, help_text="Row id of the kind or team; of a due date, seconds since 1970."
    )
    after = models.BigIntegerField(null=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(before=F("after")) | Q(before=None) | Q(after=None), name="a_change_changes"
            )
        ]
