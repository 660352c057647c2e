"""What a start would bring: it is done for real, looked at, and taken back."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from engine import links
from engine.delivery.compose import Composed, compose
from engine.delivery.welcomes import hour_of
from engine.delivery.workout_mail import reps_of
from engine.errors import NotToBeShown
from engine.models import Enrolment, Mail, Review, Workout
from engine.practice.launching import start, startable
from engine.practice.planning import plan_workouts
from paths.models import Path
from people import calendar
from people.calendar import Away
from people.days_off import DaysOff, absences_to_come
from people.models import Organisation, Person

LOOK_AHEAD = timedelta(days=60)  # what lies further off is not worth a figure
A_MOMENT = timedelta(minutes=10)  # for the press and the tick that follow the look
SAMPLES = 3  # people whose mails are shown

type Days = dict[int, date]  # by person's row id: the local date of their first workout


class Idle(StrEnum):
    """Why somebody who was chosen gets nothing."""

    AGENT = "agent"
    LEFT = "left"
    STARTED = "started"
    STOPPED = "stopped"
    REFUSED = "refused"
    NO_PATH = "no-path"
    NO_DAY = "no-day"
    NOTHING_WORTH_IT = "nothing-worth-it"
    PRACTISED_BEFORE = "practised-before"


@dataclass(frozen=True, kw_only=True)
class FirstDay:
    """The first workouts that fall on one date."""

    day: date | None  # None while practice is paused for everyone: nobody knows yet when it goes on
    people: int
    reps: int


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What a start of some people would bring."""

    chosen: int
    who: frozenset[int]  # row ids of those who start
    at_once: int  # welcomes
    held: int  # welcomes that wait for a path, for an address that takes mail, or for a pause to end
    days: Sequence[FirstDay]
    idle: Sequence[tuple[Idle, Sequence[Person]]]  # of whom some start all the same
    samples: Sequence[Person]

    @property
    def starting(self) -> int:
        return len(self.who)

    @property
    def later(self) -> int:
        """Welcomes that go when their people are next at work."""
        return self.starting - self.at_once - self.held


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """The first mails of one person, with links that open nothing."""

    welcome: Composed
    workout: Composed | None


@transaction.atomic
def foresee(people: QuerySet[Person], *, now: datetime) -> Foreseen:
    """Start these people and plan their first workouts, see what that brings, and undo it all."""
    idle = _never_started(people)
    starting = start(people, by=None, now=now)
    mails = Mail.objects.filter(kind=Mail.Kind.WELCOME, person__in=starting)
    welcomes = dict(mails.values_list("person", "not_before"))
    held = set(mails.held().values_list("person", flat=True))
    idle |= _with_nothing_to_get(starting)
    going = [person for person in starting if person.pk not in idle]
    first = _first_days(going, welcomes, now=now)
    plan_workouts(first.items(), now=now)
    size = dict(Workout.objects.filter(person__in=first).values_list("person", "size"))
    for person in going:
        if person.pk not in first:
            idle[person.pk] = Idle.NO_DAY
        elif not size[person.pk]:
            idle[person.pk] = Idle.NOTHING_WORTH_IT
    foreseen = Foreseen(
        chosen=people.count(),
        who=frozenset(person.pk for person in starting),
        at_once=sum(goes_at <= now for person, goes_at in welcomes.items() if person not in held),
        held=len(held),
        days=_without_days(first, size) if Organisation.get().paused_at else _days(first, size),
        idle=_by_reason(idle),
        samples=[person for person in going if size.get(person.pk)][:SAMPLES],
    )
    transaction.set_rollback(True)
    return foreseen


@transaction.atomic
def rehearse(person: Person, *, by: Person, note: str, now: datetime) -> Rehearsal:
    """Build the first mails of somebody who has not begun, as they would come, and undo it all.

    Nobody who has reviews: why a rep was chosen would tell what they remember.
    """
    one = Person.objects.filter(pk=person.pk)
    if not startable(one).exists():
        raise NotToBeShown(f"{person} has begun, or cannot; what they get is theirs alone.")
    if Review.objects.filter(person=person).exists():
        raise NotToBeShown(f"{person} has practised before; what they get is theirs alone.")
    start(one, by=by, note=note, now=now)
    with links.inert():
        rehearsal = _rehearsed(one.get(), now=now)
    transaction.set_rollback(True)
    return rehearsal


def _rehearsed(person: Person, *, now: datetime) -> Rehearsal:
    welcome = Mail.objects.select_related("person", "sender").get(kind=Mail.Kind.WELCOME, person=person)
    composed = compose(welcome, [], dated_at=now)
    plan_workouts(_first_days([person], {person.pk: welcome.not_before}, now=now).items(), now=now)
    workout = Workout.objects.filter(person=person, size__gt=0).first()  # of somebody who has no other
    if workout is None:
        return Rehearsal(welcome=composed, workout=None)
    mail = Mail(kind=Mail.Kind.WORKOUT, person=person, day=workout.day, message_id=welcome.message_id)
    return Rehearsal(welcome=composed, workout=compose(mail, reps_of([workout.pk])[workout.pk], dated_at=now))


def _never_started(people: QuerySet[Person]) -> dict[int, Idle]:
    """Say why some of them cannot be started, by their row ids."""
    rest = people.exclude(pk__in=startable(people).values("pk"))
    return {person.pk: _why_never(person) for person in rest}


def _why_never(person: Person) -> Idle:
    if person.kind == Person.Kind.AGENT:
        return Idle.AGENT
    if not person.is_active:
        return Idle.LEFT
    return Idle.STARTED if person.started_on is not None else Idle.STOPPED


def _with_nothing_to_get(started: Sequence[Person]) -> dict[int, Idle]:
    """Say whom nothing reaches, or whose workout nobody may look at, by their row ids."""
    path = Enrolment.objects.active().filter(person=OuterRef("pk"), path__status__in=Path.PRACTISED)
    reviewed = Review.objects.filter(person=OuterRef("pk"))
    people = Person.objects.filter(pk__in=[person.pk for person in started])
    facts = people.order_by().annotate(has_path=Exists(path), has_reviews=Exists(reviewed))
    found: dict[int, Idle] = {}
    for person_id, refused_at, has_path, has_reviews in facts.values_list(
        "pk", "mail_refused_at", "has_path", "has_reviews"
    ):
        if refused_at is not None:
            found[person_id] = Idle.REFUSED
        elif not has_path:
            found[person_id] = Idle.NO_PATH
        elif has_reviews:
            found[person_id] = Idle.PRACTISED_BEFORE
    return found


def _first_days(people: Sequence[Person], welcomes: Mapping[int, datetime], *, now: datetime) -> Days:
    """Return the date of each person's first workout, where one is near: it comes after the welcome."""
    days_off = DaysOff(around=now, ahead=LOOK_AHEAD + timedelta(days=1))
    absences = absences_to_come(people, now=now)
    found: Days = {}
    for person in people:
        away = absences.get(person.pk, [])
        try:
            day = _first_day(person, welcomes[person.pk], days_off=days_off, away=away)
        except calendar.CalendarError:
            continue  # an impossible rhythm; the tick raises an alert
        if day is not None and day <= person.today(now) + LOOK_AHEAD:
            found[person.pk] = day
    return found


def _first_day(
    person: Person, welcomed_at: datetime, *, days_off: DaysOff, away: Sequence[Away]
) -> date | None:
    # With all days off known, the welcome's own time may be later than it was queued for.
    welcomed_at = hour_of(person, now=welcomed_at, days_off=days_off, absences=away) + A_MOMENT
    welcomed_on = calendar.local_date(welcomed_at, zone=person.zone)
    days = (welcomed_on + timedelta(days=ahead) for ahead in range(1, LOOK_AHEAD.days + 1))
    return next((day for day in days if _comes(person, day, welcomed_at, days_off, away)), None)


def _comes(person: Person, day: date, welcomed_at: datetime, days_off: DaysOff, away: Sequence[Away]) -> bool:
    instant = calendar.mail_on(
        day,
        person.rhythm,
        days_off=days_off.of(person),
        absences=away,
        paused_until=person.paused_until,
        last_sent_at=welcomed_at,
    )
    return instant is not None


def _days(first: Days, size: Mapping[int, int]) -> list[FirstDay]:
    people, reps = Counter[date](), Counter[date]()
    for person_id, day in first.items():
        if size[person_id]:
            people[day] += 1
            reps[day] += size[person_id]
    return [FirstDay(day=day, people=people[day], reps=reps[day]) for day in sorted(people)]


def _without_days(first: Days, size: Mapping[int, int]) -> list[FirstDay]:
    sizes = [size[person_id] for person_id in first if size[person_id]]
    return [FirstDay(day=None, people=len(sizes), reps=sum(sizes))] if sizes else []


def _by_reason(idle: Mapping[int, Idle]) -> list[tuple[Idle, list[Person]]]:
    people: Iterable[Person] = Person.objects.filter(pk__in=idle).select_related("role", "level")
    return list(_grouped(idle, list(people)))


def _grouped(idle: Mapping[int, Idle], people: Sequence[Person]) -> Iterator[tuple[Idle, list[Person]]]:
    for reason in Idle:
        if mine := [person for person in people if idle[person.pk] == reason]:
            yield reason, mine
