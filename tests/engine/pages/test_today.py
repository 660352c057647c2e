from datetime import timedelta

import pytest
from django.urls import reverse

from engine import practice
from engine.models import Mail, Rep, Workout
from engine.pages.reps import address
from engine.rules.grading import Given
from people.models import Holiday, Organisation, Person
from tests.engine_factories import TODAY, EnrolmentFactory, MailFactory, RepFactory, WorkoutFactory
from tests.factories import AbsenceFactory, PersonFactory
from tests.moments import MONDAY
from tests.shown import text
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

SATURDAY = MONDAY + timedelta(days=5)


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def home(client, person):
    client.force_login(person)
    return lambda: client.get(reverse("today"))


def heading(response):
    return text(response).split("<h1>")[1].split("</h1>")[0]


def test_today_needs_a_sign_in(visitor):
    assert visitor.get("/").url == reverse("account_login") + "?next=/"


def test_before_the_workout_is_planned_a_button_starts_it(home, person):
    EnrolmentFactory(person=person)

    page = home()

    assert heading(page) == "Today’s workout"
    assert "<button>Start</button>" in text(page)


def test_a_planned_workout_lists_its_reps_and_goes_on_with_the_first_open_one(home, person):
    workout = WorkoutFactory(person=person, size=2)
    first, second = RepFactory(workout=workout), RepFactory(workout=workout, known=True)
    practice.answer(first, Given(option="b"), attempt=1, now=MONDAY)

    page = text(home())

    assert "About 2 minutes to go." in page
    assert f'<a class="button" href="{address(second)}">Go on</a>' in page
    assert "You got this right twelve days ago" in page
    assert page.count('class="done"') == 1


def test_an_answer_taken_back_is_open_again(home, person):
    rep = RepFactory(workout=WorkoutFactory(person=person))
    practice.answer(rep, Given(option="b"), attempt=1, now=MONDAY)
    practice.undo(rep, now=MONDAY)

    assert f'href="{address(rep)}">Start</a>' in text(home())


def test_a_done_workout_says_when_the_next_could_come(home, person):
    rep = RepFactory(workout=WorkoutFactory(person=person))
    practice.answer(rep, Given(option="b"), attempt=1, now=MONDAY)

    page = home()

    assert heading(page) == "Done for today"
    assert "could come on Tuesday, 24 November, from 09:00" in text(page)


def test_a_day_without_a_rep_worth_it_says_there_is_nothing_to_do(home, person):
    WorkoutFactory(person=person, size=0)

    assert heading(home()) == "Nothing to practise today"


def test_a_pause_offers_to_go_on(home, person):
    practice.pause(person, until=TODAY + timedelta(days=3), now=MONDAY)

    page = home()

    assert heading(page) == "You are having a pause"
    assert "You are paused until Thursday, 26 November" in text(page)
    assert 'name="do" value="go-on"' in text(page)


def test_a_workout_from_before_a_pause_is_shown_with_the_pause(home, person):
    RepFactory(workout=WorkoutFactory(person=person))
    practice.pause(person, until=TODAY + timedelta(days=3), now=MONDAY)

    page = home()

    assert heading(page) == "Today’s workout"
    assert "You are paused until Thursday, 26 November" in text(page)


def test_a_pause_for_everyone_is_said_and_offers_nothing_to_press(home, person):
    EnrolmentFactory(person=person)
    Organisation.objects.create(pk=1, paused_at=MONDAY)

    page = home()

    assert heading(page) == "Practice is paused for everyone"
    assert "<button>Start</button>" not in text(page)


def test_a_workout_planned_before_a_pause_for_everyone_can_still_be_done(home, person):
    RepFactory(workout=WorkoutFactory(person=person))
    Organisation.objects.create(pk=1, paused_at=MONDAY)

    page = home()

    assert heading(page) == "Today’s workout"
    assert "L&amp;D has paused practice for everyone" in text(page)


@pytest.mark.parametrize("fields", [{"new": True}, {"stopped_at": MONDAY}])
def test_who_does_not_practise_is_told_of_no_pause_for_everyone(client, fields):
    Organisation.objects.create(pk=1, paused_at=MONDAY)
    client.force_login(PersonFactory(**fields))

    assert "paused" not in text(client.get(reverse("today")))
    assert "paused practice for everyone" not in text(client.get(reverse("preferences")))


def test_the_settings_say_that_practice_is_paused_for_everyone(client, person):
    Organisation.objects.create(pk=1, paused_at=MONDAY)
    client.force_login(person)

    page = text(client.get(reverse("preferences")))

    assert "L&amp;D has paused practice for everyone" in page
    assert "Your mails come" not in page


def test_somebody_who_stopped_is_offered_to_go_on(home, person):
    practice.stop(person, now=MONDAY)

    assert heading(home()) == "You stopped practising"


def test_somebody_who_was_not_started_waits_for_their_first_mail(client):
    client.force_login(PersonFactory(new=True))

    page = client.get(reverse("today"))

    assert heading(page) == "Your practice has not begun"
    assert reverse("preferences") in text(page)


def test_somebody_on_no_path_is_told_whom_to_ask(home):
    assert heading(home()) == "There is no path for you yet"


def test_a_weekend_is_a_day_off_on_which_one_may_practise(home, person, at):
    EnrolmentFactory(person=person)
    at(SATURDAY)

    page = home()

    assert heading(page) == "A day off"
    assert "could come on Monday, 30 November" in text(page)
    assert "Practise today all the same" in text(page)


def test_an_absence_is_a_day_off_and_the_next_workout_comes_after_it(home, person):
    EnrolmentFactory(person=person)
    AbsenceFactory(person=person, starts_on=TODAY, ends_on=TODAY + timedelta(days=2))

    page = home()

    assert heading(page) == "A day off"
    assert "could come on Thursday, 26 November" in text(page)


def test_what_is_promised_after_an_absence_keeps_the_holidays_of_then(home, person):
    EnrolmentFactory(person=person)
    AbsenceFactory(person=person, starts_on=TODAY, ends_on=TODAY + timedelta(days=38))  # to New Year's Eve
    Person.objects.update(country="DE")
    Holiday.objects.create(day=TODAY + timedelta(days=42), name="Founders' day")  # the Monday after

    assert "Tuesday, 5 January" in text(home())


def test_an_absence_without_end_in_sight_promises_nothing(home, person):
    EnrolmentFactory(person=person)
    AbsenceFactory(person=person, starts_on=TODAY, ends_on=TODAY + timedelta(days=90))

    assert "could come on" not in text(home())


def test_starting_plans_the_workout_leads_to_its_first_rep_and_cancels_the_mail(client, person):
    published(path_text())
    practice.reconcile(now=MONDAY)
    mail = MailFactory(workout=None, person=person, day=TODAY)
    client.force_login(person)

    response = client.post(reverse("start"))
    mail.refresh_from_db()

    assert (response.status_code, response.url) == (303, address(Rep.objects.order_by("position")[0]))
    assert mail.status == Mail.Status.CANCELLED


def test_starting_with_nothing_worth_it_says_so(client, person):
    client.force_login(person)

    response = client.post(reverse("start"), follow=True)

    assert heading(response) == "Nothing to practise today"


def test_starting_without_practising_changes_nothing(client):
    client.force_login(PersonFactory(new=True))

    response = client.post(reverse("start"), follow=True)

    assert heading(response) == "Your practice has not begun"
    assert not Workout.objects.exists()


def test_a_link_to_start_starts_nothing(client, person):
    client.force_login(person)

    assert client.get(reverse("start")).status_code == 303
    assert not Workout.objects.exists()


def test_starting_refuses_a_form_from_another_site(visitor, person):
    visitor.force_login(person)

    assert visitor.post(reverse("start")).status_code == 403
    assert not Workout.objects.exists()


def test_the_page_is_kept_by_no_cache(home):
    assert "no-store" in home()["Cache-Control"]


@pytest.mark.parametrize("is_staff", [True, False])
def test_only_staff_see_the_way_to_the_admin(client, is_staff):
    client.force_login(PersonFactory(is_staff=is_staff))

    assert (reverse("admin:index") in text(client.get(reverse("today")))) is is_staff


def test_somebody_elses_workout_is_not_shown(home):
    rep = RepFactory()

    assert rep.skill.title not in text(home())
