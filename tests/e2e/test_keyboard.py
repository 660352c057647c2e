"""Practice and settings with the keys alone, and without script."""

from collections.abc import Callable, Iterator
from datetime import time

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from engine import links, onramps
from engine.links import Purpose
from engine.models import Answer, Decision, Offer, Request
from engine.practice import todays_workout
from people.models import Person
from tests.engine_factories import KINDS, EnrolmentFactory, MailFactory, RepFactory, WorkoutFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.payments import TUESDAY, Payments

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long enough phrase"
MOST_STOPS = 60  # more than any page of employees has
# What has the focus: its words, and whether an outline or a change of its surroundings shows it.
FOCUSED = """() => {
    const at = document.activeElement;
    const style = getComputedStyle(at);
    const label = at.labels?.length ? at.labels[0].innerText : "";
    return {
        tag: at.tagName,
        words: (at.innerText || label || at.value || "").trim(),
        name: at.name || "",
        value: at.value || "",
        shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
}"""


@pytest.fixture
def person(settings, tmp_path) -> Person:
    settings.STATIC_ROOT = tmp_path
    settings.CLOCK_OFFSET = MONDAY - timezone.now()
    person = PersonFactory(name="Ines Weber")
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    EnrolmentFactory(person=person)
    workout = WorkoutFactory(person=person, size=len(KINDS))
    for kind in KINDS:
        RepFactory(workout=workout, kind=kind)
    return person


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


class Keys:
    """Somebody who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, is_it: Callable[[dict[str, str]], bool]) -> None:
        """Press Tab until the focus is there; each stop on the way must be seen."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            stop = self.page.evaluate(FOCUSED)
            assert stop["tag"] == "BODY" or stop["shown"], f"no focus to be seen on {stop}"
            if is_it(stop):
                return
        raise AssertionError(f"Tab never got there on {self.page.url}")

    def to(self, words: str) -> None:
        self.tab_to(lambda stop: stop["words"].startswith(words))

    def to_field(self, name: str) -> None:
        self.tab_to(lambda stop: stop["name"] == name)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def enter(self) -> None:
        """Press Enter, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def space(self) -> None:
        self.page.keyboard.press("Space")

    def arrow_down(self) -> None:
        self.page.keyboard.press("ArrowDown")


@pytest.fixture
def keys(page) -> Keys:
    return Keys(page)


def test_a_workout_is_done_and_the_settings_are_changed_by_keyboard_alone(keys, page, person, live_server):
    page.goto(live_server.url)
    sign_in(keys, person)
    expect(page.get_by_role("heading", level=1)).to_have_text("Today’s workout")
    keys.to("Start")
    keys.enter()

    for place, kind in enumerate(KINDS, start=1):
        expect(page.get_by_text(f"Rep {place} of {len(KINDS)}")).to_be_visible()
        ANSWERS[kind](keys)
        expect(page.locator(".verdict")).to_be_visible()
        if place < len(KINDS):
            keys.to("Next rep")
            keys.enter()
    assert Answer.objects.filter(rep__person=person).count() == len(KINDS)

    page.goto(live_server.url + reverse("preferences"))
    change_the_hour_and_pause(keys)
    person.refresh_from_db()
    assert (person.send_time, person.minutes) == (time(7, 15), 12)
    assert person.paused_until is not None


def sign_in(keys: Keys, person: Person) -> None:
    keys.to_field("login")
    keys.type(person.email)
    keys.to_field("password")
    keys.type(PASSWORD)
    keys.enter()


def choose(keys: Keys, name: str) -> None:
    keys.to_field(name)
    keys.space()
    keys.arrow_down()


def pick(name: str) -> Callable[[Keys], None]:
    def answer(keys: Keys) -> None:
        choose(keys, name)
        keys.to("Answer")
        keys.enter()

    return answer


def estimate(keys: Keys) -> None:
    keys.to_field("number")
    keys.type("11200")
    keys.to("Answer")
    keys.enter()


def in_own_words(keys: Keys) -> None:
    keys.to_field("text")
    keys.type("one row per thing")
    keys.tab_to(lambda stop: stop["tag"] == "SUMMARY")
    keys.space()
    choose(keys, "self_rating")
    keys.to("Answer")
    keys.enter()


ANSWERS = {
    "choice": pick("option"),
    "judge": pick("sound"),
    "estimate": estimate,
    "recall": in_own_words,
    "do": in_own_words,
}


def change_the_hour_and_pause(keys: Keys) -> None:
    keys.to_field("send_time")
    keys.type("0715AM")
    keys.to_field("minutes")
    keys.page.keyboard.press("Control+A")
    keys.type("12")
    keys.to("Save my hour")
    keys.enter()
    expect(keys.page.get_by_text("It is noted, and holds at once")).to_be_visible()
    keys.to("For one week")
    keys.enter()
    expect(keys.page.get_by_text("Your pause is noted.")).to_be_visible()


def test_the_first_stop_skips_to_the_content(keys, page, person, live_server):
    page.goto(live_server.url + reverse("account_login"))

    keys.to("Skip to the content")
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
    keys.to_field("login")


def test_tab_goes_through_a_page_and_out_of_it_and_back(keys, page, person, live_server):
    rep = todays_workout(person, now=MONDAY).reps.first()
    page.goto(live_server.url + reverse("rep", args=[links.token(Purpose.ANSWER, rep.pk)]))

    keys.tab_to(lambda stop: stop["tag"] == "BODY")
    page.keyboard.press("Shift+Tab")

    assert page.evaluate(FOCUSED)["tag"] != "BODY"


def test_without_script_an_answer_and_the_settings_work(browser, person, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    rep = todays_workout(person, now=MONDAY).reps.get(exercise__kind="recall")
    page.goto(live_server.url + reverse("rep", args=[links.token(Purpose.ANSWER, rep.pk)]))

    page.get_by_text("Show the answer").click()
    page.get_by_label("Good").check()
    page.get_by_role("button", name="Answer").click()

    expect(page.get_by_role("status")).to_have_text("Noted: good.")
    mail = MailFactory(workout=rep.workout, sent=True)
    page.goto(live_server.url + reverse("mail_settings", args=[links.token(Purpose.SETTINGS, mail.pk)]))
    page.get_by_label("Minutes a day").fill("9")
    page.get_by_role("button", name="Save my hour").click()
    expect(page.get_by_role("status")).to_contain_text("It is noted, and holds at once")
    person.refresh_from_db()
    assert person.minutes == 9
    context.close()


@pytest.fixture
def manager(settings, tmp_path) -> Person:
    """Somebody whom two people wait for."""
    settings.STATIC_ROOT = tmp_path
    settings.CLOCK_OFFSET = TUESDAY - timezone.now()
    payments = Payments()
    for asker in (payments.sam, payments.sue):
        onramps.ask(payments.t1, by=asker, reason="The customer waits.", now=TUESDAY)
    payments.mona.set_password(PASSWORD)
    payments.mona.save(update_fields=["password"])
    return payments.mona


def test_requests_are_decided_by_keyboard_alone(keys, page, manager, live_server):
    page.goto(live_server.url + reverse("decisions"))
    sign_in(keys, manager)

    keys.to_field("reason")
    keys.type("Look at t2.")
    keys.tab_to(lambda stop: stop["value"] == "no")
    keys.enter()

    expect(page.get_by_role("status")).to_contain_text("Whoever asked is told.")
    assert [(one.answer, one.reason) for one in Decision.objects.all()] == [("no", "Look at t2.")]
    keys.tab_to(lambda stop: stop["value"] == "yes")
    keys.enter()
    assert set(Decision.objects.values_list("answer", flat=True)) == {"no", "yes"}


def test_without_script_a_request_is_decided(browser, manager, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + reverse("decisions"))
    page.fill("input[name=login]", manager.email)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("button", name="Yes, with a learner").first.click()

    expect(page.get_by_role("status")).to_contain_text("Whoever asked is told.")
    assert Decision.objects.get().answer == Decision.Answer.YES_WITH_LEARNER
    context.close()


@pytest.mark.parametrize(("words", "said"), [("Accept", "You accepted it."), ("Decline", "You declined it.")])
def test_an_offer_is_answered_by_keyboard_alone(keys, page, manager, live_server, words, said):
    Request.objects.update(status=Request.Status.WITHDRAWN)
    onramps.offer_due(now=TUESDAY)
    page.goto(live_server.url + reverse("offer", args=[links.token(Purpose.OFFER, Offer.objects.get().pk)]))

    keys.to(words)
    keys.enter()

    expect(page.get_by_text(said)).to_be_visible()
