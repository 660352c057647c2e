import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from paths.knowledge import known
from paths.models import Exercise, FormerName, Path, PathVersion, Skill
from paths.publishing import NotPublished, publish, roll_back, save_draft
from tests.factories import LevelFactory, PersonFactory, RoleFactory
from tests.texts import PUBLISHED_AT, path_text, published, skill_text

LATER = PUBLISHED_AT + timedelta(days=1)

pytestmark = pytest.mark.django_db


def test_a_version_keeps_its_text_whole():
    text = path_text() + "# the last word\n"

    [version] = published(text)

    assert version.text == text
    assert (version.number, version.change) == (1, PathVersion.Change.FIRST)
    assert Path.objects.get().current == version


def test_an_unchanged_text_makes_no_version():
    published(path_text())

    assert published(path_text(), now=LATER) == []


def test_one_bad_file_publishes_nothing():
    bad = path_text("other", skills=["which"]).replace("minutes: 2", "minutes: soon", 1)

    with pytest.raises(NotPublished) as refused:
        published(path_text(), bad)

    assert [problem.code for problem in refused.value.problems] == ["wrong-type"]
    assert not Path.objects.exists()


def test_a_reworded_exercise_replaces_its_row_and_keeps_the_old_one():
    published(path_text())

    published(path_text().replace("The total is 350. Sound?", "The sum is 350. Sound?", 1), now=LATER)

    first = Exercise.objects.filter(skill__slug="fan-out", slug="first")
    assert first.filter(is_current=True).get().content != first.filter(is_current=False).get().content
    assert Exercise.objects.filter(skill__slug="grain").count() == 2


def test_a_renamed_skill_keeps_its_row():
    published(path_text())
    skill = Skill.objects.get(slug="fan-out")

    published(path_text().replace("- id: fan-out\n", "- id: repeated-rows\n    was: [fan-out]\n"), now=LATER)

    skill.refresh_from_db()
    assert skill.slug == "repeated-rows"
    assert FormerName.objects.get().slug == "fan-out"


def test_a_skill_that_just_vanishes_is_refused():
    published(path_text())

    with pytest.raises(NotPublished, match="vanished"):
        published(path_text(skills=["fan-out"]), now=LATER)


def test_a_retired_skill_leaves_and_its_id_stays_taken():
    published(path_text())

    published(path_text(skills=["fan-out"], retired="retired:\n  grain: { reason: merged }\n"), now=LATER)

    grain = Skill.objects.get(slug="grain")
    assert (grain.retired_at, grain.retired_because) == (LATER, "merged")
    assert not grain.exercises.filter(is_current=True).exists()
    assert "grain" in known().retired


def test_rolling_back_publishes_the_old_text_as_a_new_version():
    [first] = published(path_text())
    published(path_text().replace("Trust no number", "Trust numbers"), now=LATER)

    version = roll_back(first, by=PersonFactory(), now=LATER)

    assert (version.number, version.text) == (3, first.text)
    assert Path.objects.get().title == "Trust no number"


def test_a_draft_with_errors_is_kept_and_practice_goes_on_with_what_is_published():
    [version] = published(path_text())

    save_draft(version.path, "skills: {", by=PersonFactory(), now=LATER)

    path = Path.objects.get()
    assert (path.draft, path.current) == ("skills: {", version)


def test_roles_are_checked_once_there_is_a_roster():
    PersonFactory(role__slug="engineer")

    with pytest.raises(NotPublished, match="no-audience"):
        published(path_text())


@pytest.mark.parametrize("also_called", ["data-analyst", "BI\nData Analyst"])
def test_a_role_answers_to_what_it_is_also_called(also_called):
    LevelFactory()
    PersonFactory(role=RoleFactory(slug="da", also_called=also_called))

    assert published(path_text())


def test_a_skill_is_used_from_another_path_of_the_same_folder():
    using = path_text("expert", body="  - use: fan-out\n" + skill_text("drift"))

    publish({"a.yaml": using.encode(), "b.yaml": path_text().encode()}, by=None, now=PUBLISHED_AT)

    assert Skill.objects.get(slug="fan-out").path.slug == "analyst-novice"


def test_load_paths_says_what_changed(tmp_path, capsys):
    (tmp_path / "analyst.yaml").write_text(path_text())

    call_command("load_paths", str(tmp_path))

    assert "analyst-novice: version 1, first" in capsys.readouterr().out


def test_load_paths_refuses_a_folder_with_an_error_and_names_the_place(tmp_path):
    (tmp_path / "analyst.yaml").write_text(path_text().replace("minutes: 2", "minutes: soon", 1))

    with pytest.raises(CommandError, match=r"analyst.yaml:\d+:\d+ wrong-type"):
        call_command("load_paths", str(tmp_path))


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_load_paths_refuses_a_place_without_files(tmp_path, folder):
    with pytest.raises(CommandError, match=r"folder|holds no"):
        call_command("load_paths", str(tmp_path / folder))


@pytest.mark.parametrize("was", ["[fan-out]", "[fan-out, grain]"])
def test_two_published_skills_cannot_become_one_by_a_rename(was):
    published(path_text())
    heir = "grain" if was == "[fan-out]" else "rows"
    text = path_text(skills=[heir]).replace(f"- id: {heir}\n", f"- id: {heir}\n    was: {was}\n")

    with pytest.raises(NotPublished, match="was-taken"):
        published(text, now=LATER)


def test_a_rename_that_was_published_may_stay_in_the_file():
    renamed = path_text().replace("- id: fan-out\n", "- id: repeated-rows\n    was: [fan-out]\n")
    published(path_text())
    published(renamed, now=LATER)

    [version] = published(renamed.replace("Trust no number", "Trust numbers"), now=LATER)

    assert version.number == 3


def test_a_retired_skill_named_as_the_old_id_of_a_published_one_stays_retired():
    published(path_text())
    published(path_text(skills=["fan-out"], retired="retired:\n  grain: { reason: merged }\n"), now=LATER)
    text = path_text(skills=["fan-out"]).replace("- id: fan-out\n", "- id: fan-out\n    was: [grain]\n")

    published(text, now=LATER)

    assert Skill.objects.get(slug="grain").retired_at == LATER


@pytest.mark.django_db(transaction=True)
def test_of_two_publishers_at_once_the_second_sees_what_the_first_published():
    published(path_text("one", skills=["a"]), path_text("two", skills=["b"]))
    barrier = threading.Barrier(2)
    refused: list[str] = []

    def add_the_same_skill(name: str, skill: str) -> None:
        try:
            barrier.wait(timeout=60)
            published(path_text(name, skills=[skill, "fan-out"]), now=LATER)
        except NotPublished as error:
            refused.extend(problem.code for problem in error.problems)
        finally:
            connection.close()

    publishers = [
        threading.Thread(target=add_the_same_skill, args=pair) for pair in (("one", "a"), ("two", "b"))
    ]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        publisher.join()

    assert refused == ["duplicate-skill"]
    assert PathVersion.objects.count() == 3
