"""Delivery: the outbox, and what it knows about the relay and the worker."""

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from engine.models.practice import Enrolment, Workout
from paths.models import Path
from people.models import Organisation, Person, Team


class MailQuerySet(models.QuerySet["Mail"]):
    def claimable(self, *, now: datetime, real_now: datetime) -> "MailQuerySet":
        """Due by `now`; whether a lease ran out is a matter of the real clock."""
        return self.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lt=real_now),
            status=Mail.Status.QUEUED,
            not_before__lte=now,
            expires_at__gt=now,
        )

    def going(self) -> "MailQuerySet":
        """Without the mails that are held back, whether their hour has come or not."""
        return self.exclude(_is_held())

    def held(self) -> "MailQuerySet":
        """What would go at its hour, were it not held back."""
        return self.filter(_is_held(), status=Mail.Status.QUEUED)

    def claimed(self, mail_id: int, claim: UUID) -> "MailQuerySet":
        """The one mail, while it is under this claim and no other."""
        return self.filter(pk=mail_id, claim=claim)


def _is_held() -> Q:
    """Practice mail while practice is paused for everyone, and a welcome to nothing.

    A welcome waits for a path to welcome to, and for an address that takes mail.
    """
    paused = Organisation.objects.filter(paused_at__isnull=False)
    welcome = Enrolment.objects.active().filter(
        person=OuterRef("person"), person__mail_refused_at=None, path__status__in=Path.PRACTISED
    )
    return Q(Exists(paused), kind__in=Mail.PRACTICE) | Q(~Exists(welcome), kind=Mail.Kind.WELCOME)


class Mail(models.Model):
    """One row of the outbox: one message to one person, rendered when it is sent."""

    class Kind(models.TextChoices):
        WORKOUT = "workout", _("Workout")
        WELCOME = "welcome", _("Welcome")
        DIGEST = "digest", _("owner's digest")
        OFFER = "offer", _("offered to you")
        DECIDE = "decide", _("please decide")
        REMINDER = "reminder", _("reminder")
        DECIDED = "decided", _("decided")
        EMERGENCY = "emergency", _("taken in an emergency")
        SIGN_OFF = "sign-off", _("sign off")
        SILENT = "silent", _("still at it?")
        LETTER = "letter", _("observe letter")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        UNCERTAIN = "uncertain", _("Uncertain")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")

    PRACTICE = (Kind.WORKOUT, Kind.WELCOME)

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="mails", db_index=False, null=True, verbose_name=_("person")
    )
    address = models.EmailField(
        _("address"), blank=True, help_text=_("Where a mail to no person goes: to a path's owner.")
    )
    sender = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("The colleague a welcome is from."),
        verbose_name=_("sender"),
    )
    note = models.TextField(_("note"), blank=True, help_text=_("A few words of the sender's own."))
    key = models.CharField(
        _("key"), max_length=100, help_text=_("What may exist once: for practice, person and local date.")
    )
    day = models.DateField(_("day"), null=True, help_text=_("The local date a workout is for."))
    workout = models.ForeignKey(
        Workout, models.PROTECT, null=True, related_name="mails", verbose_name=_("workout")
    )
    offer = models.ForeignKey(
        "engine.Offer", models.PROTECT, null=True, related_name="mails", verbose_name=_("offer")
    )
    request = models.ForeignKey(
        "engine.Request", models.PROTECT, null=True, related_name="mails", verbose_name=_("request")
    )
    about = models.ForeignKey(
        "engine.Claim", models.PROTECT, null=True, related_name="mails", verbose_name=_("claim of a task")
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", verbose_name=_("team"))

    zone = models.CharField(
        _("zone"), max_length=60, blank=True, help_text=_("The rhythm it was timed by: zone,")
    )
    send_time = models.TimeField(_("send time"), null=True, help_text=_("send time,"))
    window = models.PositiveSmallIntegerField(_("window"), null=True, help_text=_("and minutes of window."))
    not_before = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("expires at"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    because = models.CharField(
        _("reason"), max_length=300, blank=True, help_text=_("Why it was not sent, in a sentence.")
    )
    claim = models.UUIDField(_("claim"), null=True)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, help_text=_("On the real clock."))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    message_id = models.CharField(_("message id"), max_length=200, unique=True)
    dated_at = models.DateTimeField(
        _("dated at"), null=True, help_text=_("The Date header; set at the first try, kept in retries.")
    )
    sent_at = models.DateTimeField(_("sent at"), null=True)
    uncertain_at = models.DateTimeField(
        _("uncertain at"),
        null=True,
        help_text=_("When nobody knew whether it went out, and so it was to be sent once more."),
    )
    ended_at = models.DateTimeField(
        _("ended at"), null=True, help_text=_("When it failed, expired or was cancelled.")
    )
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("html"), blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-not_before"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="one_mail_per_kind_and_key"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, address="") | (Q(person__isnull=True) & ~Q(address="")),
                name="mail_to_a_person_or_an_address",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "not_before"], name="mails_to_look_at"),
            models.Index(fields=["not_before"], condition=~Q(text=""), name="mails_with_their_text"),
            models.Index(fields=["status", "sent_at"], name="mails_by_what_became"),
            models.Index(fields=["person", "kind", "sent_at"], name="last_mail_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def recipient(self) -> tuple[str, str]:
        """The name, where we know one, and the address."""
        return (self.person.name, self.person.email) if self.person else ("", self.address)

    @property
    def reader(self) -> Person:
        """The person it goes to, for kinds that always go to one."""
        assert self.person is not None
        return self.person

    @property
    def is_sent_again(self) -> bool:
        """Whether it is sent once more when nobody knows if it went out; practice mail never is."""
        return not self.is_practice and self.uncertain_at is None

    @property
    def is_practice(self) -> bool:
        """Whether a person may pause or stop it; L&D's own mails go on."""
        return self.kind in Mail.PRACTICE


class Relay(models.Model):
    """The one row that says whether sending is paused because the relay refuses us."""

    paused_at = models.DateTimeField(_("paused at"), null=True, help_text=_("On the real clock."))
    retry_at = models.DateTimeField(_("retry at"), null=True, help_text=_("On the real clock."))
    failures = models.PositiveIntegerField(_("failures"), default=0)

    class Meta:
        verbose_name = _("mail relay")
        verbose_name_plural = _("mail relays")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_relay")]

    def __str__(self) -> str:
        return "Relay"


class Alert(models.Model):
    """Something an operator must look at; also in the logs and on /healthz."""

    kind = models.CharField(_("kind"), max_length=40)
    message = models.CharField(_("message"), max_length=500)
    raised_at = models.DateTimeField(_("raised at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(resolved_at__isnull=True), name="one_open_alert_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.message


class Heartbeat(models.Model):
    """The one row each tick writes; /healthz and the worker's supervisor read it."""

    beat_at = models.DateTimeField(_("beat at"), help_text=_("On the real clock."))
    tick_at = models.DateTimeField(_("tick at"), help_text=_("The now that the tick was given."))
    seconds = models.FloatField(_("seconds"), default=0, help_text=_("How long the tick took."))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_heartbeat")]

    def __str__(self) -> str:
        return "Heartbeat"


class BounceEvent(models.Model):
    """A provider's event that was taken in; its id keeps a replay from counting twice."""

    event_id = models.CharField(max_length=200, unique=True)
    mail = models.ForeignKey(Mail, models.PROTECT, null=True, related_name="bounces")
    kind = models.CharField(max_length=20)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at"]
