from datetime import date, time, timedelta

import pytest

from engine import delivery, practice
from engine.errors import NotPractising
from engine.models import Mail
from people.models import Person
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

SEVEN = MONDAY - timedelta(hours=1)


@pytest.fixture
def person() -> Person:
    """Somebody whose mail of today waits."""
    published(path_text())
    person = PersonFactory()
    practice.reconcile(now=SEVEN)
    delivery.queue_workouts(now=SEVEN)
    return person


def statuses() -> list[str]:
    return list(Mail.objects.order_by("day").values_list("status", flat=True))


def test_a_pause_cancels_what_waits(person):
    practice.pause(person, until=date(2026, 12, 1), now=SEVEN)

    assert statuses() == ["cancelled"]
    assert delivery.queue_workouts(now=SEVEN + timedelta(days=1)) == 0


def test_going_on_brings_back_the_mail_whose_hour_is_still_to_come(person):
    practice.pause(person, until=date(2026, 12, 1), now=SEVEN)

    practice.go_on(person, now=SEVEN)

    assert statuses() == ["queued"]


def test_a_pause_ends_by_itself(person):
    practice.pause(person, until=date(2026, 11, 25), now=SEVEN)

    delivery.queue_workouts(now=MONDAY + timedelta(days=1, hours=2))

    assert Mail.objects.get(status="queued").day == date(2026, 11, 25)


def test_stopping_twice_keeps_the_first_moment(person):
    practice.stop(person, now=SEVEN)
    practice.stop(person, now=MONDAY)

    person.refresh_from_db()
    assert (person.stopped_at, statuses()) == (SEVEN, ["cancelled"])


def test_another_hour_moves_the_mail_that_waits(person):
    practice.change_hour(person, send_time=time(14), minutes=6, workdays=person.workdays, now=SEVEN)

    mail = Mail.objects.get()
    assert mail.not_before >= MONDAY + timedelta(hours=5)
    assert mail.expires_at == MONDAY + timedelta(hours=6)


def test_an_hour_already_past_leaves_today_out(person):
    practice.change_hour(person, send_time=time(6), minutes=6, workdays=person.workdays, now=SEVEN)

    assert statuses() == ["cancelled"]


def test_the_web_takes_the_place_of_todays_mail(person):
    workout = practice.start_today(person, now=SEVEN)

    assert workout.size == 1
    assert statuses() == ["cancelled"]


def test_starting_twice_gives_the_same_workout(person):
    assert practice.start_today(person, now=SEVEN) == practice.start_today(person, now=MONDAY)


def test_a_day_on_which_nothing_is_worth_it_keeps_no_reps(person):
    person.enrolments.update(ended_on=MONDAY.date())

    assert practice.start_today(person, now=SEVEN).size == 0


def test_somebody_not_started_has_no_workout():
    with pytest.raises(NotPractising):
        practice.start_today(PersonFactory(new=True), now=SEVEN)


def test_a_pause_leaves_the_mail_of_the_day_on_which_practice_goes_on(person):
    evening = MONDAY + timedelta(hours=2)
    delivery.queue_workouts(now=evening)

    practice.pause(person, until=date(2026, 11, 24), now=evening)

    assert statuses() == ["cancelled", "queued"]
