"""What a path file and an on-ramp file may say."""

from typing import Any

from paths.schema.on_ramp import (
    ON_RAMP_SCHEMA,
    Approval,
    Hold,
    Match,
    OnRampSpec,
    Recurs,
    Reps,
    Weekday,
)
from paths.schema.path import (
    PATH_SCHEMA,
    ChoiceSpec,
    DoSpec,
    EstimateSpec,
    ExerciseSpec,
    JudgeSpec,
    OptionSpec,
    Pace,
    PathSpec,
    RecallSpec,
    Retirement,
    SkillSpec,
    Source,
    UseSpec,
)
from paths.schema.shared import Audience

__all__ = [
    "ON_RAMP_SCHEMA",
    "PATH_SCHEMA",
    "SCHEMAS",
    "AnySpec",
    "Approval",
    "Audience",
    "ChoiceSpec",
    "DoSpec",
    "EstimateSpec",
    "ExerciseSpec",
    "Hold",
    "JudgeSpec",
    "Match",
    "OnRampSpec",
    "OptionSpec",
    "Pace",
    "PathSpec",
    "RecallSpec",
    "Recurs",
    "Reps",
    "Retirement",
    "SkillSpec",
    "Source",
    "UseSpec",
    "Weekday",
    "json_schema",
]

type AnySpec = PathSpec | OnRampSpec

SCHEMAS: dict[str, type[PathSpec] | type[OnRampSpec]] = {PATH_SCHEMA: PathSpec, ON_RAMP_SCHEMA: OnRampSpec}
TITLES = {PATH_SCHEMA: "Rampart path", ON_RAMP_SCHEMA: "Rampart on-ramp"}


def json_schema(name: str = PATH_SCHEMA) -> dict[str, Any]:
    """What editors complete and check against; the files of schema/ hold it."""
    schema = SCHEMAS[name].model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": TITLES[name]}
