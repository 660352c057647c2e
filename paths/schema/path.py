"""What a path file may say. Attributes are named as the YAML keys are."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from paths.schema.shared import Audience, FileSpec, Spec
from paths.texts import Day, Id, Line, Name, Note, OptionalLine, OptionalName, OptionalNote, Text, Wording

PATH_SCHEMA = "rampart/path@1"


class Source(Spec):
    title: Line
    url: Annotated[str, Wording(length=2_000, one_line=True, optional=True)] = ""


class _Exercise(Spec):
    id: Id
    ai: Literal["off", "coach", "free"]
    minutes: int = Field(default=2, ge=1, le=30)
    moment: OptionalLine = ""
    prompt: Text
    feedback: OptionalNote = ""
    sources: list[Source] = Field(default=[], max_length=10)


class OptionSpec(Spec):
    id: Id
    text: Note
    correct: bool = False
    why: Note


class ChoiceSpec(_Exercise):
    kind: Literal["choice"]
    options: list[OptionSpec] = Field(min_length=2, max_length=5)


class JudgeSpec(_Exercise):
    kind: Literal["judge"]
    sound: bool
    why: Note


class EstimateSpec(_Exercise):
    kind: Literal["estimate"]
    answer: float = Field(allow_inf_nan=False)
    tolerance: float = Field(ge=0, allow_inf_nan=False)
    unit: OptionalLine = ""


class RecallSpec(_Exercise):
    kind: Literal["recall"]
    answer: Text
    rubric: list[Note] = Field(default=[], max_length=10)


class DoSpec(_Exercise):
    kind: Literal["do"]
    rubric: list[Note] = Field(min_length=1, max_length=10)


ExerciseSpec = Annotated[
    ChoiceSpec | JudgeSpec | EstimateSpec | RecallSpec | DoSpec, Field(discriminator="kind")
]


class SkillSpec(Spec):
    id: Id
    title: Line
    idea: OptionalNote = ""
    after: list[Id] = Field(default=[], max_length=50)
    was: list[Id] = Field(default=[], max_length=50)
    never_withhold: bool = False
    exercises: list[ExerciseSpec] = Field(min_length=1, max_length=50)


class UseSpec(Spec):
    """A skill that another path defines: one memory, shared."""

    use: Id


def _use_or_skill(value: object) -> str:
    return "use" if isinstance(value, UseSpec) or (isinstance(value, dict) and "use" in value) else "skill"


class Pace(Spec):
    retention: float = Field(default=0.9, ge=0.7, le=0.97)
    new_skills_per_week: int = Field(default=3, ge=1, le=20)
    minutes_per_workday: int = Field(default=6, ge=1, le=60)


class Retirement(Spec):
    reason: Line
    instead: OptionalName = ""


class PathSpec(FileSpec):
    schema_id: Literal["rampart/path@1"] = Field(alias="schema")
    review_by: Day | None = None
    audience: Audience
    outcome: OptionalNote = ""
    pace: Pace = Pace()
    on_ramps: list[Id] = Field(default=[], max_length=100)
    skills: list[
        Annotated[
            Annotated[UseSpec, Tag("use")] | Annotated[SkillSpec, Tag("skill")], Discriminator(_use_or_skill)
        ]
    ] = Field(min_length=1, max_length=500)
    retired: dict[Name, Retirement] = Field(default={}, json_schema_extra={"additionalProperties": False})

    @property
    def own_skills(self) -> list[SkillSpec]:
        return [skill for skill in self.skills if isinstance(skill, SkillSpec)]

    @property
    def skill_ids(self) -> list[str]:
        """In teaching order, those used from other paths included."""
        return [skill.id if isinstance(skill, SkillSpec) else skill.use for skill in self.skills]
