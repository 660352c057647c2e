"""Who: people, and what decides where and when they work."""

from datetime import date, datetime, time
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from people import calendar

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def day_numbers(names: str) -> frozenset[int]:
    """Return weekday numbers (Monday 0) of `"mon,tue"`; raise ValueError for any other word."""
    return frozenset(DAY_NAMES.index(name) for name in names.split(",") if name)


def valid_days(names: str) -> None:
    try:
        day_numbers(names)
    except ValueError:
        raise ValidationError(f"{names!r}: write days as {', '.join(DAY_NAMES)}, with commas.") from None


def valid_zone(name: str) -> None:
    if not calendar.is_zone(name):
        raise ValidationError(f"{name!r} is not a time zone; write one such as Europe/Berlin.")


def valid_country(code: str) -> None:
    try:
        calendar.public_holidays(code, "", 2026)
    except calendar.UnknownCalendar as error:
        raise ValidationError(str(error)) from None


def organisation_zone() -> str:
    return settings.TIME_ZONE


class Organisation(models.Model):
    """The one row of what holds for everybody."""

    name = models.CharField(
        _("name"), max_length=100, blank=True, help_text=_("As mails and pages call it, such as Acme.")
    )
    paused_at = models.DateTimeField(
        _("paused since"),
        null=True,
        blank=True,
        help_text=_("Since when nobody gets practice mail; empty while all is as usual."),
    )
    paused_by = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("paused by")
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("practice for everyone")  # what its page is about, as the menu names it
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_organisation")]

    def __str__(self) -> str:
        return self.name or "The organisation"

    @classmethod
    def get(cls) -> "Organisation":
        """Return the row, or what it would say before anybody wrote it."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class Named(models.Model):
    """What a roster calls by its slug, by its name, or by another name it is known under."""

    slug: models.SlugField
    name: models.CharField
    also_called = models.TextField(
        "also called",
        blank=True,
        help_text="Other names that a roster may use for it, one a line. The import adds what you map there.",
    )

    class Meta:
        abstract = True

    @property
    def other_names(self) -> list[str]:
        return [line.strip() for line in self.also_called.splitlines() if line.strip()]

    @property
    def every_name(self) -> list[str]:
        return [self.slug, self.name, *self.other_names]

    def clean(self) -> None:
        """Refuse a name that another one has: a roster could mean either."""
        others = type(self)._default_manager.exclude(pk=self.pk)
        taken = {name.casefold(): other for other in others for name in other.every_name}
        problems: dict[str, list[str]] = {}
        for field, names in (("name", [self.name]), ("also_called", self.other_names)):
            for name in names:
                if other := taken.get(name.casefold()):
                    told = f"“{name}” is what {other} is called already; one name means one thing."
                    problems.setdefault(field, []).append(told)
        if problems:
            raise ValidationError(problems)


class Role(Named):
    """A kind of work in the organisation, such as data analyst."""

    slug = models.SlugField(
        _("id"), unique=True, help_text=_("What path files call it, such as data-analyst.")
    )
    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Level(Named):
    """How experienced somebody is in a role; levels are ordered."""

    slug = models.SlugField(_("id"), unique=True, help_text=_("What path files call it, such as novice."))
    name = models.CharField(_("name"), max_length=100, unique=True)
    rank = models.PositiveSmallIntegerField(_("rank"), default=0, help_text=_("1 is the first level."))

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["rank", "name"]

    def __str__(self) -> str:
        return self.name


class Team(Named):
    """People who share a manager and working hours."""

    slug = models.SlugField(_("id"), unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    manager = models.ForeignKey(
        "people.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="managed_teams",
        verbose_name=_("manager"),
        help_text=_("Who leads the team."),
    )
    zone = models.CharField(_("time zone"), max_length=60, default=organisation_zone, validators=[valid_zone])
    workdays = models.CharField(
        _("workdays"), max_length=27, default="mon,tue,wed,thu,fri", validators=[valid_days]
    )
    starts_at = models.TimeField(_("working hours from"), default=time(9))
    ends_at = models.TimeField(
        _("working hours until"), default=time(17), help_text=_("00:00 means the end of the day.")
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[valid_country],
        help_text=_("Whose holidays the team keeps."),
    )
    region = models.CharField(
        _("region"), max_length=10, blank=True, help_text=_("Such as BY; decides public holidays.")
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


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


class Absence(models.Model):
    """Days a person does not work; why is nobody's business here."""

    class Source(models.TextChoices):
        STAFF = "staff", _("L&D")
        PERSON = "person", _("the person")
        FILE = "file", _("a file")
        CALENDAR = "calendar", _("their calendar")

    person = models.ForeignKey(Person, models.PROTECT, related_name="absences", verbose_name=_("person"))
    starts_on = models.DateField(_("first day"), help_text=_("The first day away."))
    ends_on = models.DateField(_("last day"), help_text=_("The last day away."))
    source = models.CharField(
        _("source"),
        max_length=10,
        choices=Source,
        default=Source.STAFF,
        editable=False,
        help_text=_("Who said so."),
    )

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.starts_on} to {self.ends_on}"


class AbsenceCalendar(models.Model):
    """Where a person's absences can be read, as iCalendar (RFC 5545): their own feed of days off."""

    person = models.OneToOneField(
        Person, models.PROTECT, related_name="absence_calendar", verbose_name=_("person")
    )
    address = models.URLField(
        _("address"), max_length=500, help_text=_("An https address that ends in .ics, as a rule.")
    )
    due_at = models.DateTimeField(
        _("due at"),
        null=True,
        editable=False,
        db_index=True,
        help_text=_("When it is read next; empty: as soon as may be."),
    )
    tried_at = models.DateTimeField(_("tried at"), null=True, editable=False)
    read_at = models.DateTimeField(
        _("read at"), null=True, editable=False, help_text=_("When it was last understood.")
    )
    problem = models.CharField(
        _("problem"), max_length=300, blank=True, editable=False, help_text=_("Why the last try failed.")
    )

    class Meta:
        verbose_name = _("calendar of absences")
        verbose_name_plural = _("calendars of absences")

    def __str__(self) -> str:
        return f"{self.person}: calendar"

    @property
    def host(self) -> str:
        """Where it is; the rest of the address is a key, and shown to nobody."""
        return urlsplit(self.address).hostname or ""


class Holiday(models.Model):
    """A day off that the organisation adds to the public ones."""

    day = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=100)
    country = models.CharField(
        _("country"), max_length=2, blank=True, validators=[valid_country], help_text=_("Empty: everywhere.")
    )

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["day", "country"], name="one_holiday_per_day_and_country")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.day})"
