import pytest

from paths.library import read_library
from paths.schema import OnRampSpec
from paths.shelf import Known
from paths.source import read
from tests.texts import on_ramp_text, path_text

PATH = path_text(skills=["fan-out"])


def problems(*texts, **known):
    """Each as `number of the text:line:column code`."""
    files = {f"{number}.yaml": text for number, text in enumerate(texts)}
    found = read_library(files, known=Known(**known)).problems
    return [f"{one.file.removesuffix('.yaml')}:{one.line}:{one.column} {one.code}" for one in found]


def spec(text):
    found = read(text, file="a.yaml").spec
    assert isinstance(found, OnRampSpec)
    return found


def published_on_ramps(*texts):
    return {one.id: one for one in map(spec, texts)}


def test_paths_and_on_ramps_are_good_together():
    naming = PATH.replace("skills:\n", "on_ramps: [clean-extract]\nskills:\n")

    assert problems(naming, on_ramp_text()) == []


def test_an_on_ramp_without_its_schema_is_read_as_one():
    assert problems(PATH, on_ramp_text().replace("schema: rampart/on-ramp@1\n", "")) == ["1:1:1 missing-key"]


def test_the_skills_of_an_on_ramp_are_taught_by_a_path_at_hand_or_published():
    assert problems(on_ramp_text()) == ["0:6:10 unknown-skill"]
    assert problems(PATH, on_ramp_text()) == []
    assert problems(on_ramp_text(), skills={"fan-out": "analyst-novice"}) == []


def test_a_skill_that_a_broken_path_may_define_is_not_called_unknown():
    assert problems(PATH.replace("minutes: 2", "minutes: soon", 1), on_ramp_text()) == ["0:16:18 wrong-type"]


@pytest.mark.parametrize(
    ("path", "retired", "said"),
    [
        (path_text(skills=["rows"]).replace("    after: []", "    was: [fan-out]"), [], "is called rows now"),
        (path_text(skills=["rows"], retired="retired: { fan-out: { reason: old } }\n"), [], "was retired"),
        (path_text(skills=["rows"]), ["fan-out"], "was retired or renamed"),
    ],
)
def test_an_on_ramp_is_told_where_its_skill_went(path, retired, said):
    library = read_library({"a.yaml": path, "b.yaml": on_ramp_text()}, known=Known(retired=retired))

    [problem] = library.problems
    assert problem.code == "unknown-skill"
    assert said in problem.message


def test_two_files_never_have_one_on_ramp_id():
    assert problems(PATH, on_ramp_text(), on_ramp_text()) == ["2:2:5 duplicate-on-ramp"]


def test_an_on_ramp_may_be_called_as_a_path_is():
    assert problems(PATH, on_ramp_text("analyst-novice")) == []


def test_learners_and_teams_are_the_organisations_where_it_has_a_roster():
    here = {
        "roles": {"data-analyst": "data-analyst (Data analyst)"},
        "levels": {"novice": "novice (Novice)"},
        "teams": {"payments": "payments (Payments)"},
    }

    assert problems(PATH, on_ramp_text(teams=["payments"]), **here) == []
    assert problems(PATH, on_ramp_text(teams=["payments", "paymets"]), **here) == ["1:7:53 unknown-team"]
    assert problems(PATH, on_ramp_text(teams=["paymets"]), **here) == ["1:7:42 no-audience"]
    assert problems(PATH, on_ramp_text(level="expert"), **here)[-1:] == ["1:5:44 no-audience"]


def test_every_team_is_meant_where_none_is_named():
    assert "no-audience" not in str(problems(PATH, on_ramp_text(), teams={}))


def test_an_on_ramp_that_no_task_can_be_of_is_worth_knowing():
    recurring = 'recurs: { every: day, at: "09:00", due_after_hours: 8 }\n'

    assert problems(PATH, on_ramp_text(labels=[])) == ["1:7:18 no-labels"]
    assert problems(PATH, on_ramp_text(labels=[], more=recurring)) == []


@pytest.mark.parametrize(
    ("first", "second", "is_told"),
    [
        ({}, {}, True),
        ({}, {"labels": ["Data-Cleaning"]}, True),
        ({}, {"labels": ["bug"]}, False),
        ({"teams": ["payments"]}, {"teams": ["search"]}, False),
        ({"teams": ["payments"]}, {"teams": ["search", "payments"]}, True),
        ({"teams": ["payments"]}, {}, True),
        ({"status": "retired"}, {}, False),
        ({}, {"status": "draft"}, False),
    ],
)
def test_two_on_ramps_that_one_task_may_match_are_told_at_the_one_that_loses(first, second, is_told):
    found = problems(PATH, on_ramp_text("b", **second), on_ramp_text("a", **first))

    assert found == (["1:7:19 shared-label"] if is_told else [])


def test_a_label_shared_with_a_published_on_ramp_is_told_in_the_file_at_hand():
    published = published_on_ramps(on_ramp_text("a"), on_ramp_text("c"))

    found = read_library(
        {"p.yaml": PATH, "b.yaml": on_ramp_text("b")}, known=Known(published_on_ramps=published)
    ).problems

    assert [str(one).rsplit("; ", 1)[1] for one in found] == [
        "a takes such tasks, as the first by id",
        "b takes such tasks, as the first by id",
    ]


def test_a_path_names_on_ramps_that_exist_published_or_not():
    naming = PATH.replace("skills:\n", "on_ramps: [clean-extract]\nskills:\n")

    assert problems(naming) == []
    assert problems(naming, on_ramps=[]) == ["0:7:12 unknown-on-ramp"]
    assert problems(naming, on_ramps=["clean-extract"]) == []
    assert problems(naming, on_ramp_text("other")) == ["0:7:12 unknown-on-ramp"]


@pytest.mark.parametrize(("status", "found"), [("active", ["0:7:12 retired-on-ramp"]), ("retired", [])])
def test_a_path_that_goes_on_leaves_out_an_on_ramp_that_is_retired(status, found):
    naming = path_text(skills=["fan-out"], status=status).replace(
        "skills:\n", "on_ramps: [clean-extract]\nskills:\n"
    )

    assert problems(naming, on_ramp_text(status="retired")) == found


@pytest.mark.parametrize(("status", "found"), [("active", ["0:22:12 needed-by-on-ramp"]), ("retired", [])])
def test_who_retires_a_skill_is_told_of_the_on_ramp_that_practises_it(status, found):
    retiring = path_text(skills=["rows"], retired="retired: { fan-out: { reason: old } }\n")
    published = published_on_ramps(on_ramp_text(status=status))

    told = problems(retiring, skills={"fan-out": "analyst-novice"}, published_on_ramps=published)

    assert [one.split()[1] for one in told] == [one.split()[1] for one in found]
