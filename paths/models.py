"""What is practised and on what work: paths, on-ramps, their versions, and the skills that paths define."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Authored(models.Model):
    """What people write as a YAML file: its text lives in its versions."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")

    slug = models.SlugField(_("id"), max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    owner = models.EmailField(_("owner"), blank=True)
    draft = models.TextField(
        _("draft"), blank=True, help_text=_("The text being edited; practice uses the published one.")
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("drafted by")
    )
    drafted_at = models.DateTimeField(_("drafted at"), null=True)

    class Meta:
        abstract = True
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def file(self) -> str:
        """What its text is called where it stands in no folder."""
        return f"{self.slug}.yaml"


class Version(models.Model):
    """One published text, kept whole."""

    class Change(models.TextChoices):
        FIRST = "first", _("First")
        COSMETIC = "cosmetic", _("Cosmetic")
        MINOR = "minor", _("Minor")
        MAJOR = "major", _("Major")

    number = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the text.")
    spec = models.TextField(help_text="The text as it was read, in JSON.")
    change = models.CharField(max_length=10, choices=Change)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.of}, version {self.number}"

    @property
    def of(self) -> Authored:
        """What it is a version of."""
        raise NotImplementedError


class Path(Authored):
    """What a role at a level practises."""

    PRACTISED = (
        Authored.Status.ACTIVE,
        Authored.Status.RETIRED,
    )  # retired: starts nobody; who is on it goes on

    review_by = models.DateField(
        _("review by"), null=True, blank=True, help_text=_("Until when somebody should have looked it over.")
    )
    current = models.ForeignKey(
        "PathVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What is published."),
        verbose_name=_("current"),
    )

    class Meta(Authored.Meta):
        verbose_name = _("path")
        verbose_name_plural = _("paths")


class PathVersion(Version):
    path = models.ForeignKey(Path, models.PROTECT, related_name="versions")

    class Meta(Version.Meta):
        constraints = [models.UniqueConstraint(fields=["path", "number"], name="one_version_per_number")]

    @property
    def of(self) -> Path:
        return self.path


class OnRamp(Authored):
    """A kind of real work that juniors learn on."""

    current = models.ForeignKey(
        "OnRampVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What is published."),
        verbose_name=_("current"),
    )

    class Meta(Authored.Meta):
        verbose_name = _("on-ramp")
        verbose_name_plural = _("on-ramps")


class OnRampVersion(Version):
    on_ramp = models.ForeignKey(OnRamp, models.PROTECT, related_name="versions")

    class Meta(Version.Meta):
        constraints = [
            models.UniqueConstraint(fields=["on_ramp", "number"], name="one_on_ramp_version_per_number")
        ]

    @property
    def of(self) -> OnRamp:
        return self.on_ramp


class Skill(models.Model):
    """One small thing a person can do: the unit of memory, whichever paths share it."""

    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=200)
    idea = models.TextField(blank=True, help_text="What the first rep of the skill teaches.")
    path = models.ForeignKey(
        Path, models.PROTECT, related_name="skills", help_text="The path that defines it."
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class FormerName(models.Model):
    """An id that a skill had once; it is never used again."""

    slug = models.SlugField(max_length=100, unique=True)
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="former_names")

    def __str__(self) -> str:
        return self.slug


class Exercise(models.Model):
    """One way to practise a skill, as it was worded once: rows are never rewritten, only replaced."""

    skill = models.ForeignKey(Skill, models.PROTECT, related_name="exercises")
    slug = models.SlugField(max_length=100)
    kind = models.CharField(max_length=10)
    ai = models.CharField(max_length=10)
    minutes = models.PositiveSmallIntegerField()
    content = models.TextField(help_text="What paths.schema reads back, in JSON.")
    is_current = models.BooleanField(default=True)
    version = models.ForeignKey(
        PathVersion, models.PROTECT, related_name="+", help_text="Where it first stood so."
    )

    class Meta:
        ordering = ["skill", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["skill", "slug"], condition=Q(is_current=True), name="one_current_exercise_per_name"
            ),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="exercise_takes_time"),
        ]

    def __str__(self) -> str:
        return f"{self.skill.slug}/{self.slug}"
