import re
from pathlib import Path

import pytest

from paths.problems import MAX_PROBLEMS, Code, Problem, Severity, has_errors, in_order

ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (error|warning|information) \| .+ \| .+ \|$", re.MULTILINE)


def problem(code=Code.BLANK, *, line=1, column=1):
    return Problem(
        file="a.yaml", line=line, column=column, code=code, message="skills.0.title: the text is blank"
    )


def test_a_problem_reads_as_file_line_column_code_message():
    assert str(problem(line=14, column=9)) == "a.yaml:14:9 blank skills.0.title: the text is blank"


def test_a_problem_as_an_object_has_the_keys_that_machines_rely_on():
    assert problem(Code.NO_IDEA).as_dict() == {
        "file": "a.yaml",
        "line": 1,
        "column": 1,
        "severity": "warning",
        "code": "no-idea",
        "message": "skills.0.title: the text is blank",
    }


def test_problems_are_sorted_by_line_then_column():
    shuffled = [problem(line=2), problem(line=10), problem(line=1, column=5), problem(line=1, column=2)]

    assert [(one.line, one.column) for one in in_order(shuffled)] == [(1, 2), (1, 5), (2, 1), (10, 1)]


def test_an_error_is_kept_when_a_hundred_warnings_stand_before_it():
    warnings = [problem(Code.NO_IDEA, line=line) for line in range(1, MAX_PROBLEMS + 1)]

    kept = in_order([*warnings, problem(line=500)])

    assert len(kept) == MAX_PROBLEMS
    assert kept[-1].line == 500


@pytest.mark.parametrize(
    ("code", "is_error"), [(Code.BLANK, True), (Code.NO_IDEA, False), (Code.SLOW_PACE, False)]
)
def test_only_errors_count_as_errors(code, is_error):
    assert has_errors([problem(code)]) is is_error


def test_every_code_stands_in_the_docs_with_its_severity():
    rows = ROW.findall(Path("docs/codes.md").read_text(encoding="utf-8"))

    assert [Code(code) for code, _ in rows] == list(Code)
    assert {code: Severity(severity) for code, severity in rows} == {code: code.severity for code in Code}
