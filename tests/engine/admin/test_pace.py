"""Choose a pace: one page that asks, draws and tells."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.access import LEARNING, OPERATOR
from engine import pace
from engine.models import PaceLine
from engine.simulation import WORLDS
from paths.models import Path
from tests.factories import PersonFactory
from tests.staff import member
from tests.texts import path_text, published, skill_text

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:engine_paceline_changelist")
ASKED = {"people": 30, "skills": 5, "minutes": 4, "attendance": 90}


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(pace, "PEOPLE", 8)
    monkeypatch.setattr(pace, "WORKDAYS", 10)


@pytest.fixture
def lena() -> Client:
    client = Client()
    client.force_login(member(LEARNING, name="Lena"))
    return client


def ask(client: Client, **fields: object) -> str:
    response = client.post(PAGE, {**ASKED, **fields}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def work_off() -> None:
    while pace.work_off_one(now=timezone.now(), is_over=lambda: False, is_asked_to_stop=lambda: False):
        pass


def pictures(html: str) -> list[str]:
    return re.findall(r'<svg class="recall".*?</svg>', html, flags=re.DOTALL)


def lines(picture: str) -> list[str]:
    return re.findall(r'<path class="line ([\w-]+)"', picture)


def value(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(\d+)"', html)
    assert found
    return found[1]


def link_to_it(client: Client, path: Path) -> dict[str, list[str]]:
    page = client.get(reverse("admin:paths_path_change", args=[path.pk])).content.decode()
    [address] = re.findall(rf'href="({PAGE}\?[^"]*)">Choose a pace', page)
    return parse_qs(urlsplit(address.replace("&amp;", "&")).query)


def test_nothing_is_drawn_of_a_pace_that_nobody_asked_about(lena):
    html = lena.get(PAGE).content.decode()

    assert "Nobody has asked about this pace yet." in html
    assert len(pictures(html)) == 1  # the two forgetting curves


def test_to_look_asks_for_nothing(lena):
    lena.get(PAGE, ASKED)

    assert not PaceLine.objects.exists()


def test_the_form_begins_with_the_organisation_as_it_is(lena):
    owner, *_others = PersonFactory.create_batch(3)
    PersonFactory(kind="agent", owner=owner)
    PersonFactory(is_active=False)

    html = lena.get(PAGE).content.decode()

    assert value(html, "people") == "4"  # Lena is one of them
    assert value(html, "minutes") == "6"


def test_a_press_draws_what_is_quick_and_says_what_is_still_to_come(lena):
    html = ask(lena)

    assert [lines(picture) for picture in pictures(html)[:-1]] == [[*pace.QUICK]] * len(WORLDS)
    assert "3 lines of 12 are still to be simulated." in html
    assert html.count("Still to be simulated") == 3


def test_once_all_is_simulated_each_world_has_a_line_for_each_policy(lena):
    ask(lena)
    work_off()

    html = lena.get(PAGE, ASKED).content.decode()

    assert [lines(picture) for picture in pictures(html)[:-1]] == [[*pace.SHOWN]] * len(WORLDS)
    assert "still to be simulated" not in html.lower()


def test_the_same_question_gives_the_same_picture(lena):
    first = pictures(ask(lena))
    PaceLine.objects.all().delete()

    assert pictures(ask(lena)) == first
    assert pictures(ask(lena, attendance=40)) != first


def test_more_people_change_the_totals_and_no_picture(lena):
    few, many = ask(lena), ask(lena, people=3_000)

    assert pictures(few) == pictures(many)
    assert "all together 300." in few
    assert "all together 30000." in many


def test_what_was_given_up_is_said(lena):
    ask(lena)
    PaceLine.objects.filter(policy="rampart").update(done_at=timezone.now())

    html = lena.get(PAGE, ASKED).content.decode()

    assert html.count("This took too long and was given up.") == len(WORLDS)
    assert "Look again" not in html


@pytest.mark.parametrize(
    ("field", "given"),
    [
        *[("people", given) for given in ("", "0", "-1", "100001", "many")],
        *[("skills", given) for given in ("", "0", "301", "2.5")],
        *[("minutes", given) for given in ("", "1", "21")],
        *[("attendance", given) for given in ("", "4", "101")],
    ],
)
def test_a_number_out_of_its_bounds_is_refused(lena, field, given):
    html = ask(lena, **{field: given})

    assert not PaceLine.objects.exists()
    assert "Nothing was simulated" in html
    assert len(re.findall(r"Give a whole number from \d+ to \d+\.", html)) == 1
    assert len(pictures(html)) == 1


def test_an_address_out_of_its_bounds_is_told_so(lena):
    html = lena.get(PAGE, {"skills": "many"}).content.decode()

    assert "Give a whole number from 1 to 300." in html


def test_who_asks_while_many_wait_is_told_to_come_back(lena):
    for skills in range(1, 5):
        ask(lena, skills=skills)

    html = ask(lena, skills=5)

    assert "Ask again in a few minutes." in html
    assert "Nobody has asked about this pace yet." in html


def test_what_was_asked_before_is_one_press_away(lena):
    ask(lena)

    html = ask(lena, skills=7, people=12)

    assert f"{PAGE}?people=12&amp;skills=5&amp;minutes=4&amp;attendance=90" in html
    assert "skills=7" not in html.partition('id="earlier"')[2]


def test_the_two_forgetting_curves_are_named_for_what_they_are(lena):
    html = lena.get(PAGE).content.decode()

    [picture] = pictures(html)
    assert lines(picture) == ["quoted", "measured"]
    assert "<b>Often quoted:</b>" in html
    assert "<b>Measured:</b> Murre and Dros (2015, PLoS ONE)" in html


def test_the_page_says_what_it_does_not_tell(lena):
    assert "It does not say that people learn more." in lena.get(PAGE).content.decode()


def test_a_path_leads_to_its_pace(lena):
    [version] = published(path_text(skills=["fan-out", "grain", "nulls"]))

    assert link_to_it(lena, version.path) == {"skills": ["3"], "minutes": ["6"]}


def test_a_draft_leads_to_the_pace_that_it_would_have(lena):
    [version] = published(path_text())
    draft = path_text(body="".join(skill_text(name) for name in ("one", "two", "three", "four")))
    draft = draft.replace("new_skills_per_week: 5", "new_skills_per_week: 5, minutes_per_workday: 40")
    Path.objects.filter(pk=version.path_id).update(draft=draft)

    asked = link_to_it(lena, version.path)

    assert asked == {"skills": ["4"], "minutes": ["20"]}  # as many as the page takes


def test_a_path_without_a_text_that_can_be_read_leads_there_too(lena):
    path = Path.objects.create(slug="new", title="New", draft="skills: [")

    page = lena.get(reverse("admin:paths_path_change", args=[path.pk])).content.decode()

    assert f'href="{PAGE}">Choose a pace' in page


def test_the_menu_of_the_admin_leads_there_for_l_and_d_and_for_nobody_else(lena):
    otto = Client()
    otto.force_login(member(OPERATOR, name="Otto"))

    assert f'href="{PAGE}"' in lena.get("/admin/").content.decode()
    assert f'href="{PAGE}"' not in otto.get("/admin/").content.decode()
    assert otto.post(PAGE, ASKED).status_code == 403
    assert not PaceLine.objects.exists()
