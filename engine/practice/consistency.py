"""On which days a person practised, of those that brought them a workout."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from engine.models import Answer
from engine.rules.weeks import DAY, Week, by_week, first_day
from people.calendar import Away, is_away, is_workday
from people.days_off import DaysOff
from people.models import Person

WEEKS = 12


def weeks_of(person: Person, *, now: datetime) -> list[Week]:
    """Return the last weeks of a person, the present one last; in three queries."""
    today = person.today(now)
    first = first_day(today=today, weeks=WEEKS)
    answered = Answer.objects.filter(rep__workout=OuterRef("pk"), undone_at=None)
    workouts = person.workouts.filter(day__gte=first, size__gt=0).annotate(is_practised=Exists(answered))
    practised = dict(workouts.order_by().values_list("day", "is_practised"))
    absences = person.absences.filter(ends_on__gte=first, starts_on__lte=today)
    away = [Away(starts_on=one.starts_on, ends_on=one.ends_on) for one in absences]
    days_off = DaysOff(around=now - timedelta(weeks=WEEKS), ahead=timedelta(weeks=WEEKS, days=1)).of(person)
    days = [first + number * DAY for number in range((today - first).days + 1)]
    rhythm = person.rhythm
    return by_week(
        offered=practised.keys(),
        practised={day for day, is_practised in practised.items() if is_practised},
        free={day for day in days if not is_workday(day, rhythm, days_off=days_off) or is_away(day, away)},
        today=today,
        weeks=WEEKS,
    )
