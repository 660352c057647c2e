"""Where people belong: the organisation, its roles, levels and teams."""

from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models.values import organisation_zone, valid_country, valid_days, valid_zone


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
