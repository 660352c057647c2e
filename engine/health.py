"""What is sound: facts about this installation, and the verdict on them in plain sentences."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django import db
from django.conf import settings
from django.db.models import Count, Q
from django_q.models import OrmQ

from engine import schedule
from engine.models import Alert, Heartbeat, Mail, Relay
from people import calendar
from people.models import Organisation

BEAT_WITHIN = timedelta(minutes=3)
MOST_WAITING = 10  # jobs; one comes a minute
MOST_UNCERTAIN = 0.01  # of practice mails
UNCERTAIN_WITHIN = timedelta(hours=24)
CONSOLE = "django.core.mail.backends.console.EmailBackend"


class State(StrEnum):
    SOUND = "sound"
    WARNING = "warning"  # somebody should look; nothing stands still
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing looked at, and what to say of it."""

    state: State
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the checks judge."""

    silent_for: timedelta | None  # since the last heartbeat; None before the first
    waiting: int  # jobs in the queue
    ticks: int  # schedule rows that run the tick
    broken_schedules: list[int]  # ids of rows that django-q2 cannot read
    zone_data_is_sound: bool
    paused_since: datetime | None
    mails_out: int  # practice mails that went out in the last 24 hours, uncertain ones included
    mails_uncertain: int  # of those
    alerts: list[str]  # kinds of the open ones
    held_since: datetime | None = None  # since when L&D has practice paused for everyone
    mails_to_console: bool = False  # so that nobody gets any


def mails_to_console() -> bool:
    """Whether mails are written on the server's console, as they are until a relay is named."""
    return bool(settings.MAILERS["default"]["BACKEND"] == CONSOLE)


def facts(*, now: datetime, real_now: datetime) -> Facts:
    """Gather them in a constant number of queries; the heartbeat and leases live on the real clock."""
    beat_at = Heartbeat.objects.values_list("beat_at", flat=True).first()
    recent = Mail.objects.filter(kind__in=Mail.PRACTICE, sent_at__gt=now - UNCERTAIN_WITHIN, sent_at__lte=now)
    uncertain = Q(status=Mail.Status.UNCERTAIN)
    mails = recent.aggregate(
        out=Count("pk", filter=Q(status=Mail.Status.SENT) | uncertain),
        uncertain=Count("pk", filter=uncertain),
    )
    return Facts(
        silent_for=real_now - beat_at if beat_at else None,
        waiting=OrmQ.objects.count(),
        ticks=schedule.ticks(),
        broken_schedules=schedule.broken(),
        zone_data_is_sound=calendar.zone_data_is_sound(),
        paused_since=Relay.objects.values_list("paused_at", flat=True).first(),
        mails_out=mails["out"],
        mails_uncertain=mails["uncertain"],
        held_since=Organisation.get().paused_at,
        mails_to_console=mails_to_console(),
        alerts=list(Alert.objects.filter(resolved_at=None).order_by("kind").values_list("kind", flat=True)),
    )


def checks(*, now: datetime, real_now: datetime) -> dict[str, Check]:
    """Return every check by name; without a database, only that one."""
    try:
        found = facts(now=now, real_now=real_now)
    except db.Error as error:
        return {"database": _broken(f"The database cannot be used: {type(error).__name__}.")}
    return {"database": _sound("The database answers."), **judged(found)}


def judged(found: Facts) -> dict[str, Check]:
    return {
        "worker": _worker(found),
        "queue": _queue(found),
        "schedule": _schedule(found),
        "zones": _zones(found),
        "sending": _sending(found),
        "practice": _practice(found),
        "uncertain": _uncertain(found),
        "alerts": _alerts(found),
    }


def is_sound(checked: dict[str, Check]) -> bool:
    """Whether nothing is broken; a warning does not count."""
    return all(check.state is not State.BROKEN for check in checked.values())


def _worker(found: Facts) -> Check:
    if found.silent_for is None:
        return _broken("The worker has never ticked; start manage.py worker.")
    age = f"{found.silent_for.total_seconds():.0f} s ago"
    if found.silent_for > BEAT_WITHIN:
        return _broken(f"The worker's last tick ended {age}; see its log, or start manage.py worker.")
    return _sound(f"The worker's last tick ended {age}.")


def _queue(found: Facts) -> Check:
    if found.waiting > MOST_WAITING:
        return _broken(
            f"{found.waiting} jobs wait in the queue; one comes a minute, so ticks are too slow or hang."
        )
    return _sound(f"{found.waiting} jobs wait in the queue.")


def _schedule(found: Facts) -> Check:
    if found.broken_schedules:
        rows = ", ".join(str(pk) for pk in found.broken_schedules)
        return _broken(f"The queue cannot read schedule {rows}, and once it is due nothing runs; delete it.")
    if found.ticks == 0:
        return _broken("No schedule runs the tick; restart manage.py worker, which makes it.")
    if found.ticks > 1:
        return _warning(
            f"{found.ticks} schedules run the tick where one is enough; restart manage.py worker."
        )
    return _sound("One schedule runs the tick every minute.")


def _zones(found: Facts) -> Check:
    if not found.zone_data_is_sound:
        return _broken(
            "Time zone data is old; start Rampart through ./run, and keep the tzdata package current."
        )
    return _sound("Time zone data is current.")


def _sending(found: Facts) -> Check:
    if found.paused_since:
        since = found.paused_since.isoformat(timespec="minutes")
        return _broken(f"Sending is paused since {since}, because the mail relay refuses us; see the alert.")
    if found.mails_to_console:
        return _warning("Mails go to the server's console: EMAIL_URL is not set.")
    return _sound("Mails are sent.")


def _practice(found: Facts) -> Check:
    if found.held_since:
        since = found.held_since.isoformat(timespec="minutes")
        return _sound(f"L&D paused practice for everyone since {since}: no workout and no welcome goes out.")
    return _sound("Practice goes on.")


def _uncertain(found: Facts) -> Check:
    sentence = (
        f"{found.mails_uncertain} of {found.mails_out} practice mails of the last 24 hours are uncertain."
    )
    is_too_much = found.mails_uncertain > MOST_UNCERTAIN * found.mails_out
    return _warning(sentence) if is_too_much else _sound(sentence)


def _alerts(found: Facts) -> Check:
    if found.alerts:
        return _warning(f"Open alerts: {', '.join(found.alerts)}.")
    return _sound("No alert is open.")


def _sound(sentence: str) -> Check:
    return Check(state=State.SOUND, sentence=sentence)


def _warning(sentence: str) -> Check:
    return Check(state=State.WARNING, sentence=sentence)


def _broken(sentence: str) -> Check:
    return Check(state=State.BROKEN, sentence=sentence)
