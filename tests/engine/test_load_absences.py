import io
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from engine.models import Mail
from people.models import Absence
from tests.engine.delivery.post import practising, tick
from tests.factories import AbsenceFactory, PersonFactory
from tests.moments import MONDAY

pytestmark = pytest.mark.django_db

HEADER = "email,starts_on,ends_on\n"
CHRISTMAS = (date(2026, 12, 24), date(2026, 12, 31))


@pytest.fixture(autouse=True)
def ann(settings):
    settings.CLOCK_OFFSET = MONDAY - timezone.now()
    return PersonFactory(email="ann@example.org")


@pytest.fixture
def load(tmp_path, capsys):
    def load(text: str | bytes, *options: str) -> str:
        file = tmp_path / "away.csv"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        call_command("load_absences", str(file), *options)
        return capsys.readouterr().out

    return load


@pytest.fixture
def refused(load, capsys, tmp_path):
    def refused(text: str | bytes) -> list[str]:
        with pytest.raises(CommandError, match="nothing was imported"):
            load(text)
        return capsys.readouterr().err.replace(f"{tmp_path / 'away.csv'}:", "").splitlines()

    return refused


def days() -> list[tuple[date, date]]:
    rows = Absence.objects.filter(source="file").order_by("starts_on")
    return list(rows.values_list("starts_on", "ends_on"))


def test_each_line_becomes_an_absence_from_a_file(load):
    told = load(HEADER + "Ann@Example.org,2026-12-24,2026-12-31\nann@example.org,2027-02-01,2027-02-01\n")

    assert told == "2 absences added, 0 known already.\n"
    assert days() == [CHRISTMAS, (date(2027, 2, 1), date(2027, 2, 1))]


def test_columns_may_come_in_any_order_with_semicolons_and_a_byte_order_mark(load):
    load("\ufeffends_on;email;starts_on\r\n2026-12-31;ann@example.org;2026-12-24\r\n")

    assert days() == [CHRISTMAS]


def test_the_same_rows_twice_add_nothing(load):
    line = "ann@example.org,2026-12-24,2026-12-31\n"
    load(HEADER + line + line)

    assert load(HEADER + line) == "0 absences added, 1 known already.\n"
    assert days() == [CHRISTMAS]


def test_every_problem_is_told_at_once_with_line_and_column_and_nothing_is_imported(refused):
    told = refused(
        HEADER
        + "ann@example.org,2026-12-24,2026-12-31\n"
        + "eve@example.org,2026-12-24,2026-12-31\n"
        + "ann@example.org,24.12.2026,\n"
        + "ann@example.org,2026-12-31,2026-12-24\n"
        + "not an address,2026-12-24,2036-12-31\n"
        + "ann@example.org,2026-12-24\n"
    )

    assert [line.split()[:2] for line in told] == [
        ["3", "email"],
        ["4", "ends_on"],
        ["4", "starts_on"],
        ["5", "ends_on"],
        ["6", "email"],
        ["6", "ends_on"],
        ["7", "row"],
    ]
    assert "'eve@example.org' is nobody's address" in told[0]
    assert "is before starts_on" in told[3]
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "1 header"),
        ("email,from,to\n", "1 header"),
        (b"email,starts_on,ends_on\n\xff", "2 file"),
        (HEADER + 'ann@example.org,"2026-12-24,2026-12-31\n', "2 row"),
        (HEADER + "ann@example.org,2026-12-24\u202e,2026-12-31\n", "2 starts_on"),
    ],
)
def test_a_file_that_is_no_such_sheet_is_refused(refused, text, where):
    assert refused(text)[0].startswith(where)


def test_agents_are_never_away(refused):
    PersonFactory(email="bot@example.org", agent=True)

    assert "agents are never away" in refused(HEADER + "bot@example.org,2026-12-24,2026-12-31\n")[0]


def test_a_dry_run_tells_and_writes_nothing(load):
    told = load(HEADER + "ann@example.org,2026-12-24,2026-12-31\n", "--dry-run")

    assert told == "1 absence added, 0 known already. (nothing was written)\n"
    assert not Absence.objects.exists()


def test_standard_input_is_a_dash(monkeypatch):
    text = (HEADER + "ann@example.org,2026-12-24,2026-12-31\n").encode()
    monkeypatch.setattr("people.management.files.sys.stdin", SimpleNamespace(buffer=io.BytesIO(text)))

    call_command("load_absences", "-")

    assert days() == [CHRISTMAS]


def test_a_file_that_is_not_there_is_told_so():
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_absences", "nowhere.csv")


def test_a_file_only_adds(load, ann):
    AbsenceFactory(person=ann, starts_on=date(2027, 1, 4), source="file")

    load(HEADER + "ann@example.org,2026-12-24,2026-12-31\n")

    assert len(days()) == 2


def test_a_complete_file_removes_what_only_earlier_files_said_of_days_to_come(load, ann):
    today = MONDAY.date()
    AbsenceFactory(person=ann, starts_on=date(2027, 1, 4), source="file")
    AbsenceFactory(person=PersonFactory(), starts_on=date(2027, 1, 4), source="file")
    AbsenceFactory(person=ann, starts_on=today - timedelta(days=20), source="file")
    AbsenceFactory(
        person=ann, starts_on=today - timedelta(days=2), ends_on=today + timedelta(days=2), source="file"
    )
    AbsenceFactory(person=ann, starts_on=date(2027, 1, 4), source="staff")
    AbsenceFactory(person=ann, starts_on=date(2027, 1, 4), source="person")

    told = load(HEADER + "ann@example.org,2026-12-24,2026-12-31\n", "--replace")

    assert told == "1 absence added, 0 known already, 3 removed.\n"
    assert days() == [
        (today - timedelta(days=20), today - timedelta(days=20)),
        (today - timedelta(days=2), today - timedelta(days=1)),
        CHRISTMAS,
    ]
    assert Absence.objects.exclude(source="file").count() == 2


def test_what_a_file_says_holds_at_once_for_a_mail_already_queued(load, ann):
    practising(0)
    tick(MONDAY - timedelta(hours=1))
    today = Mail.objects.get(person=ann, day=MONDAY.date())

    load(HEADER + "ann@example.org,2026-11-23,2026-11-27\n")

    today.refresh_from_db()
    assert (today.status, today.because) == ("cancelled", "The person is away.")
