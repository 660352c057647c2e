"""How many people found an exercise of no use to them: told in steps, and never of fewer than five.

`engine.rules.shares` says how a share is told. Only what was said before this week counts, so that whoever
looks before and after somebody's press sees no difference.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from engine.models import Remark, Rep
from engine.rules import shares
from engine.rules.shares import Share
from paths.models import Exercise, Path
from people.calendar import local_date

LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class NotUseful:
    """An exercise, and how many of those who met it found it of no use."""

    exercise: Exercise
    share: Share

    @property
    def words(self) -> str:
        match self.share:
            case Share.QUARTER:
                return _("about a quarter of those who met it")
            case Share.HALF:
                return _("about half of those who met it")
            case Share.MOST:
                return _("most of those who met it")


def not_useful(paths: Collection[Path], *, now: datetime) -> dict[int, list[NotUseful]]:
    """Return, by the path's row id, the present exercises that people called of no use; in three queries.

    People are counted, not reps: of those who met an exercise lately, who said so before this week began.
    """
    this_week = _beginning_of_week(now)
    since = this_week - LOOK_BACK
    current = Exercise.objects.filter(skill__path__in=paths, is_current=True)
    said = (
        Remark.objects.standing()
        .filter(kind=Remark.Kind.NOT_USEFUL, made_at__gte=since, made_at__lt=this_week)
        .filter(exercise__in=current)
        .order_by()
        .values_list("exercise")
        .annotate(people=Count("person", distinct=True))
    )
    met = (
        Rep.objects.filter(exercise__in=current, workout__day__gte=since.date())
        .order_by()
        .values_list("exercise")
        .annotate(people=Count("person", distinct=True))
    )
    people_who_met = dict(met)
    told = {
        exercise: share
        for exercise, people in said
        if (share := shares.share(people, of=people_who_met.get(exercise, 0))) is not None
    }
    found: dict[int, list[NotUseful]] = defaultdict(list)
    rated = Exercise.objects.filter(pk__in=told).defer("content").select_related("skill")
    for exercise in rated.order_by("skill__title", "slug"):
        found[exercise.skill.path_id].append(NotUseful(exercise=exercise, share=told[exercise.pk]))
    return found


def _beginning_of_week(now: datetime) -> datetime:
    """Return Monday's first instant in the organisation's zone."""
    today = local_date(now, zone=settings.TIME_ZONE)
    monday = today - timedelta(days=today.weekday())
    return datetime.combine(monday, time.min, tzinfo=ZoneInfo(settings.TIME_ZONE))
