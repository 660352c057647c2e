"""From a changed path and new names on the roster to an answered mail, as people and scanners do it."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from engine.models import Answer, Mail, Rep, Review
from engine.rules.memory import Rating
from engine.rules.planning import Why
from people.models import Person
from tests.databases import dump
from tests.e2e.conftest import Product
from tests.e2e.steps import (
    advance_to_the_mails_of,
    advance_to_the_welcomes_of,
    as_learning,
    links,
    mails_to,
    newest_mail_to,
    start,
)
from tests.sink import Received

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(transaction=True)]

DAYS = os.environ.get("DEMO_DAYS", "10")  # ./run demo lives through ninety
PATH = "Check a number before you pass it on"
SKILL = "Count the rows around a join"
RIGHT, WRONG = "count", "trust"
EXERCISE = """\
      - id: {id}
        kind: choice
        ai: off
        minutes: 2
        prompt: "{prompt}"
        options:
          - {{ id: trust, text: "The sum, as the tool is tested", why: "It does what it is told." }}
          - {{ id: count, text: "The rows, before and after", correct: true, why: "A difference shows." }}
"""
NEW_SKILL = f"""\
  - id: rows-around-a-join
    title: {SKILL}
    idea: A join can multiply rows. Count them before and after, and explain every difference.
    exercises:
{EXERCISE.format(id="sum", prompt="You join orders to payments to sum the amounts. What comes first?")}\
{EXERCISE.format(id="mean", prompt="You join visits to clinics to average the waits. What comes first?")}\
"""
ROSTER = """\
email,name,role,level,team,zone,workdays
ada.novak@acme.example,Ada Novak,data-analyst,novice,revenue-insights,Europe/Berlin,mon-sun
ben.okafor@acme.example,Ben Okafor,data-analyst,novice,revenue-insights,Europe/Berlin,mon-sun
"""


def test_a12_from_a_changed_path_and_a_new_person_to_an_answer_that_decides_what_comes_next(
    product: Product, browser: Browser, tmp_path: Path
):
    product.manage("demo", "--no-serve", "--days", DAYS)
    product.serve()
    learning = as_learning(browser, product)
    publish_a_new_first_skill(learning, product)
    (tmp_path / "roster.csv").write_text(ROSTER)
    assert product.manage("load_people", str(tmp_path / "roster.csv")).startswith("2 new")
    start("ada.novak", "ben.okafor", learning=learning, product=product)
    ada, ben = Person.objects.get(name="Ada Novak"), Person.objects.get(name="Ben Okafor")
    assert product.relay.received() == []

    welcomed = advance_to_the_welcomes_of(ada, ben, product=product)
    for person in (ada, ben):
        assert "Paulina Achterberg" in only_mail_to(person, product).part("plain")
    first_day = advance_to_the_mails_of(ada, ben, product=product, after=welcomed)
    product.serve_at(first_day + timedelta(minutes=5))
    to_ada, to_ben = (newest_mail_to(person, product) for person in (ada, ben))
    assert SKILL in to_ada.part("html")
    opening_every_link_changes_nothing(browser, to_ada)

    press(browser, link_to(to_ada, RIGHT), verdict="Right.")
    press(browser, link_to(to_ben, WRONG), verdict="Not this time.")
    assert ratings_of(ada) == [Rating.GOOD]
    assert ratings_of(ben) == [Rating.AGAIN]

    advance_to_the_mails_of(ada, ben, product=product, after=first_day)
    assert [rep.why for rep in reps_after_the_first(ben)] == [Why.FADING]
    assert Why.FADING not in [rep.why for rep in reps_after_the_first(ada)]
    assert exercises_met_by(ben) == {"sum", "mean"}
    assert "You did not have this yet yesterday;" in newest_mail_to(ben, product).part("plain")


# L&D, in the admin


def publish_a_new_first_skill(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/admin/paths/path/")
    page.get_by_role("link", name=PATH).click()
    page.get_by_role("link", name="Edit", exact=True).click()
    editor = page.locator("textarea[name=text]")
    editor.fill(editor.input_value().replace("\nskills:\n", f"\nskills:\n{NEW_SKILL}", 1))
    page.get_by_role("button", name="Publish …").click()
    expect(page.get_by_text("rows-around-a-join").first).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.goto(f"{product.url}/admin/paths/path/")
    row = page.get_by_role("row").filter(has_text=PATH)
    expect(row).to_contain_text("Paulina Achterberg")


def only_mail_to(person: Person, product: Product) -> Received:
    [mail] = mails_to(person, product)
    return mail


# Links


def link_to(mail: Received, option: str) -> str:
    [url] = [url for url in links(mail) if url.endswith(f"/{option}/")]
    return url


def opening_every_link_changes_nothing(browser: Browser, mail: Received) -> None:
    """Do what scanners do: GET and HEAD each thrice, and load each thrice without script and with it."""
    urls = links(mail) * 3
    before = dump()
    plain = browser.new_context(java_script_enabled=False)
    for url in urls:
        assert plain.request.get(url).ok
        assert plain.request.head(url).ok
        load(plain, url).close()
    scripted = browser.new_context()
    pages = [load(scripted, url) for url in urls]
    pages[0].wait_for_timeout(10_000)  # ms: a script that waits before it submits would have done so
    assert dump() == before
    assert plain.cookies() == scripted.cookies() == []
    plain.close()
    scripted.close()


def load(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    response = page.goto(url, wait_until="load")
    assert response is not None
    assert response.ok
    assert complaints == []
    return page


def press(browser: Browser, url: str, *, verdict: str) -> None:
    """Press the one button of the page a link opens, then that of the same page left open in another tab."""
    page, left_open = browser.new_page(), browser.new_page()
    for tab in (page, left_open):
        tab.goto(url)
        expect(tab.locator("input[name=option]:checked")).to_have_count(1)
    before = Answer.objects.count()
    for tab in (page, left_open):
        tab.get_by_role("button", name="Answer").click()
        expect(tab.locator(".verdict")).to_contain_text(verdict)
        expect(tab.get_by_text("A difference shows.")).to_be_visible()
    expect(left_open.get_by_text("the first answer counts")).to_be_visible()
    page.reload()
    assert Answer.objects.count() == before + 1


# What is stored


def ratings_of(person: Person) -> list[int]:
    reviews = Review.objects.filter(person=person, skill__slug="rows-around-a-join")
    return list(reviews.values_list("rating", flat=True))


def reps_after_the_first(person: Person) -> list[Rep]:
    first = Mail.objects.filter(person=person, workout__isnull=False).order_by("day").values("workout")[:1]
    reps = Rep.objects.filter(person=person, skill__slug="rows-around-a-join")
    return list(reps.exclude(workout__in=first))


def exercises_met_by(person: Person) -> set[str]:
    reps = Rep.objects.filter(person=person, skill__slug="rows-around-a-join")
    return set(reps.values_list("exercise__slug", flat=True))
