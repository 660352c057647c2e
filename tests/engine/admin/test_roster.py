"""The roster import: preview, mapping, and one press that imports all or nothing."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config.access import LEARNING, OPERATOR
from engine import practice
from engine.admin.roster import MOST_BYTES, Upload
from engine.models import Mail
from paths.models import Path
from people.models import Level, Person, Role
from tests.databases import dump
from tests.factories import LevelFactory, PersonFactory, RoleFactory, TeamFactory
from tests.staff import member
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

IMPORT = "/admin/people/person/roster/"
HEADER = "email,name,role,level,team\n"
ANN = "ann@example.org,Ann,data-analyst,novice,insights\n"
OWN = "ann@example.org,Ann,Datenanalyst,Neuling,Nord\nbob@example.org,Bob,Datenanalyst,novice,Nord\n"


@pytest.fixture
def lena() -> Client:
    RoleFactory(), LevelFactory(), TeamFactory()
    client = Client()
    client.force_login(member(LEARNING, name="Lena"))
    return client


def upload(client: Client, text: str | bytes, name: str = "people.csv"):
    body = text.encode() if isinstance(text, str) else text
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, body)})


def press(client: Client, text: str, *, do: str = "import", **choices: object):
    packed = Upload(text=text.encode(), name="people.csv").packed
    return client.post(IMPORT, {"packed": packed, "name": "people.csv", "do": do, **choices}, follow=True)


def mapped(**changes: object) -> dict[str, object]:
    meant = {"role:Datenanalyst": Role.objects.get(slug="data-analyst").pk, "team:Nord": "new"}
    return {**meant, "level:Neuling": Level.objects.get(slug="novice").pk, **changes}


def problems(response) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in response.context["problems"]]


def test_an_upload_shows_what_would_change_and_changes_nothing(lena):
    PersonFactory(email="bob@example.org", name="Bob")
    PersonFactory(email="cy@example.org", name="Cy")
    text = (
        "email,name,role,level,team,left_on\n"
        "ann@example.org,Ann,data-analyst,novice,insights,\n"
        "bob@example.org,Robert,data-analyst,novice,insights,\n"
        "cy@example.org,Cy,data-analyst,novice,insights,2026-01-01\n"
    )
    before = dump()

    response = upload(lena, text)

    outcome = response.context["outcome"]
    assert [one.name for one in outcome.created] == ["Ann"]
    assert [(one.name, [str(edit) for edit in one.edits]) for one in outcome.changed] == [
        ("Robert", ["name Bob -> Robert"])
    ]
    assert [one.name for one in outcome.left] == ["Cy"]
    assert "Bob → Robert" in response.content.decode()
    assert dump() == before


def test_the_page_that_was_shown_carries_what_the_press_imports(lena):
    shown = upload(lena, HEADER + ANN).content.decode()
    [packed] = re.findall(r'name="packed" value="([^"]+)"', shown)

    response = lena.post(IMPORT, {"packed": packed, "name": "x", "do": "import"}, follow=True)

    ann = Person.objects.get(name="Ann")
    assert (ann.started_on, Mail.objects.count()) == (None, 0)
    assert "1 new, 0 changed, 0 left, 0 unchanged. Nobody was mailed." in str(
        next(iter(response.context["messages"]))
    )
    assert LogEntry.objects.get().object_id == str(ann.pk)


def test_all_problems_come_at_once_with_line_and_column(lena):
    text = HEADER + "nobody,Ann,data-analyst,novice,insights\nbob@example.org,,data-analyst,novice,insights\n"

    response = upload(lena, text)

    assert problems(response) == [(2, "email"), (3, "name")]
    assert 'value="import"' not in response.content.decode()


def test_unknown_names_are_asked_for_on_the_same_page_with_how_many_lines_use_them(lena):
    response = upload(lena, HEADER + OWN)

    asked = [(one.column, one.text, one.lines) for one, _field in response.context["form"].rows]
    assert asked == [("role", "Datenanalyst", 2), ("level", "Neuling", 1), ("team", "Nord", 2)]
    assert len(response.context["outcome"].created) == 2


def test_the_nearest_names_come_first_and_new_last(lena):
    RoleFactory(slug="baker")

    form = upload(lena, HEADER + ANN.replace("data-analyst", "Data analysts")).context["form"]

    _none, nearest, others, new = form.fields["role:Data analysts"].choices
    assert [name for _pk, name in nearest[1]] == ["Data analyst"]
    assert [name for _pk, name in others[1]] == ["Baker"]
    assert new[0] == "new"


def test_what_a_published_path_waits_for_is_offered_and_created_with_the_title_remembered(lena):
    without_roster()
    published(path_text("experts", level="expert"), path_text("novices", skills=["drift"]))

    form = upload(lena, HEADER + OWN).context["form"]
    assert ("slug:data-analyst", "Data analyst (a path waits for it)") in choices(form, "role:Datenanalyst")
    assert ("slug:expert", "Expert (a path waits for it)") in choices(form, "level:Neuling")
    assert not [value for value, _name in choices(form, "team:Nord") if value.startswith("slug:")]
    press(
        lena,
        HEADER + OWN,
        **{"role:Datenanalyst": "slug:data-analyst", "level:Neuling": "slug:expert", "team:Nord": "new"},
    )

    ann = Person.objects.get(name="Ann")
    assert (ann.role.slug, ann.role.name, ann.role.other_names) == (
        "data-analyst",
        "Data analyst",
        ["Datenanalyst"],
    )
    assert (ann.level.slug, ann.level.rank > Level.objects.get(slug="novice").rank) == ("expert", True)
    assert practice.audience_of(Path.objects.get(slug="experts")).get() == ann
    assert list(upload(lena, HEADER + OWN).context["form"].rows) == []
    assert practice.awaited() == {"role": [], "level": []}


def test_what_a_path_waits_for_is_among_the_nearest_and_offered_once(lena):
    without_roster()
    published(path_text())

    form = upload(lena, HEADER + ANN.replace("data-analyst", "Data Analysts")).context["form"]

    [nearest] = [found for told, found in form.fields["role:Data Analysts"].choices if told == "Nearest"]
    assert nearest == [("slug:data-analyst", "Data analyst (a path waits for it)")]
    assert len([v for v, _name in choices(form, "role:Data Analysts") if v.startswith("slug:")]) == 1


@pytest.mark.parametrize("do", ["import", "check"])
def test_a_slug_that_no_path_waits_for_creates_nothing(lena, do):
    response = press(lena, HEADER + OWN, do=do, **mapped(**{"role:Datenanalyst": "slug:king"}))

    assert "role King" not in str(response.context["outcome"])
    assert not Role.objects.filter(slug="king").exists()


def without_roster() -> None:
    Person.objects.update(role=None)
    Role.objects.all().delete()


def choices(form, name: str) -> list[tuple[str, str]]:
    groups = [found for _told, found in form.fields[name].choices if isinstance(found, list)]
    return [one for found in groups for one in found]


def test_one_press_maps_imports_and_remembers_so_that_next_month_nobody_is_asked(lena):
    press(lena, HEADER + OWN, **mapped())

    ann = Person.objects.get(name="Ann")
    assert (ann.role.slug, ann.level.slug, ann.team.name) == ("data-analyst", "novice", "Nord")
    again = upload(lena, HEADER + OWN)
    assert list(again.context["form"].rows) == []
    assert len(again.context["outcome"].unchanged) == 2


def test_the_import_tells_which_title_became_which_role(lena):
    response = press(lena, HEADER + OWN, **mapped())

    [told] = [str(message) for message in response.context["messages"]]
    assert "From now on: Datenanalyst → Data analyst; Neuling → Novice." in told


def test_an_import_of_a_new_level_tells_the_order_of_all(lena):
    response = press(lena, HEADER + OWN, **mapped(**{"level:Neuling": "new"}))

    [told] = [str(message) for message in response.context["messages"]]
    assert "Levels, from the first to the highest: Novice, Neuling." in told


def test_an_import_in_which_every_name_is_known_tells_no_meanings(lena):
    response = press(lena, HEADER + ANN)

    [told] = [str(message) for message in response.context["messages"]]
    assert "From now on" not in told


def test_an_import_of_many_titles_names_twenty_and_counts_the_rest(lena):
    lines = [f"p{number}@example.org,P,Title {number},novice,insights\n" for number in range(23)]
    role = Role.objects.get(slug="data-analyst").pk

    response = press(lena, HEADER + "".join(lines), **{f"role:Title {number}": role for number in range(23)})

    [told] = [str(message) for message in response.context["messages"]]
    assert told.count("→") == 20
    assert "And 3 more names." in told


def test_the_preview_can_be_shown_again_with_the_choices(lena):
    response = press(lena, HEADER + OWN, do="check", **mapped())

    assert [str(one) for one in response.context["outcome"].learned] == [
        "Datenanalyst → Data analyst",
        "Neuling → Novice",
    ]
    assert "Datenanalyst → Data analyst; Neuling → Novice" in response.content.decode()
    assert response.context["outcome"].groups == ("team Nord",)
    assert not Person.objects.filter(name="Ann").exists()


def test_a_press_without_a_choice_for_every_name_imports_nobody(lena):
    response = press(lena, HEADER + OWN, **mapped(**{"role:Datenanalyst": ""}))

    assert "Choose what this means." in response.content.decode()
    assert not Person.objects.filter(name="Ann").exists()
    assert Role.objects.get().also_called == ""


def test_a_choice_that_was_never_offered_is_refused(lena):
    response = press(lena, HEADER + OWN, **mapped(**{"role:Datenanalyst": "999999"}))

    assert response.context["form"].errors
    assert not Person.objects.filter(name="Ann").exists()


def test_one_problem_keeps_everybody_out_also_at_the_press(lena):
    response = press(lena, HEADER + ANN + "nobody,Bob,data-analyst,novice,insights\n")

    assert problems(response) == [(3, "email")]
    assert not Person.objects.filter(name="Ann").exists()


def test_what_changed_since_the_page_was_shown_is_checked_at_the_press(lena):
    upload(lena, HEADER + ANN)
    PersonFactory(name="Bot", email="ann@example.org", agent=True)

    response = press(lena, HEADER + ANN)

    assert problems(response) == [(2, "email")]
    assert not Person.objects.filter(name="Ann").exists()


def test_a_name_that_cannot_be_new_must_be_mapped_before_anything_is_counted(lena):
    text = HEADER + ANN.replace("data-analyst", "数据")

    response = upload(lena, text)
    assert (response.context["outcome"], problems(response)) == (None, [])
    assert "new" not in dict(response.context["form"].fields["role:数据"].choices)

    press(lena, text, **{"role:数据": Role.objects.get().pk})
    assert Person.objects.get(name="Ann").role.slug == "data-analyst"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"\xff\xfe\x00", "save the file as CSV in UTF-8"),
        ("email;name\nann@example.org;Ann\n", "these columns are missing: role, level, team"),
        ("", "That file is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_what_to_do(lena, text, told):
    response = upload(lena, text)

    assert told in response.content.decode()
    assert 'value="import"' not in response.content.decode()


def test_without_a_file_the_page_says_so(lena):
    assert "Choose a file first." in lena.post(IMPORT, {}).content.decode()


def test_a_header_alone_changes_nobody_and_offers_no_import(lena):
    response = upload(lena, HEADER)

    assert str(response.context["outcome"]) == "0 new, 0 changed, 0 left, 0 unchanged"
    page = response.content.decode()
    assert "Below the header line it needs one line for each person." in page
    assert 'value="import"' not in page


def test_a_file_that_cannot_be_read_is_not_said_to_have_people(lena):
    page = upload(lena, (HEADER + "ann@example.org,Änn,data-analyst,novice,insights\n").encode("latin-1"))

    assert problems(page) == [(2, "file")]
    assert "Nobody was found in <code>people.csv</code>." in page.content.decode()
    assert "Below the header line" not in page.content.decode()


def test_a_file_too_big_for_a_page_is_told_the_other_way(lena):
    response = upload(lena, b"x" * (MOST_BYTES + 1))

    assert "manage.py load_people" in response.content.decode()


@pytest.mark.parametrize(
    "packed", ["", "!", "aGVsbG8=", Upload(text=b"x" * (MOST_BYTES + 1), name="").packed]
)
def test_a_file_that_did_not_come_through_is_asked_for_again(lena, packed):
    response = lena.post(IMPORT, {"packed": packed, "do": "import"})

    assert "Choose it again." in response.content.decode()


def test_the_example_can_be_imported_as_it_is(lena):
    text = lena.get(f"{IMPORT}example.csv").content.decode()

    press(lena, text, **dict.fromkeys(upload(lena, text).context["form"].fields, "new"))

    assert (
        Person.objects.filter(email__in=["ada.lovelace@example.org", "grace.hopper@example.org"]).count() == 2
    )


def test_the_example_has_nothing_that_people_choose_themselves(lena):
    header = lena.get(f"{IMPORT}example.csv").content.decode().splitlines()[0].split(",")

    assert not {"send_time", "window", "minutes", "workdays"} & set(header)
    assert "they replace what people chose themselves" in lena.get(IMPORT).content.decode()


def test_who_is_on_record_and_not_in_the_file_is_named_and_stays(lena):
    PersonFactory(name="Gone", gone=True)
    page = upload(lena, HEADER + ANN).content.decode()
    assert "1 active person is not in this file: Lena. They stay;" in page

    for number in range(11):
        PersonFactory(name=f"A{number:02}")
    page = upload(lena, HEADER + ANN).content.decode()
    assert "12 active people are not in this file: A00, " in page
    assert "A09 and 2 more. They stay;" in page


def test_the_order_of_new_levels_and_where_to_change_it_stand_at_the_choice(lena):
    page = upload(lena, HEADER + OWN).content.decode()

    assert "New levels come after all others, in the order of the file" in page
    assert "Levels, from the first to the highest: Novice, Neuling." in page
    assert '<a href="/admin/people/level/">Levels</a>' in page


def test_ld_cannot_take_over_an_administrator_by_a_roster(lena):
    member(OPERATOR, name="Otto", email="otto@example.org", external_id="7")
    text = "email,name,role,level,team,external_id\nlena2@example.org,Otto,data-analyst,novice,insights,7\n"

    assert problems(press(lena, text)) == [(2, "email")]


def test_only_ld_imports():
    otto = Client()
    otto.force_login(member(OPERATOR))

    assert otto.get(IMPORT).status_code == 403
    assert press(otto, HEADER + ANN).status_code == 403
    assert upload(otto, HEADER + ANN).status_code == 403
    assert not Person.objects.filter(name="Ann").exists()


def test_the_list_of_people_leads_to_the_import_and_to_the_start(lena):
    page = lena.get("/admin/people/person/").content.decode()

    assert f'href="{IMPORT}"' in page
    assert 'href="/admin/people/person/start/"' in page
