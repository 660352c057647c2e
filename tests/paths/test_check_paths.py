import json
import os
import re
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from paths.tree import MAX_BYTES
from tests.paths.bad_files import FOLDER, GOOD

pytestmark = pytest.mark.django_db


def check(*arguments):
    """Exit code, standard output, standard error."""
    output, errors = StringIO(), StringIO()
    try:
        call_command("check_paths", *map(str, arguments), stdout=output, stderr=errors)
    except SystemExit as ended:
        return ended.code, output.getvalue(), errors.getvalue()
    return 0, output.getvalue(), errors.getvalue()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inner = tmp_path / "paths" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "paths" / "b.yaml").write_text(GOOD)
    (inner / "a.yml").write_text(GOOD.replace("count-first", "second").replace("fan-out", "Fan Out"))
    (tmp_path / "paths" / "notes.txt").write_text("not a path")
    return tmp_path


def test_a_good_file_exits_zero(folder):
    assert check("paths/b.yaml") == (0, "", "1 file, 0 errors, 0 warnings\n")


def test_problems_are_lines_with_the_file_as_it_was_given(folder):
    code, output, errors = check("paths")

    assert code == 1
    assert output.startswith('paths/inner/a.yml:6:9 id-format skills.0.id: "Fan Out" is not an id')
    assert errors == "2 files, 1 error, 0 warnings\n"


def test_the_summary_stands_last_where_both_outputs_go_to_one_place():
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}

    lines = subprocess.run(
        [sys.executable, "manage.py", "check_paths", str(FOLDER)],
        cwd=FOLDER.parents[2],
        env=environment | {"SECRET_KEY": "x"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    ).stdout.splitlines()

    assert re.fullmatch(r"\d+ files, .*", lines[-1])
    assert [line for line in lines[:-1] if not line.startswith(str(FOLDER))] == []


def test_json_is_a_list_of_objects(folder):
    code, output, _ = check("paths", "--json")

    (problem,) = json.loads(output)
    assert code == 1
    assert list(problem) == ["file", "line", "column", "severity", "code", "message"]
    assert problem["file"] == "paths/inner/a.yml"


def test_json_without_problems_is_an_empty_list(folder):
    assert json.loads(check("paths/b.yaml", "--json")[1]) == []


@pytest.mark.parametrize(("options", "expected"), [([], 0), (["--strict"], 1)])
def test_warnings_fail_only_under_strict(folder, options, expected):
    lonely = GOOD[: GOOD.index("      - id: own")]
    (folder / "lonely.yaml").write_text(lonely)

    code, output, errors = check("lonely.yaml", *options)

    assert code == expected
    assert "single-exercise" in output
    assert errors == "1 file, 0 errors, 1 warning\n"


def test_information_never_fails(folder):
    (folder / "image.yaml").write_text(
        GOOD.replace("prompt: Count", "prompt: '![a](https://a.example/b)'  # ")
    )

    code, _, errors = check("image.yaml", "--strict")

    assert (code, errors) == (0, "1 file, 0 errors, 0 warnings, 1 for information\n")


def test_a_file_named_twice_is_read_once(folder):
    assert check("paths/b.yaml", "paths/../paths/b.yaml")[0] == 0


def test_the_folder_of_bad_files_says_what_is_expected():
    code, output, _ = check(FOLDER)

    found = [
        line.removeprefix(f"{FOLDER.as_posix()}/").split(" ", maxsplit=2)[:2] for line in output.splitlines()
    ]
    assert code == 1
    assert sorted(map(" ".join, found)) == sorted((FOLDER / "expected.txt").read_text().splitlines())


@pytest.mark.parametrize("missing", ["nowhere.yaml", "nowhere", "paths/empty"])
def test_what_is_not_there_is_refused(folder, missing):
    (folder / "paths" / "empty").mkdir()

    with pytest.raises(CommandError, match=missing):
        check(missing)


def test_nothing_to_check_is_refused():
    with pytest.raises(CommandError, match="Name a file"):
        check()


def test_of_a_huge_file_only_the_beginning_is_read(folder):  # A43
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(200 * 1024 * 1024)

    assert check("huge.yaml")[1].startswith("huge.yaml:1:1 too-large")
    assert MAX_BYTES < 1024 * 1024


def test_checking_needs_no_database(folder, monkeypatch):
    def unreachable():
        raise OperationalError("no such table: paths_skill")

    monkeypatch.setattr("paths.knowledge.known", unreachable)

    assert check("paths/b.yaml")[0] == 0


def test_the_schemas_are_written_where_they_are_asked_for(folder):
    check("--write-schemas", folder)

    titles = [json.loads((folder / name).read_text())["title"] for name in ("path-1.json", "on-ramp-1.json")]
    assert titles == ["Rampart path", "Rampart on-ramp"]
