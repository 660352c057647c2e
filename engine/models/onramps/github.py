"""GitHub: which issues are tasks, what it told us, and what we have to tell it."""

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from engine.models.onramps.tasks import Task
from people.models import Person, Team


class Repository(models.Model):
    """A repository whose issues are tasks of a team."""

    full_name = models.CharField(_("repository"), max_length=200, help_text=_("Such as acme/reports."))
    team = models.ForeignKey(Team, models.PROTECT, related_name="repositories", verbose_name=_("team"))
    off_since = models.DateTimeField(_("switched off since"), null=True, editable=False)

    class Meta:
        verbose_name = _("repository")
        verbose_name_plural = _("repositories")
        ordering = ["full_name"]
        constraints = [models.UniqueConstraint(Lower("full_name"), name="one_repository_per_name")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_off(self) -> bool:
        return self.off_since is not None


class GitHubAccount(models.Model):
    """Who somebody is on GitHub."""

    login = models.CharField(_("login"), max_length=100)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="github_accounts", verbose_name=_("person or agent")
    )

    class Meta:
        verbose_name = _("GitHub account")
        verbose_name_plural = _("GitHub accounts")
        ordering = ["login"]
        constraints = [models.UniqueConstraint(Lower("login"), name="one_account_per_login")]

    def __str__(self) -> str:
        return self.login


class GitHubDelivery(models.Model):
    """One event that GitHub delivered, by its own id: the same again does nothing."""

    delivery = models.CharField(max_length=100, unique=True)
    event = models.CharField(max_length=50)
    action = models.CharField(max_length=50, blank=True)
    outcome = models.CharField(max_length=20)
    received_at = models.DateTimeField(db_index=True)


class GitHubIssue(models.Model):
    """An issue we heard of; one that is gone stays here, so that nothing brings it back."""

    issue_id = models.BigIntegerField(unique=True, help_text="GitHub's own, unique across repositories.")
    repository = models.ForeignKey(Repository, models.PROTECT, null=True, related_name="issues")
    number = models.PositiveIntegerField()
    task = models.OneToOneField(Task, models.PROTECT, null=True, related_name="issue")
    seen_at = models.DateTimeField(null=True, help_text="The updated_at of the newest event.")
    gone_at = models.DateTimeField(null=True)
    assignees = models.JSONField(default=list)
    comment_id = models.BigIntegerField(null=True)
    answer = models.JSONField(default=dict, help_text="What was done there without a claim, last.")
    said = models.TextField(blank=True, help_text="What our comment says there now.")

    def __str__(self) -> str:
        return f"{self.repository or ''}#{self.number}"


class GitHubCallQuerySet(models.QuerySet["GitHubCall"]):
    def claimable(self, *, now: datetime, real_now: datetime) -> "GitHubCallQuerySet":
        """Due by `now`; whether a lease ran out is a matter of the real clock."""
        return self.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lt=real_now),
            status=GitHubCall.Status.QUEUED,
            not_before__lte=now,
        )

    def claimed(self, call_id: int, claim: UUID) -> "GitHubCallQuerySet":
        return self.filter(pk=call_id, claim=claim)


class GitHubCall(models.Model):
    """One row of the outbox to GitHub; what exactly is said is made when it is sent."""

    class Kind(models.TextChoices):
        COMMENT = "comment", _("keep the comment up to date")
        UNASSIGN = "unassign", _("undo an assignment")
        REOPEN = "reopen", _("undo a closing")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Not needed any more")
        FAILED = "failed", _("Failed")

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    issue = models.ForeignKey(GitHubIssue, models.PROTECT, related_name="calls", verbose_name=_("issue"))
    login = models.CharField(_("login"), max_length=100, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    queued_at = models.DateTimeField(_("queued"))
    not_before = models.DateTimeField(_("not before"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = GitHubCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call to GitHub")
        verbose_name_plural = _("calls to GitHub")
        ordering = ["-queued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "kind", "login"],
                condition=Q(status="queued"),
                name="one_queued_call_of_a_kind",
            )
        ]
        indexes = [models.Index(fields=["not_before"], condition=Q(status="queued"), name="calls_to_make")]
