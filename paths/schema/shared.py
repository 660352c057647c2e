"""What path files and on-ramp files share."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from paths.problems import Code
from paths.texts import Id, Language, Line, OptionalEmail, OptionalNote, refusal, shown


class Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Audience(Spec):
    roles: list[Id] = Field(min_length=1, max_length=100)
    levels: list[Id] = Field(min_length=1, max_length=20)


def _extension(key: str) -> str:
    if not key.startswith("x-"):
        raise refusal(Code.UNKNOWN_KEY, f"{shown(key)} is not a key here")
    return key


Extension = Annotated[str, AfterValidator(_extension)]


class FileSpec(Spec):
    """The head of a file of either kind."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"patternProperties": {"^x-": {}}, "additionalProperties": False},
    )
    __pydantic_extra__: dict[Extension, Any] = Field(init=False)

    schema_id: str = Field(alias="schema")
    id: Id
    title: Line
    summary: OptionalNote = ""
    language: Language = "en"
    status: Literal["draft", "active", "retired"] = "active"
    owner: OptionalEmail = ""
