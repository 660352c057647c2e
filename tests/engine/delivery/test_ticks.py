"""Many ticks: a week over thirty zones, the same now twice, and what a pass costs in queries."""

import hashlib
from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine import delivery, practice
from engine.models import Mail
from people import calendar
from people.models import Person
from tests.databases import dump
from tests.engine.delivery.post import LATEST, MINUTE, MONDAY, mails, practising, send, statuses, tick
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

# Half and quarter hours, and both sides of the date line.
ZONES = [
    *("Pacific/Pago_Pago", "Pacific/Honolulu", "Pacific/Marquesas", "America/Anchorage", "America/Vancouver"),
    *("America/Denver", "America/Winnipeg", "America/New_York", "America/Havana", "America/Caracas"),
    *("America/Santiago", "America/St_Johns", "America/Sao_Paulo", "Atlantic/Azores", "Europe/London"),
    *("Europe/Berlin", "Africa/Cairo", "Africa/Nairobi", "Asia/Tehran", "Asia/Kabul", "Asia/Karachi"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Yangon", "Asia/Tokyo", "Australia/Adelaide"),
    *("Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati"),
]
BEGINS = datetime(2027, 3, 22, tzinfo=UTC)  # the week in which Europe's clocks are set forward
DAYS = 8
EVERY = 60 * MINUTE
WINDOW = 240  # minutes: first tries are spread over 180, so that a tick an hour meets each
WORKDAYS = ["mon,tue,wed,thu,fri", "sun,mon,tue,wed,thu", "mon,tue,wed,thu,fri,sat,sun"]


@pytest.fixture
def quiet(settings):
    """A relay that takes everything at once."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}


def sixty_people() -> list[Person]:
    return [person_in(zone, number) for number, zone in enumerate(sorted(ZONES * 2))]


def person_in(zone: str, number: int) -> Person:
    return PersonFactory(
        email=f"p{number}@example.org",
        zone=zone,
        workdays=WORKDAYS[number % len(WORKDAYS)],
        send_time=time(number % 20, 30 * (number % 2)),
        window=WINDOW,
    )


def expected_days(person: Person, *, until: datetime) -> list[str]:
    """The dates on which this person gets a mail, from the calendar alone."""
    day, sent_at, days = calendar.local_date(BEGINS, zone=person.zone), None, []
    while (window := calendar.send_window(day, person.rhythm))[1] <= until:
        instant = calendar.mail_on(
            day, person.rhythm, days_off=(), absences=(), paused_until=None, last_sent_at=sent_at
        )
        if instant is not None and window[1] > BEGINS:
            sent_at = instant
            days.append(str(day))
        day += timedelta(days=1)
    return days


def test_a_week_over_thirty_zones_tells_the_story_of_the_calendar_on_every_database(quiet):
    practising(0)
    people = sixty_people()
    now, ends = BEGINS, BEGINS + timedelta(days=DAYS)

    while now < ends:
        tick(now)
        now += EVERY

    sent = {person.pk: [] for person in people}
    for mail in Mail.objects.filter(status="sent", expires_at__lte=ends).order_by("day"):
        opens_at, closes_at = calendar.send_window(mail.day, mail.person.rhythm)
        assert opens_at <= mail.sent_at < closes_at
        sent[mail.person_id].append(str(mail.day))
    expected = {person.pk: expected_days(person, until=ends) for person in people}
    assert digest(people, sent) == digest(people, expected)
    assert min(len(days) for days in sent.values()) >= 4
    assert set(statuses()) == {"sent", "queued"}


def digest(people, days) -> str:
    """The same text on every database, whatever ids it gave."""
    return hashlib.sha256(repr([(person.email, days[person.pk]) for person in people]).encode()).hexdigest()


@pytest.mark.parametrize(
    "now", [MONDAY - 60 * MINUTE, MONDAY, LATEST, MONDAY + 61 * MINUTE, MONDAY + timedelta(days=1)]
)
def test_a_second_tick_with_the_same_now_changes_no_row_but_the_heartbeat(quiet, now):
    people = practising(30)
    tick(MONDAY - timedelta(days=1))
    practice.pause(people[0], until=MONDAY.date() + timedelta(days=9), now=now)
    Person.objects.filter(pk=people[1].pk).update(send_time=time(15))
    Person.objects.filter(pk=people[2].pk).update(is_active=False)
    Person.objects.filter(pk=people[3].pk).update(left_on=MONDAY.date())

    tick(now)
    before = dump(without=("engine.Heartbeat",))
    again = tick(now)

    assert dump(without=("engine.Heartbeat",)) == before
    assert set(again.values()) == {0}


def test_a_second_tick_changes_nothing_after_a_tick_that_went_badly(post_to):
    post_to(
        {"message": 1, "at": "rcpt", "reply": "451 4.7.1 Later"},
        {"message": 2, "at": "rcpt", "reply": "550 5.1.1 No such user"},
        {"message": 3, "at": "dot", "drop": True},
    )
    practising(6)
    tick(LATEST)
    before = dump(without=("engine.Heartbeat",))

    tick(LATEST)

    assert dump(without=("engine.Heartbeat",)) == before


# What it costs


def queries_of(act) -> Counter[str]:
    """How many reads and writes; what opens and closes a transaction is neither."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    kinds = (query["sql"].lstrip("(").split()[0].upper() for query in captured)
    return Counter(
        "read" if kind == "SELECT" else "write"
        for kind in kinds
        if kind in {"SELECT", "INSERT", "UPDATE", "DELETE"}
    )


def test_sending_costs_at_most_three_writes_and_two_reads_a_mail(post_to):
    post_to()
    mails(5)
    few = queries_of(send)
    mails(25)
    many = queries_of(send)

    assert many["write"] - few["write"] <= 3 * 20
    assert many["read"] - few["read"] <= 2 * 20
    assert few["write"] <= 3 * 5 + 1
    assert few["read"] <= 2 * 5 + 10


def test_a_refused_mail_costs_no_more_than_one_that_goes(post_to):
    post_to({"at": "rcpt", "reply": "451 4.7.1 Later"})
    mails(10)

    cost = queries_of(send)

    assert cost["write"] <= 3 * 10 + 1
    assert cost["read"] <= 2 * 10 + 10


def test_queueing_and_planning_cost_the_same_for_ten_people_and_for_two_hundred():
    practising(10)
    few = queries_of(lambda: delivery.queue_workouts(now=MONDAY))
    few_planned = queries_of(lambda: practice.plan_workouts(_wanted(), now=MONDAY))
    Person.objects.filter(email__startswith="person").update(is_active=False)
    more = PersonFactory.create_batch(200)
    practice.reconcile(now=MONDAY - timedelta(days=1))
    many = queries_of(lambda: delivery.queue_workouts(now=MONDAY))
    many_planned = queries_of(lambda: practice.plan_workouts(_wanted(), now=MONDAY))

    assert Mail.objects.filter(person__in=more).count() >= 200
    assert many == few
    assert many_planned == few_planned


def _wanted() -> list[tuple[int, object]]:
    return [
        (mail.person_id, mail.day) for mail in Mail.objects.filter(person__is_active=True, day=MONDAY.date())
    ]
