"""What an on-ramp file may say. Attributes are named as the YAML keys are; a hold counts working hours."""

from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator

from paths.problems import Code
from paths.schema.shared import Audience, FileSpec, Spec
from paths.texts import Clock, Id, Line, refusal, shown

ON_RAMP_SCHEMA = "rampart/on-ramp@1"
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS = {"week": "mon, tue, wed, thu, fri, sat or sun", "month": "a day from 1 to 28"}


class Match(Spec):
    """Any of the labels, in any of the teams; without teams in every team."""

    labels: list[Line] = Field(default=[], max_length=50)
    teams: list[Id] = Field(default=[], max_length=200)


class Reps(Spec):
    """How many each learner should lead, in so many days."""

    minimum: int = Field(default=3, ge=1, le=50)
    window_days: int = Field(default=90, ge=7, le=730)


class Hold(Spec):
    working_hours: float = Field(default=16, ge=0.5, le=400, allow_inf_nan=False)
    typical_hours: float = Field(default=4, ge=0.25, le=200, allow_inf_nan=False)
    offer_hours: float = Field(default=4, ge=0.5, le=80, allow_inf_nan=False)


Deadline = Annotated[float, Field(ge=0.5, le=400, allow_inf_nan=False, validate_default=True)]


class Approval(Spec):
    remind_after_hours: Deadline = 2
    deputy_after_hours: Deadline = 4
    expire_after_hours: Deadline = 8

    @field_validator("deputy_after_hours", "expire_after_hours")
    @classmethod
    def _comes_later(cls, hours: float, info: ValidationInfo) -> float:
        names = list(cls.model_fields)
        earlier = names[names.index(str(info.field_name)) - 1]
        if hours <= info.data.get(earlier, 0):
            advice = (
                f"{hours:g} is not after {earlier} ({info.data[earlier]:g}); each comes after the one before"
            )
            raise refusal(Code.NOT_LATER, advice)
        return hours


class Recurs(Spec):
    """When a task comes by itself: at a local time, on workdays or holidays alike."""

    every: Literal["day", "week", "month"]
    on: Weekday | Annotated[int, Field(ge=1, le=28)] | None = Field(default=None, validate_default=True)
    at: Clock
    due_after_hours: float = Field(ge=0.5, le=2_000, allow_inf_nan=False)

    @field_validator("on", mode="before")
    @classmethod
    def _fits_every(cls, on: object, info: ValidationInfo) -> object:
        every = info.data.get("every")
        if every in DAYS and on is None:
            raise refusal(Code.MISSING_KEY, f'the key "on" is missing; write {DAYS[every]}')
        if every == "day" and on is not None:
            raise refusal(Code.NOT_A_CHOICE, "every day needs no `on`; leave it out")
        if (every == "week" and on not in get_args(Weekday)) or (every == "month" and not _is_day(on)):
            raise refusal(Code.NOT_A_CHOICE, f"{shown(on)} is not {DAYS[every]}")
        return on if every else None


def _is_day(on: object) -> bool:
    return isinstance(on, int) and not isinstance(on, bool) and 1 <= on <= 28


class OnRampSpec(FileSpec):
    schema_id: Literal["rampart/on-ramp@1"] = Field(alias="schema")
    learners: Audience
    skills: list[Id] = Field(min_length=1, max_length=50)
    match: Match = Match()
    reps: Reps = Reps()
    hold: Hold = Hold()
    supervised: int = Field(default=2, ge=0, le=50)
    off_first: int = Field(default=2, ge=0, le=50)
    graduates_after: int = Field(default=8, ge=1, le=200)
    agents: Literal["needs_approval", "never"] = "needs_approval"
    in_progress_max: int = Field(default=2, ge=1, le=20)
    approval: Approval = Approval()
    recurs: Recurs | None = None
