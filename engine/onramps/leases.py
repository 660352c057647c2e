"""Work that nobody hears of: a reminder on the second silent working day, on the third it is free again."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F, Q

from engine import delivery
from engine.models import Claim, Mail, Record, Task
from engine.onramps import audit, hours
from engine.onramps.holding import hold_again, lock
from people.calendar import NoWorkingTime, WorkingHours, add_working_hours
from people.days_off import DaysOff, absences_to_come
from people.models import Person

REMIND_AFTER, RELEASE_AFTER = 2, 3  # working days of the claimant
SHORTEST = timedelta(hours=23)  # of a working day and the night before it, where clocks are set forward
FARTHEST = timedelta(days=400)
DAY = 24


def remind_silent(*, now: datetime) -> int:
    """Ask those who have been silent for two of their working days; return how many."""
    reminded = 0
    for claim, _ in _silent(
        REMIND_AFTER, now=now, only=Q(reminded_at=None) | Q(reminded_at__lt=F("seen_at"))
    ):
        reminded += _remind(claim, now=now)
    return reminded


@transaction.atomic
def _remind(claim: Claim, *, now: datetime) -> int:
    same = Claim.objects.in_progress().filter(
        pk=claim.pk, seen_at=claim.seen_at, reminded_at=claim.reminded_at
    )
    if not same.update(reminded_at=now):
        return 0
    reader = claim.person.owner or claim.person
    working = _hours_of([reader], since=now)[reader.pk]
    starts_at = hours.next_work(working, now=now)
    if starts_at is not None:
        delivery.post(
            Mail.Kind.SILENT,
            reader,
            key=f"{claim.pk}:{claim.seen_at:%Y-%m-%dT%H:%M:%S}",
            not_before=starts_at,
            expires_at=max(_silent_since(claim, working, RELEASE_AFTER), starts_at + timedelta(hours=1)),
            about=claim,
        )
    return 1


def release_silent(*, now: datetime) -> int:
    """End the claims that have been silent for three working days, and hold their tasks again."""
    return sum(_release(claim, at=at, now=now) for claim, at in _silent(RELEASE_AFTER, now=now))


@transaction.atomic
def _release(claim: Claim, *, at: datetime, now: datetime) -> int:
    """End a claim at the instant its silence lasted too long, without a word to anybody's disadvantage."""
    task = lock(claim.task)
    still = Claim.objects.in_progress().filter(pk=claim.pk, seen_at=claim.seen_at)
    if not still.update(ended_at=at, ending=Claim.Ending.RELEASED):
        return 0
    # Who supported it supports nobody now.
    task.claims.running().update(ended_at=at, ending=Claim.Ending.RELEASED)
    audit.note(
        Record.Kind.CLAIM_ENDED,
        now=now,
        by=None,
        task=task,
        person=claim.person,
        claim=claim.pk,
        ending=Claim.Ending.RELEASED,
        ended_at=at.isoformat(),
    )
    if task.status == Task.Status.LED:
        hold_again(task, now=now)
    return 1


def _silent(days: int, *, now: datetime, only: Q | None = None) -> Iterator[tuple[Claim, datetime]]:
    """Yield the claims in progress that have been silent for so many working days, and since when."""
    maybe = Claim.objects.in_progress().filter(only or Q(), seen_at__lte=now - days * SHORTEST)
    claims = list(maybe.select_related("task", "person__team", "person__owner__team").order_by("pk"))
    if not claims:
        return
    since = max(min(claim.seen_at for claim in claims), now - FARTHEST)
    working = _hours_of([claim.person for claim in claims], since=since)
    for claim in claims:
        at = _silent_since(claim, working[claim.person_id], days)
        if at <= now:
            yield claim, at


def _silent_since(claim: Claim, working: WorkingHours, days: int) -> datetime:
    """Return when a claim has been silent for so many working days of these hours."""
    try:
        return add_working_hours(claim.seen_at, days * _length(working), working)
    except NoWorkingTime:
        return claim.seen_at + FARTHEST


def _length(working: WorkingHours) -> float:
    """Return the hours of one working day on the wall."""
    starts, ends = _hour(working.starts), _hour(working.ends)
    return ends - starts if starts < ends else ends + DAY - starts


def _hour(at: time) -> float:
    return at.hour + at.minute / 60 + at.second / 3600


def _hours_of(people: Sequence[Person], *, since: datetime) -> dict[int, WorkingHours]:
    off = DaysOff(around=since, ahead=FARTHEST)
    absences = absences_to_come(people, now=since)
    return {one.pk: hours.of_person(one, off, absences.get(one.pk, ())) for one in people}
