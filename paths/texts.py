"""The texts that YAML files are made of: ids, lines, notes, dates, each refused with advice."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from paths.problems import Code

ID_PATTERN = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def refusal(code: Code, message: str) -> PydanticCustomError:
    return PydanticCustomError(code.value, "{message}", {"message": message})


def shown(value: object) -> str:
    """The value as an author would write it, cut to 40 characters."""
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    text = text if len(text) <= 40 else f"{text[:39]}…"
    return f'"{text}"' if isinstance(value, str) else text


@dataclass(frozen=True, kw_only=True)
class Form:
    """A text that fits a pattern, with the code and the advice for one that does not."""

    pattern: str
    code: Code
    advice: str
    length: int = 200
    optional: bool = False
    nearest: Callable[[str], str] | None = None  # what was probably meant

    def check(self, value: str) -> str:
        if not self._fits(value) and (value or not self.optional):
            guess = self.nearest(value) if self.nearest else ""
            hint = f"; did you mean {guess}?" if self._fits(guess) else ""
            raise refusal(self.code, f"{shown(value)} is not {self.advice}{hint}")
        return value

    def _fits(self, value: str) -> bool:
        return len(value) <= self.length and re.fullmatch(self.pattern, value) is not None

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], CoreSchema]) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: object) -> dict[str, Any]:
        pattern = f"^({self.pattern})?$" if self.optional else f"^{self.pattern}$"
        return {"type": "string", "pattern": pattern, "maxLength": self.length}


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A text for people of at most `length` characters; blank only where it is optional."""

    length: int
    one_line: bool = False
    optional: bool = False

    def check(self, value: str) -> str:
        if not value.strip() and not (self.optional and not value):
            raise refusal(Code.BLANK, "the text is blank; write it, or leave out the key if it is optional")
        if len(value) > self.length:
            advice = f"{len(value):,} characters are too many; write at most {self.length:,}"
            raise refusal(Code.TOO_LONG, advice)
        if not self.one_line:
            return value
        if "\n" in value.strip():
            raise refusal(Code.NOT_ONE_LINE, "one line is needed here; fold the text with `>-` or shorten it")
        return value.strip()

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], CoreSchema]) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: object) -> dict[str, Any]:
        return {"type": "string", "minLength": 0 if self.optional else 1, "maxLength": self.length}


def id_like(text: str) -> str:
    """The id nearest to a text: without accents, in lower case, a hyphen between its words."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain))


def _day(value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise refusal(Code.DATE_FORMAT, f"{shown(value)} is not a date; write it like 2027-03-01")


ID_FORM = Form(
    pattern=ID_PATTERN,
    code=Code.ID_FORMAT,
    advice="an id; use lower-case letters, digits and hyphens, at most 64",
    length=64,
    nearest=id_like,
)
NAME_FORM = Form(
    pattern=f"{ID_PATTERN}(/{ID_PATTERN})?",
    code=Code.ID_FORMAT,
    advice="the id of a skill, nor of an exercise written `skill/exercise`",
)
EMAIL_FORM = Form(
    pattern=r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+",
    code=Code.EMAIL_FORMAT,
    advice="an e-mail address",
    optional=True,
)
LANGUAGE_FORM = Form(
    pattern="[a-z]{2,3}(-[A-Za-z0-9]{2,8})*",
    code=Code.LANGUAGE_FORMAT,
    advice="a language tag; write it like en or pt-BR",
)
CLOCK_FORM = Form(
    pattern="([01][0-9]|2[0-3]):[0-5][0-9]",
    code=Code.TIME_FORMAT,
    advice='a time of day; write it like "09:00"',
    nearest=lambda text: text.strip().zfill(5),
)

Id = Annotated[str, ID_FORM]
Name = Annotated[str, NAME_FORM]
OptionalName = Annotated[str, replace(NAME_FORM, optional=True)]
OptionalEmail = Annotated[str, EMAIL_FORM]
Language = Annotated[str, LANGUAGE_FORM]
Clock = Annotated[str, CLOCK_FORM]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Line = Annotated[str, Wording(length=200, one_line=True)]
OptionalLine = Annotated[str, Wording(length=200, one_line=True, optional=True)]
Note = Annotated[str, Wording(length=2_000)]  # Markdown, a paragraph or a few
OptionalNote = Annotated[str, Wording(length=2_000, optional=True)]
Text = Annotated[str, Wording(length=8_000)]  # Markdown, whatever an exercise can hold
