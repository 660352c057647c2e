"""Claim a mail, look once more whether it may go, send it, and write down what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import batched
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from engine.delivery import alerts, compose, digest_mail, onramp_mails, outbox, welcomes, workout_mail
from engine.delivery.compose import Composed
from engine.delivery.crashing import crash_at
from engine.delivery.relay import RelayConnection
from engine.delivery.rests import Rest, rests_of
from engine.errors import (
    CannotCompose,
    PermanentlyRefused,
    RecipientRefused,
    RelayDown,
    TemporarilyRefused,
    Uncertain,
)
from engine.garbage import collected_later
from engine.models import Answer, Mail, Rep
from people import calendar
from people.calendar import CalendarError
from people.days_off import DaysOff
from people.models import Organisation, Person

PLANNED_TOGETHER = 1_000  # workouts
BATCH = 100  # mails a connection
AHEAD = 10  # mails looked up together
JUST_NOW = timedelta(seconds=1)  # for as long a look at the person counts
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
NO_TIME = timedelta()
TOO_SOON = "Less than twenty hours after the last one, or a day off."
NOTHING_WORTH_IT = "Nothing was worth a mail that day."
NOTHING_TO_SAY = "There was nothing left to say about the owner's paths."
NOT_PLANNED = "Its workout could not be planned; the log says why."

log = structlog.get_logger("delivery")

type Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One pass over the outbox: the now of its tick, the real clock for leases, and when to stop."""

    now: datetime
    clock: Clock
    prepare: Callable[[Sequence[tuple[int, date]]], object]  # plan the workouts of (person id, local date)
    is_over: Callable[[], bool] = lambda: False
    began_at: datetime | None = None  # on the real clock

    def moment(self) -> datetime:
        """The now of this mail: a long pass must not send what its window has left behind."""
        return self.now if self.began_at is None else self.now + max(self.clock() - self.began_at, NO_TIME)


def send_due(run: Pass) -> int:
    """Send what is due, batch by batch, until it is done or the pass is over; return how many were tried."""
    run = replace(run, began_at=run.clock())
    due = Mail.objects.going().claimable(now=run.now, real_now=run.clock()).order_by("not_before", "pk")
    waiting = (
        [] if alerts.relay_is_paused(real_now=run.clock()) else due.values_list("pk", "person_id", "day")
    )
    days_off = DaysOff(around=run.now)
    tried = 0
    try:
        for planned in batched(list(waiting), PLANNED_TOGETHER):
            if run.is_over():
                break
            _prepare([(person, day) for _, person, day in planned if day is not None], run)
            for batch in batched(planned, BATCH):
                tried += _send_batch([pk for pk, *_ in batch], run, days_off)
    except RelayDown as error:
        alerts.pause_relay(str(error), real_now=run.clock())
    return tried


def _prepare(wanted: Sequence[tuple[int, date]], run: Pass) -> None:
    """Plan the batch together; when that fails, each alone, so that one person's fault is theirs alone."""
    try:
        run.prepare(wanted)
    except DatabaseError:
        raise
    except Exception:
        log.exception("workouts cannot be planned", people=[person for person, _ in wanted])
        if len(wanted) > 1:
            for one in wanted:
                _prepare([one], run)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A mail that is due, and what was looked up with it."""

    mail: Mail
    reps: Sequence[Rep]
    rests: Sequence[Rest]
    is_away: bool
    is_begun: bool  # its workout, on the web
    last_sent_at: datetime | None
    size: int | None  # reps of the workout; None when it could not be planned
    organisation: str  # its name


@collected_later()
def _send_batch(mail_ids: Sequence[int], run: Pass, days_off: DaysOff) -> int:
    connection, ahead = RelayConnection(), _Ahead(mail_ids, run.clock)
    tried = 0
    try:
        for mail_id in mail_ids:
            if run.is_over():
                break
            loaded = ahead.get(mail_id)
            tried += loaded is not None and _send_one(loaded, connection, run, days_off)
            connection.check()
    finally:
        connection.close()
    if tried:
        alerts.relay_works(real_now=run.clock())
    return tried


def _send_one(loaded: Loaded, connection: RelayConnection, run: Pass, days_off: DaysOff) -> bool:
    mail = loaded.mail
    claim = take(mail, now=run.moment(), real_now=run.clock())
    if claim is None:
        return False
    crash_at("claimed")
    if outbox.is_timed_otherwise(mail):
        _finish(mail, claim, status=Mail.Status.QUEUED)  # the next tick moves it to the new hour
        return False
    try:
        if reason := why_not(loaded, now=run.moment(), days_off=days_off):
            _finish(mail, claim, status=Mail.Status.CANCELLED, because=reason, ended_at=run.now)
            return False
        if later := welcomes.put_off(mail, now=run.moment(), days_off=days_off):
            _finish(mail, claim, status=Mail.Status.QUEUED, **later)
            return False
        composed = compose.compose(
            mail,
            loaded.reps,
            dated_at=mail.dated_at or run.now,
            organisation=loaded.organisation,
            rests=loaded.rests,
        )
    except (CannotCompose, CalendarError) as error:
        _finish(mail, claim, status=Mail.Status.FAILED, because=str(error)[:300], ended_at=run.now)
        log.error("mail cannot be built", mail=mail.pk, because=str(error))
        return False
    if not _begin(mail, claim, composed, run):
        return False
    crash_at("sending")
    _hand_over(mail, claim, composed, connection, run)
    return True


def take(mail: Mail, *, now: datetime, real_now: datetime) -> UUID | None:
    """Take a queued mail for the lease. Return the claim, or None when another worker has or had it."""
    claim = uuid4()
    free = Mail.objects.filter(pk=mail.pk, attempts=mail.attempts).claimable(now=now, real_now=real_now)
    if mail.kind == Mail.Kind.WELCOME:  # a pause for everyone cancels workouts, and holds welcomes back
        free = free.going()
    return claim if free.update(claim=claim, claimed_until=real_now + settings.MAIL_LEASE) else None


@cache
def _with_what_decides() -> QuerySet[Any]:
    """Mails with their person and their workout, and what decides whether they may go, in one query."""
    answered = Answer.objects.filter(
        rep__workout__person=OuterRef("person"), rep__workout__day=OuterRef("day")
    )
    counted = Mail.objects.filter(person=OuterRef("person"), status__in=outbox.COUNTED).order_by("-sent_at")
    # One kind at a time, as the index has them: a person's mails of one kind lie there in order.
    workouts, welcome = (counted.filter(kind=kind).values("sent_at")[:1] for kind in Mail.PRACTICE)
    of_its_day = FilteredRelation("person__workouts", condition=Q(person__workouts__day=F("day")))
    return (
        Mail.objects.select_related("person", "sender")
        .defer("subject", "text", "html")
        .annotate(
            last_workout_at=Subquery(workouts),
            welcomed_at=Subquery(welcome),
            is_away=outbox.is_away(),
            is_begun=Exists(answered),
            planned=of_its_day,
            planned_id=F("planned__pk"),
            size=F("planned__size"),
        )
    )


def load(mail_ids: Sequence[int]) -> dict[int, Loaded]:
    """Look mails up together, in four queries where nobody's work was signed off; by their ids."""
    organisation = Organisation.get().name
    mails = list(_with_what_decides().filter(pk__in=mail_ids))
    workouts = [mail.planned_id for mail in mails]
    reps, rests = workout_mail.reps_of(workouts), rests_of(workouts)
    for mail in mails:
        mail.workout_id = mail.planned_id
    return {
        mail.pk: Loaded(
            mail=mail,
            reps=reps[mail.planned_id],
            rests=rests[mail.planned_id],
            is_away=mail.is_away,
            is_begun=mail.is_begun,
            last_sent_at=max(filter(None, (mail.last_workout_at, mail.welcomed_at)), default=None),
            size=mail.size,
            organisation=organisation,
        )
        for mail in mails
    }


class _Ahead:
    """Looks a few mails ahead, and again as soon as what it saw is not of just now."""

    def __init__(self, mail_ids: Sequence[int], clock: Clock) -> None:
        self._waiting = list(mail_ids)
        self._clock = clock
        self._loaded: dict[int, Loaded] = {}
        self._looked_at = clock()

    def get(self, mail_id: int) -> Loaded | None:
        if mail_id not in self._loaded or self._clock() - self._looked_at > JUST_NOW:
            place = self._waiting.index(mail_id)
            self._waiting = self._waiting[place:]
            self._looked_at = self._clock()
            self._loaded = load(self._waiting[:AHEAD])
        return self._loaded.get(mail_id)


def why_not(loaded: Loaded, *, now: datetime, days_off: DaysOff) -> str:
    """Say why a claimed mail may no longer go, since much can happen meanwhile; empty when it may."""
    mail, person = loaded.mail, loaded.mail.person
    if person is None:
        return "" if digest_mail.has_news(mail) else NOTHING_TO_SAY
    if mail.is_practice and not person.is_practising:
        return outbox.NO_LONGER_PRACTISING
    if not person.is_active:
        return outbox.LEFT
    if person.mail_refused_at is not None:
        return outbox.ADDRESS_REFUSED
    if mail.day is None:
        kind = onramp_mails.KINDS.get(mail.kind)
        return kind.why_not(mail, now=now) if kind else ""
    return _why_no_workout(mail.day, person, loaded, now=now, days_off=days_off)


def _why_no_workout(day: date, person: Person, loaded: Loaded, *, now: datetime, days_off: DaysOff) -> str:
    if person.is_paused(day):
        return outbox.PAUSED
    if loaded.is_away:
        return outbox.AWAY
    if loaded.is_begun:
        return outbox.STARTED_ON_THE_WEB
    if loaded.size is None:
        raise CannotCompose(NOT_PLANNED)
    if not loaded.size:
        return NOTHING_WORTH_IT
    return "" if _is_on(day, person, loaded, now=now, days_off=days_off) else TOO_SOON


def _is_on(day: date, person: Person, loaded: Loaded, *, now: datetime, days_off: DaysOff) -> bool:
    opens_at, closes_at = calendar.send_window(day, person.rhythm)
    instant = calendar.mail_on(
        day,
        person.rhythm,
        days_off=days_off.of(person),
        absences=(),
        paused_until=person.paused_until,
        last_sent_at=loaded.last_sent_at,
    )
    return instant is not None and opens_at <= now < closes_at


def _begin(mail: Mail, claim: UUID, composed: Composed, run: Pass) -> bool:
    """Commit `sending` before a byte leaves; a worker that slept past its lease finds its claim gone."""
    real_now = run.clock()
    mine = Mail.objects.claimed(mail.pk, claim).filter(status=Mail.Status.QUEUED, claimed_until__gt=real_now)
    mail.attempts += 1
    mail.dated_at = mail.dated_at or run.now
    return bool(
        mine.update(
            status=Mail.Status.SENDING,
            attempts=mail.attempts,
            dated_at=mail.dated_at,
            sent_at=run.now,
            workout=mail.workout_id,
            claimed_until=real_now + settings.MAIL_LEASE,
            subject=composed.subject[:300],
            text=composed.text,
            html=composed.html,
        )
    )


def _hand_over(mail: Mail, claim: UUID, composed: Composed, connection: RelayConnection, run: Pass) -> None:
    try:
        connection.send(composed.message)
    except TemporarilyRefused as error:
        _back_off(mail, claim, because=str(error), now=run.now)
    except PermanentlyRefused as error:
        failed: dict[str, object] = {"because": str(error)[:300], "ended_at": run.now, "sent_at": None}
        _finish(mail, claim, status=Mail.Status.FAILED, **failed)
        if isinstance(error, RecipientRefused) and mail.person:
            mark_refused(mail.person, because=str(error), now=run.now)
    except RelayDown:
        _finish(mail, claim, status=Mail.Status.QUEUED, attempts=mail.attempts - 1, sent_at=None)
        raise
    except Uncertain as error:
        _doubt(mail, claim, because=str(error), now=run.now)
    except Exception as error:  # nobody knows how far it came, and the mails behind it must go
        log.exception("mail broke in an unknown way", mail=mail.pk)
        _doubt(mail, claim, because=repr(error), now=run.now)
    else:
        crash_at("sent")
        _finish(mail, claim, status=Mail.Status.SENT, because="")


def _doubt(mail: Mail, claim: UUID, *, because: str, now: datetime) -> None:
    """Nobody knows whether it went out. Its Message-ID and Date are kept, so twice shows as once to many."""
    if mail.is_sent_again:
        again = {"not_before": now + BACK_OFF[0], "uncertain_at": now}
        _finish(mail, claim, status=Mail.Status.QUEUED, because=because[:300], **again)
    else:
        _finish(mail, claim, status=Mail.Status.UNCERTAIN, because=because[:300])


def _back_off(mail: Mail, claim: UUID, *, because: str, now: datetime) -> None:
    step = BACK_OFF[min(mail.attempts, len(BACK_OFF)) - 1]
    jitter = 0.8 + 0.4 * calendar.spread_of(f"{mail.pk}:{mail.attempts}")
    again = {"not_before": now + step * jitter, "sent_at": None}
    _finish(mail, claim, status=Mail.Status.QUEUED, because=because[:300], **again)


def _finish(mail: Mail, claim: UUID, *, status: Mail.Status, **changes: object) -> None:
    """Write down what became of a claimed mail; a claim that was lost meanwhile changes nothing."""
    is_mine = Mail.objects.claimed(mail.pk, claim).update(
        status=status, claim=None, claimed_until=None, **changes
    )
    tell = log.debug if status == Mail.Status.SENT and is_mine else log.info
    tell("mail" if is_mine else "claim lost", mail=mail.pk, kind=mail.kind, status=str(status))


def mark_refused(person: Person, *, because: str, now: datetime) -> None:
    """Write to this address no more until L&D corrects it; what waits for it is cancelled."""
    unmarked = Person.objects.filter(pk=person.pk, email=person.email, mail_refused_at=None)
    if unmarked.update(mail_refused_at=now, mail_refused_because=because[:300]):
        outbox.cancel_all(person, because=outbox.ADDRESS_REFUSED, now=now)
