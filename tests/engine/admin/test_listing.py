import pytest

from engine.admin.listing import Changed, differences, numbered, quotes
from paths.problems import Code, Problem


def problem(line: int, column: int, code: Code = Code.SYNTAX) -> Problem:
    return Problem(file="a.yaml", line=line, column=column, code=code, message="no")


@pytest.mark.parametrize(
    ("text", "line", "column", "quoted"),
    [
        ("id: Fan Out", 1, 5, ("id: ", "Fan", " Out")),
        ("a: 1\nb: 2\n", 2, 4, ("b: ", "2", "")),
        ("a: 1", 1, 1, ("", "a:", " 1")),
        ("a:  1", 1, 4, ("a: ", " ", "1")),
        ("a: 1", 1, 99, ("a: 1", "", "")),
        ("a: 1", 9, 1, ("", "", "")),
        ("x" * 200, 1, 101, ("x" * 60, "x" * 60, "x" * 40)),
        ("é" * 3 + "ü", 1, 4, ("ééé", "ü", "")),
    ],
)
def test_a_problem_is_quoted_with_what_stands_around_its_column(text, line, column, quoted):
    [quote] = quotes(text, [problem(line, column)])

    assert (quote.before, quote.there, quote.after) == quoted


@pytest.mark.parametrize(("text", "count"), [("", 1), ("a", 1), ("a\n", 2), ("a\r\nb", 2)])
def test_lines_are_numbered_as_an_editor_counts_them(text, count):
    assert [line.number for line in numbered(text)] == list(range(1, count + 1))


def test_a_line_bears_its_worst_problem():
    problems = [problem(2, 1, Code.NO_IDEA), problem(2, 1, Code.SYNTAX), problem(3, 1, Code.SLOW_PACE)]

    assert [line.severity for line in numbered("a\nb\nc", problems)] == ["", "error", "information"]


def test_texts_that_are_equal_differ_in_nothing():
    assert differences("a\nb\n", "a\nb\n") == []


def test_a_difference_says_what_came_and_what_went():
    assert differences("a\n- b\n", "a\n+ c\n") == [
        Changed(kind="place", text="@@ -1,2 +1,2 @@"),
        Changed(kind="same", text=" a"),
        Changed(kind="removed", text="-- b"),
        Changed(kind="added", text="++ c"),
    ]
