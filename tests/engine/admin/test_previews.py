"""L&D sees a mail before anybody gets it: built as real ones are, sealed, and about nobody."""

import json
import re

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.access import LEARNING
from engine.admin.previews import as_seen
from engine.models import Answer, Mail, Rep, Workout
from paths.models import Path
from paths.publishing import save_draft
from people.models import Person
from tests.engine_factories import KINDS, content
from tests.factories import PersonFactory
from tests.staff import member
from tests.texts import path_text, published, skill_text

pytestmark = pytest.mark.django_db

BROKEN = path_text().replace("kind: judge", "kind: essay", 1)


@pytest.fixture
def lead() -> Person:
    return member(LEARNING, name="Lena Larsen")


@pytest.fixture
def lena(lead) -> Client:
    client = Client()
    client.force_login(lead)
    return client


@pytest.fixture
def path() -> Path:
    [version] = published(path_text())
    return version.path


def at(path: Path, page: str = "") -> str:
    return f"/admin/paths/path/{path.pk}/preview/{page}"


def drafted(path: Path, text: str, by: Person) -> None:
    save_draft(path, text, by=by, now=timezone.now())


def of_every_kind() -> str:
    exercises = "".join(
        "      - " + json.dumps(json.loads(content(kind)) | {"id": kind}) + "\n" for kind in KINDS
    )
    return path_text(
        body=f"  - id: every-kind\n    title: Every kind\n    idea: One of each.\n    exercises:\n{exercises}"
    )


def test_the_first_workout_is_what_the_rules_plan_for_a_newcomer(lena, path):
    html = lena.get(at(path, "mail/")).content.decode()

    assert "Notice fan-out" in html
    assert "New to you" in html
    assert "Notice grain" not in html  # five a week: one a day


def test_a_skill_that_comes_after_another_is_not_in_the_first_workout(lena):
    body = skill_text("grain", after=["fan-out"]) + skill_text("fan-out")
    [version] = published(path_text(body=body))

    html = lena.get(at(version.path, "mail/")).content.decode()

    assert "Notice fan-out" in html
    assert "Notice grain" not in html


def test_a_skill_met_before_says_so_with_sample_figures(lena, path):
    html = lena.get(at(path, "mail/"), {"show": "grain/second", "met": "known"}).content.decode()

    assert "You got this right nine days ago" in html
    assert "86&nbsp;%" in html


def test_the_page_shows_subject_text_and_a_sealed_frame(lena, path):
    response = lena.get(at(path), {"show": "grain/second"})

    html = response.content.decode()
    assert "Notice grain" in html
    assert "The total is 350" in html  # in the text part
    assert '<iframe class="preview phone light" sandbox' in html
    assert response["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")


@pytest.mark.parametrize("page", ["mail/", "feedback/"])
def test_a_frame_can_do_nothing(lena, path, page):
    policy = lena.get(at(path, page))["Content-Security-Policy"]

    assert "sandbox;" in policy
    assert "allow-" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", ["mail/", "feedback/"])
def test_every_kind_of_exercise_can_be_seen(lena, lead, path, kind, page):
    drafted(path, of_every_kind(), lead)

    response = lena.get(at(path, page), {"show": f"every-kind/{kind}"})

    assert response.status_code == 200
    assert "Every kind" in response.content.decode()


def test_feedback_is_the_page_after_a_wrong_answer(lena, lead, path):
    drafted(path, of_every_kind(), lead)

    html = lena.get(at(path, "feedback/"), {"show": "every-kind/choice"}).content.decode()

    assert "That is the total without the join." in html
    assert "Not this time." in html
    assert "<style>" in html
    assert "stylesheet" not in html


def test_an_unpublished_skill_of_a_draft_is_seen_and_the_published_text_too(lena, lead, path):
    drafted(path, path_text(skills=["brand-new"]), lead)

    assert "Notice brand-new" in lena.get(at(path, "mail/")).content.decode()
    assert "Notice fan-out" in lena.get(at(path, "mail/"), {"text": "published"}).content.decode()


def test_a_path_that_was_never_published_is_seen(lena, lead):
    path = Path.objects.create(
        slug="new-path", title="New", draft=path_text("new-path", skills=["brand-new"])
    )

    assert "Notice brand-new" in lena.get(at(path, "mail/")).content.decode()


def test_a_skill_of_another_path_is_seen_as_that_one_publishes_it(lena, lead, path):
    other = Path.objects.create(
        slug="other", title="Other", draft=path_text("other", body="  - use: grain\n" + skill_text("own"))
    )

    html = lena.get(at(other)).content.decode()

    assert 'value="grain/second"' in html
    assert "Notice grain" in lena.get(at(other, "mail/")).content.decode()


@pytest.mark.parametrize(
    ("draft", "query", "told"),
    [
        (BROKEN, {}, "cannot be shown while it cannot be read"),
        ("\x07", {}, "cannot be shown while it cannot be read"),
        ("", {"show": "grain/none"}, "has no such exercise"),
        ("", {"show": "<script>"}, "has no such exercise"),
        (path_text().replace("minutes: 2", "minutes: 20"), {}, "The first workout would be empty"),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_sentence(lena, lead, path, draft, query, told):
    drafted(path, draft, lead)

    response = lena.get(at(path), query)

    assert response.status_code == 200
    assert told in response.content.decode()
    assert "<iframe" not in response.content.decode()
    assert lena.get(at(path, "mail/"), query).status_code == 404


def test_a_mail_that_would_be_too_big_is_said_to_be(lena, lead, path, monkeypatch):
    monkeypatch.setattr("engine.delivery.compose.MOST_HTML", 10)

    assert "too_big" in lena.get(at(path)).content.decode()


def test_a_path_without_a_text_says_what_to_do(lena):
    path = Path.objects.create(slug="none", title="None")

    assert "no text yet" in lena.get(at(path)).content.decode()


@pytest.mark.parametrize("query", [{}, {"show": "grain/second", "met": "known"}])
def test_links_open_nothing_and_nobody_real_is_in_it(lena, lead, path, query):
    PersonFactory(name="Quintus Hidden")

    shown = [lena.get(at(path, page), query).content.decode() for page in ("mail/", "feedback/")]
    shown.append(lena.get(at(path), query).context["mail"].text)

    for text in shown:
        assert "Quintus" not in text
        assert "Lena" not in text
        assert "Larsen" not in text
        tokens = re.findall(rf"{settings.BASE_URL}/(?:rep|mail|stop)/([^/]+)/", text)
        assert set(tokens) <= {"preview"}


def test_a_preview_writes_nothing_and_reads_no_persons_practice(lena, path):
    own = (Workout, Rep, Answer, Mail)
    with CaptureQueriesContext(connection) as queries:
        for page in ("", "mail/", "feedback/"):
            lena.get(at(path, page), {"show": "grain/second"})

    sql = [query["sql"] for query in queries]
    assert not any(f'"{model._meta.db_table}"' in one for one in sql for model in own)
    assert not any(one.startswith(("INSERT", "UPDATE", "DELETE")) for one in sql)


def test_a_screens_look_is_decided_before_it_is_framed(lena, path):
    dark = lena.get(at(path, "mail/"), {"look": "dark"}).content.decode()
    light = lena.get(at(path, "mail/")).content.decode()

    assert "prefers-color-scheme" not in dark + light
    assert "@media (min-width: 0)" in dark
    assert "@media (max-width: 0)" in light
    assert 'name="color-scheme" content="dark"' in dark
    assert 'name="color-scheme" content="light"' in light


def test_words_of_an_exercise_are_left_alone():
    assert as_seen("<p>in light dark colours</p>", "dark") == "<p>in light dark colours</p>"


def test_the_editor_saves_a_draft_and_shows_its_mail(lena, path):
    address = f"/admin/paths/path/{path.pk}/edit/"
    seen = re.search(r'name="seen" value="([^"]*)"', lena.get(address).content.decode())[1]

    response = lena.post(
        address, {"text": path_text(skills=["brand-new"]), "seen": seen, "do": "preview"}, follow=True
    )

    assert response.redirect_chain == [(at(path), 302)]
    assert "Notice brand-new" in response.content.decode()


def test_who_may_not_see_paths_sees_no_preview(path):
    client = Client()
    client.force_login(PersonFactory(is_staff=True))

    assert {client.get(at(path, page)).status_code for page in ("", "mail/", "feedback/")} == {403}
