"""From a question and a manager's yes to an offer, its sign-off, and the memory that the work leaves."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from engine.models import Claim, Memory, Offer, Rep, Task
from people.models import Person
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

IN_THE_ROLE = timedelta(days=17)  # from then on three reps in ninety days make one that is due
TEAM = "Figures"
ROSTER = f"""\
email,name,role,level,team,manager,zone,workdays
mia.brandt@acme.example,Mia Brandt,people-manager,practitioner,{TEAM},,Europe/Berlin,mon-sun
sven.lund@acme.example,Sven Lund,data-analyst,expert,{TEAM},mia.brandt@acme.example,Europe/Berlin,mon-sun
ada.novak@acme.example,Ada Novak,data-analyst,novice,{TEAM},mia.brandt@acme.example,Europe/Berlin,mon-sun
ben.okafor@acme.example,Ben Okafor,data-analyst,novice,{TEAM},mia.brandt@acme.example,Europe/Berlin,mon-sun
"""
ORDERS, RETURNS = "Clean the orders extract", "Clean the returns extract"
SKILL, SLUG = "Say what one row stands for", "grain-of-a-table"
REASON = "Finance waits for it, and I wrote the extract."


def test_a4_from_a_question_and_a_yes_to_an_offer_that_is_taken_signed_off_and_rests_in_memory(
    product: Product, browser: Browser, tmp_path: Path
):
    product.manage("demo", "--no-serve", "--days", "2")
    product.serve()
    (tmp_path / "roster.csv").write_text(ROSTER)
    assert product.manage("load_people", "--create", str(tmp_path / "roster.csv")).startswith("4 new")
    learning = as_learning(browser, product)
    hold_tasks_for_learners(learning, product)
    mia, sven, ada, ben = Person.objects.filter(team__name=TEAM).order_by("pk")
    product.serve(offset=IN_THE_ROLE)
    start("ada.novak", "ben.okafor", learning=learning, product=product)
    welcomed = advance_to_the_welcomes_of(ada, ben, product=product)
    first_day = advance_to_the_mails_of(ada, ben, product=product, after=welcomed)
    assert {SLUG} <= skills_on(first_day, ada) & skills_on(first_day, ben)
    product.serve_at(first_day + timedelta(hours=1))

    load(ORDERS, product, tmp_path)
    passed_over = offered(ORDERS, product, ada, ben)
    seniors = signed_in(sven, browser, product)
    ask_for(ORDERS, seniors, product)
    product.manage("tick")
    managers = signed_in(mia, browser, product, to=f"Sven Lund asks to take “{ORDERS}”")
    say_yes(managers, to=ORDERS)
    product.manage("tick")
    assert "A manager said yes: the task is yours" in plain(newest_mail_to(sven, product))
    assert "a manager let somebody else take it" in plain(newest_mail_to(passed_over, product))

    load(RETURNS, product, tmp_path)
    junior = offered(RETURNS, product, ada, ben)
    accept_in_one_press(newest_mail_to(junior, product), browser)
    juniors = signed_in(junior, browser, product)
    hand_in(RETURNS, juniors, product)
    product.manage("tick")
    sign_off(managers, newest_mail_to(mia, product), by=junior)

    juniors.goto(f"{product.url}/logbook/")
    row = juniors.get_by_role("listitem").filter(has_text=RETURNS)
    expect(row).to_contain_text(SKILL)
    expect(row).to_contain_text("signed off by Mia Brandt")
    juniors.goto(f"{product.url}/memory/")
    expect(juniors.get_by_role("article", name=SKILL)).to_contain_text("It could come again around")
    other = ben if junior == ada else ada
    next_day = advance_to_the_mails_of(ada, ben, product=product, after=first_day)
    assert SLUG in skills_on(next_day, other)
    assert "new" not in Rep.objects.filter(
        person=junior, skill__slug=SLUG, workout__day=junior.today(next_day)
    ).values_list("why", flat=True)
    assert "You did this for real" in plain(newest_mail_to(junior, product))
    assert Memory.objects.filter(skill__slug=SLUG, person__in=[ada, ben]).get().person == junior


# L&D, and the list of tasks


def hold_tasks_for_learners(learning: Page, product: Product) -> None:
    """Say who leads the team, and how far the rules go in it."""
    learning.goto(f"{product.url}/admin/people/team/")
    learning.get_by_role("link", name=TEAM).click()
    learning.locator(".field-manager .select2-selection").click()
    learning.keyboard.type("Mia Brandt")
    learning.get_by_role("option", name="Mia Brandt").click()
    learning.get_by_role("button", name="Save", exact=True).click()
    learning.goto(f"{product.url}/admin/engine/teamrules/add/")
    learning.locator("select[name=team]").select_option(label=TEAM)
    learning.locator("input[name=mode][value=enforce]").check()
    learning.get_by_role("button", name="Save", exact=True).click()
    expect(learning.get_by_role("row").filter(has_text=TEAM)).to_contain_text("Enforce")


def load(title: str, product: Product, folder: Path) -> None:
    """Bring a task in from a file, and let the clock offer it."""
    file = folder / "tasks.csv"
    file.write_text(f"key,title,team,labels\n{title},{title},{TEAM},weekly-extract\n")
    assert product.manage("load_tasks", str(file)).startswith("1 created")
    product.manage("tick")


def offered(title: str, product: Product, *learners: Person) -> Person:
    """Return the one learner whom a mail told that the task is for them."""
    told = [one for one in learners if f"For you: {title}" in subjects(one, product)]
    [junior] = told
    assert Offer.objects.live(timezone.now() + product.offset).get(task__title=title).person == junior
    return junior


# Mail


def subjects(person: Person, product: Product) -> list[str]:
    return [str(mail.message["Subject"]) for mail in mails_to(person, product)]


def plain(mail: Received) -> str:
    return " ".join(mail.part("plain").split())


def skills_on(day: datetime, person: Person) -> set[str]:
    reps = Rep.objects.filter(person=person, workout__day=person.today(day))
    return set(reps.values_list("skill__slug", flat=True))


# People, each in a browser of their own


def signed_in(person: Person, browser: Browser, product: Product, *, to: str = "") -> Page:
    """Sign in by a mailed code; with the subject of a mail, on the way to what its one link leads to."""
    page = browser.new_context().new_page()
    if to:
        mail = newest_mail_to(person, product)
        assert str(mail.message["Subject"]) == to
        [address] = links(mail)
        page.goto(address)
        page.get_by_role("link", name="Mail me a code").click()
    else:
        page.goto(f"{product.url}/accounts/login/code/")
    page.fill("input[name=email]", person.email)
    page.get_by_role("button", name="Mail me a code").click()
    expect(page.get_by_role("heading", name="Type the code")).to_be_visible()
    [code] = re.findall(r"^ {4}(\S+)\s*$", newest_mail_to(person, product).part("plain"), re.M)
    page.fill("input[name=code]", code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Sign out")).to_be_visible()
    return page


def ask_for(title: str, page: Page, product: Product) -> None:
    page.goto(f"{product.url}/tasks/")
    page.get_by_role("link", name=title).click()
    expect(page.locator(".said")).to_contain_text("Held for a learner until")
    expect(page.get_by_role("button", name="Take it", exact=True)).to_have_count(0)
    page.locator("summary", has_text="Ask a manager").click()
    page.get_by_label("Why you, and why now?").fill(REASON)
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("region", name="Your request")).to_contain_text("A manager decides.")


def say_yes(page: Page, *, to: str) -> None:
    request = page.get_by_role("region", name=to)
    expect(request).to_contain_text(REASON)
    expect(request).to_contain_text("What a yes costs")
    request.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Whoever asked is told.")
    assert Claim.objects.leads().get(task__title=to).person.name == "Sven Lund"


def accept_in_one_press(mail: Received, browser: Browser) -> None:
    [address] = [url for url in links(mail) if url.endswith("/accept/")]
    page = browser.new_context().new_page()
    page.goto(address)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("You accepted it.")).to_be_visible()
    assert page.context.cookies() == []


def hand_in(title: str, page: Page, product: Product) -> None:
    page.goto(f"{product.url}/logbook/")
    page.get_by_role("link", name=title).click()
    form = page.get_by_role("region", name="Hand it in")
    form.get_by_label("I led").check()
    form.locator("input[name=ai][value=off]").check()
    form.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_role("status")).to_have_text("Handed in. Thank you.")
    assert Task.objects.get(title=title).status == Task.Status.SUBMITTED


def sign_off(page: Page, mail: Received, *, by: Person) -> None:
    assert str(mail.message["Subject"]) == f"{by.name} handed in: {RETURNS}"
    [address] = links(mail)
    page.goto(address)
    page.locator("input[name=role][value=lead]").check()
    page.locator("input[name=help][value='4']").check()
    page.get_by_label(SKILL).check()
    page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_role("status")).to_have_text("Signed off. Thank you.")
