"""What can be wrong with a path or on-ramp file: one code each, explained in docs/codes.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MAX_PROBLEMS = 100


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


class Code(StrEnum):
    """Stable names: other tools and people's notes rely on them, so one is never renamed or reused."""

    # the file
    TOO_LARGE = "too-large"
    TOO_MANY_NODES = "too-many-nodes"
    TOO_DEEP = "too-deep"
    NOT_UTF8 = "not-utf8"
    CONTROL_CHARACTER = "control-character"
    EMPTY = "empty"

    # the YAML
    SYNTAX = "syntax"
    TAB_INDENT = "tab-indent"
    ANCHOR = "anchor"
    ALIAS = "alias"
    TAG = "tag"
    SECOND_DOCUMENT = "second-document"
    DUPLICATE_KEY = "duplicate-key"
    KEY_TYPE = "key-type"

    # the schema
    UNKNOWN_SCHEMA = "unknown-schema"
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    WRONG_TYPE = "wrong-type"
    UNKNOWN_KIND = "unknown-kind"
    NOT_A_CHOICE = "not-a-choice"
    OUT_OF_RANGE = "out-of-range"
    TOO_FEW = "too-few"
    TOO_MANY = "too-many"
    BLANK = "blank"
    TOO_LONG = "too-long"
    NOT_ONE_LINE = "not-one-line"
    ID_FORMAT = "id-format"
    NOT_LATER = "not-later"
    DATE_FORMAT = "date-format"
    TIME_FORMAT = "time-format"
    EMAIL_FORMAT = "email-format"
    LANGUAGE_FORMAT = "language-format"
    INVALID = "invalid"

    # the exercises
    NO_CORRECT_OPTION = "no-correct-option"
    SEVERAL_CORRECT_OPTIONS = "several-correct-options"
    EQUAL_OPTIONS = "equal-options"
    DUPLICATE_OPTION = "duplicate-option"
    DUPLICATE_EXERCISE = "duplicate-exercise"
    EXERCISE_TOO_LONG = "exercise-too-long"
    RAW_HTML = "raw-html"
    LINK_SCHEME = "link-scheme"
    IMAGE_ALT = "image-alt"
    IMAGE_NOT_SHOWN = "image-not-shown"
    SINGLE_EXERCISE = "single-exercise"
    NO_IDEA = "no-idea"
    NO_SOUND_CASE = "no-sound-case"

    # the path among the others
    DUPLICATE_PATH = "duplicate-path"
    DUPLICATE_SKILL = "duplicate-skill"
    UNKNOWN_SKILL = "unknown-skill"
    AFTER_OFF_PATH = "after-off-path"
    CYCLE = "cycle"
    VANISHED = "vanished"
    REUSED_ID = "reused-id"
    WAS_TAKEN = "was-taken"
    NO_AUDIENCE = "no-audience"
    UNKNOWN_ROLE = "unknown-role"
    UNKNOWN_LEVEL = "unknown-level"
    UNKNOWN_ON_RAMP = "unknown-on-ramp"
    RETIRED_ON_RAMP = "retired-on-ramp"
    NEEDED_BY_ON_RAMP = "needed-by-on-ramp"
    SLOW_PACE = "slow-pace"

    # the on-ramp among the paths and the other on-ramps
    DUPLICATE_ON_RAMP = "duplicate-on-ramp"
    UNKNOWN_TEAM = "unknown-team"
    NO_LABELS = "no-labels"
    SHARED_LABEL = "shared-label"

    @property
    def severity(self) -> Severity:
        return _MILDER.get(self, Severity.ERROR)


_MILDER = {
    Code.SINGLE_EXERCISE: Severity.WARNING,
    Code.NO_IDEA: Severity.WARNING,
    Code.NO_SOUND_CASE: Severity.WARNING,
    Code.AFTER_OFF_PATH: Severity.WARNING,
    Code.UNKNOWN_ROLE: Severity.WARNING,
    Code.UNKNOWN_LEVEL: Severity.WARNING,
    Code.UNKNOWN_TEAM: Severity.WARNING,
    Code.RETIRED_ON_RAMP: Severity.WARNING,
    Code.NEEDED_BY_ON_RAMP: Severity.WARNING,
    Code.NO_LABELS: Severity.INFORMATION,
    Code.SHARED_LABEL: Severity.INFORMATION,
    Code.IMAGE_NOT_SHOWN: Severity.INFORMATION,
    Code.SLOW_PACE: Severity.INFORMATION,
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing to mend, with its place: lines and columns count from 1, columns in characters."""

    file: str
    line: int
    column: int
    code: Code
    message: str

    @property
    def severity(self) -> Severity:
        return self.code.severity

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}"

    def as_dict(self) -> dict[str, str | int]:
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "severity": self.severity.value,
            "code": self.code.value,
            "message": self.message,
        }


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort by place, at most MAX_PROBLEMS; errors stay when milder ones must give way."""
    worst_first = sorted(
        problems, key=lambda problem: (list(Severity).index(problem.severity), _place(problem))
    )
    return sorted(worst_first[:MAX_PROBLEMS], key=_place)


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line, problem.column
