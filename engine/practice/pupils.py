"""What planning knows of people before it looks at their skills."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Max

from engine.models import Enrolment, Workout
from engine.rules import planning as rules
from paths.catalogue import Catalogue, PublishedPath
from people.models import Level, Person, day_numbers


@dataclass(kw_only=True)
class Pupil:
    """One person on one local date."""

    person: Person
    day: date
    paths: tuple[PublishedPath, ...]  # those they are enrolled on, the oldest enrolment first
    last_workout_on: date | None
    is_expert: bool
    introduced_on: dict[int, date] = field(default_factory=dict)  # by the skill's row id
    reviewed_on: dict[int, date] = field(default_factory=dict)
    last_rating: dict[int, int | None] = field(default_factory=dict)
    done_for_real: set[int] = field(default_factory=set)  # skills whose last review was signed-off work

    @property
    def path_ids(self) -> tuple[int, ...]:
        return tuple(path.id for path in self.paths)

    @property
    def minutes(self) -> float:
        since = None if self.last_workout_on is None else (self.day - self.last_workout_on).days
        return rules.minutes_today(self.person.minutes, days_since_last_workout=since)

    @cached_property
    def new_allowed(self) -> dict[int, int]:
        """How many skills each path may introduce today, by the path's row id."""
        workdays = len(day_numbers(self.person.workdays))
        return {
            path.id: rules.new_skills_today(
                path.new_skills_per_week,
                [self.introduced_on[skill] for skill in path.skills if skill in self.introduced_on],
                today=self.day,
                workdays_per_week=workdays,
            )
            for path in self.paths
        }


def load_pupils(days: Mapping[int, date], shelf: Catalogue) -> list[Pupil]:
    """Read the people of (person id -> local date), in four queries whatever their number."""
    paths: dict[int, list[PublishedPath]] = defaultdict(list)
    enrolled = Enrolment.objects.active().filter(person__in=days, path__in=shelf.paths)
    for person_id, path_id in enrolled.order_by("started_on", "path").values_list("person_id", "path_id"):
        paths[person_id].append(shelf.paths[path_id])
    worked_out = Workout.objects.filter(person__in=days, size__gt=0).order_by().values("person")
    last_workout = dict(worked_out.annotate(last=Max("day")).values_list("person", "last"))
    ranks = dict(Level.objects.values_list("pk", "rank"))
    # Where there is but one level, the highest is also the first.
    highest = max(ranks.values()) if len(set(ranks.values())) > 1 else None
    return [
        Pupil(
            person=person,
            day=days[person.pk],
            paths=tuple(paths[person.pk]),
            last_workout_on=last_workout.get(person.pk),
            is_expert=person.level_id is not None and ranks[person.level_id] == highest,
        )
        for person in Person.objects.filter(pk__in=days).only("minutes", "workdays", "level").order_by("pk")
    ]
