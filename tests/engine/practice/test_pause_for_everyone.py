"""One button: from its press no practice mail goes out, one under way to the relay's door included."""

from datetime import date, timedelta

import pytest

from engine import delivery, practice
from engine.delivery import outbox, sending
from engine.models import Mail, Workout
from people.models import Organisation, Person
from tests.engine.delivery.post import MONDAY, a_mail, fresh, send, tick
from tests.engine_factories import WelcomeFactory
from tests.factories import PersonFactory
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SEVEN = MONDAY - HOUR


@pytest.fixture
def person() -> Person:
    """Somebody whose mail of today waits."""
    published(path_text())
    person = PersonFactory()
    practice.reconcile(now=SEVEN)
    delivery.queue_workouts(now=SEVEN)
    return person


@pytest.fixture
def lena() -> Person:
    return PersonFactory(name="Lena", new=True)


def statuses() -> list[str]:
    return list(Mail.objects.order_by("day").values_list("status", flat=True))


def test_who_paused_and_when_is_kept(lena):
    assert practice.pause_everyone(by=lena, now=SEVEN)
    assert not practice.pause_everyone(by=PersonFactory(), now=MONDAY)

    organisation = Organisation.get()
    assert (organisation.paused_at, organisation.paused_by) == (SEVEN, lena)


def test_a_workout_that_waits_does_not_go_and_none_is_queued(post_to, person, lena):
    sink = post_to()
    practice.pause_everyone(by=lena, now=SEVEN)

    for days in range(3):
        tick(MONDAY + days * DAY + 46 * timedelta(minutes=1))

    assert statuses() == ["cancelled"]
    assert Mail.objects.get().because == outbox.PAUSED_FOR_EVERYONE
    assert sink.received() == []


@pytest.mark.parametrize("kind", [Mail.Kind.WORKOUT, Mail.Kind.WELCOME])
@pytest.mark.parametrize("moment", ["claimed", "composed"])
def test_a_mail_under_claim_is_held_too(post_to, lena, monkeypatch, kind, moment):
    sink = post_to()
    mail = a_mail() if kind == Mail.Kind.WORKOUT else WelcomeFactory()
    module, name = (sending, "why_not") if moment == "claimed" else (sending.compose, "compose")
    as_it_is = getattr(module, name)

    def paused_meanwhile(*arguments, **options):
        done = as_it_is(*arguments, **options)
        practice.pause_everyone(by=lena, now=MONDAY)
        return done

    monkeypatch.setattr(module, name, paused_meanwhile)
    send()

    assert sink.received() == []
    assert fresh(mail).status == (Mail.Status.CANCELLED if kind == Mail.Kind.WORKOUT else Mail.Status.QUEUED)


@pytest.mark.parametrize("kind", [Mail.Kind.WORKOUT, Mail.Kind.WELCOME])
def test_a_mail_claimed_by_a_worker_that_looked_before_the_press_is_held(post_to, lena, monkeypatch, kind):
    sink = post_to()
    if kind == Mail.Kind.WORKOUT:
        a_mail()
    else:
        WelcomeFactory()
    take = sending.take

    def paused_just_before(*arguments, **options):
        practice.pause_everyone(by=lena, now=MONDAY)
        return take(*arguments, **options)

    monkeypatch.setattr(sending, "take", paused_just_before)
    send()

    assert sink.received() == []


def test_a_workout_queued_by_a_tick_beside_the_press_is_cancelled(post_to, lena):
    post_to()
    Organisation.objects.create(pk=1, paused_at=SEVEN, paused_by=lena)
    a_mail()

    tick(SEVEN)

    assert statuses() == ["cancelled"]


def test_other_kinds_still_go(lena):
    practice.pause_everyone(by=lena, now=SEVEN)
    Mail.objects.create(
        kind=Mail.Kind.DIGEST,
        address="owner@example.org",
        key="1",
        message_id="<1@example.org>",
        not_before=MONDAY,
        expires_at=MONDAY + DAY,
    )

    assert list(Mail.objects.going().claimable(now=MONDAY, real_now=MONDAY)) == [Mail.objects.get()]


def test_when_it_ends_a_mail_whose_hour_is_to_come_goes_after_all(post_to, person, lena):
    post_to()
    practice.pause_everyone(by=lena, now=SEVEN)

    assert practice.go_on_with_everyone(now=SEVEN)
    tick(MONDAY + 46 * timedelta(minutes=1))

    assert statuses()[0] == "sent"
    assert Organisation.get().paused_by is None


def test_when_it_ends_nothing_is_caught_up(post_to, person, lena):
    sink = post_to()
    practice.pause_everyone(by=lena, now=SEVEN)
    tick(MONDAY + 2 * DAY)
    evening = MONDAY + 2 * DAY + 9 * HOUR

    practice.go_on_with_everyone(now=evening)
    tick(evening)

    assert statuses() == ["cancelled", "queued"]
    assert Mail.objects.get(status="queued").day == date(2026, 11, 26)
    assert sink.received() == []


def test_when_it_ends_who_paused_or_began_on_the_web_gets_no_mail(post_to, person, lena):
    post_to()
    practice.pause_everyone(by=lena, now=SEVEN)
    practice.start_today(person, now=SEVEN)
    assert Workout.objects.exists()

    practice.go_on_with_everyone(now=SEVEN)
    tick(SEVEN)

    assert statuses() == ["cancelled"]


def test_a_mail_cancelled_for_another_reason_stays_cancelled(post_to, person, lena):
    practice.pause(person, until=date(2026, 12, 1), now=SEVEN)
    practice.pause_everyone(by=lena, now=SEVEN)

    practice.go_on_with_everyone(now=SEVEN)

    assert statuses() == ["cancelled"]


def test_going_on_oneself_does_not_end_the_pause_for_everyone(post_to, person, lena):
    sink = post_to()
    practice.pause(person, until=date(2026, 12, 1), now=SEVEN)
    practice.pause_everyone(by=lena, now=SEVEN)
    practice.go_on(person, now=SEVEN)

    tick(MONDAY + 46 * timedelta(minutes=1))

    assert sink.received() == []


def test_a_welcome_goes_when_it_ends_however_long_it_lasted(post_to, lena):
    sink, mail = post_to(), WelcomeFactory()
    practice.pause_everyone(by=lena, now=SEVEN)
    for days in range(0, 30, 3):
        tick(MONDAY + days * DAY)
    assert (fresh(mail).status, sink.received()) == (Mail.Status.QUEUED, [])

    practice.go_on_with_everyone(now=MONDAY + 30 * DAY)
    tick(MONDAY + 30 * DAY)

    assert fresh(mail).status == Mail.Status.SENT


def test_ending_what_is_not_paused_changes_nothing():
    assert not practice.go_on_with_everyone(now=SEVEN)
    assert not Organisation.objects.exists()
