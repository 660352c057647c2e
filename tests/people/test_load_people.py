import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from people.models import Person
from tests.factories import LevelFactory, PersonFactory, RoleFactory, TeamFactory

pytestmark = pytest.mark.django_db

HEADER = "email,name,role,level,team,minutes,left_on\n"
ANN = "ann@example.org,Ann,data-analyst,novice,insights,6,\n"
BO = "bo@example.org,Bo,data-analyst,novice,insights,9,\n"
CY = "cy@example.org,Cy,data-analyst,novice,insights,6,2026-01-31\n"


@pytest.fixture
def roster(tmp_path):
    RoleFactory()
    LevelFactory()
    TeamFactory()
    return tmp_path / "roster.csv"


def load_people(*arguments):
    out = io.StringIO()
    call_command("load_people", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def test_it_imports_a_file_and_sums_up(roster):
    PersonFactory(email="bo@example.org", name="Bo")
    PersonFactory(email="cy@example.org", name="Cy")
    PersonFactory(email="dee@example.org", name="Dee")
    dee = "dee@example.org,Dee,data-analyst,novice,insights,6,\n"
    roster.write_text(HEADER + ANN + BO + CY + dee)

    assert load_people(roster) == ["1 new, 1 changed, 1 left, 1 unchanged"]
    assert Person.objects.get(name="Bo").minutes == 9


def test_a_dry_run_tells_line_by_line_what_would_change(roster):
    PersonFactory(email="bo@example.org", name="Bo")
    PersonFactory(email="cy@example.org", name="Cy")
    roster.write_text(HEADER + ANN.replace("insights", "Platform") + BO + CY)

    told = load_people(roster, "--create", "--dry-run")

    assert told == [
        "new team Platform",
        "new Ann <ann@example.org>",
        "changed Bo <bo@example.org>: minutes 6 -> 9",
        "left Cy <cy@example.org>: left_on none -> 2026-01-31; active yes -> no",
        "1 new, 1 changed, 1 left, 0 unchanged (nothing was written)",
    ]
    assert Person.objects.count() == 2


def test_every_problem_is_a_line_and_nothing_is_imported(roster, capsys):
    roster.write_text(HEADER + ANN + BO.replace("novice", "novize").replace("9", "99"))

    with pytest.raises(CommandError, match="2 problems: nothing was imported"):
        call_command("load_people", str(roster))

    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ", 2)[:2] for line in lines] == [
        [f"{roster}:3", "level"],
        [f"{roster}:3", "minutes"],
    ]
    assert "did you mean novice?" in lines[0]
    assert not Person.objects.exists()


def test_a_dash_reads_standard_input(roster, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((HEADER + ANN).encode())))

    assert load_people("-") == ["1 new, 0 changed, 0 left, 0 unchanged"]


@pytest.mark.parametrize(("name", "says"), [("none.csv", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, says):
    with pytest.raises(CommandError, match=f"{says}.*check the path"):
        call_command("load_people", str(tmp_path / name))


def test_a_database_without_tables_is_refused_with_what_to_run_first(roster):
    roster.write_text(HEADER + ANN)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_person RENAME TO people_elsewhere")

    with pytest.raises(CommandError, match=r"\./run manage migrate"):
        load_people(roster)
