"""axe finds nothing: on every page, for a role that may open it, and in every mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab

from engine.delivery.compose import Composed, compose
from engine.models import Mail
from people.models import Organisation, Person
from tests import work_mails
from tests.access_table import told_to
from tests.engine_factories import (
    KINDS,
    DigestFactory,
    MailFactory,
    RepFactory,
    WelcomeFactory,
    WorkoutFactory,
)
from tests.every_page import Page, World, build_world
from tests.moments import MONDAY
from tests.payments import TUESDAY
from tests.situations import Situation, situations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Axe()
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    # A framed mail is sealed, and axe would wait for a script in it; mails have a test of their own.
    "iframes": False,
}
WIDTHS = (375, 1280)
SCHEMES = ("light", "dark")
# Whoever comes first here and may open a page looks at it.
LOOKING = ("anonymous", "employee", "manager", "L&D admin", "operator", "superuser")


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


def findings(tab: Tab) -> list[str]:
    """Return what axe has against a page, narrow and wide, light and dark."""
    found = []
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        for scheme in SCHEMES:
            tab.emulate_media(color_scheme=scheme)
            tab.evaluate("document.getAnimations().forEach(change => change.finish())")
            results = AXE.run(tab, options=OPTIONS).response
            found += [
                f"{width} {scheme} {rule['id']} {node['target']}: {node['failureSummary']}"
                for rule in results["violations"]
                for node in rule["nodes"]
            ]
    return found


def sign_in(context: BrowserContext, person: Person | None, url: str) -> None:
    context.clear_cookies()
    if person is not None:
        client = Client()
        client.force_login(person)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def pages_of(role: str) -> list[Page]:
    """The pages that this role is the first to look at."""
    earlier = LOOKING[: LOOKING.index(role)]
    seen = {page.name for one in earlier for page, word in told_to(one) if word == "yes"}
    return [page for page, word in told_to(role) if word == "yes" and page.name not in seen]


@pytest.mark.parametrize("role", LOOKING)
def test_axe_finds_nothing_on_any_page(role, live_server, tab, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    world: World = build_world()
    sign_in(tab.context, world.people.get(role), live_server.url)

    found = {page.name: look(tab, live_server.url + world.address(page)) for page in pages_of(role)}

    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def test_axe_would_find_a_fault(tab):
    tab.set_content('<p style="color: #999; background: #fff">Hard to read</p>')

    assert "color-contrast" in " ".join(findings(tab))


def look(tab: Tab, url: str) -> list[str]:
    answer = tab.context.request.get(url)
    if "text/html" not in answer.headers.get("content-type", ""):  # for machines, or a file
        return []
    if "sandbox" in answer.headers.get("content-security-policy", ""):
        # A page for a frame, in which no script runs: let axe in.
        headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        tab.route(url, lambda route: route.fulfill(response=answer, headers=headers))
    tab.goto(url)
    return findings(tab)


def test_axe_finds_nothing_in_any_state_of_the_pages_of_employees(live_server, tab, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.CLOCK_OFFSET = MONDAY - timezone.now()

    found = {one.name: look_at(one, tab, live_server.url) for one in situations(now=MONDAY)}

    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def look_at(situation: Situation, tab: Tab, url: str) -> list[str]:
    sign_in(tab.context, situation.who, url)
    tab.goto(url + situation.address)
    if situation.press:
        # The form is sent with what the situation presses, and nothing that the browser would have asked for.
        tab.evaluate(
            """press => {
                const form = document.querySelector("main form");
                form.noValidate = true;
                for (const [name, value] of Object.entries(press)) {
                    form.querySelectorAll(`[name="${name}"]`).forEach(field => field.remove());
                    const field = document.createElement("input");
                    Object.assign(field, { type: "hidden", name, value });
                    form.append(field);
                }
            }""",
            situation.press,
        )
        with tab.expect_navigation():
            tab.evaluate("HTMLFormElement.prototype.submit.call(document.querySelector('main form'))")
    return findings(tab)


@pytest.mark.parametrize("kind", [*Mail.PRACTICE, Mail.Kind.DIGEST])
def test_a8_axe_finds_nothing_in_a_mail(kind, tab, tmp_path: Path):
    Organisation.objects.create(pk=1, name="Acme")
    if kind == "welcome":
        mail, reps = WelcomeFactory(note="We tried this in my team."), []
    elif kind == "digest":
        mail, reps = DigestFactory(), []
    else:
        workout = WorkoutFactory(size=10)
        reps = [
            RepFactory(workout=workout, kind=kind, known=known) for kind in KINDS for known in (True, False)
        ]
        mail = MailFactory(workout=workout)

    assert look_at_mail(compose(mail, reps, dated_at=MONDAY), tab, tmp_path) == []


def test_a8_axe_finds_nothing_in_any_mail_about_work(tab, tmp_path: Path):
    found = {
        name: look_at_mail(compose(mail, [], dated_at=TUESDAY), tab, tmp_path)
        for name, mail in work_mails.mails()
    }

    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def look_at_mail(composed: Composed, tab: Tab, folder: Path) -> list[str]:
    file = folder / "mail.html"
    file.write_text(composed.html)
    tab.goto(file.as_uri())
    return findings(tab)
