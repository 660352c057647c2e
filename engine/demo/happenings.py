"""What happens in the demo besides practice: starts, absences, a pause, a stop, a leaver."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from engine import practice
from engine.demo.organisation import LEARNING, SIGN_INS
from engine.models import Rep
from people.calendar import local_date
from people.leaving import leave
from people.models import Absence, Person

# When L&D starts whom, as a share of the demo's days: one team tries it, then the others follow.
TEAMS = {
    "Revenue insights": 0.0,
    "People and learning": 0.3,
    "Risk analytics": 0.4,
    "Supply chain data": 0.5,
    "Payments": 0.6,
    "Search": 0.7,
    "Mobile apps": 0.75,
    "Platform": 0.8,
}
NEWCOMERS = {"amara.okoye@acme.example": 0.8, "sofie.lindqvist@acme.example": 0.85}
NOT_STARTED = ("zoya.lakdawala@acme.example", "rafael.quintela@acme.example")  # L&D has not pressed yet

ON_LEAVE = {"marcus.whitfield@acme.example": 0.6, "oksana.hrytsenko@acme.example": 0.8}
LEAVE = timedelta(days=13)  # after the first day: two weeks
PAUSES = {"jonas.vetter@acme.example": 0.5, "elif.aslanoglu@acme.example": 0.97}  # hers goes on
PAUSE = timedelta(days=10)
STOPS = ("caleb.rutherford@acme.example", 0.7)
LEAVES = ("noah.feinberg@acme.example", 0.75)
# What people reported, and when: some of it still waits for L&D.
REPORTS = {
    "tarek.nassar@acme.example": (0.9, "The second option is right as well, if the join is on a key."),
    "hanna.bruckner@acme.example": (
        0.93,
        "The table in the text has four rows, the question speaks of five.",
    ),
}
SHORT_ABSENCES = 0.4  # of the people; a day, or a few

type Deed = Callable[[QuerySet[Person], datetime], object]


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something that happens to some people at one instant, and may change when their mails come."""

    at: datetime
    people: QuerySet[Person]
    deed: Deed

    def happen(self, now: datetime) -> None:
        self.deed(self.people.all(), now)


def happenings(*, begins_at: datetime, ends_at: datetime, seed: int) -> Iterator[Happening]:
    """Yield everything that will happen, in no order; who is not in the roster is passed over."""

    def to(people: QuerySet[Person], share: float, deed: Deed) -> Happening:
        return Happening(at=begins_at + share * (ends_at - begins_at), people=people, deed=deed)

    def named(email: str) -> QuerySet[Person]:
        return Person.objects.filter(email=email)

    for team, share in TEAMS.items():
        members = Person.objects.filter(team__name=team).exclude(email__in={*NEWCOMERS, *NOT_STARTED})
        yield to(members, share, _start)
    yield from (to(named(email), share, _start) for email, share in NEWCOMERS.items())
    yield from (to(named(email), share, _away_for(LEAVE)) for email, share in ON_LEAVE.items())
    yield from (to(named(email), share, _pause) for email, share in PAUSES.items())
    yield to(named(STOPS[0]), STOPS[1], _stop)
    yield to(named(LEAVES[0]), LEAVES[1], _leave)
    yield from (to(named(email), share, _report(text)) for email, (share, text) in REPORTS.items())
    shown = [one.email for one in SIGN_INS]  # there at the end, when somebody looks
    for email in Person.objects.exclude(email__in=shown).order_by("email").values_list("email", flat=True):
        dice = random.Random(f"{seed}:absence:{email}")  # noqa: S311 (a story, no secret)
        if dice.random() < SHORT_ABSENCES:
            yield to(named(email), dice.random(), _away_for(timedelta(days=dice.choice([0, 0, 1, 2, 4]))))


def _report(text: str) -> Deed:
    def deed(people: QuerySet[Person], now: datetime) -> None:
        open_reps = Rep.objects.filter(person__in=people, workout__planned_at__gt=now - settings.LINK_LIFE)
        if rep := open_reps.order_by("-pk").first():
            practice.report_mistake(rep, text, attempt=rep.attempt, now=now)

    return deed


def _start(people: QuerySet[Person], now: datetime) -> None:
    practice.start(people, by=Person.objects.filter(email=LEARNING.email).first(), now=now)


def _pause(people: QuerySet[Person], now: datetime) -> None:
    for person in people:
        practice.pause(person, until=_today(person, now) + PAUSE, now=now)


def _stop(people: QuerySet[Person], now: datetime) -> None:
    for person in people:
        practice.stop(person, now=now)


def _leave(people: QuerySet[Person], now: datetime) -> None:
    for person in people:
        leave(person, _today(person, now))


def _away_for(length: timedelta) -> Deed:
    """Be away from tomorrow on, and for so long after that day."""

    def deed(people: QuerySet[Person], now: datetime) -> None:
        for person in people:
            first = _today(person, now) + timedelta(days=1)
            Absence.objects.create(person=person, starts_on=first, ends_on=first + length)

    return deed


def _today(person: Person, now: datetime) -> date:
    return local_date(now, zone=person.zone)
