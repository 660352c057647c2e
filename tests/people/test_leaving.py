from datetime import UTC, date, datetime

import pytest
from django.contrib.auth import get_user

from people.leaving import end_leavers, leave
from people.models import Person
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def test_whoever_leaves_is_no_longer_active_and_keeps_everything_else():
    person = PersonFactory(minutes=9)

    leave(person, date(2026, 3, 2))

    person.refresh_from_db()
    assert (person.is_active, person.left_on) == (False, date(2026, 3, 2))
    assert (person.minutes, person.started_on) == (9, date(2026, 1, 5))


def test_a17_whoever_left_is_signed_out_of_every_session(client):
    person = PersonFactory()
    client.force_login(person)
    before = get_user(client)

    leave(person, date(2026, 3, 2))

    assert before == person
    assert get_user(client).is_anonymous


@pytest.mark.parametrize(
    ("zone", "now", "ended"),
    [
        ("Europe/Berlin", datetime(2026, 3, 1, 22, 59, tzinfo=UTC), 0),
        ("Europe/Berlin", datetime(2026, 3, 1, 23, 0, tzinfo=UTC), 1),
        ("Pacific/Kiritimati", datetime(2026, 3, 1, 9, 59, tzinfo=UTC), 0),
        ("Pacific/Kiritimati", datetime(2026, 3, 1, 10, 0, tzinfo=UTC), 1),
        ("America/Los_Angeles", datetime(2026, 3, 2, 7, 59, tzinfo=UTC), 0),
        ("America/Los_Angeles", datetime(2026, 3, 2, 8, 0, tzinfo=UTC), 1),
    ],
)
def test_leavers_end_when_their_day_comes_where_they_live(zone, now, ended):
    person = PersonFactory(zone=zone, left_on=date(2026, 3, 2))

    assert end_leavers(now) == ended

    person.refresh_from_db()
    assert person.is_active == (not ended)


def test_nobody_else_ends():
    PersonFactory(left_on=None)
    PersonFactory(left_on=date(2026, 12, 31))

    assert end_leavers(datetime(2026, 3, 2, 12, tzinfo=UTC)) == 0
    assert Person.objects.filter(is_active=True).count() == 2


def test_ending_leavers_twice_ends_nobody_again():
    PersonFactory(left_on=date(2026, 3, 2))
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)

    assert [end_leavers(noon), end_leavers(noon)] == [1, 0]


def test_a_minute_in_which_nobody_leaves_costs_one_query(django_assert_num_queries):
    PersonFactory.create_batch(3)

    with django_assert_num_queries(1):
        end_leavers(datetime(2026, 3, 2, 12, tzinfo=UTC))


def test_a_leaver_whose_zone_is_unknown_ends_by_the_date_in_utc():
    person = PersonFactory(zone="Mars/Olympus", left_on=date(2026, 3, 2))
    PersonFactory(left_on=date(2026, 3, 2))

    assert end_leavers(datetime(2026, 3, 2, 12, tzinfo=UTC)) == 2

    person.refresh_from_db()
    assert not person.is_active
