"""Skills that real work has kept fresh since the last mail: they rest, and the next mail says so."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Max

from engine import wording
from engine.models import Belief, Credit, Enrolment, Mail, Memory
from engine.rules import memory as rules
from engine.rules.curves import falls_to
from paths.catalogue import catalogue

LATELY = timedelta(days=14)  # what was signed off longer ago is no news
RETENTION = 0.9  # of a skill that is on no path of the person's

type Pair = tuple[int, int]  # row ids of a person and a skill


@dataclass(frozen=True, kw_only=True)
class Rest:
    """A skill that its person did for real, and until when it needs no rep."""

    skill_id: int
    skill: str
    on: date
    until: date

    def words(self, *, today: date) -> str:
        return wording.done_for_real(self.on, rests_until=self.until, today=today)


class _Fresh(NamedTuple):
    title: str
    memory: rules.Memory


class _Confirmed(NamedTuple):
    """A credit, beside a workout of its person."""

    credit: int
    person: int
    confirmed_at: datetime
    workout: int
    planned_at: datetime


COLUMNS = ("pk", "person_id", "confirmed_at", "person__workouts__pk", "person__workouts__planned_at")


def rests_of(workout_ids: Sequence[int | None]) -> dict[int | None, list[Rest]]:
    """Return what the mails of workouts tell of signed-off work; in one query where there is none."""
    found: dict[int | None, list[Rest]] = defaultdict(list)
    news = _news([one for one in workout_ids if one is not None])
    if not news:
        return found
    people = {one.person for one in news}
    shown = _shown([one.credit for one in news])
    memories = _memories(people, {skill for some in shown.values() for skill in some})
    retention, forgetting = _retention(people), Belief.objects.forgetting()
    for one in news:
        told = {rest.skill_id for rest in found[one.workout]}
        for skill in sorted(shown[one.credit] - told):
            fresh = memories.get((one.person, skill))
            if fresh is not None:
                until = falls_to(fresh.memory, retention.get((one.person, skill), RETENTION), by=forgetting)
                rest = Rest(skill_id=skill, skill=fresh.title, on=fresh.memory.reviewed_on, until=until)
                found[one.workout].append(rest)
    return found


def _news(workouts: Collection[int]) -> list[_Confirmed]:
    """Return the credits of lately that no mail can have told of."""
    confirmed = Credit.objects.standing().filter(person__workouts__in=workouts).order_by("done_at", "pk")
    every = [_Confirmed._make(row) for row in confirmed.values_list(*COLUMNS)]
    lately = [one for one in every if one.planned_at - LATELY < one.confirmed_at]
    if not lately:
        return []
    went = Mail.objects.filter(
        person__in={one.person for one in lately}, kind=Mail.Kind.WORKOUT, sent_at__isnull=False
    )
    last = dict(went.order_by().values_list("person").annotate(Max("sent_at")))
    return [one for one in lately if one.person not in last or last[one.person] < one.confirmed_at]


def _shown(confirmed: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    through = Credit.skills.through.objects.filter(credit__in=confirmed)
    for credit, skill in through.values_list("credit_id", "skill_id"):
        found[credit].add(skill)
    return found


def _memories(people: Collection[int], skills: Collection[int]) -> dict[Pair, _Fresh]:
    """Those whose last review was work, as plans take them: a rep since then has its own words."""
    by_work = Memory.objects.filter(person__in=people, skill__in=skills, last_by_work=True)
    columns = ("person", "skill", "skill__title", "reviewed_on", "stable", "difficult")
    return {
        (person, skill): _Fresh(
            title=title, memory=rules.Memory(stability=stable, difficulty=difficult, reviewed_on=on)
        )
        for person, skill, title, on, stable, difficult in by_work.as_planned(
            Belief.objects.in_force()
        ).values_list(*columns)
    }


def _retention(people: Collection[int]) -> Mapping[Pair, float]:
    """The chance at which their paths keep each skill of these people; the highest where paths share it."""
    paths = catalogue().paths
    found: dict[Pair, float] = {}
    enrolled = Enrolment.objects.active().filter(person__in=people, path__in=paths)
    for person, path in enrolled.order_by().values_list("person_id", "path_id"):
        for skill in paths[path].skills:
            pair = person, skill
            found[pair] = max(paths[path].retention, found.get(pair, 0))
    return found
