"""The outbox: which mails wait, which are too late, and which may no longer go."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import batched
from uuid import uuid4

from django.conf import settings
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from engine.delivery import alerts
from engine.delivery.headers import ascii_domain
from engine.models import Enrolment, Mail, Workout
from paths.models import Path
from people import calendar
from people.days_off import DaysOff, absences_near
from people.models import Absence, Organisation, Person

BATCH = 1_000
COUNTED = [Mail.Status.SENT, Mail.Status.UNCERTAIN, Mail.Status.SENDING]
COMING = [Mail.Status.QUEUED, Mail.Status.SENDING]

LEFT = "The person left."
NO_LONGER_PRACTISING = "The person left, stopped or was not started."
PAUSED = "The person paused."
PAUSED_FOR_EVERYONE = "Practice is paused for everyone."
AWAY = "The person is away."
ADDRESS_REFUSED = "Mails to this address are refused."
STARTED_ON_THE_WEB = "The workout was started on the web."
HOUR_CHANGED = "The hour was changed, and this date's has passed."
TOO_LATE = "Its window passed before it could be sent."
CUT_OFF = "The worker stopped while it was being sent."


def queue_workouts(*, now: datetime) -> int:
    """Queue the next workout of everybody whose send instant lies within 24 hours; return how many rows."""
    if Organisation.get().paused_at is not None:
        return 0
    days_off = DaysOff(around=now)
    queued = 0
    # Ids first: SQLite lets nobody write who still holds a read open since before another's write.
    for ids in batched(list(_without_next_mail(now).values_list("pk", flat=True)), BATCH):
        people = list(Person.objects.filter(pk__in=ids))
        mails = list(_next_mails(people, now=now, days_off=days_off))
        # Another host may queue the same minute: the key decides, and the second insert is ignored.
        queued += len(Mail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=500))
    return queued


def _without_next_mail(now: datetime) -> QuerySet[Person]:
    enrolled = Enrolment.objects.active().filter(person=OuterRef("pk"), path__status__in=Path.PRACTISED)
    waiting = Mail.objects.filter(person=OuterRef("pk"), kind=Mail.Kind.WORKOUT, not_before__gt=now)
    # Who is not welcomed yet gets no workout: its mail would be a stranger's.
    unwelcomed = Mail.objects.filter(person=OuterRef("pk"), kind=Mail.Kind.WELCOME, status__in=COMING)
    due = Person.objects.practising().reachable().filter(Exists(enrolled))
    return due.exclude(Exists(waiting)).exclude(Exists(unwelcomed))


def _next_mails(people: Collection[Person], *, now: datetime, days_off: DaysOff) -> Iterator[Mail]:
    absences = absences_near(people, now=now)
    last_sent = dict(_last_sent(people))
    settled = _settled(people, now=now)
    domain = ascii_domain(settings.MAIL_DOMAIN)
    wrong: set[int] = set()
    for person in people:
        try:
            mails = calendar.next_mails(
                now,
                person.rhythm,
                days_off=days_off.of(person),
                absences=absences.get(person.pk, []),
                paused_until=person.paused_until,
                last_sent_at=last_sent.get(person.pk),
            )
        except calendar.CalendarError as error:  # one wrong row must not hold up everybody's mail
            alerts.raise_alert(alerts.rhythm_of(person.pk), str(error), now=now)
            wrong.add(person.pk)
            continue
        for day, instant in mails:
            if (person.pk, day) not in settled:
                mail = Mail(kind=Mail.Kind.WORKOUT, person=person, key=f"{person.pk}:{day}", day=day)
                mail.message_id = f"<{uuid4().hex}@{domain}>"
                yield _timed(mail, instant)
    alerts.resolve_alerts([alerts.rhythm_of(one.pk) for one in people if one.pk not in wrong], now=now)


def _settled(people: Collection[Person], *, now: datetime) -> set[tuple[int, date]]:
    """The (person id, local date) that have their mail already, or a workout started on the web before it."""
    since = now.date() - timedelta(days=2)
    queued = Mail.objects.filter(person__in=people, kind=Mail.Kind.WORKOUT, day__gte=since)
    planned = Workout.objects.filter(person__in=people, day__gte=since)
    days = (*queued.values_list("person_id", "day"), *planned.values_list("person_id", "day"))
    return {(person_id, day) for person_id, day in days if day is not None}


def _last_sent(people: Iterable[Person]) -> QuerySet[Mail, tuple[int, datetime]]:
    """When the last practice mail of each went out, welcomes and uncertain ones included."""
    counted = Mail.objects.filter(person__in=people, kind__in=Mail.PRACTICE, status__in=COUNTED)
    return counted.order_by().values_list("person").annotate(last=Max("sent_at"))


def _timed(mail: Mail, instant: datetime) -> Mail:
    """Time a mail by its person's present rhythm."""
    assert mail.day is not None
    mail.zone, mail.send_time, mail.window = rhythm_of(mail.reader)
    mail.not_before = instant
    mail.expires_at = calendar.send_window(mail.day, mail.reader.rhythm)[1]
    return mail


def rhythm_of(person: Person) -> tuple[str, time, int]:
    """What the hour of a mail depends on; the mail keeps it, to see later whether the person changed it."""
    return person.zone, person.send_time, person.window


def is_timed_otherwise(mail: Mail) -> bool:
    """Whether the person's hour or zone is no longer the one this mail was timed by."""
    return mail.day is not None and (mail.zone, mail.send_time, mail.window) != rhythm_of(mail.reader)


def _waiting() -> QuerySet[Mail]:
    return Mail.objects.filter(status=Mail.Status.QUEUED)


def _end(mails: QuerySet[Mail], *, status: Mail.Status, because: str | Coalesce, at: datetime | F) -> int:
    return mails.update(status=status, because=because, ended_at=at, claim=None, claimed_until=None)


def cancel(person: Person, *, because: str, now: datetime, before: date | None = None) -> int:
    """Cancel the practice mail that waits for this person, or the workouts of the days `before` a date.

    What others wait for, such as a decision, goes on. A mail that is being sent right now cannot be stopped.
    """
    waiting = _waiting().filter(person=person, kind__in=Mail.PRACTICE)
    if before is not None:
        waiting = waiting.filter(day__lt=before)
    return _end(waiting, status=Mail.Status.CANCELLED, because=because, at=now)


def cancel_all(person: Person, *, because: str, now: datetime) -> int:
    """Cancel everything that waits for this person, whatever it is about."""
    waiting = _waiting().filter(person=person)
    return _end(waiting, status=Mail.Status.CANCELLED, because=because, at=now)


def cancel_day(person: Person, day: date, *, because: str, now: datetime) -> int:
    """Cancel the workout mail of one local date."""
    waiting = _waiting().filter(person=person, kind=Mail.Kind.WORKOUT, day=day)
    return _end(waiting, status=Mail.Status.CANCELLED, because=because, at=now)


def reopen(person: Person, *, now: datetime) -> int:
    """Queue again what a pause or a stop cancelled, if its hour is to come and its workout is not begun.

    No welcome: a pause leaves it waiting, and who stopped and goes on knows what this is.
    """
    return _reopen(Mail.objects.filter(person=person), now=now)


def _reopen(mails: QuerySet[Mail], *, now: datetime) -> int:
    begun = Workout.objects.filter(person=OuterRef("person"), day=OuterRef("day"))
    cancelled = mails.filter(
        kind=Mail.Kind.WORKOUT, status=Mail.Status.CANCELLED, attempts=0, not_before__gt=now
    ).exclude(is_away())
    return cancelled.exclude(Exists(begun)).update(status=Mail.Status.QUEUED, because="", ended_at=None)


def hold(*, now: datetime) -> int:
    """Cancel every workout that waits, also one that a worker has claimed; return how many.

    Welcomes wait on, and no worker keeps one that it claimed: see `Mail.objects.going()`.
    """
    _waiting().filter(kind=Mail.Kind.WELCOME).update(claim=None, claimed_until=None)
    return _end(
        _waiting().filter(kind=Mail.Kind.WORKOUT),
        status=Mail.Status.CANCELLED,
        because=PAUSED_FOR_EVERYONE,
        at=now,
    )


def let_go(*, now: datetime) -> int:
    """Queue again what `hold` cancelled and whose hour is still to come; return how many."""
    return _reopen(Mail.objects.filter(because=PAUSED_FOR_EVERYONE), now=now)


def heed_absences(people: Collection[int], *, now: datetime) -> int:
    """Cancel the mails of days on which people (by row id) are away, queue again those of days they are not.

    Return how many rows changed. What is queued again has its hour still to come.
    """
    return sum(_heed(some, now=now) for some in batched(people, BATCH))


def _heed(people: Collection[int], *, now: datetime) -> int:
    mails = Mail.objects.filter(person__in=people, kind=Mail.Kind.WORKOUT)
    away = mails.filter(is_away(), status=Mail.Status.QUEUED)
    cancelled = _end(away, status=Mail.Status.CANCELLED, because=AWAY, at=now)
    paused = Person.objects.filter(pk=OuterRef("person"), paused_until__gt=OuterRef("day"))
    back = mails.filter(because=AWAY, person__in=Person.objects.practising()).exclude(Exists(paused))
    return cancelled + _reopen(back, now=now)


def is_away() -> Exists:
    """Whether a mail's person is away on its day."""
    of_the_day = {"starts_on__lte": OuterRef("day"), "ends_on__gte": OuterRef("day")}
    return Exists(Absence.objects.filter(person=OuterRef("person"), **of_the_day))


def cancel_unwanted(*, now: datetime) -> int:
    """Cancel what waits for people who left, stopped, paused, are away or refuse mail, whoever said so."""
    waiting = _waiting().filter(kind__in=Mail.PRACTICE).exclude(person__in=Person.objects.practising())
    cancelled = _end(waiting, status=Mail.Status.CANCELLED, because=NO_LONGER_PRACTISING, at=now)
    left = _waiting().filter(person__is_active=False)
    cancelled += _end(_by_id(left), status=Mail.Status.CANCELLED, because=LEFT, at=now)
    paused = _waiting().filter(day__lt=F("person__paused_until"))
    cancelled += _end(_by_id(paused), status=Mail.Status.CANCELLED, because=PAUSED, at=now)
    away = _waiting().filter(is_away(), kind=Mail.Kind.WORKOUT)
    cancelled += _end(away, status=Mail.Status.CANCELLED, because=AWAY, at=now)
    if Organisation.get().paused_at is not None:  # what a tick queued while the pause was pressed
        cancelled += hold(now=now)
    refused = _waiting().filter(person__mail_refused_at__isnull=False).exclude(kind=Mail.Kind.WELCOME)
    return cancelled + _end(_by_id(refused), status=Mail.Status.CANCELLED, because=ADDRESS_REFUSED, at=now)


def _by_id(mails: QuerySet[Mail]) -> QuerySet[Mail]:
    """An update cannot join: name the rows by a subquery."""
    return Mail.objects.filter(pk__in=mails.values("pk"), status=Mail.Status.QUEUED)


def retime(*, now: datetime) -> int:
    """Move what waits to its person's new hour or zone; return how many rows moved."""
    same = Q(zone=F("person__zone"), send_time=F("person__send_time"), window=F("person__window"))
    moved = 0
    for mail in _waiting().filter(kind=Mail.Kind.WORKOUT, claim=None).exclude(same).select_related("person"):
        try:
            changes = _new_time(mail, now=now)
        except calendar.CalendarError as error:
            alerts.raise_alert(alerts.rhythm_of(mail.reader.pk), str(error), now=now)
            continue
        moved += _waiting().filter(pk=mail.pk, claim=None).update(**changes)
    return moved


def _new_time(mail: Mail, *, now: datetime) -> dict[str, object]:
    assert mail.day is not None
    opens_at, closes_at = calendar.send_window(mail.day, mail.reader.rhythm)
    if closes_at <= max(now, opens_at):  # passed, or a date that never has this hour
        return {"status": Mail.Status.CANCELLED, "because": HOUR_CHANGED, "ended_at": now}
    _timed(mail, calendar.send_instant(mail.day, mail.reader.rhythm))
    fields = ("zone", "send_time", "window", "not_before", "expires_at")
    return {field: getattr(mail, field) for field in fields}


def expire(*, now: datetime, real_now: datetime) -> int:
    """End what is too late, and what a worker left behind in `sending`.

    An expired mail carries the instant it expired at, however late the tick, and its last refusal if it had
    one. A mail left in `sending` may have gone out: it counts as sent, as practice mail is not sent again.
    Any other is, once, as the same message.
    """
    late = Mail.objects.going().filter(status=Mail.Status.QUEUED, expires_at__lte=now)
    why = Coalesce(NullIf("because", Value("")), Value(TOO_LATE))
    expired = _end(late, status=Mail.Status.EXPIRED, because=why, at=F("expires_at"))
    left_behind = Mail.objects.filter(status=Mail.Status.SENDING, claimed_until__lt=real_now)
    again = left_behind.exclude(kind__in=Mail.PRACTICE).filter(uncertain_at=None, expires_at__gt=now)
    expired += again.update(
        status=Mail.Status.QUEUED, because=CUT_OFF, uncertain_at=now, claim=None, claimed_until=None
    )
    return expired + left_behind.update(
        status=Mail.Status.UNCERTAIN, because=CUT_OFF, claim=None, claimed_until=None
    )


def forget_texts(*, now: datetime, kept: timedelta) -> int:
    """Remove the text of mails that ended before the retention began."""
    old = Mail.objects.filter(not_before__lt=now - kept).exclude(text="")
    return old.update(text="", html="", subject="")
