"""The first mail somebody gets: from a colleague they know, in office hours, before any workout, and once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import QuerySet

from engine import delivery, practice
from engine.delivery import outbox, sending
from engine.models import Mail
from people import calendar
from people.models import Absence, Organisation, Person
from tests.engine.delivery.post import MINUTE, MONDAY, fresh, send, tick
from tests.engine_factories import MailFactory, WelcomeFactory
from tests.factories import LevelFactory, PersonFactory
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def everybody() -> QuerySet[Person]:
    return Person.objects.exclude(name="Lena Larsen")


def started(now: datetime, **person) -> Mail:
    """The welcome of somebody whom L&D starts at this instant."""
    published(path_text())
    PersonFactory(**{"new": True} | person)
    practice.start(everybody(), by=PersonFactory(name="Lena Larsen", new=True), now=now)
    return Mail.objects.get()


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026 in Berlin, where MONDAY is the 23rd at nine."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


# What it says


def test_a_welcome_comes_from_a_named_colleague_who_gets_the_answers(post_to, settings):
    settings.DEFAULT_FROM_EMAIL = "Rampart <rampart@example.org>"
    Organisation.objects.create(pk=1, name="Acme")
    lena = PersonFactory(name="Lena Larsen", email="lena@example.org")
    sink, mail = post_to(), WelcomeFactory(sender=lena, note="Ask me anything.")

    send()

    [received] = sink.received()
    [sender] = received.message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Lena Larsen by Rampart", "rampart@example.org")
    assert [one.addr_spec for one in received.message["Reply-To"].addresses] == ["lena@example.org"]
    assert "Acme" in received.message["Subject"]
    for part in ("plain", "html"):
        assert "Lena Larsen at Acme has started practice for you." in received.part(part)
        assert "Ask me anything." in received.part(part)
        assert "/stop/" in received.part(part)
        assert "who sees it" in received.part(part)
        assert "it reaches Lena Larsen" in received.part(part)
    assert fresh(mail).status == Mail.Status.SENT


@pytest.mark.parametrize(
    ("name", "subject"), [("Acme", "Your practice at Acme begins"), ("", "Your practice begins")]
)
def test_a_welcome_without_a_sender_reads_well(post_to, name, subject):
    Organisation.objects.create(pk=1, name=name)
    sink = post_to()
    WelcomeFactory(sender=None)

    send()

    [received] = sink.received()
    assert received.message["Subject"] == subject
    for part in ("plain", "html"):
        assert "None" not in received.part(part)
        assert "started for you." in received.part(part)


@pytest.mark.parametrize("changes", [{"is_active": False}, {"started_on": None}])
def test_a_welcome_goes_to_nobody_who_does_not_practise(post_to, changes):
    sink, mail = post_to(), WelcomeFactory(person=PersonFactory(**changes))

    send()

    assert fresh(mail).status == Mail.Status.CANCELLED
    assert sink.received() == []


# When it goes


@pytest.mark.parametrize(
    ("pressed_at", "goes_at"),
    [
        (berlin(23, 9), berlin(23, 9)),
        (berlin(23, 17, 59), berlin(23, 17, 59)),
        (berlin(23, 18), berlin(24, 8)),
        (berlin(23, 23, 30), berlin(24, 8)),
        (berlin(24, 3), berlin(24, 8)),
        (berlin(27, 20), berlin(30, 8)),  # Friday evening
        (berlin(28, 11), berlin(30, 8)),  # Saturday
    ],
)
def test_a_welcome_goes_at_once_in_office_hours_and_else_when_the_next_begin(pressed_at, goes_at):
    mail = started(pressed_at)

    assert (mail.not_before, mail.expires_at) == (goes_at, goes_at + 7 * DAY)


@pytest.mark.parametrize(
    ("zone", "goes_at"),
    [
        ("Asia/Tokyo", MONDAY),  # five in the afternoon
        ("Australia/Sydney", datetime(2026, 11, 23, 21, tzinfo=UTC)),  # Tuesday at eight
        ("America/Vancouver", datetime(2026, 11, 23, 15, tzinfo=UTC)),  # on Monday, after the night
    ],
)
def test_office_hours_are_those_of_the_persons_own_zone(zone, goes_at):
    assert started(MONDAY, zone=zone).not_before == goes_at


@pytest.mark.parametrize(
    ("fields", "goes_at"),
    [
        ({"paused_until": date(2026, 12, 2)}, datetime(2026, 12, 2, 7, tzinfo=UTC)),
        ({"workdays": "wed,thu"}, berlin(25, 8)),
        ({"country": "US"}, MONDAY),
    ],
)
def test_a_pause_and_the_workdays_decide_too(fields, goes_at):
    assert started(MONDAY, **fields).not_before == goes_at


def test_a_holiday_is_no_day_for_a_welcome():
    thanksgiving = berlin(26, 9)

    assert started(thanksgiving, country="US").not_before == berlin(27, 8)


def test_who_is_away_is_welcomed_when_they_are_back(post_to):
    sink = post_to()
    mail = started(MONDAY)
    Absence.objects.create(person=mail.person, starts_on=date(2026, 11, 23), ends_on=date(2026, 12, 11))

    tick(MONDAY)
    tick(MONDAY + 14 * DAY)

    back = datetime(2026, 12, 14, 7, tzinfo=UTC)
    assert fresh(mail).not_before == back
    assert sink.received() == []
    tick(back)
    assert len(sink.received()) == 1


def test_an_absence_called_off_brings_the_welcome_forward(post_to):
    post_to()
    person = PersonFactory(new=True)
    published(path_text())
    away = Absence.objects.create(person=person, starts_on=date(2026, 11, 23), ends_on=date(2026, 12, 11))
    practice.start(everybody(), by=None, now=MONDAY)
    away.delete()

    tick(MONDAY + HOUR)

    assert fresh(Mail.objects.get()).status == Mail.Status.SENT


def test_who_pauses_after_the_start_is_welcomed_when_the_pause_ends(post_to):
    sink, mail = post_to(), started(MONDAY)
    practice.pause(mail.person, until=date(2026, 11, 26), now=MONDAY)

    tick(MONDAY)
    assert (fresh(mail).status, sink.received()) == (Mail.Status.QUEUED, [])

    tick(berlin(26, 8))
    assert fresh(mail).status == Mail.Status.SENT


def test_going_on_early_brings_the_welcome_at_once(post_to):
    post_to()
    mail = started(MONDAY)
    practice.pause(mail.person, until=date(2026, 11, 26), now=MONDAY)
    tick(MONDAY)

    practice.go_on(mail.person, now=MONDAY + HOUR)
    tick(MONDAY + HOUR)

    assert fresh(mail).status == Mail.Status.SENT


def test_who_stopped_is_never_welcomed_not_even_when_they_go_on(post_to):
    sink, mail = post_to(), started(berlin(23, 20))
    practice.stop(mail.person, now=berlin(23, 21))
    practice.go_on(mail.person, now=berlin(23, 22))

    tick(berlin(24, 8))

    assert fresh(mail).status == Mail.Status.CANCELLED
    assert sink.received() == []


def test_who_has_no_path_is_welcomed_once_there_is_one(post_to):
    sink = post_to()
    mail = started(MONDAY, level=LevelFactory(slug="expert"))
    for days in range(20):
        tick(MONDAY + days * DAY)
    assert (fresh(mail).status, sink.received()) == (Mail.Status.QUEUED, [])

    published(path_text("experts", skills=["drift"], level="expert"))
    tick(MONDAY + 21 * DAY)

    assert fresh(mail).status == Mail.Status.SENT


def test_who_cannot_be_reached_is_welcomed_once_the_address_is_corrected(post_to):
    sink, mail = post_to(), started(MONDAY, mail_refused_at=MONDAY - DAY)
    tick(MONDAY)
    assert (fresh(mail).status, sink.received()) == (Mail.Status.QUEUED, [])

    everybody().update(email="right@example.org", mail_refused_at=None)
    tick(MONDAY + HOUR)

    assert [received.recipients for received in sink.received()] == [["right@example.org"]]


def test_a_relay_that_was_down_past_office_hours_startles_nobody_at_night(post_to):
    sink, mail = post_to(), started(berlin(23, 17, 55))

    tick(berlin(23, 22))
    assert (fresh(mail).not_before, sink.received()) == (berlin(24, 8), [])

    tick(berlin(24, 8))
    assert fresh(mail).status == Mail.Status.SENT


def test_a_welcome_that_nobody_could_send_for_a_week_expires(post_to):
    post_to()
    mail = WelcomeFactory()

    tick(MONDAY + 7 * DAY)

    assert fresh(mail).status == Mail.Status.EXPIRED


def test_the_same_tick_twice_moves_no_welcome(post_to):
    post_to()
    started(MONDAY, paused_until=date(2026, 12, 2), level=LevelFactory(slug="expert"))
    tick(MONDAY)
    before = list(Mail.objects.values())

    assert tick(MONDAY)["retimed"] == 0
    assert list(Mail.objects.values()) == before


# Before any workout


def test_the_first_workout_comes_on_a_later_day_and_twenty_hours_after_the_welcome(post_to):
    post_to()
    started(berlin(23, 14))  # so that Tuesday at nine would be too soon

    for minutes in range(0, 3 * 24 * 60, 15):
        tick(berlin(23, 14) + minutes * MINUTE)

    first, second = Mail.objects.filter(status=Mail.Status.SENT).order_by("sent_at")[:2]
    assert (first.kind, first.sent_at) == (Mail.Kind.WELCOME, berlin(23, 14))
    assert (second.kind, second.day) == (Mail.Kind.WORKOUT, date(2026, 11, 25))
    assert second.sent_at - first.sent_at >= calendar.MINIMUM_GAP


def test_a_welcome_in_the_morning_is_followed_by_a_workout_the_next_day(post_to):
    post_to()
    started(berlin(23, 9))
    tick(MONDAY)
    tick(MONDAY + 2 * HOUR)

    assert Mail.objects.get(kind=Mail.Kind.WORKOUT).day == date(2026, 11, 24)


def test_no_workout_is_queued_while_the_welcome_waits():
    started(berlin(22, 12))  # a Sunday

    assert delivery.queue_workouts(now=berlin(22, 13)) == 0


@pytest.mark.parametrize("status", [Mail.Status.QUEUED, Mail.Status.SENDING])
def test_a_welcome_on_its_way_holds_workouts_back(status):
    WelcomeFactory(status=status, path=False)
    published(path_text())
    practice.reconcile(now=MONDAY)

    assert delivery.queue_workouts(now=MONDAY - 2 * HOUR) == 0


@pytest.mark.parametrize("status", [Mail.Status.FAILED, Mail.Status.EXPIRED, Mail.Status.CANCELLED])
def test_a_welcome_that_ended_unsent_holds_nothing_back(status):
    mail = WelcomeFactory(status=status, path=False)
    published(path_text())
    practice.reconcile(now=MONDAY)

    delivery.queue_workouts(now=MONDAY - 2 * HOUR)

    assert Mail.objects.get(kind=Mail.Kind.WORKOUT).person == mail.person


@pytest.mark.parametrize("status", [Mail.Status.SENT, Mail.Status.UNCERTAIN])
def test_a_welcome_that_may_have_come_counts_for_the_twenty_hours(status):
    WelcomeFactory(status=status, sent_at=MONDAY - 2 * HOUR, path=False)
    published(path_text())
    practice.reconcile(now=MONDAY)

    delivery.queue_workouts(now=MONDAY - HOUR)

    assert not Mail.objects.filter(kind=Mail.Kind.WORKOUT).exists()


def test_a_workout_that_would_follow_too_soon_is_not_sent_even_when_it_is_queued(post_to):
    sink = post_to()
    workout = MailFactory()
    WelcomeFactory(person=workout.person, status=Mail.Status.SENT, sent_at=MONDAY - 10 * HOUR)
    loaded = sending.load([workout.pk])[workout.pk]

    assert loaded.last_sent_at == MONDAY - 10 * HOUR
    send()
    assert sink.received() == []


# Once


def test_a_welcome_broken_after_the_final_dot_is_not_sent_again(post_to):
    sink, mail = post_to({"message": 1, "at": "dot", "drop": True}), WelcomeFactory()

    send()
    tick(MONDAY + HOUR)

    assert fresh(mail).status == Mail.Status.UNCERTAIN
    assert sink.message_ids().count(mail.message_id) == 1


def test_a_welcome_left_in_sending_is_not_sent_again(post_to):
    sink = post_to()
    mail = WelcomeFactory(status=Mail.Status.SENDING, sent_at=MONDAY, claimed_until=MONDAY - DAY)

    tick(MONDAY + HOUR)

    assert (fresh(mail).status, fresh(mail).because) == (Mail.Status.UNCERTAIN, outbox.CUT_OFF)
    assert sink.received() == []


def test_two_starts_queue_one_welcome():
    mail = started(MONDAY)
    delivery.queue_welcomes([mail.person], sender=None, note="Again", now=MONDAY)

    assert Mail.objects.get().note == ""


def test_a_start_taken_back_and_pressed_again_welcomes_once_with_the_new_words(post_to):
    sink, mail = post_to(), started(berlin(23, 20))
    [person] = practice.take_back_start(everybody(), now=berlin(23, 21))
    person.refresh_from_db()
    assert (person.started_on, person.enrolments.active().count()) == (None, 0)
    tick(berlin(24, 8))
    assert sink.received() == []

    practice.start(everybody(), by=None, note="Second thoughts.", now=berlin(24, 10))
    tick(berlin(24, 10))

    [received] = sink.received()
    assert "Second thoughts." in received.part("plain")
    assert fresh(mail).status == Mail.Status.SENT


def test_a_start_taken_back_under_a_claim_sends_nothing(post_to):
    sink, mail = post_to(), started(MONDAY)

    def taken_back_meanwhile(*arguments, **options):
        practice.take_back_start(everybody(), now=MONDAY)
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "why_not", taken_back_meanwhile)
        send()

    assert fresh(mail).status == Mail.Status.CANCELLED
    assert sink.received() == []
    assert Person.objects.get(pk=mail.person_id).started_on is None


@pytest.mark.parametrize("status", [Mail.Status.SENDING, Mail.Status.SENT, Mail.Status.UNCERTAIN])
def test_a_start_is_not_taken_back_once_the_welcome_may_have_come(status):
    mail = WelcomeFactory(status=status, sent_at=MONDAY)

    assert practice.take_back_start(everybody(), now=MONDAY) == []
    assert Person.objects.get(pk=mail.person_id).is_practising
