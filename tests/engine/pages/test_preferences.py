from datetime import date, time, timedelta

import pytest
from django.conf import settings as configured
from django.urls import reverse

from engine import links
from engine.links import Purpose
from engine.models import Mail
from tests.engine_factories import TODAY, EnrolmentFactory, MailFactory, WorkoutFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.shown import text

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
HOUR = {"do": "hour", "send_time": "14:30", "minutes": "10", "workdays": ["mon", "wed"]}


@pytest.fixture
def mail():
    return MailFactory(sent=True, workout=WorkoutFactory(person=PersonFactory(name="Ines Weber")))


@pytest.fixture
def person(mail):
    return mail.person


def settings_url(mail):
    return reverse("mail_settings", args=[links.token(Purpose.SETTINGS, mail.pk)])


def stop_url(mail):
    return reverse("stop", args=[links.token(Purpose.STOP, mail.pk)])


def state(response):
    return text(response).split('class="state"')[1].split("</section>")[0]


def test_the_settings_page_shows_the_name_and_how_it_is_now(visitor, mail):
    page = visitor.get(settings_url(mail))

    assert "Ines Weber" in text(page)
    assert "After today’s, the next could come on Tuesday, 24 November, from 09:00" in state(page)
    assert mail.person.email not in text(page)


@pytest.mark.parametrize("status", ["cancelled", "expired", "failed"])
def test_without_a_mail_today_the_next_is_promised_without_it(visitor, mail, person, status):
    EnrolmentFactory(person=person)
    Mail.objects.update(status=status)

    now = state(visitor.get(settings_url(mail)))

    assert "Your mails come. The next could come on Tuesday, 24 November" in now
    assert "today" not in now


def test_without_a_path_no_mail_is_promised(client):
    client.force_login(PersonFactory())

    now = state(client.get(reverse("preferences")))

    assert "There is no path for you yet." in now
    assert "could come" not in now


@pytest.mark.parametrize("days", [7, 14])
def test_a_pause_of_weeks_is_one_press(visitor, mail, person, days):
    response = visitor.post(settings_url(mail), {"do": "pause", "days": days})
    person.refresh_from_db()

    assert (response.status_code, response.url) == (303, settings_url(mail) + "?done=pause")
    assert person.paused_until == TODAY + timedelta(days=days)


def test_a_pause_until_a_date_is_shown_with_a_way_back(visitor, mail, person):
    response = visitor.post(settings_url(mail), {"do": "pause", "until": "2027-01-07"})
    page = visitor.get(response.url)

    assert "Your pause is noted." in text(page)
    assert "goes on from Thursday, 7 January 2027" in state(page)
    assert ">Go on</button>" in state(page)


@pytest.mark.parametrize(
    ("filled", "words"),
    [
        ({}, "Choose the day"),
        ({"until": "soon"}, "That is no date."),
        ({"until": str(TODAY)}, "has come already"),
        ({"until": str(TODAY - timedelta(days=1))}, "has come already"),
        ({"until": str(TODAY + timedelta(days=367))}, "more than a year"),
        ({"days": "8"}, "Choose the day"),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused_at_its_field(visitor, mail, person, filled, words):
    response = visitor.post(settings_url(mail), {"do": "pause", **filled})
    person.refresh_from_db()

    assert response.status_code == 422
    assert words in text(response)
    assert person.paused_until is None


def test_a_pause_cancels_what_waits(visitor, mail, person):
    waiting = MailFactory(workout=None, person=person, day=TODAY + timedelta(days=1), not_before=MONDAY)

    visitor.post(settings_url(mail), {"do": "pause", "days": 7})
    waiting.refresh_from_db()

    assert waiting.status == Mail.Status.CANCELLED


def test_going_on_ends_a_pause_and_a_stop(visitor, mail, person):
    visitor.post(settings_url(mail), {"do": "pause", "days": 7})
    visitor.post(settings_url(mail), {"do": "stop"})

    response = visitor.post(settings_url(mail), {"do": "go-on"})
    person.refresh_from_db()

    assert "Good to have you back." in text(visitor.get(response.url))
    assert (person.paused_until, person.stopped_at) == (None, None)


def test_the_hour_the_minutes_and_the_days_change_together(visitor, mail, person):
    response = visitor.post(settings_url(mail), HOUR)
    person.refresh_from_db()
    page = visitor.get(response.url)

    assert (person.send_time, person.minutes, person.workdays) == (time(14, 30), 10, "mon,wed")
    assert "on Wednesday, 25 November, from 14:30" in state(page)
    assert 'value="14:30"' in text(page)
    assert text(page).count(" checked") == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"send_time": "25:00"}, "such as 09:00"),
        ({"minutes": "0"}, "between 1 and 60"),
        ({"minutes": "61"}, "between 1 and 60"),
        ({"minutes": "six"}, "between 1 and 60"),
        ({"workdays": []}, "at least one day"),
        ({"workdays": ["someday"]}, "“someday” is none"),
    ],
)
def test_an_hour_that_cannot_be_kept_is_refused_at_its_field(visitor, mail, person, changes, words):
    response = visitor.post(settings_url(mail), HOUR | changes)
    person.refresh_from_db()

    assert response.status_code == 422
    assert words in text(response)
    assert person.send_time == time(9)


def noted(response):
    return " ".join(text(response).split('class="notice"')[1].split("</p>")[0].split())


def test_a_saved_hour_says_when_the_next_mail_comes(visitor, mail, person):
    EnrolmentFactory(person=person)

    response = visitor.post(settings_url(mail), HOUR)

    words = noted(visitor.get(response.url))
    assert "Your next mail comes on Wednesday, 25 November, from 14:30, if a rep is worth it" in words


def test_todays_mail_is_the_next_while_its_hour_is_still_to_come(client):
    person = PersonFactory()
    EnrolmentFactory(person=person)
    MailFactory(workout=None, person=person, day=TODAY, not_before=MONDAY)
    client.force_login(person)

    response = client.post(reverse("preferences"), HOUR)

    assert "Your next mail comes on Monday, 23 November, from 14:30" in noted(client.get(response.url))
    assert "The next could come today, from 14:30." in state(client.get(response.url))


@pytest.mark.parametrize("because", ["a workout on the web", "a mail that was cancelled"])
def test_a_day_that_is_settled_brings_no_mail_though_its_hour_is_to_come(client, because):
    person = PersonFactory(send_time=time(14))
    EnrolmentFactory(person=person)
    if because == "a workout on the web":
        WorkoutFactory(person=person, day=TODAY)
    else:
        MailFactory(workout=None, person=person, day=TODAY, not_before=MONDAY, status="cancelled")
    client.force_login(person)

    assert "on Tuesday, 24 November, from 14:00" in state(client.get(reverse("preferences")))


def test_the_hour_is_shown_with_its_zone_and_its_window(visitor, mail, person):
    person.send_time, person.window, person.zone = time(23, 30), 60, "Asia/Kathmandu"
    person.save()

    page = text(visitor.get(settings_url(mail)))

    assert "Asia/Kathmandu" in page
    assert "now between 23:30 and 00:00" in page
    assert "A change holds at once" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"do": "pause", "days": 7}, "No mail comes before Monday, 30 November 2026, one that waited"),
        ({"do": "stop"}, "no more practice mails, one that waited included"),
    ],
)
def test_what_a_press_did_is_said_with_the_button_that_undoes_it(visitor, mail, change, words):
    page = visitor.get(visitor.post(settings_url(mail), change).url)

    assert words in noted(page)
    assert "“Go on” takes it back." in noted(page)
    assert ">Go on</button>" in state(page)


@pytest.mark.parametrize("done", ["pause", "stop", "nonsense"])
def test_an_address_alone_claims_nothing_that_was_not_done(visitor, mail, done):
    assert 'class="notice"' not in text(visitor.get(settings_url(mail) + f"?done={done}"))


def test_stopping_is_one_press_and_leaves_a_way_back(visitor, mail, person):
    response = visitor.post(settings_url(mail), {"do": "stop"})
    page = visitor.get(response.url)
    person.refresh_from_db()

    assert person.stopped_at is not None
    assert "You stopped." in state(page)
    assert ">Go on</button>" in state(page)


@pytest.mark.parametrize("do", ["", "delete", "PAUSE"])
def test_a_form_that_asks_for_nothing_known_changes_nothing(visitor, mail, everything, do):
    before = everything()

    assert visitor.post(settings_url(mail), {"do": do}).status_code == 422
    assert everything() == before


def test_an_older_mails_settings_link_expires(visitor, mail, at, everything):
    before = everything()
    at(mail.not_before + configured.SETTINGS_LINK_LIFE)

    shown, pressed = visitor.get(settings_url(mail)), visitor.post(settings_url(mail), {"do": "stop"})

    assert shown.status_code == pressed.status_code == 410
    assert "Ines" not in text(shown)
    assert everything() == before


def test_a9_one_click_stops_without_cookie_or_redirect_and_again_is_nothing_new(visitor, mail, person, at):
    first = visitor.post(stop_url(mail), ONE_CLICK)
    person.refresh_from_db()
    stopped_at = person.stopped_at
    at(MONDAY + timedelta(hours=1))
    second = visitor.post(stop_url(mail), ONE_CLICK)
    person.refresh_from_db()

    assert first.status_code == second.status_code == 200
    assert not first.cookies
    assert person.stopped_at == stopped_at is not None


def test_a9_the_stop_link_shows_a_button_and_changes_nothing(visitor, mail, everything):
    before = everything()

    for _ in range(3):
        page = visitor.get(stop_url(mail))
        visitor.head(stop_url(mail))
        visitor.get(settings_url(mail))

    assert f'<form method="post" action="{stop_url(mail)}"><button>' in text(page)
    assert "Ines" not in text(page)
    assert everything() == before


def test_a_stop_link_never_expires(visitor, mail, person, at):
    at(mail.not_before + timedelta(days=1000))

    response = visitor.post(stop_url(mail), ONE_CLICK)
    person.refresh_from_db()

    assert response.status_code == 200
    assert person.stopped_at is not None
    assert settings_url(mail) not in text(response)
    assert reverse("preferences") in text(response)


def test_a_slip_is_taken_back_from_the_stop_page(visitor, mail, person):
    page = text(visitor.post(stop_url(mail), ONE_CLICK))

    assert f'action="{settings_url(mail)}"' in page
    visitor.post(settings_url(mail), {"do": "go-on"})
    person.refresh_from_db()
    assert person.stopped_at is None


def test_a15_a_token_opens_only_what_it_was_made_for(visitor, mail, person):
    tokens = {
        "mail_settings": [links.token(Purpose.STOP, mail.pk), links.token(Purpose.ANSWER, mail.pk), "x"],
        "stop": [links.token(Purpose.SETTINGS, mail.pk), links.token(Purpose.ANSWER, mail.pk), "x"],
    }

    for route, wrong in tokens.items():
        for token in wrong:
            assert visitor.get(reverse(route, args=[token])).status_code == 404
            assert visitor.post(reverse(route, args=[token]), {"do": "stop"}).status_code == 404
    person.refresh_from_db()
    assert person.stopped_at is None


def test_a17_settings_and_stop_are_dead_once_the_person_left(visitor):
    mail = MailFactory(workout=WorkoutFactory(person=PersonFactory(gone=True)))

    assert {visitor.get(url(mail)).status_code for url in (settings_url, stop_url)} == {404}


def test_a18_settings_and_stop_keep_their_address_secret(visitor, mail):
    responses = [
        visitor.get(settings_url(mail)),
        visitor.post(settings_url(mail), {"do": "pause", "days": 7}),
        visitor.post(settings_url(mail), {"do": "pause"}),
        visitor.get(stop_url(mail)),
        visitor.post(stop_url(mail)),
    ]

    for response in responses:
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex"
        assert not response.cookies


def test_preferences_need_a_sign_in(visitor):
    response = visitor.get(reverse("preferences"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_preferences_change_the_same_for_whoever_signed_in(client, person):
    client.force_login(person)

    response = client.post(reverse("preferences"), HOUR)
    person.refresh_from_db()

    assert (response.status_code, response.url) == (303, reverse("preferences") + "?done=hour")
    assert person.send_time == time(14, 30)


def test_preferences_refuse_a_form_from_another_site(visitor, person):
    visitor.force_login(person)

    response = visitor.post(reverse("preferences"), {"do": "stop"})
    person.refresh_from_db()

    assert response.status_code == 403
    assert "Nothing was changed." in text(response)
    assert person.stopped_at is None


def test_every_form_of_the_preferences_carries_its_csrf_token(client, person):
    person.paused_until = date(2027, 1, 1)
    person.save()
    client.force_login(person)

    page = text(client.get(reverse("preferences")))

    assert page.count("csrfmiddlewaretoken") == page.count("<form") == 7


def test_preferences_of_somebody_not_started_say_so(client):
    client.force_login(PersonFactory(new=True))

    assert "has not begun" in state(client.get(reverse("preferences")))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({**HOUR, "minutes": "0"}, "minutes"),
        ({"do": "pause", "until": "2020-01-01"}, "until"),
        ({"do": "away", "starts_on": "2026-12-24", "ends_on": "2026-12-01"}, "ends_on"),
    ],
)
def test_a_mistake_far_down_the_page_is_told_at_its_top_and_brought_into_sight(visitor, mail, form, field):
    page = text(visitor.post(settings_url(mail), form))

    assert "Nothing was changed" in page.split('class="state"')[0]
    assert page.index("<title>Not changed") < page.index("</title>")
    [focused] = [tag for tag in page.split("<") if " autofocus" in tag]
    assert f'name="{field}"' in focused
