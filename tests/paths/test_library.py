import pytest

from paths.library import Known, read_library
from tests.paths.bad_files import FOLDER, GOOD, expected

ANALYST = {"data-analyst": "data-analyst (Data analyst)"}
WRITER = {"writer": "writer (Writer)"}
NOVICE = {"novice": "novice (Novice)"}


@pytest.fixture(scope="module")
def bad_library():
    return read_library({file.name: file.read_bytes() for file in sorted(FOLDER.glob("*.yaml"))})


def path(name, *skills, more=""):
    """A file with these skills, each `name`, `name after other` or `use name`."""
    head, skill = GOOD.split("  - id: fan-out\n")
    lines = [head.replace("count-first", name).replace("skills:", f"{more}skills:")]
    for text in skills:
        if text.startswith("use "):
            lines.append(f"  - use: {text.removeprefix('use ')}\n")
            continue
        own, *after = text.split(" after ")
        lines.append(f"  - id: {own}\n" + "".join(f"    after: [{one}]\n" for one in after) + skill)
    return "".join(lines).encode()


def diagnoses(files, **known):
    problems = read_library(files, known=Known(**known)).problems
    return [f"{one.file}:{one.line}:{one.column} {one.code}" for one in problems]


def codes(text, **known):
    return [problem.code for problem in read_library({"a.yaml": text}, known=Known(**known)).problems]


@pytest.mark.parametrize("file", sorted(file.name for file in FOLDER.glob("*.yaml")))
def test_a_bad_file_has_its_one_problem_at_its_place(bad_library, file):
    found = [
        f"{problem.line}:{problem.column} {problem.code}"
        for problem in bad_library.problems
        if problem.file == file
    ]

    assert found == [expected()[file]]


def test_every_expected_problem_has_its_file():
    assert sorted(expected()) == sorted(file.name for file in FOLDER.glob("*.yaml"))
    assert len(expected()) >= 40


def test_good_files_have_specs_and_no_problems():
    library = read_library({"b.yaml": path("second", "b", "use a"), "a.yaml": path("first", "a")})

    assert library.problems == []
    assert not library.has_errors
    assert {file: spec.id for file, spec in library.specs.items()} == {"a.yaml": "first", "b.yaml": "second"}


def test_a_file_with_errors_has_no_spec_and_spares_the_others():
    broken = path("first", "a").replace(b"kind: do", b"kind: essay")
    library = read_library({"a.yaml": broken, "b.yaml": path("second", "b after a", "use a")})

    assert [problem.file for problem in library.problems] == ["a.yaml"]
    assert list(library.specs) == ["b.yaml"]


def test_a_file_that_is_not_yaml_spares_those_that_use_its_skills():
    broken = path("first", "a") + b"title: [\n"

    assert diagnoses({"a.yaml": broken, "b.yaml": path("second", "use a")}) == ["a.yaml:25:1 syntax"]


def test_a_skill_is_known_from_another_file_or_from_what_is_published():
    files = {"a.yaml": path("first", "a after b", "use b")}

    assert diagnoses(files) == ["a.yaml:7:13 unknown-skill", "a.yaml:25:10 unknown-skill"]
    assert diagnoses(files, skills={"b": "second"}) == []


def test_a_skill_that_its_path_no_longer_defines_is_unknown_to_others():
    files = {"a.yaml": path("first", "a"), "b.yaml": path("second", "use gone")}

    assert "b.yaml:6:10 unknown-skill" in diagnoses(files, skills={"gone": "first"})


def test_two_files_never_define_one_skill():
    files = {"a.yaml": path("first", "a"), "b.yaml": path("second", "a")}

    assert diagnoses(files) == ["b.yaml:6:9 duplicate-skill"]


def test_a_file_never_defines_a_skill_of_a_published_path():
    files = {"a.yaml": path("first", "a")}

    assert diagnoses(files, skills={"a": "second"}) == ["a.yaml:6:9 duplicate-skill"]
    assert diagnoses(files, skills={"a": "first"}, exercises={"a": {"rows", "own"}}) == []


def test_a_skill_may_move_from_one_path_to_another():
    files = {"a.yaml": path("first", "b"), "b.yaml": path("second", "a")}

    assert diagnoses(files, skills={"a": "first"}) == []


def test_a_skill_stands_once_on_a_path():
    assert codes(path("first", "a", "use b", "use b"), skills={"b": "second"}) == ["duplicate-skill"]
    assert codes(path("first", "a", "use a")) == ["duplicate-skill"]


def test_two_files_never_have_one_path_id():
    files = {"a.yaml": path("first", "a"), "b.yaml": path("first", "b")}

    assert diagnoses(files) == ["b.yaml:2:5 duplicate-path"]


def test_a_cycle_is_told_once_at_its_first_place():
    files = {
        "a.yaml": path("first", "a after c", "use c", "use b"),
        "b.yaml": path("second", "b after a", "c after b", "use a"),
    }

    library = read_library(files)

    assert [str(problem) for problem in library.problems] == [
        "a.yaml:7:13 cycle skills.0.after.0: a after c after b after a: nobody could ever begin; "
        "take one `after` out"
    ]


def test_each_cycle_is_told():
    files = {"a.yaml": path("first", "a after b", "b after a", "c after d", "d after c")}

    assert diagnoses(files) == ["a.yaml:7:13 cycle", "a.yaml:45:13 cycle"]


def test_a_cycle_through_what_is_published_is_told():
    text = path("first", "a after b", "use b")

    assert codes(text, skills={"b": "second", "a": "first"}, after={"b": ["a"]}) == ["cycle"]


def test_a_cycle_among_published_skills_alone_is_not_these_files_fault():
    assert codes(path("first", "a"), skills={"b": "x", "c": "x"}, after={"b": ["c"], "c": ["b"]}) == []


def test_a_long_chain_is_no_cycle():
    names = ["s0", *(f"s{number} after s{number - 1}" for number in range(1, 400))]

    assert set(codes(path("first", *names))) == {"slow-pace"}


def test_a_used_skill_brings_what_comes_before_it():
    text = path("first", "a", "use b")

    assert codes(text, skills={"b": "second", "c": "second"}, after={"b": ["c"]}) == ["after-off-path"]


def test_a_published_skill_never_just_vanishes():
    known = {"skills": {"a": "first", "b": "first", "c": "other"}}

    assert diagnoses({"a.yaml": path("first", "a")}, **known) == ["a.yaml:6:3 vanished"]


def test_a_published_skill_leaves_by_name():
    text = path("first", "a", more="retired: { b: { reason: tool retired } }\n")

    assert codes(text, skills={"a": "first", "b": "first"}) == []


@pytest.mark.parametrize(
    ("published", "was", "expected"),
    [("b", "b", []), ("ab", "b", ["was-taken"]), ("bc", "b, c", ["was-taken"])],
)
def test_a_published_skill_gets_a_new_name_but_takes_in_no_other(published, was, expected):
    text = path("first", "a").replace(b"    exercises:", f"    was: [{was}]\n    exercises:".encode())

    assert codes(text, skills=dict.fromkeys(published, "first")) == expected


def test_a_published_exercise_never_just_vanishes():
    known = {"skills": {"a": "first"}, "exercises": {"a": {"rows", "own", "old"}}}

    assert diagnoses({"a.yaml": path("first", "a")}, **known) == ["a.yaml:10:7 vanished"]
    assert codes(path("first", "a", more="retired: { a/old: { reason: stale } }\n"), **known) == []


def test_a_renamed_skill_keeps_its_exercises():
    text = path("first", "a").replace(b"    exercises:", b"    was: [b]\n    exercises:")
    known = {"skills": {"b": "first"}, "exercises": {"b": {"rows", "old"}}}

    assert diagnoses({"a.yaml": text}, **known) == ["a.yaml:11:7 vanished"]
    with_retired = text.replace(b"skills:", b"retired: { b/old: { reason: stale } }\nskills:")
    assert codes(with_retired, **known) == []


@pytest.mark.parametrize(("retired", "place"), [("a", "6:9"), ("a/own", "18:13")])
def test_a_retired_id_is_never_used_again(retired, place):
    assert diagnoses({"a.yaml": path("first", "a")}, retired=[retired]) == [f"a.yaml:{place} reused-id"]


def test_an_old_id_has_one_heir():
    def renamed(name, skill):
        return path(name, skill).replace(b"    exercises:", b"    was: [old]\n    exercises:")

    files = {"a.yaml": renamed("first", "a"), "b.yaml": renamed("second", "b")}

    assert diagnoses(files) == ["b.yaml:9:11 was-taken"]


def test_an_audience_that_nobody_matches_is_an_error():
    text = path("first", "a")

    assert diagnoses({"a.yaml": text}, roles=WRITER, levels=NOVICE) == ["a.yaml:4:20 no-audience"]
    assert diagnoses({"a.yaml": text}, roles=ANALYST, levels={}) == ["a.yaml:4:44 no-audience"]


def test_an_audience_that_nobody_matches_is_told_who_is_here_and_what_to_do():
    def told(**known):
        return (
            read_library({"a.yaml": path("first", "a")}, known=Known(**known))
            .problems[0]
            .message.split(": ", 1)[1]
        )

    assert told(roles=WRITER | {"author": WRITER["writer"], "baker": "baker (Baker)"}, levels=NOVICE) == (
        'the organisation has no role "data-analyst"; write one of these: baker (Baker), writer (Writer); '
        "or add the role data-analyst, or write it under “also called” of the role it means"
    )
    assert told(roles=ANALYST, levels={}) == 'the organisation has no level "novice"; add the level novice'
    many = {f"role-{number:02}": f"role-{number:02} (Role)" for number in range(25)}
    assert "role-19 (Role) and 5 more;" in told(roles=many, levels=NOVICE)


def test_one_unknown_role_or_level_among_others_is_a_warning():
    text = path("first", "a").replace(b"[data-analyst]", b"[data-analyst, wizard]")
    library = read_library({"a.yaml": text}, known=Known(roles=ANALYST, levels=NOVICE))

    assert [f"{one.line}:{one.column} {one.code}" for one in library.problems] == ["4:35 unknown-role"]
    assert not library.has_errors


def test_a_role_that_is_nearly_one_is_answered_with_it():
    text = path("first", "a").replace(b"[data-analyst]", b"[clerk, data-analist]")
    roles = {name: name for name in ("data-analyst", "clerk")}

    [problem] = read_library({"a.yaml": text}, known=Known(roles=roles, levels={"novice": "novice"})).problems

    assert problem.code == "unknown-role"
    assert problem.message.endswith("; did you mean data-analyst?")


def test_without_a_roster_no_audience_is_judged():
    assert codes(path("first", "a"), roles=None, levels=None) == []


@pytest.mark.parametrize(("on_ramps", "found"), [(None, []), (set(), ["unknown-on-ramp"]), ({"clean"}, [])])
def test_an_on_ramp_must_exist_where_any_are_known(on_ramps, found):
    assert codes(path("first", "a", more="on_ramps: [clean]\n"), on_ramps=on_ramps) == found


@pytest.mark.parametrize(("count", "found"), [(36, []), (37, ["slow-pace"])])
def test_more_than_twelve_weeks_of_new_skills_is_worth_knowing(count, found):
    assert codes(path("first", *(f"s{number}" for number in range(count)))) == found


@pytest.mark.parametrize("size", [5_000, 5_200])
def test_an_exercise_fits_into_five_kilobytes_of_html(size):
    text = path("first", "a").replace(b"Count the rows of one of your own joins.", b"x" * size)

    assert codes(text) == (["exercise-too-long"] if size > 5_120 else [])


def test_a_hundred_problems_of_each_file_are_told():
    hostile = "Look " + "<b> " * 150
    text = path("first", "a").replace(b"Count the rows of one of your own joins.", hostile.encode())

    library = read_library({"a.yaml": text, "b.yaml": path("second", "use nothing")})

    assert [problem.file for problem in library.problems] == ["a.yaml"] * 100 + ["b.yaml"]
