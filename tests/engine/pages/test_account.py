import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from tests.factories import PersonFactory
from tests.shown import text

pytestmark = pytest.mark.django_db

PASSWORD = "a long and quiet river"


@pytest.fixture
def person():
    return PersonFactory(email="ines@example.org", password=PASSWORD)


def signed_in_as(client):
    return client.session.get("_auth_user_id")


def test_a_password_signs_in_and_leads_to_today(client, person):
    response = client.post(reverse("account_login"), {"login": "ines@example.org", "password": PASSWORD})

    assert response.url == reverse("today")
    assert signed_in_as(client) == str(person.pk)


def test_the_way_to_a_new_password_stands_under_its_field(client):
    page = text(client.get(reverse("account_login")))

    assert page.index('name="password"') < page.index("Forgot your password?") < page.index("Remember me")


def test_the_mailed_code_that_needs_no_password_comes_first(client):
    page = text(client.get(reverse("account_login")))

    assert page.index(f'href="{reverse("account_request_login_code")}"') < page.index('name="password"')


@pytest.mark.parametrize("filled", [{"password": "wrong"}, {"login": "nobody@example.org"}, {"password": ""}])
def test_a_wrong_sign_in_says_so_in_the_form(client, person, filled):
    response = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD} | filled)

    assert response.status_code == 200
    assert 'class="errorlist' in text(response)
    assert signed_in_as(client) is None


def test_somebody_who_left_does_not_sign_in(client):
    PersonFactory(gone=True, email="gone@example.org", password=PASSWORD)

    client.post(reverse("account_login"), {"login": "gone@example.org", "password": PASSWORD})

    assert signed_in_as(client) is None


def test_a_mailed_code_signs_in(client, person, mailoutbox):
    asked = client.post(reverse("account_request_login_code"), {"email": person.email}, follow=True)
    [mail] = mailoutbox
    code = re.search(r"^    (\S+)$", mail.body, re.MULTILINE)[1]

    client.post(reverse("account_confirm_login_code"), {"code": code})

    assert "Type the code" in text(asked)
    assert mail.subject == "Your code to sign in"
    assert signed_in_as(client) == str(person.pk)


def test_a_wrong_code_signs_nobody_in(client, person, mailoutbox):
    client.post(reverse("account_request_login_code"), {"email": person.email})

    response = client.post(reverse("account_confirm_login_code"), {"code": "AAAA-BBBB"}, follow=True)

    assert 'class="errorlist' in text(response)
    assert signed_in_as(client) is None


def test_an_unknown_address_gets_the_same_page_and_no_offer_to_sign_up(client, mailoutbox):
    response = client.post(reverse("account_request_login_code"), {"email": "who@example.org"}, follow=True)

    assert "Type the code" in text(response)
    assert "signup" not in mailoutbox[0].body
    assert "L&D" in mailoutbox[0].body


def test_nobody_signs_up(client):
    response = client.post(reverse("account_signup"), {"email": "new@example.org", "password1": PASSWORD})

    assert "Nobody signs up here" in text(response)
    assert signed_in_as(client) is None


def test_signing_out_takes_a_press(client, person):
    client.force_login(person)

    shown = client.get(reverse("account_logout"))
    assert "Sign out?" in text(shown)
    assert signed_in_as(client) == str(person.pk)

    assert client.post(reverse("account_logout")).url == reverse("account_login")
    assert signed_in_as(client) is None


def test_a_forgotten_password_is_chosen_anew_by_a_mailed_link(client, person, mailoutbox):
    asked = client.post(reverse("account_reset_password"), {"email": person.email}, follow=True)
    link = re.search(r"https?://\S+", mailoutbox[0].body)[0]
    form = client.get(link, follow=True)
    new = "another long and quiet river"
    done = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new}, follow=True)
    person.refresh_from_db()

    assert "Look in your mail" in text(asked)
    assert "Choose a password" in text(form)
    assert "Your password is saved" in text(done)
    assert person.check_password(new)


def test_a_password_link_that_was_used_offers_a_new_one(client):
    page = text(client.get(reverse("account_reset_password_from_key", args=["1", "set-password"])))

    assert "no longer works" in page


@pytest.mark.parametrize(
    ("has_password", "route"), [(True, "account_change_password"), (False, "account_set_password")]
)
def test_a_password_is_changed_or_chosen_when_signed_in(client, has_password, route):
    person = PersonFactory(password=PASSWORD if has_password else None)
    client.force_login(person)

    page = text(client.get(reverse(route)))

    assert "Save my password" in page
    assert reverse(route) in text(client.get(reverse("preferences")))


@pytest.mark.parametrize(
    "route",
    [
        "account_login",
        "account_request_login_code",
        "account_reset_password",
        "account_signup",
        "account_inactive",
    ],
)
def test_pages_of_the_door_have_one_heading_labels_and_nothing_inline(client, route):
    page = text(client.get(reverse(route)))

    assert page.count("<h1>") == 1
    assert "<script" not in page
    assert "style=" not in page
    for field in re.findall(r'<input type="(?:email|password|text)"[^>]* id="(\w+)"', page):
        assert f'for="{field}"' in page


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_no_request(name):
    page = render_to_string(f"{name}.html")

    assert page.count("<h1>") == 1
    assert '<html lang="en" dir="ltr">' in page


def test_an_unknown_address_gets_our_own_page(visitor):
    response = visitor.get("/nowhere/")

    assert response.status_code == 404
    assert "There is nothing here" in text(response)
