"""docs/access.md says who may open which page; here every page and every role is held to it."""

from copy import deepcopy
from fnmatch import fnmatchcase

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from tests.access_table import ROWS, told_to
from tests.every_page import ROLES, World, build_world, every_page

SIGN_IN = "/accounts/login/"
PROVIDER, SIGNATURE, TOKEN = "provider", "signature", "token"


PAGES = every_page()


def answer(client: Client, address: str) -> str:
    """Return what a GET is told; where there is only a press, what the press is told."""
    response = _again(client).get(address, follow=True)
    if response.status_code == 405:
        told = pressed(client, address)
        return "press" if told == "yes" else told
    return _word(response)


def pressed(client: Client, address: str) -> str:
    """Return what a POST is told; nothing that it does stays."""
    with transaction.atomic():
        word = _word(_again(client).post(address, follow=True))
        transaction.set_rollback(True)
    return word


def _again(client: Client) -> Client:
    """The same browser before it went anywhere: a press may sign it out."""
    copy = Client()
    copy.cookies = deepcopy(client.cookies)
    return copy


def _word(response) -> str:
    chain = getattr(response, "redirect_chain", [])
    if chain and chain[-1][0].startswith(SIGN_IN):
        return "sign in"
    return {401: TOKEN, 403: "no", 404: "nothing", 405: "no"}.get(response.status_code, "yes")


@pytest.fixture
def world(db) -> World:
    return build_world()


def client_of(role: str, world: World) -> Client:
    client = Client()
    if role != "anonymous":
        client.force_login(world.people[role])
    return client


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_stands_in_one_row_of_the_table(page):
    assert [row.patterns for row in ROWS if row.is_about(page)] != []
    assert len([row for row in ROWS if row.is_about(page)]) == 1


@pytest.mark.skipif(settings.DEMO, reason="This is a demo.")
def test_the_inbox_with_every_mail_exists_in_a_demo_only():
    assert [page.name for page in PAGES if page.name.startswith("inbox")] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row.patterns))
def test_every_row_of_the_table_is_about_a_page(row):
    idle = [pattern for pattern in row.patterns if not any(fnmatchcase(page.name, pattern) for page in PAGES)]

    assert idle == []


@pytest.mark.parametrize("role", ROLES)
def test_a39_every_page_answers_a_role_as_the_table_says(role, world):
    client = client_of(role, world)
    expected = {page.name: word for page, word in told_to(role) if word not in (PROVIDER, SIGNATURE)}

    told = {page.name: answer(client, world.address(page)) for page in PAGES if page.name in expected}

    assert told == expected


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_open_a_page_may_not_post_to_it(role, world):
    client = client_of(role, world)
    closed = [page for page, word in told_to(role) if word in ("no", "sign in")]

    told = {page.name: pressed(client, world.address(page)) for page in closed}

    assert {name: word for name, word in told.items() if word == "yes"} == {}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_but_the_provider_may_report_bounces(role, world, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": "provider:secret"}
    client = client_of(role, world)
    hooks = [page for page, word in told_to(role) if word == PROVIDER]

    told = {page.name: reported(client, world.address(page)) for page in hooks}

    assert {name: status for name, status in told.items() if status not in (400, 403)} == {}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_but_github_may_deliver_events(role, world, settings):
    settings.GITHUB_WEBHOOK_SECRET = "secret"
    client = client_of(role, world)
    hooks = [page for page, word in told_to(role) if word == SIGNATURE]

    told = {page.name: reported(client, world.address(page)) for page in hooks}

    assert set(told.values()) == {401}


def reported(client: Client, address: str) -> int:
    return client.post(address, "{}", content_type="application/json").status_code
