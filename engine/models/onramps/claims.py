"""Who is offered a task, who does it, and what that cost whom."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from engine.models.onramps.tasks import Task
from paths.models import OnRamp
from people.models import Person


class OfferQuerySet(models.QuerySet["Offer"]):
    def live(self, now: datetime) -> "OfferQuerySet":
        return self.filter(status=Offer.Status.LIVE, ends_at__gt=now)


class Offer(models.Model):
    """A task kept for one learner for a while: routed to them, or to pair with somebody on it."""

    class Purpose(models.TextChoices):
        ROUTED = "routed", _("who is next")
        PAIR = "pair", _("a colleague would support them")
        APPROVED = "approved", _("a manager said yes, with a learner")

    class Status(models.TextChoices):
        LIVE = "live", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Lapsed")
        WITHDRAWN = "withdrawn", _("Withdrawn")  # the task went elsewhere

    PASSED = (Status.DECLINED, Status.LAPSED)

    task = models.ForeignKey(Task, models.PROTECT, related_name="offers", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="offers", verbose_name=_("learner"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.ROUTED)
    invited_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="invitations", verbose_name=_("would support")
    )
    request = models.ForeignKey("engine.Request", models.PROTECT, null=True, related_name="offers")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.LIVE)
    offered_at = models.DateTimeField(_("offered"))
    ends_at = models.DateTimeField(_("until"), help_text=_("Half-open, by the learner's own working time."))
    answered_at = models.DateTimeField(_("answered"), null=True)
    # Why it was offered, as it stood then: so many reps of so many.
    reps = models.FloatField(_("reps"), null=True)
    reps_needed = models.PositiveSmallIntegerField(_("of so many"), null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-offered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(status="live", purpose="routed"), name="one_live_offer_per_task"
            ),
            models.UniqueConstraint(
                fields=["task", "person", "invited_by"],
                condition=Q(status="live", purpose="pair"),
                name="one_live_invitation",
            ),
        ]
        indexes = [
            models.Index(fields=["task", "status"], name="offers_of_a_task"),
            models.Index(fields=["ends_at"], condition=Q(status="live"), name="live_offers"),
        ]

    def is_live(self, now: datetime) -> bool:
        return self.status == Offer.Status.LIVE and now < self.ends_at


class OfferPause(models.Model):
    """Somebody does not want to be offered a kind of work for a while; nobody else is told."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="offer_pauses")
    on_ramp = models.ForeignKey(OnRamp, models.PROTECT, related_name="+")
    until = models.DateField(help_text="Offers come again from this date.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "on_ramp"], name="one_pause_per_person_and_kind")
        ]


class Graduate(models.Model):
    """Somebody who had learned a kind of work before Rampart counted."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="graduations", verbose_name=_("person"))
    on_ramp = models.ForeignKey(OnRamp, models.PROTECT, related_name="graduates", verbose_name=_("kind"))
    noted_at = models.DateTimeField(_("noted"))
    noted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("noted by")
    )

    class Meta:
        verbose_name = _("graduate")
        verbose_name_plural = _("graduates")
        ordering = ["on_ramp", "person"]
        constraints = [models.UniqueConstraint(fields=["person", "on_ramp"], name="one_graduation_per_kind")]

    def __str__(self) -> str:
        return f"{self.person}: {self.on_ramp}"


class ClaimQuerySet(models.QuerySet["Claim"]):
    def running(self) -> "ClaimQuerySet":
        """Claims that neither ended nor came to nothing, handed in or not."""
        return self.filter(ended_at__isnull=True)

    def leads(self) -> "ClaimQuerySet":
        return self.filter(role=Claim.Role.LEAD)

    def in_progress(self) -> "ClaimQuerySet":
        """Leads that are being worked on."""
        return self.running().leads().filter(submitted_at__isnull=True)

    def lost(self) -> "ClaimQuerySet":
        """What went past a learner who needed it; an emergency that was one does not count."""
        losses = Loss.objects.filter(claim=OuterRef("pk"))
        return self.exclude(emergency__is_justified=True).filter(Exists(losses))


class Claim(models.Model):
    """A person or an agent doing a task; what they hand in, and say of it, stands here too."""

    class Role(models.TextChoices):
        LEAD = "lead", _("lead")
        SUPPORT = "support", _("support")
        OBSERVER = "observer", _("observer")

    class Ending(models.TextChoices):
        SIGNED = "signed", _("signed off")
        RETURNED = "returned", _("handed back")
        RELEASED = "released", _("released after a time of silence")
        REVOKED = "revoked", _("revoked by a manager")
        CLOSED = "closed", _("the task was closed")

    class Help(models.TextChoices):
        """What the learner says of AI: their own note."""

        OFF = "off", _("without AI")
        COACH = "coach", _("AI explained")
        FREE = "free", _("AI helped freely")
        DELEGATED = "delegated", _("AI did it")

    task = models.ForeignKey(Task, models.PROTECT, related_name="claims", verbose_name=_("task"))
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="claims", db_index=False, verbose_name=_("who")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.LEAD)
    began_at = models.DateTimeField(_("began"))
    code = models.CharField(_("verdict"), max_length=30, help_text=_("What the rules said."))
    is_against_advice = models.BooleanField(_("against advice"), default=False)
    by_learner = models.BooleanField(
        _("by a learner"), default=False, help_text=_("Whether they were a learner for it then.")
    )
    request = models.ForeignKey(
        "engine.Request", models.PROTECT, null=True, related_name="claims", verbose_name=_("request")
    )
    supervisor = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="supervised", verbose_name=_("supervisor")
    )
    supervisor_agreed_at = models.DateTimeField(_("supervisor agreed"), null=True)
    with_ai_because = models.CharField(
        _("why with AI"), max_length=300, blank=True, help_text=_("Why a first rep is not done without AI.")
    )
    seen_at = models.DateTimeField(
        _("last sign of work"), help_text=_("When they last wrote something or handed it in.")
    )
    reminded_at = models.DateTimeField(_("reminded"), null=True)

    submitted_at = models.DateTimeField(_("handed in"), null=True)
    done_at = models.DateTimeField(_("done"), null=True, help_text=_("When the work was done."))
    done_on = models.DateField(_("done on"), null=True, help_text=_("The person's local date then."))
    said_role = models.CharField(_("they say they"), max_length=10, choices=Role, blank=True)
    said_ai = models.CharField(_("how AI was used"), max_length=10, choices=Help, blank=True)
    note = models.TextField(_("note"), blank=True, help_text=_("A line or a link."))

    ended_at = models.DateTimeField(_("ended"), null=True)
    ending = models.CharField(_("how it ended"), max_length=10, choices=Ending, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(role="lead", ended_at=None), name="one_lead_per_task"
            ),
            models.UniqueConstraint(
                fields=["task", "person"], condition=Q(ended_at=None), name="one_claim_per_task_and_person"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="a_claim_ends_somehow",
            ),
        ]
        indexes = [models.Index(fields=["person", "ended_at"], name="claims_of_a_person")]

    def __str__(self) -> str:
        return f"{self.person}: {self.task}"


class EmergencyQuerySet(models.QuerySet["Emergency"]):
    def unreviewed(self) -> "EmergencyQuerySet":
        return self.filter(reviewed_at__isnull=True)

    def overdue(self, now: datetime) -> "EmergencyQuerySet":
        """What should have been reviewed by now."""
        return self.unreviewed().filter(review_due_at__lte=now)


class Emergency(models.Model):
    """A claim that could not wait; somebody else looks at it afterwards."""

    claim = models.OneToOneField(Claim, models.PROTECT, related_name="emergency", verbose_name=_("claim"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="emergencies", verbose_name=_("who"))
    reason = models.TextField(_("reason"))
    incident = models.CharField(_("incident"), max_length=200)
    declared_at = models.DateTimeField(_("declared"))
    review_due_at = models.DateTimeField(_("to be reviewed by"))
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)
    reviewed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    is_justified = models.BooleanField(_("justified"), null=True)

    objects = EmergencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("emergency")
        verbose_name_plural = _("emergencies")
        ordering = ["-declared_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_at=None, is_justified=None)
                | Q(reviewed_at__isnull=False, is_justified__isnull=False),
                name="a_review_says_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.incident}"

    def is_overdue(self, now: datetime) -> bool:
        return self.reviewed_at is None and self.review_due_at <= now


class Loss(models.Model):
    """A task that went past a learner who needed it, and was not offered or refused by them before."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="losses")
    person = models.ForeignKey(Person, models.PROTECT, related_name="losses")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "person"], name="one_loss_per_claim_and_learner")
        ]
