"""Which dates nobody works: public holidays by country and region, and the organisation's own."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta

import structlog
from django.db.models import QuerySet

from people.calendar import Away, UnknownCalendar, public_holidays
from people.models import Absence, Holiday, Person

NEAR = timedelta(days=3)  # ahead: a queued mail goes within one

log = structlog.get_logger("people")


class DaysOff:
    """The days off from just before an instant, read once and shared by everybody in a country and region."""

    def __init__(self, *, around: datetime, ahead: timedelta = NEAR) -> None:
        first, last = (around - timedelta(days=2)).date(), (around + ahead).date()
        self._years = range(first.year, last.year + 1)
        self._own: dict[str, set[date]] = defaultdict(set)
        for day, country in Holiday.objects.filter(day__range=(first, last)).values_list("day", "country"):
            self._own[country].add(day)
        self._known: dict[tuple[str, str], frozenset[date]] = {}

    def of(self, person: Person) -> frozenset[date]:
        return self.in_place(person.country, person.region)

    def in_place(self, country: str, region: str) -> frozenset[date]:
        place = (country, region)
        if place not in self._known:
            self._known[place] = self._public(*place) | self._own[""] | self._own[country]
        return self._known[place]

    def _public(self, country: str, region: str) -> frozenset[date]:
        if not country:
            return frozenset()
        try:
            return frozenset().union(*(public_holidays(country, region, year) for year in self._years))
        except UnknownCalendar as error:
            # One person's odd country must not keep everybody else's mail waiting.
            log.warning("public holidays are not known", country=country, region=region, because=str(error))
            return frozenset()


def absences_near(people: Collection[Person], *, now: datetime) -> dict[int, list[Away]]:
    """Return, by person's row id, the absences that touch the days around now, in one query."""
    days = ((now - timedelta(days=2)).date(), (now + NEAR).date())
    near = Absence.objects.filter(
        person__in=[person.pk for person in people], starts_on__lte=days[1], ends_on__gte=days[0]
    )
    return _by_person(near)


def absences_to_come(people: Collection[Person], *, now: datetime) -> dict[int, list[Away]]:
    """Return, by person's row id, the absences that are not over, however long they last; in one query."""
    to_come = Absence.objects.filter(
        person__in=[person.pk for person in people], ends_on__gte=(now - timedelta(days=2)).date()
    )
    return _by_person(to_come)


def _by_person(absences: QuerySet[Absence]) -> dict[int, list[Away]]:
    found: dict[int, list[Away]] = defaultdict(list)
    for person_id, starts_on, ends_on in absences.values_list("person_id", "starts_on", "ends_on"):
        found[person_id].append(Away(starts_on=starts_on, ends_on=ends_on))
    return found
