"""The observe letter: honest counts of four weeks, once for a team, to its manager and to L&D."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from engine import onramps
from engine.delivery.compose import compose
from engine.delivery.onramp_mails import letter as letter_mail
from engine.jobs import run_tick
from engine.models import Claim, Mail, Record, TeamRules
from engine.onramps import letter
from tests.databases import dump
from tests.factories import PersonFactory
from tests.payments import TUESDAY, Payments, berlin
from tests.staff import member

SINCE = berlin("2026-11-25", "00:00")
AFTER = berlin("2026-12-23", "10:00")
HOUR = timedelta(hours=1)


@pytest.fixture
def payments(db):
    """The team observes from 25 November on, and three tasks come on three days; t1 came before."""
    scene = Payments(mode=TeamRules.Mode.OBSERVE)
    TeamRules.objects.update(mode_since=SINCE)
    return scene


def taken(payments, day, *, by=None, at="09:00", due_at=None):
    seen = berlin(day, at)
    task = payments.task(f"of {day}", seen=seen, due_at=due_at)
    onramps.take(by or payments.sam, task, now=seen + HOUR)
    return task


@pytest.fixture
def observed(payments):
    taken(payments, "2026-11-30")
    taken(payments, "2026-12-01")
    taken(payments, "2026-12-02", by=payments.ann)
    taken(payments, "2026-12-03", due_at=berlin("2026-12-03", "11:00"))
    payments.task("nobody's", seen=berlin("2026-12-04"))
    return payments


def figures(payments):
    return letter.figures_of(payments.team, since=SINCE, now=AFTER)


def test_a_letter_counts_what_came_and_what_went_past_and_what_holds_would_have_given(observed):
    told = figures(observed)

    assert (told.began_on, told.ended_on) == ("2026-11-25", "2026-12-23")
    assert (told.came, told.went_past, told.too_urgent) == (5, 3, 1)
    assert (told.given, told.people) == (2, 1)  # one was too urgent; Ann needs two more
    assert (told.soonest, told.latest) == (0.0, 3.0)  # Sam took them after an hour; an offer lasts four


def test_what_came_before_or_after_the_four_weeks_is_not_in_it(observed):
    observed.task("late", seen=berlin("2026-12-23", "00:00"))

    assert figures(observed).came == 5


def test_a_claim_that_came_to_nothing_went_past_nobody(observed):
    Claim.objects.filter(task__title="of 2026-11-30").update(ended_at=AFTER, ending=Claim.Ending.RETURNED)

    assert figures(observed).went_past == 2


def test_where_every_learner_has_their_reps_holds_would_have_given_nothing(observed):
    for day in ("2026-11-10", "2026-11-11"):
        observed.credit(observed.ann, day)
    observed.credit(observed.ben, "2026-11-12")

    told = figures(observed)

    assert (told.given, told.people, told.soonest, told.latest) == (0, 0, None, None)


def test_a_letter_goes_once_to_the_manager_and_to_each_of_l_and_d(observed):
    lena = member(letter.LEARNING, name="Lena")
    member(letter.LEARNING, name="Left", is_active=False)

    assert onramps.queue_letters(now=AFTER - HOUR * 11) == 0
    assert onramps.queue_letters(now=AFTER) == 1
    assert onramps.queue_letters(now=AFTER + HOUR) == 0

    mails = Mail.objects.filter(kind=Mail.Kind.LETTER)
    assert {mail.person for mail in mails} == {observed.mona, lena}
    assert Record.objects.get(kind=Record.Kind.LETTER).told["went_past"] == 3


def test_a_second_tick_with_the_same_now_changes_nothing(observed):
    run_tick(now=AFTER)
    before = dump(without=("engine.Heartbeat",))

    run_tick(now=AFTER)

    assert dump(without=("engine.Heartbeat",)) == before
    assert Record.objects.filter(kind=Record.Kind.LETTER).count() == 1


def test_a_team_that_goes_back_to_observing_gets_a_letter_about_that_time(observed):
    onramps.queue_letters(now=AFTER)
    TeamRules.objects.update(mode_since=AFTER + HOUR)
    observed.task("new", seen=AFTER + 2 * HOUR)

    assert onramps.queue_letters(now=AFTER + timedelta(weeks=3)) == 0
    assert onramps.queue_letters(now=AFTER + timedelta(weeks=5)) == 1


@pytest.mark.parametrize("mode", [TeamRules.Mode.ADVISE, TeamRules.Mode.ENFORCE])
def test_a_team_that_went_on_gets_no_letter_and_one_that_waits_does_not_go(observed, mode):
    onramps.queue_letters(now=AFTER)
    TeamRules.objects.update(mode=mode)

    assert letter_mail.why_not(Mail.objects.filter(kind="letter").first(), now=AFTER)
    assert onramps.queue_letters(now=AFTER + timedelta(weeks=9)) == 0


def test_a_team_without_learning_tasks_or_without_rules_of_its_own(payments):
    lone = PersonFactory(team__slug="claims").team
    TeamRules.objects.all().delete()

    assert onramps.queue_letters(now=AFTER) == 1  # Payments observes by default, since its first task came
    assert letter.observing_since(lone) is None


def test_the_mail_says_the_figures_with_their_bounds_and_names_nobody(observed):
    onramps.queue_letters(now=AFTER)
    mail = Mail.objects.get(kind=Mail.Kind.LETTER)

    said = compose(mail, [], dated_at=AFTER)

    text = " ".join(said.text.split())
    assert "5 learning tasks came; 3 went past learners who needed one." in text
    assert "1 was too urgent to be held at all." in text
    assert "given 2 of them to one person, at a median delay between none and 3 working hours." in text
    assert "What anybody would have learned is not known either." in text
    assert not {"Ann", "Ben", "Sam"} & set(text.replace(":", " ").split())
    assert "/team/payments/letter/" in text
    assert letter_mail.why_not(mail, now=AFTER) == ""


@pytest.mark.parametrize(
    ("given", "soonest", "latest", "said"),
    [
        (2, 0.0, 0.0, "at least half of them without delay."),
        (1, 0.0, 0.0, "without delay."),
        (2, 0.0, 2.5, "at a median delay between none and 2.5 working hours."),
        (2, 1.5, 4.0, "at a median delay between 1.5 and 4 working hours."),
        (2, 4.0, 4.0, "at a median delay of 4 working hours."),
        (2, 1.0, 1.0, "at a median delay of one working hour."),
    ],
)
def test_a_delay_is_one_number_where_its_bounds_agree(given, soonest, latest, said):
    figures = {"given": given, "people": 1, "soonest": soonest, "latest": latest}

    told = render_to_string("mail/letter/given.txt", {"figures": figures})

    assert told.strip() == f"Holds would have given {given} of them to one person, {said}"


def test_the_letter_is_for_whoever_leads_the_team_and_l_and_d(observed):
    assert letter.may_read(observed.mona, observed.team, now=TUESDAY)
    assert letter.may_read(observed.greta, observed.team, now=TUESDAY)
    assert letter.may_read(member(letter.LEARNING), observed.team, now=TUESDAY)
    assert not letter.may_read(observed.sam, observed.team, now=TUESDAY)
