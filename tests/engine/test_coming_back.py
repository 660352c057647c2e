"""Away for three weeks, or paused from a mail: nothing comes, nothing piles up, and it starts small."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engine import links, practice
from engine.links import Purpose
from engine.models import Mail, Rep, Workout
from engine.rules.grading import Given
from people.models import Absence, Person
from tests.engine.delivery.post import practising, tick
from tests.factories import AbsenceFactory, PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)
MINUTES = 12


def live(first: datetime, days: int) -> None:
    """Tick as a worker would from before each day's hour to after it, and answer what came."""
    for number in range(days):
        nine = first + number * DAY
        for moment in (nine - 2 * HOUR, nine, nine + 46 * MINUTE, nine + 61 * MINUTE):
            tick(moment)
        for rep in Rep.objects.filter(workout__day=nine.date()):
            practice.answer(rep, Given(sound=True), attempt=rep.attempt, now=nine + 2 * HOUR)


def sent_on(day: datetime) -> list[Mail]:
    return list(Mail.objects.filter(day=day.date(), status=Mail.Status.SENT))


def minutes_of(workout: Workout) -> int:
    return sum(rep.exercise.minutes for rep in workout.reps.select_related("exercise"))


@pytest.fixture
def person() -> Person:
    """Somebody with twelve minutes a day, and more to practise than fits."""
    published(path_text(skills=[f"skill-{number}" for number in range(40)], pace=20))
    return PersonFactory(minutes=MINUTES)


def test_who_was_away_for_three_weeks_comes_back_to_a_small_first_workout_and_no_backlog(person, mailoutbox):
    live(MONDAY - 2 * WEEK, 14)
    before = minutes_of(Workout.objects.get(day=(MONDAY - 3 * DAY).date()))
    AbsenceFactory(
        person=person,
        starts_on=MONDAY.date(),
        ends_on=(MONDAY + 3 * WEEK - DAY).date(),
        source=Absence.Source.PERSON,
    )
    mailoutbox.clear()

    live(MONDAY, 21)

    assert mailoutbox == []
    assert not Workout.objects.filter(day__gte=MONDAY.date()).exists()
    assert (
        not Mail.objects.filter(day__gte=MONDAY.date(), status=Mail.Status.QUEUED)
        .exclude(day=(MONDAY + 3 * WEEK).date())
        .exists()
    )

    live(MONDAY + 3 * WEEK, 1)

    [mail], [workout] = sent_on(MONDAY + 3 * WEEK), Workout.objects.filter(day__gte=MONDAY.date())
    assert len(mailoutbox) == 1
    assert mail.workout == workout
    assert workout.size > 0
    assert minutes_of(workout) <= MINUTES / 2 < before
    assert "overdue" not in mail.text.lower()

    live(MONDAY + 3 * WEEK + DAY, 1)

    assert len(mailoutbox) == 2  # and on it goes, a mail a day


def test_what_was_left_open_before_an_absence_waits_for_nobody(person, client, settings):
    tick(MONDAY - 2 * HOUR)
    tick(MONDAY + 46 * MINUTE)
    [left_open] = Workout.objects.all()
    AbsenceFactory(person=person, starts_on=(MONDAY + DAY).date(), ends_on=(MONDAY + 3 * WEEK - DAY).date())

    live(MONDAY + 3 * WEEK, 1)

    again = Workout.objects.get(day=(MONDAY + 3 * WEEK).date())
    assert minutes_of(again) <= MINUTES / 2
    assert left_open.expires_at() < MONDAY + 3 * WEEK
    settings.CLOCK_OFFSET = MONDAY + 3 * WEEK + 3 * HOUR - timezone.now()
    client.force_login(person)
    lines = client.get(reverse("today")).context["lines"]
    assert {line.rep.workout_id for line in lines} == {again.pk}


@pytest.mark.parametrize(
    "press", [{"do": "pause", "days": "7"}, {"do": "pause", "until": "2026-12-03"}, {"do": "stop"}]
)
def test_a_pause_set_from_a_mail_holds_at_once_for_a_mail_already_queued_too(press, mailoutbox, settings):
    [person] = practising(1)
    tick(MONDAY - DAY - 2 * HOUR)
    tick(MONDAY - 2 * HOUR)
    [waiting] = Mail.objects.filter(status=Mail.Status.QUEUED)
    settings.CLOCK_OFFSET = MONDAY - MINUTE - timezone.now()
    token = links.token(Purpose.SETTINGS, waiting.pk)

    response = Client(enforce_csrf_checks=True).post(reverse("mail_settings", args=[token]), press)

    waiting.refresh_from_db()
    assert (response.status_code, waiting.status) == (303, Mail.Status.CANCELLED)
    assert waiting.because
    for moment in (MONDAY, MONDAY + 46 * MINUTE, MONDAY + DAY, MONDAY + 2 * DAY + 46 * MINUTE):
        tick(moment)
    assert mailoutbox == []
    assert not Workout.objects.filter(person=person).exists()


def test_days_away_noted_from_a_mail_hold_at_once_too(mailoutbox, settings):
    practising(1)
    tick(MONDAY - 2 * HOUR)
    [waiting] = Mail.objects.filter(status=Mail.Status.QUEUED)
    settings.CLOCK_OFFSET = MONDAY - MINUTE - timezone.now()
    address = reverse("mail_settings", args=[links.token(Purpose.SETTINGS, waiting.pk)])
    visitor = Client(enforce_csrf_checks=True)

    visitor.post(address, {"do": "away", "starts_on": "2026-11-23", "ends_on": "2026-11-24"})
    for moment in (MONDAY, MONDAY + 46 * MINUTE, MONDAY + DAY + 46 * MINUTE):
        tick(moment)

    assert mailoutbox == []
    tick(MONDAY + 2 * DAY + 46 * MINUTE)
    assert len(mailoutbox) == 1
