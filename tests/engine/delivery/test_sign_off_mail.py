"""The mail that asks for a sign-off, and the workout's mail that says what rests for it."""

from datetime import timedelta

import pytest

from engine import onramps
from engine.delivery.compose import compose
from engine.delivery.onramp_mails import sign_off
from engine.delivery.rests import rests_of
from engine.models import Mail
from tests.engine_factories import MailFactory, RepFactory, WorkoutFactory
from tests.payments import TODAY, TUESDAY, Payments

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
TOMORROW = TUESDAY + timedelta(days=1)


@pytest.fixture
def payments():
    return Payments()


@pytest.fixture
def claim(payments):
    claim = onramps.take(payments.ann, payments.t1, now=TUESDAY)
    return onramps.hand_in(claim, by=payments.ann, role="lead", ai="delegated", now=TUESDAY + HOUR)


def signed(claim, payments, **more):
    said = {"role": "lead", "help": 4, "skills": payments.skills[:1], "now": TUESDAY + 2 * HOUR} | more
    return onramps.sign_off(claim, by=payments.sue, **said)


def test_it_says_whose_work_it_is_and_where_to_say_how_it_was(payments, claim):
    mail = Mail.objects.get(kind=Mail.Kind.SIGN_OFF)

    composed = compose(mail, [], dated_at=TUESDAY)

    assert composed.subject == "Ann handed in: t1"
    for written in (composed.text, composed.html):
        assert "Ann handed in “t1”: please sign off." in written
        assert f"/sign-off/{claim.pk}/" in written
        assert "delegated" not in written
    assert sign_off.why_not(mail, now=TUESDAY) == ""


def test_it_stays_away_once_the_work_is_signed_off_or_its_reader_left(payments, claim):
    mail = Mail.objects.select_related("person").get(kind=Mail.Kind.SIGN_OFF)
    signed(claim, payments)
    assert sign_off.why_not(mail, now=TUESDAY)

    payments.mona.is_active = False
    payments.mona.save(update_fields=["is_active"])
    mail = Mail.objects.select_related("person").get(pk=mail.pk)
    assert "no longer active" in sign_off.why_not(mail, now=TUESDAY)


def test_a_contested_sign_off_is_told_with_the_learners_words_until_it_is_settled(payments, claim):
    credit = signed(claim, payments)
    onramps.contest(credit.sign_off, by=payments.ann, because="I needed <no> help.", now=TUESDAY + 3 * HOUR)
    mail = Mail.objects.get(key=f"contest:{credit.sign_off_id}")

    composed = compose(mail, [], dated_at=TUESDAY)

    assert composed.subject == "Ann sees it differently: t1"
    assert "I needed <no> help." in composed.text
    assert "I needed &lt;no&gt; help." in composed.html
    assert sign_off.why_not(mail, now=TUESDAY) == ""
    onramps.settle(credit.sign_off, by=payments.mona, role="lead", help=4, now=TUESDAY + 4 * HOUR)
    assert sign_off.why_not(mail, now=TUESDAY)


# The next mail of the learner


@pytest.fixture
def real(payments):
    """Work that Ann did herself, with one linked skill shown."""
    claim = onramps.take(payments.ann, payments.t1, now=TUESDAY)
    claim = onramps.hand_in(claim, by=payments.ann, role="lead", ai="off", now=TUESDAY + HOUR)
    return signed(claim, payments)


def workout(person, *, days=1):
    day = TODAY + timedelta(days=days)
    return WorkoutFactory(person=person, day=day, planned_at=TUESDAY + timedelta(days=days))


def written(workout, reps=()):
    mail = MailFactory(workout=workout)
    return compose(mail, list(reps), dated_at=TOMORROW, rests=rests_of([workout.pk])[workout.pk]).text


def test_the_next_mail_says_what_was_done_for_real_and_until_when_it_rests(payments, real):
    next_one = workout(payments.ann)

    text = written(next_one, [RepFactory(workout=next_one)])

    title = payments.skills[0].title
    assert f"- {title}: You did this for real on Tuesday; it rests until 2\N{NO-BREAK SPACE}December." in text


def test_the_mail_after_that_says_it_no_more(payments, real):
    first = workout(payments.ann)
    MailFactory(workout=first, sent=True, sent_at=TOMORROW)

    second = workout(payments.ann, days=2)
    assert rests_of([second.pk])[second.pk] == []


def test_mails_of_others_say_nothing_of_it(payments, real):
    other = workout(payments.ben)

    assert rests_of([other.pk, None])[other.pk] == []


def test_a_skill_that_comes_all_the_same_has_the_words_of_its_rep(payments, real):
    next_one = workout(payments.ann)
    rep = RepFactory(
        workout=next_one,
        exercise__skill=payments.skills[0],
        why="fading",
        retrievability=0.9,
        last_review_on=TODAY,
        last_rating=3,
        last_by_work=True,
    )

    text = written(next_one, [rep])

    assert "You did this for real yesterday; about 90\N{NO-BREAK SPACE}% likely to know it today." in text
    assert "Done for real" not in text


def test_a_voided_credit_is_told_to_nobody(payments, real):
    onramps.void(real, by=payments.mona, because="Not so.", now=TUESDAY + 3 * HOUR)
    next_one = workout(payments.ann)

    assert rests_of([next_one.pk])[next_one.pk] == []
