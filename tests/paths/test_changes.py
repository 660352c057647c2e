import pytest

from paths.changes import Size, compare, compare_on_ramps
from paths.schema import OnRampSpec, PathSpec
from paths.source import read
from tests.texts import on_ramp_text, path_text, skill_text


def spec(text: str) -> PathSpec:
    reading = read(text, file="path.yaml")
    assert reading.spec is not None, reading.problems
    return reading.spec


OLD = path_text()


@pytest.mark.parametrize(
    ("new", "size"),
    [
        (OLD, Size.COSMETIC),
        (OLD.replace("Trust no number", "Trust numbers you checked"), Size.COSMETIC),
        (OLD.replace("The total is 350. Sound?", "The total  is 350. Sound?"), Size.COSMETIC),
        (OLD.replace("The total is 350. Sound?", "The sum is 350. Sound?"), Size.MINOR),
        (OLD.replace("Count the rows before", "Look at the rows before"), Size.MINOR),
        (OLD.replace("sound: true", "sound: false", 1), Size.MAJOR),
        (OLD.replace("id: first", "id: third", 1), Size.MAJOR),
        (OLD + skill_text("new-one"), Size.MAJOR),
        (OLD.replace("status: active", "status: retired"), Size.MAJOR),
        (OLD + "  - use: denominator\n", Size.MAJOR),
        (OLD.replace("new_skills_per_week: 5", "new_skills_per_week: 4"), Size.MINOR),
    ],
)
def test_the_size_of_a_change_follows_what_a_person_would_notice(new, size):
    assert compare(spec(OLD), spec(new)).size is size


def test_a_changed_answer_key_is_named():
    difference = compare(spec(OLD), spec(OLD.replace("sound: true", "sound: false", 1)))

    assert difference.keys_changed == ("fan-out/first",)


def test_skills_that_come_and_go_are_named():
    new = path_text(skills=["fan-out", "denominator"])

    difference = compare(spec(OLD), spec(new))

    assert (difference.skills_new, difference.skills_gone) == (("denominator",), ("grain",))


def test_a_renamed_skill_neither_comes_nor_goes():
    renamed = OLD.replace("- id: fan-out\n", "- id: repeated-rows\n    was: [fan-out]\n")

    difference = compare(spec(OLD), spec(renamed))

    assert (difference.skills_new, difference.skills_gone) == ((), ())


def test_the_first_version_is_all_new():
    assert compare(None, spec(OLD)).skills_new == ("fan-out", "grain")


def on_ramp(text: str) -> OnRampSpec:
    reading = read(text, file="on-ramp.yaml")
    assert isinstance(reading.spec, OnRampSpec), reading.problems
    return reading.spec


RAMP = on_ramp_text(labels=["bug", "docs"], more="summary: Count first.\n")


@pytest.mark.parametrize(
    ("new", "size"),
    [
        (RAMP, Size.COSMETIC),
        (RAMP.replace("Clean the weekly", "Clean this week's"), Size.COSMETIC),
        (RAMP.replace("Count first.", "Count   first."), Size.COSMETIC),
        (RAMP.replace("bug, docs", "docs, bug"), Size.COSMETIC),
        (RAMP + "owner: lena@acme.example\n", Size.COSMETIC),
        (RAMP + "reps: { minimum: 3 }\n", Size.COSMETIC),
        (RAMP.replace("Count first.", "Count last."), Size.MINOR),
        (RAMP + "supervised: 1\n", Size.MINOR),
        (RAMP + "off_first: 3\n", Size.MINOR),
        (RAMP + "graduates_after: 5\n", Size.MINOR),
        (RAMP + "in_progress_max: 1\n", Size.MINOR),
        (RAMP + 'recurs: { every: day, at: "09:00", due_after_hours: 8 }\n', Size.MINOR),
        (RAMP + "reps: { minimum: 4 }\n", Size.MAJOR),
        (RAMP + "reps: { window_days: 60 }\n", Size.MAJOR),
        (RAMP + "hold: { offer_hours: 2 }\n", Size.MAJOR),
        (RAMP + "agents: never\n", Size.MAJOR),
        (RAMP + "approval: { expire_after_hours: 12 }\n", Size.MAJOR),
        (RAMP.replace("[novice]", "[novice, practitioner]"), Size.MAJOR),
        (RAMP.replace("bug, docs", "bug"), Size.MAJOR),
        (RAMP.replace("teams: []", "teams: [payments]"), Size.MAJOR),
        (RAMP.replace("[fan-out]", "[fan-out, grain]"), Size.MAJOR),
        (RAMP.replace("status: active", "status: retired"), Size.MAJOR),
    ],
)
def test_the_size_of_a_change_of_an_on_ramp_follows_whom_tasks_are_kept_for(new, size):
    assert compare_on_ramps(on_ramp(RAMP), on_ramp(new)).size is size


def test_the_rules_and_skills_of_an_on_ramp_that_change_are_named():
    new = RAMP.replace("[fan-out]", "[grain]") + "hold: { offer_hours: 2 }\nsupervised: 1\n"

    difference = compare_on_ramps(on_ramp(RAMP), on_ramp(new))

    assert difference.rules_changed == ("hold", "supervised")
    assert (difference.skills_new, difference.skills_gone) == (("grain",), ("fan-out",))


def test_the_first_version_of_an_on_ramp_is_a_major_change():
    difference = compare_on_ramps(None, on_ramp(RAMP))

    assert (difference.size, difference.skills_new) == (Size.MAJOR, ("fan-out",))
