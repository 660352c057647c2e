"""Today's workout on the web: it replaces the mail of that day."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from engine import delivery
from engine.delivery import outbox
from engine.errors import NotPractising
from engine.models import Rep, Workout
from engine.practice.planning import plan_workouts
from people.calendar import local_date
from people.models import Person


def todays_workout(person: Person, *, now: datetime) -> Workout | None:
    """Return the workout planned for the person's local date, if there is one."""
    return person.workouts.filter(day=local_date(now, zone=person.zone)).first()


@transaction.atomic
def start_today(person: Person, *, now: datetime) -> Workout:
    """Plan today's workout now, and cancel today's mail; what is planned already stays as it is."""
    if not person.is_practising:
        raise NotPractising(
            _("Your practice has not been started, or you stopped it. Your settings say which.")
        )
    today = local_date(now, zone=person.zone)
    plan_workouts([(person.pk, today)], now=now)
    workout = Workout.objects.get(person=person, day=today)
    if workout.size:
        delivery.cancel_day(person, today, because=outbox.STARTED_ON_THE_WEB, now=now)
    return workout


def open_reps(workout: Workout) -> QuerySet[Rep]:
    """The reps still without a standing answer, in their order."""
    answered = workout.reps.filter(answers__undone_at=None, answers__isnull=False)
    return workout.reps.exclude(pk__in=answered).select_related("skill", "exercise")
