"""What pydantic found, in words an author can act on, at the place in the file."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cache

from pydantic_core import ErrorDetails

from paths.problems import MAX_PROBLEMS, Code, Problem
from paths.schema import SCHEMAS, json_schema
from paths.texts import shown
from paths.tree import Keys, Place, Tree

UNIONS = {"skills", "exercises"}  # after the index of an item pydantic names the member it tried
_UNKNOWN_KEY = {"extra_forbidden", Code.UNKNOWN_KEY.value}
Explanation = Callable[[ErrorDetails], tuple[Code, str]]


def diagnose(errors: Iterable[ErrorDetails], *, tree: Tree) -> list[Problem]:
    """The first problems by place, without those at values that were refused already."""
    located = [(_place(error, tree=tree), error) for error in errors]
    first = sorted(((place, error) for place, error in located if place), key=lambda one: one[0])
    return [_problem(error, place=place, tree=tree) for place, error in first[:MAX_PROBLEMS]]


def _place(error: ErrorDetails, *, tree: Tree) -> Place | None:
    node = tree.nearest(_keys(error))
    if node.is_refused:
        return None
    at_key = error["type"] in _UNKNOWN_KEY or _is_about_key(error)
    return node.key_place if at_key and node.key_place else node.place


def _problem(error: ErrorDetails, *, place: Place, tree: Tree) -> Problem:
    explain = _EXPLANATIONS.get(error["type"])
    code, message = explain(error) if explain else (_code(error), error["msg"])
    keys = _keys(error)
    if code in {Code.UNKNOWN_KEY, Code.MISSING_KEY}:
        keys = keys[:-1]
    return tree.problem(code, place, message, keys=keys)


def _code(error: ErrorDetails) -> Code:
    return Code(error["type"]) if error["type"] in set(Code) else Code.INVALID


def _is_about_key(error: ErrorDetails) -> bool:
    """Pydantic marks a key of a free mapping so; a key of that name is merely unknown."""
    return error["loc"][-1:] == ("[key]",) and error["type"] not in _UNKNOWN_KEY


def _keys(error: ErrorDetails) -> Keys:
    """Pydantic's location without the union members it passed through."""
    location = error["loc"][:-1] if _is_about_key(error) else error["loc"]
    keys: list[str | int] = []
    is_member = False
    for part in location:
        is_member = not is_member and len(keys) > 1 and isinstance(keys[-1], int) and keys[-2] in UNIONS
        if not is_member:
            keys.append(part)
    if error["type"].startswith("union_tag"):
        keys.append("kind")
    return tuple(keys)


def _wrong_type(needed: str) -> Explanation:
    def explain(error: ErrorDetails) -> tuple[Code, str]:
        value = error["input"]
        hint = ""
        if needed == "text" and isinstance(value, int | float):
            hint = "; put it in quotes"
        if "number" in needed and isinstance(value, str):
            hint = "; write digits without quotes"
        return Code.WRONG_TYPE, f"{found(value)} where {needed} is needed{hint}"

    return explain


def found(value: object) -> str:
    if value is None:
        return "nothing stands"
    for kind, name in [(list, "a list"), (dict, "a mapping"), (str, f"the text {shown(value)}")]:
        if isinstance(value, kind):
            return f"{name} stands"
    return f"{shown(value)} stands"


def _missing(error: ErrorDetails) -> tuple[Code, str]:
    return Code.MISSING_KEY, f'the key "{error["loc"][-1]}" is missing'


def _missing_kind(_error: ErrorDetails) -> tuple[Code, str]:
    return Code.MISSING_KEY, f'the key "kind" is missing; write {any_of(_kinds())}'


def _unknown_kind(error: ErrorDetails) -> tuple[Code, str]:
    return Code.UNKNOWN_KIND, f"{shown(error['input'].get('kind'))} is not a kind; write {any_of(_kinds())}"


def _unknown_key(error: ErrorDetails) -> tuple[Code, str]:
    key = str(error["loc"][-1])
    others = [name for name in _all_keys() if name != key]
    close = get_close_matches(key, others, n=1, cutoff=0.8)
    return Code.UNKNOWN_KEY, f"{shown(key)} is not a key here" + (f'; "{close[0]}" is' if close else "")


def _not_a_choice(error: ErrorDetails) -> tuple[Code, str]:
    choices = error["ctx"]["expected"].replace("'", "")
    return Code.NOT_A_CHOICE, f"{shown(error['input'])} is not one of {choices}"


def _out_of_range(limit: str) -> Explanation:
    def explain(error: ErrorDetails) -> tuple[Code, str]:
        bounds = [f" {bound:g}" for bound in error.get("ctx", {}).values()]
        return Code.OUT_OF_RANGE, f"{shown(error['input'])} is refused; write {limit}{''.join(bounds)}"

    return explain


def _too_few(error: ErrorDetails) -> tuple[Code, str]:
    return Code.TOO_FEW, f"{len(error['input'])} given; give at least {error['ctx']['min_length']}"


def _too_many(error: ErrorDetails) -> tuple[Code, str]:
    return Code.TOO_MANY, f"{len(error['input'])} given; give at most {error['ctx']['max_length']}"


_EXPLANATIONS: dict[str, Explanation] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    Code.UNKNOWN_KEY.value: _unknown_key,
    "union_tag_not_found": _missing_kind,
    "union_tag_invalid": _unknown_kind,
    "literal_error": _not_a_choice,
    "string_type": _wrong_type("text"),
    "int_type": _wrong_type("a whole number"),
    "float_type": _wrong_type("a number"),
    "bool_type": _wrong_type("true or false"),
    "list_type": _wrong_type("a list"),
    "dict_type": _wrong_type("a mapping"),
    "model_type": _wrong_type("a mapping"),
    "model_attributes_type": _wrong_type("a mapping"),
    "finite_number": _out_of_range("a finite number"),
    "greater_than_equal": _out_of_range("at least"),
    "less_than_equal": _out_of_range("at most"),
    "too_short": _too_few,
    "too_long": _too_many,
}


def any_of(names: Iterable[str]) -> str:
    return " or ".join(", ".join(names).rsplit(", ", maxsplit=1))


@cache
def _kinds() -> list[str]:
    definitions = json_schema()["$defs"]
    return sorted(
        one["properties"]["kind"]["const"] for one in definitions.values() if "kind" in one["properties"]
    )


@cache
def _all_keys() -> list[str]:
    schemas = [json_schema(name) for name in SCHEMAS]
    parts = [part for schema in schemas for part in (schema, *schema["$defs"].values())]
    return sorted({key for part in parts for key in part["properties"]})
