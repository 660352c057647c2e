import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from config.access import LEARNING
from engine import onramps
from engine.admin.on_ramp_impact import on_ramp_impact_of
from engine.models import Task
from engine.onramps import intake
from paths.models import OnRamp, Path
from paths.publishing import prepare, save_draft
from people.models import Person
from tests.factories import LevelFactory, PersonFactory, TeamFactory
from tests.payments import berlin
from tests.staff import member
from tests.texts import on_ramp_text, path_text, published

pytestmark = pytest.mark.django_db

TEXT = on_ramp_text()
STRICTER = TEXT + "agents: never\n"
BROKEN = TEXT + "agents: always\n"
NOW = berlin("2026-11-24", "10:00")


@pytest.fixture
def author() -> Person:
    return member(LEARNING, name="Lena", role=None, level=None)


@pytest.fixture
def lena(author) -> Client:
    client = Client()
    client.force_login(author)
    return client


@pytest.fixture
def on_ramp() -> OnRamp:
    return published(path_text(), TEXT)[1].of


def at(on_ramp: OnRamp, page: str = "change") -> str:
    return f"/admin/paths/onramp/{on_ramp.pk}/{page}/"


def hidden(client: Client, address: str) -> dict[str, str]:
    """What a press on the page sends without being asked."""
    return dict(re.findall(r'name="(seen|digest)" value="([^"]*)"', client.get(address).content.decode()))


def write(client: Client, on_ramp: OnRamp, text: str, do: str = "save"):
    address = at(on_ramp, "edit")
    return client.post(address, {"text": text, "do": do, **hidden(client, address)}, follow=True)


def confirm(client: Client, on_ramp: OnRamp, page: str = "publish"):
    return client.post(at(on_ramp, page), hidden(client, at(on_ramp, page)), follow=True)


def drafted(text: str):
    [draft], _ = prepare({"a.yaml": text.encode()})
    return draft


def test_the_list_shows_on_ramps_and_finds_those_with_a_draft(lena, on_ramp):
    OnRamp.objects.create(slug="other", title="Fix a small bug", draft="id: other")

    assert "Clean the weekly extract" in lena.get("/admin/paths/onramp/").content.decode()
    [found] = lena.get("/admin/paths/onramp/", {"draft": "yes"}).context["cl"].result_list
    assert found.slug == "other"


def test_an_on_ramp_shows_whom_it_is_for_what_it_practises_and_its_text(lena, on_ramp):
    PersonFactory(team=TeamFactory(slug="payments"))
    published(path_text().replace("skills:\n", "on_ramps: [clean-extract]\nskills:\n"))
    recurs = 'recurs: { every: week, on: mon, at: "09:00", due_after_hours: 24 }\n'
    published(on_ramp_text(skills=["grain", "fan-out"], more=recurs))

    response = lena.get(at(on_ramp))

    html = response.content.decode()
    for shown in (
        "clean-extract.yaml",
        "data-cleaning",
        "3 in 90 days",
        "up to 16 working hours",
        "Payments",
    ):
        assert shown in html
    assert [skill.slug for skill in response.context["skills"]] == ["grain", "fan-out"]
    assert [path.slug for path in response.context["naming"]] == ["analyst-novice"]


def test_an_on_ramp_without_a_text_says_that_nothing_is_published(lena):
    new = OnRamp.objects.create(slug="clean-extract", title="Clean")

    assert "Nothing is published yet; no task is kept" in lena.get(at(new)).content.decode()


def test_an_on_ramp_is_never_changed_by_a_form(lena, on_ramp):
    assert lena.post(at(on_ramp), {"title": "Mine", "slug": "mine"}).status_code == 405


def test_a_new_on_ramp_starts_from_a_text_that_says_what_is_missing(lena):
    lena.post("/admin/paths/onramp/add/", {"title": 'Say "no"', "slug": "say-no"})
    new = OnRamp.objects.get()
    text = lena.get(at(new, "edit")).context["text"]

    checked = write(lena, new, text, do="check").context["quotes"]

    assert (new.slug, new.status, new.current) == ("say-no", "draft", None)
    assert [quote.problem.code for quote in checked] == ["too-few"] * 3  # roles, levels, skills


def test_the_editor_of_an_on_ramp_offers_no_mail(lena, on_ramp):
    assert 'value="preview"' not in lena.get(at(on_ramp, "edit")).content.decode()


def test_problems_of_an_on_ramp_come_with_line_and_column(lena, on_ramp):
    response = write(lena, on_ramp, BROKEN, do="check")

    [quote] = response.context["quotes"]
    assert (quote.problem.code, quote.problem.line, quote.problem.column, quote.there) == (
        "not-a-choice",
        8,
        9,
        "always",
    )
    assert 'id="line-8" class="error"' in response.content.decode()


def test_a_draft_of_an_on_ramp_is_kept_and_what_is_published_stays(lena, on_ramp, author):
    write(lena, on_ramp, BROKEN)

    on_ramp.refresh_from_db()
    assert (on_ramp.draft, on_ramp.drafted_by, on_ramp.current.text) == (BROKEN, author, TEXT)


def test_publishing_an_on_ramp_shows_whom_it_touches_and_asks_once(lena, on_ramp):
    PersonFactory(team=TeamFactory(slug="payments"))
    PersonFactory(team=TeamFactory(slug="search"))

    response = write(lena, on_ramp, STRICTER.replace("teams: []", "teams: [payments]"), do="publish")

    impact = response.context["impact"]
    assert [(share.team.slug, share.now, share.then) for share in impact.teams] == [
        ("payments", 1, 1),
        ("search", 1, 0),
    ]
    assert (impact.change, impact.difference.rules_changed) == ("major", ("match", "agents"))
    assert on_ramp.versions.count() == 1


def test_a_confirmed_draft_of_an_on_ramp_is_published_and_logged(lena, on_ramp, author):
    write(lena, on_ramp, STRICTER)

    confirm(lena, on_ramp)

    on_ramp.refresh_from_db()
    assert (on_ramp.current.number, on_ramp.current.author, on_ramp.draft) == (2, author, "")
    assert LogEntry.objects.latest("pk").change_message == "Published version 2 (major)."


def test_a_text_whose_status_is_draft_is_said_to_keep_nothing(lena, on_ramp):
    write(lena, on_ramp, TEXT.replace("status: active", "status: draft"))

    asked = lena.get(at(on_ramp, "publish")).content.decode()

    assert "no task is kept for anybody" in asked
    assert "no task is kept for anybody" in confirm(lena, on_ramp).content.decode()


def test_publishing_errors_is_refused(lena, on_ramp):
    html = write(lena, on_ramp, BROKEN, do="publish").content.decode()

    assert "not published: it has errors" in html
    assert on_ramp.versions.count() == 1


@pytest.mark.parametrize("do", ["check", "publish"])
def test_the_text_of_a_path_is_refused_where_an_on_ramp_is_written(lena, on_ramp, do):
    other = path_text("clean-extract", skills=["rows"])

    html = write(lena, on_ramp, other, do=do).content.decode()
    lena.post(at(on_ramp, "publish"), hidden(lena, at(on_ramp, "publish")))

    assert "is of another kind of text" in html
    assert not Path.objects.filter(slug="clean-extract").exists()


def test_the_text_of_an_on_ramp_is_refused_where_a_path_is_written(lena, on_ramp):
    path = Path.objects.get()
    address = f"/admin/paths/path/{path.pk}/edit/"
    text = on_ramp_text(path.slug)

    html = lena.post(address, {"text": text, "do": "publish", **hidden(lena, address)}).content.decode()
    shown = lena.get(f"/admin/paths/path/{path.pk}/preview/").content.decode()

    assert "is of another kind of text" in html
    assert "The draft cannot be shown" in shown
    assert OnRamp.objects.count() == 1


def test_an_earlier_version_of_an_on_ramp_is_compared_and_published_again(lena, on_ramp):
    published(STRICTER)

    changes = [line.text for line in lena.get(at(on_ramp, "versions/1")).context["changes"]]
    confirm(lena, on_ramp, "versions/1/publish")

    on_ramp.refresh_from_db()
    assert "+agents: never" in changes
    assert (on_ramp.current.number, on_ramp.current.text) == (3, TEXT)


def test_a_stale_edit_of_an_on_ramp_is_refused(lena, on_ramp):
    sent = hidden(lena, at(on_ramp, "edit"))
    save_draft(on_ramp, STRICTER, by=PersonFactory(name="Otto"), now=timezone.now())

    response = lena.post(at(on_ramp, "edit"), {"text": BROKEN, "do": "save", **sent})

    assert "Otto changed this text" in response.content.decode()
    assert OnRamp.objects.get().draft == STRICTER


@pytest.mark.parametrize("page", ["change", "edit", "publish", "versions/1"])
def test_an_on_ramp_that_never_was_is_not_found(lena, page):
    assert lena.get(f"/admin/paths/onramp/99/{page}/").status_code == 404


def test_whom_an_on_ramp_is_for_follows_roles_levels_teams_and_who_is_here():
    published(path_text())
    payments = TeamFactory(slug="payments", also_called="Pay team")
    PersonFactory.create_batch(2, team=payments)
    PersonFactory(team=payments, level=LevelFactory(slug="expert"))
    PersonFactory(team=payments, gone=True)
    PersonFactory(kind="agent", owner=PersonFactory(role=None), team=payments)
    PersonFactory(team=TeamFactory(slug="search"))
    PersonFactory(team=None)

    def counted(text):
        shares = on_ramp_impact_of(drafted(text), now=NOW).teams
        return [(share.team.slug, share.now, share.then) for share in shares]

    assert counted(TEXT) == [("payments", 0, 2), ("search", 0, 1)]
    assert counted(on_ramp_text(teams=["pay-team"])) == [("payments", 0, 2)]
    assert counted(on_ramp_text(status="retired")) == []


def test_retiring_an_on_ramp_is_for_nobody_then():
    PersonFactory()
    published(path_text(), TEXT)

    impact = on_ramp_impact_of(drafted(on_ramp_text(status="retired")), now=NOW)

    assert (impact.now, impact.then) == (1, 0)


@pytest.fixture
def tasks(on_ramp):
    """Three open tasks of the kind in a team with one novice, a done one, and one of no kind."""
    team = PersonFactory(team=TeamFactory(slug="payments")).team

    def save(title: str, label: str = "data-cleaning"):
        said = onramps.Said(source="api", key=title, title=title, team=team, labels=[label])
        return onramps.save_task(said, by=None, now=NOW).task

    made = [save(f"task {number}") for number in range(3)]
    intake.close(save("done"), Task.Status.DONE, by=None, now=NOW)
    return [*made, save("of no kind", "refunds")]


def counted_tasks(text: str, *, now=NOW):
    found = on_ramp_impact_of(drafted(text), now=now).tasks
    return found.open, found.held_now, found.held_then, found.joining


def test_what_a_text_changes_for_open_tasks_is_counted(tasks):
    assert counted_tasks(TEXT) == (3, 3, 3, 0)
    assert counted_tasks(on_ramp_text(level="expert")) == (3, 3, 0, 0)  # nobody needs them
    assert counted_tasks(on_ramp_text(status="retired")) == (3, 3, 0, 0)
    assert counted_tasks(on_ramp_text(labels=["data-cleaning", "refunds"])) == (3, 3, 3, 1)
    assert counted_tasks(on_ramp_text(labels=["refunds"])) == (3, 3, 3, 1)  # they keep their kind


def test_a_task_without_a_place_is_not_held_neither_is_one_that_a_manager_released(tasks):
    Task.objects.filter(pk=tasks[0].pk).update(is_held=False)
    Task.objects.filter(pk=tasks[1].pk).update(waived_at=NOW)

    assert counted_tasks(TEXT) == (3, 1, 1, 0)


def test_when_holds_are_over_none_is_held(tasks):
    assert counted_tasks(TEXT, now=NOW + timedelta(days=60))[:3] == (3, 0, 0)


def test_a_new_on_ramp_tells_which_tasks_it_would_take(tasks):
    text = on_ramp_text("refunds", labels=["refunds"])

    assert counted_tasks(text) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "They keep their kind, and their holds end when they would have"),
        ({"status": "retired"}, "They keep their kind, but nothing is held any more: anybody may take them."),
        ({"labels": ["refunds"]}, "1 open task of no kind carries one of its labels"),
    ],
)
def test_the_page_before_publishing_tells_of_open_tasks(lena, on_ramp, tasks, settings, changes, said):
    settings.CLOCK_OFFSET = NOW - timezone.now()

    response = write(lena, on_ramp, on_ramp_text(**changes) + "agents: never\n", do="publish")

    assert said in " ".join(response.content.decode().split())


def test_markup_in_an_on_ramp_is_inert_on_every_page(lena):
    evil = "<script>alert(1)</script>"
    text = on_ramp_text(labels=[f'"{evil}"'], more=f'summary: "{evil}"\n').replace(
        "Clean the weekly extract", f'"{evil}"'
    )
    on_ramp = published(path_text(), text)[1].of
    save_draft(on_ramp, text + "agents: never\n", by=PersonFactory(name=evil), now=timezone.now())
    addresses = [
        "/admin/paths/onramp/",
        *(at(on_ramp, page) for page in ("change", "edit", "publish", "history")),
    ]

    assert [page for page in addresses if evil in lena.get(page).content.decode()] == []
