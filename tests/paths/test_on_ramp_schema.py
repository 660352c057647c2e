import jsonschema
import pytest
from pydantic import ValidationError

from paths.schema import ON_RAMP_SCHEMA, OnRampSpec, json_schema

APPROVAL = {"remind_after_hours": 2, "deputy_after_hours": 4, "expire_after_hours": 8}
RECURS = {"every": "week", "on": "mon", "at": "09:00", "due_after_hours": 24}


def on_ramp(**changes):
    learners = {"roles": ["data-analyst"], "levels": ["novice"]}
    base = {"schema": ON_RAMP_SCHEMA, "id": "clean-extract", "title": "Clean the extract"}
    return base | {"learners": learners, "skills": ["fan-out"]} | changes


def refusals(**changes):
    with pytest.raises(ValidationError) as refused:
        OnRampSpec.model_validate(on_ramp(**changes))
    return [(".".join(map(str, error["loc"])), error["type"]) for error in refused.value.errors()]


def test_what_an_on_ramp_leaves_out_has_a_default():
    spec = OnRampSpec.model_validate(on_ramp())

    assert (spec.match.labels, spec.match.teams) == ([], [])
    assert (spec.reps.minimum, spec.reps.window_days) == (3, 90)
    assert (spec.hold.working_hours, spec.hold.typical_hours, spec.hold.offer_hours) == (16, 4, 4)
    assert (spec.supervised, spec.off_first, spec.graduates_after, spec.in_progress_max) == (2, 2, 8, 2)
    assert (spec.agents, spec.status, spec.recurs) == ("needs_approval", "active", None)
    assert spec.approval.model_dump() == APPROVAL


def test_an_on_ramp_survives_the_way_to_json_and_back():
    spec = OnRampSpec.model_validate(on_ramp(recurs=RECURS, **{"x-acme": 1}))

    assert OnRampSpec.model_validate_json(spec.model_dump_json(by_alias=True), by_alias=True) == spec


def test_hours_may_be_whole_or_not():
    assert OnRampSpec.model_validate(on_ramp(hold={"typical_hours": 1.5})).hold.typical_hours == 1.5
    assert OnRampSpec.model_validate(on_ramp(hold={"typical_hours": 2})).hold.typical_hours == 2


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"skills": []}, "skills"),
        ({"learners": {"roles": [], "levels": ["novice"]}}, "learners.roles"),
        ({"match": {"labels": ["two\nlines"]}}, "match.labels.0"),
        ({"match": {"teams": ["Payments"]}}, "match.teams.0"),
        ({"reps": {"minimum": 0}}, "reps.minimum"),
        ({"reps": {"minimum": 2.5}}, "reps.minimum"),
        ({"reps": {"window_days": 3}}, "reps.window_days"),
        ({"hold": {"working_hours": 0}}, "hold.working_hours"),
        ({"hold": {"working_hours": float("nan")}}, "hold.working_hours"),
        ({"hold": {"typical_hours": "4"}}, "hold.typical_hours"),
        ({"hold": {"offer_hours": True}}, "hold.offer_hours"),
        ({"supervised": -1}, "supervised"),
        ({"off_first": "none"}, "off_first"),
        ({"graduates_after": 0}, "graduates_after"),
        ({"agents": "always"}, "agents"),
        ({"in_progress_max": 0}, "in_progress_max"),
        ({"titel": "Clean"}, "titel"),
    ],
)
def test_an_on_ramp_is_refused_for_one_wrong_field(changes, place):
    assert [where for where, _ in refusals(**changes)] == [place]


@pytest.mark.parametrize(
    ("hours", "place"),
    [
        ({"remind_after_hours": 4}, "deputy_after_hours"),
        ({"deputy_after_hours": 8}, "expire_after_hours"),
        ({"deputy_after_hours": 1}, "deputy_after_hours"),
        ({"expire_after_hours": 4}, "expire_after_hours"),
    ],
)
def test_an_approval_reminds_before_it_asks_the_deputy_before_it_expires(hours, place):
    assert refusals(approval=hours) == [(f"approval.{place}", "not-later")]


@pytest.mark.parametrize(
    "recurs",
    [
        RECURS,
        RECURS | {"every": "month", "on": 28},
        {"every": "day", "at": "23:59", "due_after_hours": 0.5},
    ],
)
def test_a_task_recurs_every_day_week_or_month(recurs):
    assert OnRampSpec.model_validate(on_ramp(recurs=recurs)).recurs.every == recurs["every"]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"on": None}, ("recurs.on", "missing-key")),
        ({"on": "lun"}, ("recurs.on", "not-a-choice")),
        ({"on": ["mon"]}, ("recurs.on", "not-a-choice")),
        ({"every": "month"}, ("recurs.on", "not-a-choice")),
        ({"every": "month", "on": 29}, ("recurs.on", "not-a-choice")),
        ({"every": "month", "on": True}, ("recurs.on", "not-a-choice")),
        ({"every": "day"}, ("recurs.on", "not-a-choice")),
        ({"every": "year"}, ("recurs.every", "literal_error")),
        ({"at": "9:00"}, ("recurs.at", "time-format")),
        ({"at": "24:00"}, ("recurs.at", "time-format")),
        ({"due_after_hours": 0}, ("recurs.due_after_hours", "greater_than_equal")),
    ],
)
def test_a_recurrence_says_when(changes, refused):
    assert refusals(recurs=RECURS | changes) == [refused]


def test_the_json_schema_is_sound_and_accepts_what_the_reader_accepts():
    schema = json_schema(ON_RAMP_SCHEMA)
    jsonschema.Draft202012Validator.check_schema(schema)

    jsonschema.validate(on_ramp(recurs=RECURS, approval=APPROVAL, **{"x-acme": 1}), schema)


@pytest.mark.parametrize(
    "changes", [{"tilte": 1}, {"skills": []}, {"agents": "no"}, {"recurs": RECURS | {"at": "9"}}]
)
def test_the_json_schema_refuses_what_the_reader_refuses(changes):
    assert not jsonschema.Draft202012Validator(json_schema(ON_RAMP_SCHEMA)).is_valid(on_ramp(**changes))
