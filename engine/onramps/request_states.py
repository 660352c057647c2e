"""How a request stands now: who may decide, and what time has made of it, whatever the tick has written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from engine.models import Offer, Request
from engine.onramps import hours
from engine.onramps.approvers import Line, approvers_of
from engine.onramps.judging import own_acts
from engine.rules import holds
from engine.rules.approval import FARTHEST, Approver, approvers, hours_between, reached_at
from paths.catalogue import on_ramps
from paths.schema import OnRampSpec
from people.calendar import (
    DAY,
    Away,
    CalendarError,
    WorkingHours,
    instant_of,
    is_away,
    local_date,
    subtract_working_hours,
)
from people.days_off import DaysOff, absences_to_come
from people.models import Person, Team

AT_THE_LATEST = timedelta(days=FARTHEST)  # a request ends, where nobody works who could decide


@dataclass(frozen=True, kw_only=True)
class RequestState:
    """A request as time has left it."""

    status: str
    ended_at: datetime | None = None
    approvers: Sequence[Approver] = ()  # who may decide now
    hours_counted: float = 0
    counted_until: datetime
    # The instant itself, or any later one once its hours are counted.
    remind_at: datetime | None = None
    deputy_at: datetime | None = None
    expires_at: datetime | None = None
    held_until: datetime | None = None  # for who asks
    lost_at: datetime | None = None  # nobody who begins later will be done in time

    @property
    def is_pending(self) -> bool:
        return self.status == Request.Status.PENDING

    @property
    def ends_at(self) -> datetime | None:
        """When it is over at the latest, if nobody decides."""
        return min(filter(None, (self.expires_at, self.held_until)), default=None)

    def approver(self, person: Person) -> Approver | None:
        return next((one for one in self.approvers if one.person == person.pk), None)


class Lines:
    """The reporting lines of some teams, each read once in one pass."""

    def __init__(self) -> None:
        self._known: dict[int, Line] = {}

    def of(self, team: Team) -> Line:
        if team.pk not in self._known:
            self._known[team.pk] = Line.of(team)
        return self._known[team.pk]


def state_of(request: Request, *, now: datetime, lines: Lines | None = None) -> RequestState:
    """Return how a request stands now; stores nothing."""
    match request.status:
        case Request.Status.PENDING:
            return _pending(request, (lines or Lines()).of(request.team), now=now)
        case Request.Status.WAITING:
            return _waiting(request, now=now)
    return RequestState(
        status=request.status,
        ended_at=request.ended_at,
        hours_counted=request.hours_counted,
        counted_until=request.counted_until,
    )


def _waiting(request: Request, *, now: datetime) -> RequestState:
    """It waits for a learner, and is carried out as soon as they answered or let their time pass."""
    offer = request.offers.filter(purpose=Offer.Purpose.APPROVED).order_by("-pk").first()
    is_waiting = offer is not None and offer.is_live(now)
    passed_at = now if offer is None else min(filter(None, (offer.answered_at, offer.ends_at)))
    return RequestState(
        status=Request.Status.WAITING if is_waiting else Request.Status.APPROVED,
        ended_at=None if is_waiting else passed_at,
        counted_until=request.counted_until,
        hours_counted=request.hours_counted,
    )


def _pending(request: Request, line: Line, *, now: datetime) -> RequestState:
    kind = on_ramps().get(request.on_ramp_id)
    if kind is None:  # retired: nothing is held any more
        return _ended(request, Request.Status.SUPERSEDED, now)
    clock = _Clock(request=request, line=line, kind=kind)
    held_until = hold_ends_at(request)
    state = RequestState(
        status=Request.Status.PENDING,
        hours_counted=clock.counted(now),
        counted_until=max(now, request.counted_until),
        remind_at=clock.reached(kind.approval.remind_after_hours),
        deputy_at=clock.reached(kind.approval.deputy_after_hours),
        expires_at=clock.reached(kind.approval.expire_after_hours) or request.asked_at + AT_THE_LATEST,
        held_until=held_until,
        lost_at=_lost_at(request, kind, clock.off, held_until=held_until),
    )
    if ended := _ending(request, state, now=now):
        return replace(state, status=ended[0], ended_at=ended[1])
    return replace(state, approvers=_approvers(request, line, state, now=now))


def _ended(request: Request, status: str, at: datetime) -> RequestState:
    return RequestState(
        status=status, ended_at=at, counted_until=request.counted_until, hours_counted=request.hours_counted
    )


def _ending(request: Request, state: RequestState, *, now: datetime) -> tuple[str, datetime] | None:
    """Return what ended it and when, the earliest first; None while it is pending."""
    task = request.task
    own = own_acts(request.by)
    waived_at = task.waived_at if task.waived_by_id not in own else None
    closed_at = (task.closed_at or now) if task.is_over else None
    left_at = now if not (request.by.is_active and request.owner.is_active) else None
    endings = (
        (closed_at, Request.Status.SUPERSEDED),
        (waived_at, Request.Status.SUPERSEDED),
        (state.held_until, Request.Status.SUPERSEDED),
        (state.expires_at, Request.Status.EXPIRED),
        (left_at, Request.Status.WITHDRAWN),
    )
    past = [(max(at, request.asked_at), status) for at, status in endings if at is not None and at <= now]
    if not past:
        return None
    at, status = min(past, key=lambda ending: ending[0])
    return status, at


def hold_ends_at(request: Request) -> datetime | None:
    """Return when the hold ends for who asks: their own due date is left out. None where no hold began."""
    bounds = list(request.task.bounds.filter(on_ramp=request.on_ramp_id, team=request.team_id))
    if not bounds:
        return None
    own = own_acts(request.by)
    until = holds.end_of([one.reason_to_end() for one in bounds], without=own)
    return until if until > bounds[0].first_seen_at else None


def _lost_at(
    request: Request, kind: OnRampSpec, off: DaysOff, *, held_until: datetime | None
) -> datetime | None:
    """Return the last instant at which somebody could begin and be done when it is due.

    None without a due date, and where the hold ends before: then whoever asks may take it anyway.
    """
    due_at = request.task.due_at
    if due_at is None:
        return None
    needed = request.task.estimate or kind.hold.typical_hours
    last = subtract_working_hours(due_at, needed, hours.of_team(request.team, off))
    lost_at = last if last > request.asked_at else due_at
    return None if held_until is not None and held_until < lost_at else lost_at


def _approvers(request: Request, line: Line, state: RequestState, *, now: datetime) -> list[Approver]:
    """Return who may decide now; the next one up only where the task would be lost otherwise."""
    is_late = state.deputy_at is not None and state.deputy_at <= now
    found = approvers_of(request.team, owner=request.owner_id, now=now, line=line, is_late=is_late)
    if state.lost_at is None or state.lost_at <= now:
        return found
    busy = _too_late(line, before=state.lost_at, now=now)
    if not all(one.person in busy for one in found):
        return found
    others = approvers(
        line.first,
        line.bosses,
        interested=line.interested(request.owner_id),
        is_away=lambda person: person in busy,
        guardians=line.guardians,
    )
    return found + [one for one in others if one.person not in {each.person for each in found}]


def _too_late(line: Line, *, before: datetime, now: datetime) -> set[int]:
    """Return those of a line who do not work before an instant."""
    off, absences = hours.days_off(now=now), absences_to_come(list(line.people.values()), now=now)

    def begins(person: Person) -> datetime | None:
        return hours.next_work(hours.of_person(person, off, absences.get(person.pk, ())), now=now)

    starts = {person.pk: begins(person) for person in line.people.values()}
    return {person for person, at in starts.items() if at is None or at >= before}


@dataclass(kw_only=True)
class _Clock:
    """Counts the working hours of whoever may decide on each day, from where they were counted last."""

    request: Request
    line: Line
    kind: OnRampSpec
    off: DaysOff = field(init=False)
    calendars: list[WorkingHours] = field(init=False)

    def __post_init__(self) -> None:
        self.off = hours.days_off(now=self.since)
        self.calendars = self._calendars()

    @property
    def since(self) -> datetime:
        return self.request.counted_until

    def counted(self, now: datetime) -> float:
        return self.request.hours_counted + hours_between(self.since, now, self.calendars)

    def reached(self, after: float) -> datetime | None:
        return reached_at(self.since, after - self.request.hours_counted, self.calendars)

    def _calendars(self) -> list[WorkingHours]:
        """Return each person's working hours on the days on which they may decide.

        That a deputy is added for want of an answer changes who may decide, and not how long it takes.
        """
        guardians = Person.objects.filter(pk__in=self.line.guardians).select_related("team")
        people = {person.pk: person for person in guardians} | dict(self.line.people)
        absences = absences_to_come(list(people.values()), now=self.since)
        who = _Deciding(line=self.line, people=people, absences=absences, owner=self.request.owner_id)
        found = []
        for person in people.values():
            own = hours.of_person(person, self.off, absences.get(person.pk, ()))
            without = who.days_without(person.pk, own, since=self.since)
            if without is not None:
                found.append(replace(own, days_off=own.days_off | without))
        return found


@dataclass(kw_only=True)
class _Deciding:
    """Who may decide, by who is away."""

    line: Line
    people: Mapping[int, Person]
    absences: Mapping[int, Collection[Away]]
    owner: int
    known: dict[frozenset[int], frozenset[int]] = field(default_factory=dict)

    def days_without(self, person: int, own: WorkingHours, *, since: datetime) -> frozenset[date] | None:
        """Return the workdays on which somebody may not decide; None when that is every one."""
        if not any(self.absences.values()):
            return frozenset() if person in self._when(frozenset()) else None
        first = local_date(since, zone=own.zone) - DAY
        days = [first + number * DAY for number in range(FARTHEST)]
        days = [day for day in days if day.weekday() in own.workdays and day not in own.days_off]
        without = frozenset(day for day in days if person not in self._when(self._away(day, own)))
        return without if len(without) < len(days) else None

    def _away(self, day: date, own: WorkingHours) -> frozenset[int]:
        """Return who is away when this day's shift begins, each by their own date."""
        at = instant_of(day, own.starts, zone=own.zone)
        return frozenset(
            person for person, days in self.absences.items() if is_away(self.people[person].today(at), days)
        )

    def _when(self, away: frozenset[int]) -> frozenset[int]:
        if away not in self.known:
            found = approvers(
                self.line.first,
                self.line.bosses,
                interested=self.line.interested(self.owner),
                is_away=lambda one: one in away,
                guardians=self.line.guardians,
            )
            self.known[away] = frozenset(one.person for one in found)
        return self.known[away]


def works_at(person: Person, *, now: datetime) -> datetime:
    """Return when somebody is at work next; now, where nobody knows."""
    absences = absences_to_come([person], now=now).get(person.pk, ())
    try:
        working = hours.of_person(person, hours.days_off(now=now), absences)
        return hours.next_work(working, now=now) or now
    except CalendarError:
        return now
