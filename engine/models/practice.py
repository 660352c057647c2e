"""Practice: who is on which path, what was planned, what was answered, what is remembered.

A foreign key that begins another index has none of its own: every row written would pay for it.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from engine.rules import memory as rules
from paths.models import Exercise, Path, Skill
from people.models import Person

if TYPE_CHECKING:
    from engine.models.beliefs import Belief


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def active(self) -> "EnrolmentQuerySet":
        return self.filter(ended_on__isnull=True)


class Enrolment(models.Model):
    """One person on one path, from one day to another."""

    class Source(models.TextChoices):
        AUDIENCE = "audience", _("role and level")
        BY_HAND = "by-hand", _("by hand")

    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments", verbose_name=_("person"))
    path = models.ForeignKey(Path, models.PROTECT, related_name="enrolments", verbose_name=_("path"))
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.AUDIENCE)
    started_on = models.DateField(_("started on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["person", "path"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "path"],
                condition=Q(ended_on__isnull=True),
                name="one_open_enrolment_per_path",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.path}"


class MemoryQuerySet(models.QuerySet["Memory"]):
    def as_planned(self, belief: "Belief | None") -> "MemoryQuerySet":
        """Add `stable` and `difficult`: as this belief has them, or the memory's own where there is none."""
        if belief is None:
            return self.annotate(stable=F("stability"), difficult=F("difficulty"))
        here = FilteredRelation("states", condition=Q(states__belief=belief))
        return self.annotate(
            here=here,
            stable=Coalesce("here__stability", "stability"),
            difficult=Coalesce("here__difficulty", "difficulty"),
        )


class Memory(models.Model):
    """What we believe one person remembers of one skill; always rebuilt from their reviews."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memories", db_index=False)
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="memories")
    stability = models.FloatField(help_text="Days until retrievability falls to 90 %.")
    difficulty = models.FloatField(help_text="1 to 10.")
    reviewed_on = models.DateField(help_text="The person's local date of the last review.")
    introduced_on = models.DateField(help_text="The person's local date of the first review.")
    reviews = models.PositiveIntegerField(help_text="How many reviews stand.")
    last_rating = models.PositiveSmallIntegerField(null=True, help_text="Of the last review, 1 to 4.")
    last_by_work = models.BooleanField(
        default=False, help_text="Whether the last review was signed-off work."
    )
    model = models.CharField(max_length=20, default=rules.MODEL)
    parameters = models.CharField(max_length=40, default="default", help_text="The parameter set's name.")

    objects = MemoryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "skill"], name="one_memory_per_person_and_skill")
        ]


class Workout(models.Model):
    """The reps planned for one person on one local date; without reps, nothing was worth a mail."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="workouts", db_index=False)
    day = models.DateField(help_text="In the person's own zone.")
    planned_at = models.DateTimeField()
    plan = models.UUIDField(help_text="Which planner wrote it: of two at once, one wins.")
    size = models.PositiveSmallIntegerField(default=0, help_text="How many reps it has.")

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], name="one_workout_per_person_and_day")
        ]

    def expires_at(self) -> datetime:
        """Until when the reps may be answered: nothing is overdue, the skills compete again."""
        return self.planned_at + settings.LINK_LIFE


class Rep(models.Model):
    """One exercise, in one workout, for one person."""

    workout = models.ForeignKey(Workout, models.PROTECT, related_name="reps", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="reps", db_index=False)
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="reps")
    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="reps")
    position = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=10, help_text="engine.rules.planning.Why")
    retrievability = models.FloatField(
        null=True, help_text="As predicted when planned; null for a new skill."
    )
    last_review_on = models.DateField(
        null=True, help_text="When the skill was last reviewed before this rep."
    )
    last_rating = models.PositiveSmallIntegerField(null=True, help_text="How that review went, 1 to 4.")
    last_by_work = models.BooleanField(default=False, help_text="Whether that review was signed-off work.")
    attempt = models.PositiveSmallIntegerField(default=1, help_text="An undo opens the next one.")
    key_shown = models.BooleanField(default=False, help_text="An answer after that counts as hard at most.")

    class Meta:
        ordering = ["workout", "position"]
        constraints = [
            models.UniqueConstraint(fields=["workout", "skill"], name="one_rep_per_skill_and_workout"),
            models.UniqueConstraint(fields=["workout", "position"], name="one_rep_per_place"),
        ]
        indexes = [models.Index(fields=["person", "skill"], name="reps_of_a_skill")]


class Answer(models.Model):
    """What a person answered to one attempt of a rep; the first one counts, and it stays."""

    rep = models.ForeignKey(Rep, models.PROTECT, related_name="answers", db_index=False)
    attempt = models.PositiveSmallIntegerField()
    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="+")
    given = models.JSONField(help_text="engine.rules.grading.Given")
    is_correct = models.BooleanField(null=True, help_text="Null where the person rates themself.")
    rating = models.PositiveSmallIntegerField()
    answered_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["rep", "attempt"]
        constraints = [models.UniqueConstraint(fields=["rep", "attempt"], name="one_answer_per_attempt")]

    def may_be_undone(self, now: datetime) -> bool:
        undo_for: timedelta = settings.UNDO_FOR
        return self.undone_at is None and now < self.answered_at + undo_for


class ReviewQuerySet(models.QuerySet["Review"]):
    def standing(self) -> "ReviewQuerySet":
        """Reviews that move memory: neither voided nor voiding."""
        return self.filter(voids__isnull=True, voided_by__isnull=True)

    def in_order(self) -> "ReviewQuerySet":
        return self.order_by(*Review.ORDER)


class Review(models.Model):
    """The evidence that moved a memory; append-only, so an undo is a row that voids another."""

    class Source(models.TextChoices):
        REP = "rep"
        WORK = "work", "signed-off work"

    # Of one day there are a rep and the work at most, so the order in which they arrived decides nothing.
    ORDER = ("reviewed_on", "reviewed_at", "source", "pk")

    person = models.ForeignKey(Person, models.PROTECT, related_name="reviews", db_index=False)
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="reviews")
    rating = models.PositiveSmallIntegerField()
    reviewed_on = models.DateField(help_text="The person's local date then; it keeps it when they move.")
    reviewed_at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source)
    answer = models.OneToOneField(Answer, models.PROTECT, null=True, related_name="review")
    voids = models.OneToOneField("self", models.PROTECT, null=True, related_name="voided_by")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "skill", "reviewed_on"], name="reviews_of_a_memory")]
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=4), name="rating_is_1_to_4")
        ]

    def evidence(self) -> tuple[date, rules.Rating]:
        return self.reviewed_on, rules.Rating(self.rating)
