"""How many people found an exercise of no use to them: in rough steps, and never about fewer than five."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, QuerySet

from engine.models import Remark, Rep
from paths.models import Exercise, Path

FEWEST_MET = 5  # people
FEWEST_SAID = 2  # people


class Share(StrEnum):
    """Steps so wide that one person's press is rarely seen in them."""

    SOME = "some"  # under a quarter
    MANY = "many"  # from a quarter to a half
    MOST = "most"  # over a half


@dataclass(frozen=True, kw_only=True)
class NotUseful:
    exercise: Exercise
    share: Share


def not_useful(path: Path, *, until: datetime) -> list[NotUseful]:
    """Return the exercises of a path that people called of no use, by what was said before `until`.

    Who calls this gives the beginning of a week: whoever looks before and after somebody's press sees no
    difference then.
    """
    exercises = Exercise.objects.filter(skill__path=path, is_current=True).defer("content")
    said = _people(
        Remark.objects.standing().filter(
            kind=Remark.Kind.NOT_USEFUL, made_at__lt=until, exercise__in=exercises.values("pk")
        )
    )
    if not said:
        return []
    met = _people(Rep.objects.filter(exercise__in=list(said)))
    rated = exercises.filter(pk__in=list(said)).select_related("skill").order_by("skill__title", "slug")
    return [
        NotUseful(exercise=exercise, share=_share(said[exercise.pk], met.get(exercise.pk, 0)))
        for exercise in rated
        if said[exercise.pk] >= FEWEST_SAID and met.get(exercise.pk, 0) >= FEWEST_MET
    ]


def _people(rows: QuerySet[Remark] | QuerySet[Rep]) -> Mapping[int, int]:
    counted = rows.order_by().values("exercise").annotate(people=Count("person", distinct=True))
    return dict(counted.values_list("exercise", "people"))


def _share(said: int, met: int) -> Share:
    if said > met / 2:
        return Share.MOST
    return Share.MANY if said >= met / 4 else Share.SOME
