"""Everybody who signs in or is written to."""

from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from people import calendar
from people.models.organisation import Level, Role, Team
from people.models.values import (
    DAY_NAMES,
    day_numbers,
    organisation_zone,
    valid_country,
    valid_days,
    valid_zone,
)


class PersonQuerySet(models.QuerySet["Person"]):
    def practising(self) -> "PersonQuerySet":
        """People whom L&D started and who neither left nor stopped."""
        return self.filter(
            kind=Person.Kind.PERSON, is_active=True, started_on__isnull=False, stopped_at__isnull=True
        )

    def reachable(self) -> "PersonQuerySet":
        return self.filter(mail_refused_at__isnull=True)


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """Everybody who signs in or is written to, and the agents that act for them."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        AGENT = "agent", _("Agent")

    email = models.EmailField(_("e-mail"), unique=True)
    external_id = models.CharField(
        _("id elsewhere"),
        max_length=100,
        unique=True,
        null=True,
        blank=True,
        help_text=_("As the HR system knows them; a roster finds people by it before their e-mail."),
    )
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("person or agent"), max_length=10, choices=Kind, default=Kind.PERSON)
    owner = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agents",
        help_text=_("Whom an agent acts for."),
        verbose_name=_("owner"),
    )

    role = models.ForeignKey(
        Role, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("role")
    )
    role_since = models.DateField(_("role since"), null=True, blank=True)
    level = models.ForeignKey(
        Level, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("level")
    )
    level_since = models.DateField(_("level since"), null=True, blank=True)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("team")
    )
    team_since = models.DateField(_("team since"), null=True, blank=True)
    share = models.DecimalField(
        _("share of full time"),
        max_digits=3,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("1 is full time, 0.5 half of it."),
    )
    share_since = models.DateField(_("share since"), null=True, blank=True)
    manager = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("manager"),
        help_text=_("Who decides about their requests."),
    )
    deputy = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deputy_of",
        verbose_name=_("deputy"),
        help_text=_("Who decides for them while they are away, and after some hours of silence."),
    )

    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[valid_country],
        help_text=_("Two letters, such as DE."),
    )
    region = models.CharField(
        _("region"), max_length=10, blank=True, help_text=_("Such as BY; decides public holidays.")
    )
    zone = models.CharField(_("time zone"), max_length=60, default=organisation_zone, validators=[valid_zone])
    language = models.CharField(
        _("language"), max_length=10, default="en", help_text=_("Of their mails and pages, such as en.")
    )
    workdays = models.CharField(
        _("workdays"),
        max_length=27,
        default="mon,tue,wed,thu,fri",
        validators=[valid_days],
        help_text=_("Mail comes on these days only."),
    )
    send_time = models.TimeField(
        _("hour of the mail"), default=time(9), help_text=_("When the mail may come, in their own zone.")
    )
    window = models.PositiveSmallIntegerField(
        _("window"),
        default=60,
        validators=[MinValueValidator(5)],
        help_text=_("Minutes after the send time."),
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes a workday"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("How long their practice may take."),
    )

    started_on = models.DateField(
        _("started on"), null=True, blank=True, help_text=_("Practice begins when L&D starts them.")
    )
    paused_until = models.DateField(
        _("paused until"), null=True, blank=True, help_text=_("Practice goes on from this date.")
    )
    stopped_at = models.DateTimeField(
        _("stopped at"), null=True, blank=True, help_text=_("Set by the person; mails end.")
    )
    mail_refused_at = models.DateTimeField(_("address refused since"), null=True, blank=True)
    mail_refused_because = models.CharField(_("what the refusal said"), max_length=300, blank=True)

    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    left_on = models.DateField(
        _("left on"),
        null=True,
        blank=True,
        help_text=_("The first day they are gone; empty while they are here."),
    )
    joined_at = models.DateTimeField(_("joined at"), auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_person_per_email"),
            models.CheckConstraint(
                condition=Q(kind="person", owner__isnull=True) | Q(kind="agent", owner__isnull=False),
                name="agents_have_an_owner",
            ),
            models.CheckConstraint(condition=~Q(manager=F("id")), name="nobody_manages_themself"),
            models.CheckConstraint(condition=~Q(deputy=F("id")), name="nobody_is_their_own_deputy"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def rhythm(self) -> calendar.Rhythm:
        """When this person works and reads mail, for `people.calendar`."""
        try:
            workdays = day_numbers(self.workdays)
        except ValueError:
            raise calendar.ImpossibleRhythm(
                f"{self.workdays!r} are not workdays; write {', '.join(DAY_NAMES)}, with commas."
            ) from None
        return calendar.Rhythm(
            zone=self.zone,
            workdays=workdays,
            send_time=self.send_time,
            window_minutes=self.window,
            spread=calendar.spread_of(str(self.pk)),
        )

    def today(self, now: datetime) -> date:
        """Return the date where the person is; in UTC if nobody knows the zone: one row must not stop all."""
        return calendar.local_date(now, zone=self.zone if calendar.is_zone(self.zone) else "UTC")

    def is_paused(self, on: date) -> bool:
        return self.paused_until is not None and on < self.paused_until

    @property
    def is_practising(self) -> bool:
        """Whether L&D started them and they neither left nor stopped; the row's side of `practising()`."""
        return (
            self.kind == self.Kind.PERSON
            and self.is_active
            and self.started_on is not None
            and self.stopped_at is None
        )
