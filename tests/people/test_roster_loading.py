"""Loading a roster: who is new, what changes, who leaves, and all or nothing."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Person, Role
from people.roster import load, read_roster
from tests.factories import FIRST_MONDAY, LevelFactory, PersonFactory, RoleFactory, TeamFactory
from tests.people.rosters import TODAY, edits, line, load_lines, names, places, problems_of, roster_of, the

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def groups():
    RoleFactory()
    LevelFactory()
    TeamFactory()


def test_somebody_new_takes_the_defaults_and_is_not_started():
    outcome = load_lines(line("Ann"))

    ann = the("Ann")
    assert str(outcome) == "1 new, 0 changed, 0 left, 0 unchanged"
    assert (ann.role.slug, ann.level.slug, ann.team.slug) == ("data-analyst", "novice", "insights")
    assert ann.role_since == ann.level_since == ann.team_since == ann.share_since == TODAY
    assert (ann.zone, ann.send_time, ann.window, ann.minutes, ann.share) == (
        "Europe/Berlin",
        time(9),
        60,
        6,
        1,
    )
    assert ann.is_active
    assert ann.started_on is None
    assert not ann.has_usable_password()


def test_an_import_mails_nobody(mailoutbox):
    PersonFactory(email="bo@example.org")

    load_lines(line("Ann"), line("Bo", left_on="2026-03-01"))

    assert mailoutbox == []


def test_every_column_is_stored():
    load_lines(
        line("Bo"),
        line(
            "Ann",
            external_id="E1",
            manager="bo@example.org",
            country="de",
            region="BY",
            zone="Asia/Tokyo",
            language="de",
            workdays="mon-thu",
            share="80 %",
            send_time="07:30",
            window="30",
            minutes="5",
            left_on="2027-01-31",
        ),
    )

    ann = the("Ann")
    assert ann.manager == the("Bo")
    assert (ann.external_id, ann.country, ann.region, ann.zone, ann.language) == (
        "E1",
        "DE",
        "BY",
        "Asia/Tokyo",
        "de",
    )
    assert (ann.workdays, ann.share, ann.send_time) == ("mon,tue,wed,thu", Decimal("0.8"), time(7, 30))
    assert (ann.window, ann.minutes, ann.left_on, ann.is_active) == (30, 5, date(2027, 1, 31), True)


@pytest.mark.parametrize(
    ("country", "workdays"),
    [
        ("SA", "mon,tue,wed,thu,sun"),
        ("IL", "mon,tue,wed,thu,sun"),
        ("IR", "mon,tue,wed,thu,sat,sun"),
        ("AE", "mon,tue,wed,thu,fri"),
        ("DE", "mon,tue,wed,thu,fri"),
    ],
)
@pytest.mark.parametrize("columns", [{}, {"workdays": ""}], ids=["no column", "empty cell"])
def test_a37_without_workdays_somebody_new_keeps_the_week_of_their_country(country, workdays, columns):
    load_lines(line("Ann", country=country, **columns))

    assert the("Ann").workdays == workdays


def test_an_empty_workdays_cell_goes_by_the_country_on_record():
    PersonFactory(email="ann@example.org", country="SA", workdays="mon")

    load_lines(line("Ann", workdays=""))

    assert the("Ann").workdays == "mon,tue,wed,thu,sun"


def test_a_missing_column_leaves_values_alone_and_an_empty_cell_resets_them():
    boss = PersonFactory()
    PersonFactory(
        email="ann@example.org", manager=boss, minutes=9, window=30, zone="Asia/Tokyo", external_id="E1"
    )

    load_lines(line("Ann", external_id="E1", manager="", minutes=""))

    ann = the("Ann")
    assert (ann.manager, ann.minutes) == (None, 6)
    assert (ann.window, ann.zone) == (30, "Asia/Tokyo")


def test_changes_are_told_as_a_person_would_write_them():
    RoleFactory(slug="engineer")
    PersonFactory(email="ann@example.org", name="Ann")
    PersonFactory(email="bo@example.org", name="Bo")
    cells = {"role": "engineer", "share": "50 %", "send_time": "08:05", "country": "DE"}

    outcome = load_lines(line("Ann", manager="bo@example.org", **cells))

    assert edits(outcome.changed[0]) == [
        "country none -> DE",
        "share 1 -> 0.5",
        "send_time 09:00 -> 08:05",
        "role Data analyst -> Engineer",
        "manager none -> bo@example.org",
    ]


@pytest.mark.parametrize(
    ("column", "cell"), [("role", "engineer"), ("level", "expert"), ("team", "platform"), ("share", "0.5")]
)
def test_a_change_of_role_level_team_or_share_begins_today_and_the_others_keep_their_date(column, cell):
    RoleFactory(slug="engineer")
    LevelFactory(slug="expert", rank=2)
    TeamFactory(slug="platform")
    PersonFactory(email="ann@example.org")

    load_lines(line("Ann", **{column: cell}))

    ann = the("Ann")
    since = {name: getattr(ann, f"{name}_since") for name in ("role", "level", "team", "share")}
    assert since == dict.fromkeys(since, FIRST_MONDAY) | {column: TODAY}


def test_an_import_touches_neither_practice_nor_access():
    before = PersonFactory(
        email="ann@example.org", is_staff=True, paused_until=date(2026, 4, 1), password="secret"
    )

    load_lines(line("Ann", minutes="9"))

    after = the("Ann")
    kept = (
        "started_on",
        "paused_until",
        "is_staff",
        "password",
        "joined_at",
        "stopped_at",
        "mail_refused_at",
    )
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


def test_a_new_address_is_written_to_again_when_the_old_one_was_refused():
    refused = {"mail_refused_at": "2026-02-02T08:00Z", "mail_refused_because": "550 no such user"}
    PersonFactory(email="ann@example.org", external_id="E1", **refused)
    PersonFactory(email="bo@example.org", external_id="E2", **refused)

    load_lines(line("Ann", email="ann.lee@example.org", external_id="E1"), line("Bo", external_id="E2"))

    assert (the("Ann").mail_refused_at, the("Ann").mail_refused_because) == (None, "")
    assert the("Bo").mail_refused_at is not None


def test_people_absent_from_the_file_stay_as_they_are():
    PersonFactory(email="bo@example.org", name="Bo")

    outcome = load_lines(line("Ann"))

    assert the("Bo").is_active
    assert outcome.left == ()


@pytest.mark.parametrize("left_on", ["2026-03-02", "2026-01-31"], ids=["today", "earlier"])
def test_leavers_end_the_same_day(left_on):
    PersonFactory(email="ann@example.org", name="Ann")

    outcome = load_lines(line("Ann", left_on=left_on))

    ann = the("Ann")
    assert not ann.is_active
    assert ann.left_on == date.fromisoformat(left_on)
    assert str(outcome) == "0 new, 0 changed, 1 left, 0 unchanged"


def test_somebody_who_leaves_tomorrow_stays_until_then():
    PersonFactory(email="ann@example.org")

    outcome = load_lines(line("Ann", left_on="2026-03-03"))

    assert the("Ann").is_active
    assert (len(outcome.changed), len(outcome.left)) == (1, 0)


def test_somebody_who_left_before_they_were_ever_here_is_stored_as_left():
    outcome = load_lines(line("Ann", left_on="2026-01-31"))

    assert not the("Ann").is_active
    assert names(outcome.created) == ["Ann"]


@pytest.mark.parametrize("left_on", ["", "2026-12-31"], ids=["cleared", "moved"])
def test_whoever_comes_back_is_active_again_with_what_they_chose(left_on):
    stopped_at = "2026-01-20T08:00Z"
    PersonFactory(email="ann@example.org", gone=True, stopped_at=stopped_at)

    load_lines(line("Ann", left_on=left_on))

    ann = the("Ann")
    assert ann.is_active
    assert ann.started_on == FIRST_MONDAY
    assert ann.stopped_at is not None


def test_whoever_was_deactivated_without_a_date_is_not_brought_back():
    PersonFactory(email="ann@example.org", is_active=False)

    load_lines(line("Ann", left_on=""))

    assert not the("Ann").is_active


def test_a_leaver_stays_away_when_the_file_has_no_such_column():
    PersonFactory(email="ann@example.org", gone=True)

    load_lines(line("Ann", minutes="9"))

    assert not the("Ann").is_active


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"country": "XX"}, "country", "'XX'"),
        ({"country": "DE", "region": "XY"}, "region", "'XY'"),
        ({"region": "BY"}, "region", "needs a country"),
        ({"country": "", "region": "BY"}, "region", "needs a country"),
    ],
)
def test_a_country_or_region_without_a_calendar_is_refused(cells, column, says):
    problems = problems_of(line("Ann", **cells))

    assert places(problems) == [(2, column)]
    assert says in problems[0].message


def test_a_country_is_checked_with_the_region_on_record():
    PersonFactory(email="ann@example.org", country="DE", region="BY")

    problems = problems_of(line("Ann", country="SA"))

    assert places(problems) == [(2, "country")]
    assert "no region 'BY'" in problems[0].message


def test_a_region_goes_with_the_country_on_record():
    PersonFactory(email="ann@example.org", country="DE")

    load_lines(line("Ann", region="BY"))

    assert the("Ann").region == "BY"


def test_a_refused_country_is_one_problem():
    assert places(problems_of(line("Ann", country="Germany", region="BY"))) == [(2, "country")]


def test_problems_of_file_and_database_come_together_and_nothing_is_imported():
    PersonFactory(email="bo@example.org", name="Bo", minutes=6)

    problems = problems_of(
        line("Ann", minutes="6"),
        line("Bo", minutes="9"),
        line("Cy", minutes="99"),
        line("Dee", role="boss", minutes="6"),
        line("Eve", manager="x@example.org", minutes="6"),
    )

    assert places(problems) == [(4, "minutes"), (5, "role"), (6, "manager")]
    assert list(Person.objects.values_list("name", "minutes")) == [("Bo", 6)]


def test_a_dry_run_tells_everything_and_writes_nothing():
    PersonFactory(email="bo@example.org", name="Bo")
    PersonFactory(email="cy@example.org", name="Cy")
    lines = [
        line("Ann", role="Engineer", manager="bo@example.org", left_on=""),
        line("Bob", email="bo@example.org"),
        line("Cy", left_on="2026-03-02"),
    ]
    before = list(Person.objects.order_by("pk").values())

    tried = load_lines(*lines, create=True, dry_run=True)

    assert list(Person.objects.order_by("pk").values()) == before
    assert not Role.objects.filter(name="Engineer").exists()
    assert load_lines(*lines, create=True) == tried
    assert str(tried) == "1 new, 1 changed, 1 left, 0 unchanged"


def test_an_empty_roster_changes_nobody():
    PersonFactory()

    assert str(load(read_roster(b"email,name,role,level,team\n"), by=None, today=TODAY)) == (
        "0 new, 0 changed, 0 left, 0 unchanged"
    )


@pytest.mark.parametrize("what", ["new", "changed", "unchanged"])
def test_the_number_of_queries_does_not_grow_with_the_roster(what):
    def lines(count, minutes):
        boss = line("Boss", manager="", minutes=minutes)
        others = [line(f"P{number}", manager="boss@example.org", minutes=minutes) for number in range(count)]
        return [boss, *others]

    def queries(count):
        Person.objects.all().update(manager=None)
        Person.objects.all().delete()
        if what != "new":
            load_lines(*lines(count, "6"))
        roster = roster_of(*lines(count, "7" if what == "changed" else "6"))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            load(roster, by=None, today=TODAY)
        return len(captured)

    assert queries(10) == queries(200)
