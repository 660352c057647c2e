"""Send what is due as the tick does; then Django sends the same texts, over one connection and over many."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers, send_mail
from django.utils import timezone

from bench.inside.organisation import NOW
from engine import delivery, practice
from engine.models import Mail, Rep

FIRST_HOUR = NOW + timedelta(hours=19, minutes=50)  # 07:50 in Auckland, when all mails of 07:00 are due


def run(*, rounds: int) -> dict[str, object]:
    """Return mails a second, one figure a round, and what a mail holds on average."""
    plain = settings.MAILERS["default"] | {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}
    settings.MAILERS["plain"] = plain
    delivery.queue_workouts(now=NOW)
    days = Mail.objects.values_list("person_id", "day")
    practice.plan_workouts([(person, day) for person, day in days if day], now=NOW)
    per_second = [one_round(FIRST_HOUR + timedelta(hours=number)) for number in range(rounds)]
    sent = Mail.objects.filter(status=Mail.Status.SENT)
    return {
        "per_second": {way: [rates[way] for rates in per_second] for way in ("outbox", "one", "each")},
        "kilobytes": sum(len(mail.html + mail.text) for mail in sent) / len(sent) / 1024,
        "reps": Rep.objects.filter(workout__mails__in=sent).count() / len(sent),
    }


def one_round(now: datetime) -> dict[str, float]:
    """Each way sends the same texts: those of the mails that are due now."""
    due = Mail.objects.filter(status=Mail.Status.QUEUED, not_before__lte=now)
    ids = list(due.values_list("pk", flat=True))
    outbox = seconds_of(lambda: send_due(now))
    sent = list(Mail.objects.filter(pk__in=ids, status=Mail.Status.SENT).select_related("person"))
    if len(sent) != len(ids):
        raise AssertionError(f"Of {len(ids)} mails {len(sent)} were sent.")
    one = seconds_of(lambda: send_over_one_connection(sent))
    each = seconds_of(lambda: send_over_one_each(sent))
    return {"outbox": len(ids) / outbox, "one": len(ids) / one, "each": len(ids) / each}


def seconds_of(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def send_due(now: datetime) -> None:
    delivery.send_due(
        delivery.Pass(
            now=now,
            clock=timezone.now,
            prepare=lambda wanted: practice.plan_workouts(wanted, now=now),
        )
    )


def send_over_one_connection(mails: Sequence[Mail]) -> None:
    connection = mailers["plain"]
    connection.open()
    for mail in mails:
        message = EmailMultiAlternatives(mail.subject, mail.text, None, [mail.person.email])
        message.attach_alternative(mail.html, "text/html")
        connection.send_messages([message])
    connection.close()


def send_over_one_each(mails: Sequence[Mail]) -> None:
    for mail in mails:
        send_mail(mail.subject, mail.text, None, [mail.person.email], html_message=mail.html, using="plain")
