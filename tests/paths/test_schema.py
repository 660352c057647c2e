import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from paths.management.commands.check_paths import schema_texts
from paths.schema import (
    ChoiceSpec,
    DoSpec,
    EstimateSpec,
    ExerciseSpec,
    JudgeSpec,
    PathSpec,
    RecallSpec,
    SkillSpec,
    UseSpec,
    json_schema,
)
from tests.paths.bad_files import GOOD

EXERCISE = {"id": "own", "ai": "off", "minutes": 3, "prompt": "How many rows?"}
KINDS = [
    (
        ChoiceSpec,
        {
            "kind": "choice",
            "options": [
                {"id": "a", "text": "3", "why": "No."},
                {"id": "b", "text": "6", "correct": True, "why": "Yes."},
            ],
        },
    ),
    (JudgeSpec, {"kind": "judge", "sound": True, "why": "It counts."}),
    (EstimateSpec, {"kind": "estimate", "answer": 350, "tolerance": 0.5, "unit": "euros"}),
    (RecallSpec, {"kind": "recall", "answer": "Six.", "rubric": ["the number"]}),
    (DoSpec, {"kind": "do", "rubric": ["both counts"]}),
]

exercises = TypeAdapter(ExerciseSpec)


def path(**changes):
    skill = {"id": "fan-out", "title": "Count", "exercises": [EXERCISE | KINDS[4][1]]}
    audience = {"roles": ["data-analyst"], "levels": ["novice"]}
    base = {"schema": "rampart/path@1", "id": "count-first", "title": "Count", "audience": audience}
    return base | {"skills": [skill]} | changes


@pytest.mark.parametrize(("kind", "fields"), KINDS)
def test_each_kind_is_read_into_its_own_class(kind, fields):
    assert type(exercises.validate_python(EXERCISE | fields)) is kind


@pytest.mark.parametrize(("kind", "fields"), KINDS)
def test_an_exercise_survives_the_way_to_json_and_back(kind, fields):
    exercise = exercises.validate_python(EXERCISE | fields)

    assert exercises.validate_json(exercise.model_dump_json()) == exercise
    assert exercises.validate_python(json.loads(exercise.model_dump_json())) == exercise


def test_a_path_survives_the_way_to_json_and_back():
    spec = PathSpec.model_validate(path(review_by="2027-03-01"))
    stored = json.loads(spec.model_dump_json(by_alias=True))

    assert PathSpec.model_validate(stored) == spec


@pytest.mark.parametrize(("kind", "fields"), KINDS)
@pytest.mark.parametrize("field", ["id", "ai", "prompt"])
def test_no_exercise_does_without_what_all_need(kind, fields, field):
    exercise = {key: value for key, value in (EXERCISE | fields).items() if key != field}

    with pytest.raises(ValidationError):
        exercises.validate_python(exercise)


@pytest.mark.parametrize(
    "fields",
    [
        {"minutes": 0},
        {"minutes": 31},
        {"minutes": 2.0},
        {"minutes": True},
        {"ai": "on"},
        {"ai": False},
        {"prompt": " "},
        {"id": 17},
        {"id": "Own"},
        {"id": "own-"},
        {"id": "a" * 65},
        {"moment": "two\nlines"},
        {"hint": "unknown"},
        {"options": []},
        {"rubric": []},
    ],
)
def test_an_exercise_is_refused_for_one_wrong_field(fields):
    with pytest.raises(ValidationError) as refusal:
        exercises.validate_python(EXERCISE | KINDS[4][1] | fields)

    assert refusal.value.error_count() == 1


@pytest.mark.parametrize("tolerance", [-0.1, float("inf"), float("nan"), "0"])
def test_a_tolerance_is_a_finite_number_from_zero(tolerance):
    with pytest.raises(ValidationError):
        exercises.validate_python(EXERCISE | KINDS[2][1] | {"tolerance": tolerance})


def test_what_a_path_leaves_out_has_a_default():
    spec = PathSpec.model_validate(path())

    assert (spec.language, spec.status, spec.review_by, spec.retired) == ("en", "active", None, {})
    assert spec.pace.model_dump() == {"retention": 0.9, "new_skills_per_week": 3, "minutes_per_workday": 6}


def test_a_path_lists_its_own_and_its_used_skills_in_order():
    spec = PathSpec.model_validate(path(skills=[{"use": "grain"}, path()["skills"][0], {"use": "dates"}]))

    assert spec.skill_ids == ["grain", "fan-out", "dates"]
    assert [skill.id for skill in spec.own_skills] == ["fan-out"]
    assert [type(skill) for skill in spec.skills] == [UseSpec, SkillSpec, UseSpec]


def test_a_date_comes_from_text():
    assert PathSpec.model_validate(path(review_by="2027-03-01")).review_by == date(2027, 3, 1)


@pytest.mark.parametrize(
    "day", ["2027-3-1", "2027-02-30", "20270301", "2027-03-01T09:00", 20270301, "٢٠٢٧-٠٣-٠١"]
)
def test_what_is_not_a_date_is_refused(day):
    with pytest.raises(ValidationError):
        PathSpec.model_validate(path(review_by=day))


def test_keys_of_ones_own_begin_with_x_and_are_kept():
    spec = PathSpec.model_validate(path(**{"x-acme": {"cost_center": 4711}}))

    assert spec.model_dump(by_alias=True)["x-acme"] == {"cost_center": 4711}


@pytest.mark.parametrize("key", ["acme", "xacme", "X-acme", "schema_id"])
def test_other_unknown_keys_are_refused(key):
    with pytest.raises(ValidationError):
        PathSpec.model_validate(path(**{key: 1}))


def test_a_spec_is_never_changed():
    spec = PathSpec.model_validate(path())

    with pytest.raises(ValidationError):
        spec.title = "Other"


def test_the_committed_json_schemas_are_current():
    committed = {file.name: file.read_text(encoding="utf-8") for file in Path("schema").glob("*.json")}

    assert committed == schema_texts(), "run `./run manage check_paths --write-schemas schema`"


def test_the_json_schema_is_sound_and_accepts_a_good_path():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    as_json = yaml.load(GOOD.replace("ai: off", 'ai: "off"'), Loader=yaml.CSafeLoader)

    jsonschema.validate(as_json | {"x-acme": 1}, json_schema())


@pytest.mark.parametrize(
    "changes", [{"tilte": 1}, {"id": "Fan Out"}, {"skills": []}, {"retired": {"A B": {}}}]
)
def test_the_json_schema_refuses_what_the_reader_refuses(changes):
    validator = jsonschema.Draft202012Validator(json_schema())

    assert list(validator.iter_errors(path(**changes)))
