"""Bad path files, each breaking one rule: those of the folder bad/, and those too large to keep."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

FOLDER = Path(__file__).parent / "bad"

GOOD = """\
schema: rampart/path@1
id: count-first
title: Count before you send
audience: { roles: [data-analyst], levels: [novice] }
skills:
  - id: fan-out
    title: Count the rows of a join
    idea: A join repeats a row once for every match. Count before and after.
    exercises:
      - id: rows
        kind: choice
        ai: off
        minutes: 2
        prompt: Three orders join six items. How many rows come back?
        options:
          - { id: a, text: "3", why: The orders alone. }
          - { id: b, text: "6", correct: true, why: One row for each item. }
      - id: own
        kind: do
        ai: coach
        minutes: 5
        prompt: Count the rows of one of your own joins.
        rubric: [both counts]
"""


def expected() -> dict[str, str]:
    """File name -> line:column code."""
    lines = (FOLDER / "expected.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(":", maxsplit=1) for line in lines)


def too_large() -> bytes:
    return (GOOD + "# a comment that goes on\n" * 25_000).encode()


def too_many_nodes() -> bytes:
    return (GOOD + "x-list: [" + "1," * 60_000 + "]\n").encode()


def too_many_lists() -> bytes:
    return (GOOD + "x-list: [" + "[]," * 60_000 + "]\n").encode()


def too_many_keys() -> bytes:
    return (GOOD + "x-map:\n" + "".join(f"  k{number}: 1\n" for number in range(20_000))).encode()


def too_deep() -> bytes:
    return (GOOD + "x-deep: " + "[" * 100_000 + "\n").encode()


def too_deep_in_blocks() -> bytes:
    return (GOOD + "x-deep:\n  " + "- " * 100_000 + "1\n").encode()


def alias_bomb() -> bytes:
    """Nine levels of nine aliases: 43 million leaves when expanded."""
    names = "abcdefgh"
    levels = ["  a: &a [" + "lol, " * 9 + "]\n"]
    levels += [f"  {name}: &{name} [" + f"*{below}, " * 9 + "]\n" for below, name in pairwise(names)]
    return (GOOD + "x-bomb:\n" + "".join(levels)).encode()


GENERATED: dict[str, tuple[Callable[[], bytes], str]] = {
    "too-large.yaml": (too_large, "1:1 too-large"),
    "too-many-nodes.yaml": (too_many_nodes, "24:99868 too-many-nodes"),
    "too-many-lists.yaml": (too_many_lists, "24:149797 too-many-nodes"),
    "too-many-keys.yaml": (too_many_keys, "1025:3 too-many"),
    "too-deep.yaml": (too_deep, "24:40 too-deep"),
    "too-deep-in-blocks.yaml": (too_deep_in_blocks, "25:65 too-deep"),
    "alias-bomb.yaml": (alias_bomb, "25:6 anchor"),
}
