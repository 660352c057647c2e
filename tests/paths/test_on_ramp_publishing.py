from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from paths.catalogue import on_ramp_spec, on_ramps, skill_rows
from paths.models import OnRamp, OnRampVersion, Path, Skill
from paths.publishing import NotPublished, publish, roll_back, save_draft
from tests.factories import PersonFactory, TeamFactory
from tests.texts import PUBLISHED_AT, on_ramp_text, path_text, published

LATER = PUBLISHED_AT + timedelta(days=1)

pytestmark = pytest.mark.django_db


def test_a_path_and_its_on_ramp_are_published_together():
    naming = path_text().replace("skills:\n", "on_ramps: [clean-extract]\nskills:\n")

    versions = published(on_ramp_text(more="owner: lena@acme.example\n"), naming)

    on_ramp = OnRamp.objects.get()
    assert [version.of for version in versions] == [on_ramp, Path.objects.get()]
    assert (on_ramp.title, on_ramp.status) == ("Clean the weekly extract", OnRamp.Status.ACTIVE)
    assert on_ramp.owner == "lena@acme.example"
    assert on_ramp_spec(on_ramp.current.spec).skills == ["fan-out"]


def test_a_version_of_an_on_ramp_keeps_its_text_whole():
    text = on_ramp_text() + "# the last word\n"

    version = published(path_text(), text)[1]

    assert version.text == text
    assert (version.number, version.change) == (1, OnRampVersion.Change.FIRST)


def test_an_unchanged_on_ramp_makes_no_version():
    published(path_text(), on_ramp_text())

    assert published(on_ramp_text(), now=LATER) == []


def test_one_bad_on_ramp_publishes_no_path_and_the_other_way_round():
    with pytest.raises(NotPublished, match="unknown-skill"):
        published(path_text(), on_ramp_text(skills=["nothing"]))
    with pytest.raises(NotPublished, match="wrong-type"):
        published(path_text("other", skills=["rows"]).replace("minutes: 2", "minutes: soon"), on_ramp_text())

    assert not Path.objects.exists()
    assert not OnRamp.objects.exists()


def test_an_on_ramp_stands_on_what_is_published():
    published(path_text())

    [version] = published(on_ramp_text(), now=LATER)

    assert version.published_at == LATER
    with pytest.raises(NotPublished, match="unknown-skill"):
        published(on_ramp_text(skills=["nothing"]), now=LATER)


def test_a_path_may_name_an_on_ramp_that_is_still_a_draft():
    OnRamp.objects.create(slug="clean-extract", title="Clean")

    assert published(path_text().replace("skills:\n", "on_ramps: [clean-extract]\nskills:\n"))


def test_teams_are_checked_once_there_is_a_roster():
    PersonFactory(team=TeamFactory(slug="payments", also_called="Pay team"))

    with pytest.raises(NotPublished, match="no-audience"):
        published(path_text(), on_ramp_text(teams=["search"]))
    assert published(path_text(), on_ramp_text(teams=["pay-team"]))


def test_a_draft_of_an_on_ramp_ends_when_it_is_published():
    version = published(path_text(), on_ramp_text())[1]
    save_draft(version.of, "skills: {", by=PersonFactory(), now=LATER)
    assert OnRamp.objects.get().draft == "skills: {"

    published(on_ramp_text(labels=["bug"]), now=LATER)

    on_ramp = OnRamp.objects.get()
    assert (on_ramp.draft, on_ramp.drafted_by, on_ramp.drafted_at) == ("", None, None)


def test_rolling_an_on_ramp_back_publishes_the_old_text_as_a_new_version():
    first = published(path_text(), on_ramp_text())[1]
    published(on_ramp_text(labels=["bug"]), now=LATER)

    version = roll_back(first, by=PersonFactory(), now=LATER)

    assert (version.number, version.text, version.change) == (3, first.text, "major")


def test_a_version_number_of_an_on_ramp_stands_once():
    version = published(path_text(), on_ramp_text())[1]
    version.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        version.save(force_insert=True)


def test_the_catalogue_holds_the_on_ramps_in_force_first_by_id(django_assert_num_queries):
    published(
        path_text(),
        on_ramp_text("b"),
        on_ramp_text("a"),
        on_ramp_text("c", status="draft"),
        on_ramp_text("d", status="retired"),
    )
    OnRamp.objects.create(slug="e", title="Not published", status=OnRamp.Status.ACTIVE)

    with django_assert_num_queries(1):
        found = on_ramps()

    assert [spec.id for spec in found.values()] == ["a", "b"]
    assert OnRamp.objects.get(slug="a").pk == next(iter(found))


def test_a_skill_is_found_by_its_present_and_by_its_former_name():
    published(path_text(), on_ramp_text())
    published(path_text().replace("- id: fan-out\n", "- id: repeated-rows\n    was: [fan-out]\n"), now=LATER)
    skills = dict(Skill.objects.values_list("slug", "pk"))

    assert skill_rows(["fan-out", "grain", "nothing"]) == {
        "fan-out": skills["repeated-rows"],
        "grain": skills["grain"],
    }


def test_a_retired_skill_is_not_found():
    published(path_text())
    published(path_text(skills=["fan-out"], retired="retired:\n  grain: { reason: merged }\n"), now=LATER)

    assert skill_rows(["grain"]) == {}


def test_load_paths_loads_on_ramps_beside_paths(tmp_path, capsys):
    (tmp_path / "on-ramps").mkdir()
    (tmp_path / "on-ramps" / "clean.yaml").write_text(on_ramp_text())
    (tmp_path / "analyst.yaml").write_text(path_text())

    call_command("load_paths", str(tmp_path))

    said = capsys.readouterr().out
    assert "clean-extract: version 1, first" in said
    assert "2 of 2 files changed" in said


def test_what_is_read_twice_is_parsed_once():
    published(path_text(), on_ramp_text())
    text = OnRamp.objects.get().current.spec

    assert on_ramp_spec(text) is on_ramp_spec(text)


def test_files_of_both_kinds_are_published_whatever_their_order():
    files = {"a.yaml": on_ramp_text().encode(), "b.yaml": path_text().encode()}

    assert len(publish(files, by=None, now=PUBLISHED_AT)) == 2
