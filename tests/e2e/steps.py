"""What the stories have in common: signing in, starting people, moving in time, reading the relay's mail."""

import re
from datetime import datetime, timedelta
from html import unescape

from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from engine import demo
from engine.models import Mail
from people import calendar
from people.models import Person
from tests.e2e.conftest import Product
from tests.sink import Received


def as_learning(browser: Browser, product: Product) -> Page:
    """Return the admin, opened by L&D."""
    page = browser.new_page()
    page.goto(f"{product.url}/admin/")
    page.fill("input[name=login]", demo.SIGN_INS[0].email)
    page.fill("input[name=password]", demo.SIGN_INS[0].password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{product.url}/admin/")
    return page


def start(*names: str, learning: Page, product: Product) -> None:
    """Start the practice of people, who are named as their addresses are."""
    for name in names:
        learning.goto(f"{product.url}/admin/people/person/?q={name}")
        learning.locator("input[name=_selected_action]").check()
        learning.locator("select[name=action]").first.select_option("start_practice")
        learning.locator("button[name=index]").first.click()
        expect(learning.get_by_role("heading", name="Their mails")).to_be_visible()
        learning.get_by_role("button", name="Start 1 person").click()
        expect(learning.get_by_text("1 person starts.")).to_be_visible()


def advance_to_the_welcomes_of(*people: Person, product: Product) -> datetime:
    """Tick when these people are next at work, and see their welcomes gone; return when that was."""
    waiting = Mail.objects.filter(kind=Mail.Kind.WELCOME, person__in=people)
    goes_at = max(timezone.now(), *waiting.values_list("not_before", flat=True))
    product.manage("tick", "--now", goes_at.isoformat())
    assert set(waiting.values_list("status", flat=True)) == {Mail.Status.SENT}
    return goes_at


def advance_to_the_mails_of(*people: Person, product: Product, after: datetime) -> datetime:
    """Tick until the next mails to these people went; return the instant of the last of them."""
    instants = [next_instant(person, after=after) for person in people]
    product.manage("tick", "--now", (min(instants) - timedelta(hours=1)).isoformat())
    for instant in sorted(instants):
        product.manage("tick", "--now", instant.isoformat())
    return max(instants)


def next_instant(person: Person, *, after: datetime) -> datetime:
    """Return when the next mail goes: on a later day, and twenty hours later at the earliest."""
    day = calendar.local_date(after, zone=person.zone) + timedelta(days=1)
    instant = calendar.send_instant(day, person.rhythm)
    if instant - after >= calendar.MINIMUM_GAP:
        return instant
    return calendar.send_instant(day + timedelta(days=1), person.rhythm)


def mails_to(person: Person, product: Product) -> list[Received]:
    return [received for received in product.relay.received() if received.recipients == [person.email]]


def newest_mail_to(person: Person, product: Product) -> Received:
    *_earlier, newest = mails_to(person, product)
    return newest


def links(mail: Received) -> list[str]:
    """Return every address in the mail; both parts hold the same."""
    in_html = {unescape(url) for url in re.findall(r'href="(http[^"]+)"', mail.part("html"))}
    assert in_html == set(re.findall(r"http\S+", mail.part("plain")))
    return sorted(in_html)
