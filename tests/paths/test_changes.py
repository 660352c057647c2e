import pytest

from paths.changes import Size, compare
from paths.schema import PathSpec
from paths.source import read
from tests.texts import path_text, skill_text


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
