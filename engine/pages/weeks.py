"""My weeks: on which days a person practised, without a streak to lose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engine import practice
from engine.pages import geometry
from engine.pages.doors import signed_in
from engine.pages.geometry import Cell
from engine.rules.weeks import Week
from people.models import Person


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The weeks as a picture, and the same in numbers."""

    weeks: Sequence[Week]
    cells: Sequence[Cell]
    width: int
    height: int
    left: float  # where the first week begins
    days: Sequence[tuple[float, str]]  # where each row is, and its day's name
    says: str

    @property
    def counted(self) -> int:
        return sum(week.counted for week in self.weeks)

    @property
    def practised(self) -> int:
        return sum(week.practised for week in self.weeks)

    @property
    def extra(self) -> int:
        return sum(week.extra for week in self.weeks)


@signed_in
@require_safe
def weeks(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    return render(request, "pages/weeks.html", {"person": person, "chart": _chart(person, now=now)})


def _chart(person: Person, *, now: datetime) -> Chart:
    found = practice.weeks_of(person, now=now)
    width, height = geometry.size_of_weeks(len(found))
    return Chart(
        weeks=found,
        cells=geometry.cells(found),
        width=width,
        height=height,
        left=geometry.NAMES,
        days=[(geometry.row(number), str(name)) for number, name in WEEKDAYS_ABBR.items()],
        says=_("A column for each week and a row for each day of it; the table below says the same."),
    )
