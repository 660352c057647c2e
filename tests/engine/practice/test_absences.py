from datetime import date, timedelta

import pytest

from engine import delivery, practice
from engine.errors import AbsenceRefused
from engine.models import Mail
from engine.practice import absences
from people.models import Absence, Person
from tests.factories import AbsenceFactory, PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

TODAY = MONDAY.date()
DAY = timedelta(days=1)
SEVEN = MONDAY - timedelta(hours=1)


@pytest.fixture
def person() -> Person:
    """Somebody whose mail of today waits."""
    published(path_text())
    person = PersonFactory()
    practice.reconcile(now=SEVEN)
    delivery.queue_workouts(now=SEVEN)
    return person


def note(person: Person, first: date = TODAY, last: date = TODAY, now=SEVEN) -> None:
    absences.note(person, starts_on=first, ends_on=last, now=now)


def take_back(person: Person, now=SEVEN) -> None:
    absences.take_back(person, Absence.objects.get().pk, now=now)


def todays() -> tuple[str, str]:
    return Mail.objects.values_list("status", "because").get(day=TODAY)


def test_noting_days_away_cancels_the_mail_that_waits_for_one_of_them(person):
    note(person)

    assert todays() == ("cancelled", "The person is away.")
    assert Absence.objects.get().source == Absence.Source.PERSON


def test_other_days_and_other_people_leave_it_alone(person):
    note(person, TODAY + DAY, TODAY + 9 * DAY)
    note(PersonFactory())

    assert todays() == ("queued", "")


def test_the_same_days_again_add_nothing(person):
    note(person)
    note(person)

    assert Absence.objects.count() == 1


def test_taking_them_back_lets_a_mail_whose_hour_is_to_come_go_after_all(person):
    note(person)

    take_back(person)

    assert todays() == ("queued", "")
    assert not Absence.objects.exists()


def test_a_mail_whose_hour_has_passed_is_not_brought_back(person):
    note(person)

    take_back(person, now=MONDAY + timedelta(hours=2))

    assert todays()[0] == "cancelled"


def test_a_mail_stays_cancelled_while_another_absence_covers_its_day(person):
    AbsenceFactory(person=person, starts_on=TODAY, source=Absence.Source.FILE)
    note(person)

    absences.take_back(person, Absence.objects.get(source=Absence.Source.PERSON).pk, now=SEVEN)

    assert todays()[0] == "cancelled"


@pytest.mark.parametrize("also", ["pause", "stop", "start_today"])
def test_a_mail_that_something_else_ended_stays_ended(person, also):
    note(person)
    if also == "pause":
        practice.pause(person, until=TODAY + 3 * DAY, now=SEVEN)
    elif also == "stop":
        practice.stop(person, now=SEVEN)
    else:
        practice.start_today(person, now=SEVEN)

    take_back(person)

    assert todays()[0] == "cancelled"


def test_going_on_after_a_pause_brings_no_mail_of_a_day_away(person):
    practice.pause(person, until=TODAY + 3 * DAY, now=SEVEN)
    note(person)

    practice.go_on(person, now=SEVEN)

    assert todays()[0] == "cancelled"


def test_taking_back_an_absence_that_has_begun_keeps_the_days_that_were_lived(person):
    note(person, TODAY - 3 * DAY, TODAY + 3 * DAY)

    take_back(person)

    absence = Absence.objects.get()
    assert (absence.starts_on, absence.ends_on) == (TODAY - 3 * DAY, TODAY - DAY)
    assert todays() == ("queued", "")


@pytest.mark.parametrize("source", ["staff", "file", "calendar"])
def test_what_others_noted_is_not_the_persons_to_take_back(person, source):
    AbsenceFactory(person=person, starts_on=TODAY, source=source)

    take_back(person)

    assert Absence.objects.exists()


def test_somebody_elses_is_not_theirs_either(person):
    note(PersonFactory())

    take_back(person)

    assert Absence.objects.exists()


def test_there_is_an_end_to_how_many_one_person_may_note(person):
    for number in range(absences.MOST_OF_THEIR_OWN):
        note(person, TODAY + number * DAY, TODAY + number * DAY)

    with pytest.raises(AbsenceRefused, match="Remove one first"):
        note(person, TODAY + 200 * DAY, TODAY + 200 * DAY)
