"""YAML text -> spec, with every problem at its file, line and column."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice

from pydantic import ValidationError

from paths.diagnosis import any_of, diagnose, found
from paths.problems import MAX_PROBLEMS, Code, Problem, has_errors, in_order
from paths.scalars import UNPRINTABLE, unprintable
from paths.schema import ON_RAMP_SCHEMA, PATH_SCHEMA, SCHEMAS, AnySpec
from paths.texts import shown
from paths.tree import MAX_BYTES, Keys, Place, Tree, grow

BEGIN = f"begin with {any_of(f'`schema: {name}`' for name in SCHEMAS)}"
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One file as it was read; `spec` is None while the file has errors of its own."""

    file: str
    text: str  # as it came, byte for byte; empty for a file that is too large
    spec: AnySpec | None
    problems: list[Problem]
    tree: Tree

    @property
    def has_errors(self) -> bool:
        return has_errors(self.problems)

    def problem(self, code: Code, keys: Keys, message: str) -> Problem:
        """A problem at the value that these keys lead to, or at what stands nearest above it."""
        return self.tree.problem(code, self.tree.nearest(keys).place, message, keys=keys)

    @property
    def mentioned_ids(self) -> set[str]:
        """Every id in the text: what a file with errors may mean to define."""
        return set(re.findall(r"\bid: *[\"']?([a-z0-9-]+)", self.text))


def read(text: bytes | str, *, file: str) -> Reading:
    """Read a text that nobody trusts: this raises nothing and expands nothing."""
    tree = Tree(file=file)
    decoded, problems = _decode(text, tree=tree)
    spec = None
    if not problems:
        tree = grow(decoded.removeprefix(BYTE_ORDER_MARK), file=file)
        spec, problems = _validate(tree)
    problems = in_order(tree.problems + problems)
    return Reading(file=file, text=decoded, spec=None if problems else spec, problems=problems, tree=tree)


def _decode(text: bytes | str, *, tree: Tree) -> tuple[str, list[Problem]]:
    """The text, and why it cannot be parsed."""
    beginning = text[: MAX_BYTES + 1]
    data = beginning if isinstance(beginning, bytes) else beginning.encode(errors="surrogatepass")
    if len(data) > MAX_BYTES:
        advice = f"the file is over {MAX_BYTES // 1024} KB; split it"
        return text if isinstance(text, str) else "", [tree.problem(Code.TOO_LARGE, (1, 1), advice)]
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        return error.object.decode(errors="replace"), [_not_utf8(error, tree=tree)]
    return decoded, _unprintables(decoded.removeprefix(BYTE_ORDER_MARK), tree=tree)


def _not_utf8(error: UnicodeDecodeError, *, tree: Tree) -> Problem:
    before = error.object[: error.start].decode().removeprefix(BYTE_ORDER_MARK)
    advice = f"the byte 0x{error.object[error.start]:02x} is not UTF-8; save the file as UTF-8"
    return tree.problem(Code.NOT_UTF8, _place(len(before), _line_starts(before)), advice)


def _unprintables(text: str, *, tree: Tree) -> list[Problem]:
    found = list(islice(UNPRINTABLE.finditer(text), MAX_PROBLEMS))
    line_starts = _line_starts(text) if found else []
    return [
        tree.problem(Code.CONTROL_CHARACTER, _place(one.start(), line_starts), unprintable(one[0]))
        for one in found
    ]


def _line_starts(text: str) -> list[int]:
    return [0, *(ending.end() for ending in re.finditer(r"\r\n|\r|\n", text))]


def _place(offset: int, line_starts: list[int]) -> Place:
    line = bisect_right(line_starts, offset)
    return line, offset - line_starts[line - 1] + 1


def _validate(tree: Tree) -> tuple[AnySpec | None, list[Problem]]:
    if tree.data is None:
        empty = tree.problem(Code.EMPTY, (1, 1), f"nothing is here; {BEGIN}")
        return None, [] if tree.problems else [empty]
    if not isinstance(tree.data, dict):
        advice = f"{found(tree.data)} where a mapping is needed; {BEGIN}"
        return None, [tree.problem(Code.WRONG_TYPE, tree.nearest(()).place, advice)]
    meant = ON_RAMP_SCHEMA if "learners" in tree.data else PATH_SCHEMA
    name = tree.data.get("schema", meant)
    schema = SCHEMAS.get(name) if isinstance(name, str) else None
    if schema is None:
        node = tree.nearest(("schema",))
        advice = f"{shown(name)} is not a schema of ours; write {any_of(SCHEMAS)}"
        unknown = tree.problem(Code.UNKNOWN_SCHEMA, node.place, advice, keys=("schema",))
        return None, [] if node.is_refused else [unknown]
    try:
        return schema.model_validate(tree.data), []
    except ValidationError as error:
        return None, diagnose(error.errors(include_url=False), tree=tree)
