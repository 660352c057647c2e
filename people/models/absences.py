"""Days on which somebody, or everybody, does not work."""

from urllib.parse import urlsplit

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models.person import Person
from people.models.values import valid_country


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
