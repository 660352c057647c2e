"""YAML text to plain data that knows its places: one pass over the events, and nothing is expanded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

import yaml

from paths.problems import MAX_PROBLEMS, Code, Problem
from paths.scalars import UNPRINTABLE, resolve, unprintable
from paths.texts import shown

MAX_BYTES = 512 * 1024
MAX_NODES = 50_000
MAX_DEPTH = 32
MAX_KEYS = 1_000  # of one mapping

Place = tuple[int, int]  # line and column, from 1, in characters
Keys = tuple[str | int, ...]  # the way from the top to a value: ("skills", 0, "id")


class Unreadable:
    """Stands for a value that was refused already, so that nobody complains about it twice."""

    def __repr__(self) -> str:
        return "an unreadable value"


UNREADABLE = Unreadable()


@dataclass(slots=True)
class Node:
    """Where a value is, and its key, and the values inside it."""

    place: Place
    key_place: Place | None = None
    is_refused: bool = False
    children: dict[str | int, "Node"] | None = None  # None inside of a scalar, as most are


@dataclass(kw_only=True)
class Tree:
    """The data of one document; `root` is None when it could not be read to its end."""

    file: str
    data: Any = None
    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)

    def nearest(self, keys: Keys) -> Node:
        """The value that these keys lead to, or what stands nearest above it."""
        node = self.root or Node((1, 1))
        for key in keys:
            child = node.children.get(key) if node.children else None
            if child is None:
                return node
            node = child
        return node

    def problem(self, code: Code, place: Place, message: str, *, keys: Keys = ()) -> Problem:
        path = ".".join(str(key)[:60] for key in keys)
        text = f"{path}: {message}" if path else message
        return Problem(file=self.file, line=place[0], column=place[1], code=code, message=text)


class _StopError(Exception):
    """The rest of the file is not worth reading."""


def grow(text: str, *, file: str) -> Tree:
    """Read the one document of a text that holds no unprintable characters."""
    grower = _Grower(file, lines=text.splitlines())
    try:
        for event in iter(yaml.CSafeLoader(text).get_event, None):
            grower.take(event)
    except _StopError:
        pass
    except yaml.MarkedYAMLError as error:
        grower.tree.problems.append(grower.tree.problem(*_syntax(error, lines=grower.lines)))
    return grower.tree


Item = tuple[Node, Any]


class _Grower:
    """Takes the parser's events in turn; a list or mapping is put together when its end comes."""

    def __init__(self, file: str, *, lines: list[str]) -> None:
        self.tree = Tree(file=file)
        self.lines = lines
        self.tabbed = {number for number, line in enumerate(lines) if "\t" in _indentation(line)}
        self.items: list[Item] = []  # of the innermost list or mapping that is open
        self.outer: list[tuple[Node, list[Item]]] = []
        self.nodes = 0
        self.has_document = False
        self.actions: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._start,
            yaml.MappingEndEvent: self._end_mapping,
            yaml.SequenceStartEvent: self._start,
            yaml.SequenceEndEvent: self._end_list,
            yaml.DocumentStartEvent: self._begin,
            yaml.DocumentEndEvent: self._end_document,
        }

    def refuse(self, code: Code, place: Place, message: str) -> None:
        self.tree.problems.append(self.tree.problem(code, place, message))
        if len(self.tree.problems) >= MAX_PROBLEMS:
            raise _StopError

    def take(self, event: yaml.Event) -> None:
        if self.tabbed:
            self._refuse_tab(*_place(event))
        if action := self.actions.get(type(event)):
            action(event)

    def _end_document(self, _event: yaml.DocumentEndEvent) -> None:
        self.tree.root, self.tree.data = self.items[0]

    def _refuse_tab(self, line: int, column: int) -> None:
        """Between brackets the parser would let a tab pass."""
        if line - 1 in self.tabbed:
            indentation = _indentation(self.lines[line - 1])
            if column == len(indentation) + 1:
                self.tabbed.remove(line - 1)
                self.refuse(*_tab(line, indentation))

    def _begin(self, event: yaml.DocumentStartEvent) -> None:
        if self.has_document:
            advice = "a second document starts here; keep one path in one file"
            self.refuse(Code.SECOND_DOCUMENT, _place(event), advice)
            raise _StopError
        self.has_document = True

    def _node(self, event: yaml.NodeEvent) -> Node:
        mark: Any = event.start_mark  # optional by its type, set by the parser
        node = Node((mark.line + 1, mark.column + 1))
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse(Code.TOO_MANY_NODES, node.place, f"more than {MAX_NODES:,} values; split the file")
            raise _StopError
        return node

    def _alias(self, event: yaml.AliasEvent) -> None:
        node = self._node(event)
        node.is_refused = True
        name = str(event.anchor)[:60]
        self.refuse(Code.ALIAS, node.place, f"the alias *{name} is refused; write the value out")
        self.items.append((node, UNREADABLE))

    def _refuse_properties(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, node: Node) -> None:
        if event.anchor is not None:
            self.refuse(
                Code.ANCHOR, node.place, f"the anchor &{event.anchor[:60]} is refused; write values out"
            )
        if event.tag is not None:
            node.is_refused = True
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.refuse(Code.TAG, node.place, f"the tag {tag[:60]} is refused; write a plain value")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        node = self._node(event)
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event, node)
        if event.style == '"' and (found := UNPRINTABLE.search(event.value)):
            node.is_refused = True
            self.refuse(Code.CONTROL_CHARACTER, node.place, unprintable(found[0]))
            self.items.append((node, UNREADABLE))
        else:
            self.items.append((node, event.value if event.style else resolve(event.value)))

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        node = self._node(event)
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event, node)
        if len(self.outer) >= MAX_DEPTH:
            self.refuse(Code.TOO_DEEP, node.place, f"nested more than {MAX_DEPTH} levels deep; flatten it")
            raise _StopError
        self.outer.append((node, self.items))
        self.items = []

    def _end_list(self, _event: yaml.SequenceEndEvent) -> None:
        items = self.items
        node, self.items = self.outer.pop()
        if items:
            node.children = {index: child for index, (child, _) in enumerate(items)}
        self.items.append((node, [value for _, value in items]))

    def _end_mapping(self, _event: yaml.MappingEndEvent) -> None:
        items = self.items
        node, self.items = self.outer.pop()
        self.items.append((node, self._mapping(node, items)))

    def _mapping(self, node: Node, items: list[Item]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        children: dict[str | int, Node] = {}
        node.children = children
        if len(items) > 2 * MAX_KEYS:
            node.is_refused = True
            advice = f"a mapping holds at most {MAX_KEYS:,} keys; this one has {len(items) // 2:,}"
            self.refuse(Code.TOO_MANY, items[2 * MAX_KEYS][0].place, advice)
            return data
        for (key_node, key), (child, value) in batched(items, 2):
            if not isinstance(key, str):
                if not key_node.is_refused:
                    self.refuse(Code.KEY_TYPE, key_node.place, "a key must be text; put it in quotes")
            elif key in data:
                advice = f"the key {shown(key)} stands above already; keep one"
                self.refuse(Code.DUPLICATE_KEY, key_node.place, advice)
            else:
                child.key_place = key_node.place
                children[key] = child
                data[key] = value
        return data


def _place(event: yaml.Event) -> Place:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1


_HINTS = {
    "mapping values are not allowed": 'a text that holds ": " needs quotes around it',
    "cannot start any token": "put a text that starts with this character in quotes",
    "could not find expected ':'": "this is neither `key: value` nor part of the text before it",
    "did not find expected key": "check the indentation and the quotes of this and the line before",
    "did not find expected '-' indicator": "check the indentation: a list item starts with a hyphen",
    "did not find expected ',' or": "a comma or a closing bracket is missing",
    "unexpected end of stream": "a quote or bracket before this is never closed",
    "unknown escape character": "double a backslash in double quotes, or use single quotes",
    "block sequence entries are not allowed": "start the list on a line of its own",
}


def _syntax(error: yaml.MarkedYAMLError, *, lines: list[str]) -> tuple[Code, Place, str]:
    mark = error.problem_mark or error.context_mark
    number = mark.line if mark else 0
    indentation = _indentation(lines[number]) if number < len(lines) else ""
    if "\t" in indentation:
        return _tab(number + 1, indentation)
    message = error.problem or "this is not YAML"
    begun = error.context_mark
    if begun and begun.line != number:
        message = f"{message}, {error.context} that began on line {begun.line + 1}"
    hint = next((hint for part, hint in _HINTS.items() if part in message), "")
    place = (number + 1, mark.column + 1 if mark else 1)
    return Code.SYNTAX, place, f"{message}; {hint}" if hint else message


def _tab(line: int, indentation: str) -> tuple[Code, Place, str]:
    return Code.TAB_INDENT, (line, indentation.index("\t") + 1), "a tab in the indentation; use spaces"


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]
