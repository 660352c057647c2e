"""Loading a roster: who is whom, who manages whom, and which role, level and team is meant."""

import pytest

from people.models import Level, Person, Role, Team
from tests.factories import LevelFactory, PersonFactory, RoleFactory, TeamFactory
from tests.people.rosters import edits, line, load_lines, names, places, problems_of, the

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def groups():
    RoleFactory()
    LevelFactory()
    TeamFactory()


def test_the_same_roster_again_changes_nothing():
    lines = [
        line("Bo", manager="", share="0.5", left_on=""),
        line("Ann", manager="bo@example.org", share="1"),
    ]
    load_lines(*lines)

    outcome = load_lines(*lines)

    assert str(outcome) == "0 new, 0 changed, 0 left, 2 unchanged"


def test_people_are_found_by_email_in_any_case():
    PersonFactory(email="Ann@Example.org", name="Ann")

    outcome = load_lines(line("Ann", email="aNN@example.ORG"))

    assert edits(outcome.changed[0]) == ["email Ann@Example.org -> ann@example.org"]
    assert Person.objects.count() == 1


def test_an_external_id_outlives_a_change_of_email():
    ann = PersonFactory(email="ann@example.org", external_id="E1")

    load_lines(line("Ann", email="ann.lee@example.org", external_id="E1"))

    ann.refresh_from_db()
    assert ann.email == "ann.lee@example.org"


def test_somebody_known_by_email_gets_their_external_id():
    ann = PersonFactory(email="ann@example.org")

    load_lines(line("Ann", external_id="E1"))

    ann.refresh_from_db()
    assert ann.external_id == "E1"


def test_two_people_may_swap_their_emails():
    ann = PersonFactory(email="ann@example.org", external_id="E1", name="Ann")
    bo = PersonFactory(email="bo@example.org", external_id="E2", name="Bo")

    outcome = load_lines(
        line("Ann", email="bo@example.org", external_id="E1"),
        line("Bo", email="ann@example.org", external_id="E2"),
    )

    ann.refresh_from_db()
    bo.refresh_from_db()
    assert (ann.email, bo.email) == ("bo@example.org", "ann@example.org")
    assert edits(outcome.changed[0]) == ["email ann@example.org -> bo@example.org"]


def test_somebody_new_may_have_the_email_that_another_gave_up():
    PersonFactory(email="ann@example.org", external_id="E1", name="Ann")

    outcome = load_lines(
        line("Newcomer", email="ann@example.org", external_id="E2"),
        line("Ann", email="ann.lee@example.org", external_id="E1"),
    )

    assert (the("Newcomer").email, the("Ann").email) == ("ann@example.org", "ann.lee@example.org")
    assert (names(outcome.created), names(outcome.changed)) == (["Newcomer"], ["Ann"])


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([line("Ann", external_id="E9")], "external_id is 'E1' and not 'E9'"),
        ([line("Bo", email="ann@example.org", external_id="E2")], "belongs to Ann already"),
        (
            [line("Bo", email="ann@example.org"), line("Ann", email="a@example.org", external_id="E1")],
            "who is on line 3; give this line its external_id",
        ),
        (
            [
                line("Bo", email="ann@example.org", external_id="E2"),
                line("Ann", email="not an address", external_id="E1"),
            ],
            "who is on line 3 without a valid new one",
        ),
        ([line("Bot")], "is the address of an agent"),
    ],
    ids=["another id", "another's email", "no id", "not given up", "an agent"],
)
def test_a_clash_of_email_and_external_id_is_refused(lines, says):
    PersonFactory(email="ann@example.org", external_id="E1", name="Ann")
    PersonFactory(email="bo@example.org", external_id="E2", name="Bo")
    PersonFactory(email="bot@example.org", agent=True)

    problem = problems_of(*lines)[0]

    assert (problem.line, problem.column) == (2, "email")
    assert says in problem.message


def test_a_new_address_for_an_administrator_needs_a_superuser():
    PersonFactory(email="root@example.org", external_id="E1", name="Root", is_superuser=True, is_staff=True)
    moved = line("Root", email="mine@example.org", external_id="E1")
    learning_admin = PersonFactory(is_staff=True)

    assert "ask a superuser" in problems_of(moved, by=learning_admin)[0].message

    load_lines(moved, by=PersonFactory(is_superuser=True))
    assert the("Root").email == "mine@example.org"


def test_administrators_may_change_their_own_address():
    lea = PersonFactory(email="lea@example.org", external_id="E1", is_staff=True)

    load_lines(line("Lea", email="lea.new@example.org", external_id="E1"), by=lea)

    assert the("Lea").email == "lea.new@example.org"


def test_a_manager_may_come_later_in_the_file_or_be_on_record():
    PersonFactory(email="cy@example.org", name="Cy")

    load_lines(line("Ann", manager="Bo@example.org"), line("Bo", manager="cy@example.org"))

    assert the("Ann").manager == the("Bo")
    assert the("Bo").manager == the("Cy")


def test_a_manager_is_found_by_the_address_they_have_after_the_import():
    bo = PersonFactory(email="bo@example.org", external_id="E1", name="Bo")

    load_lines(
        line("Bo", email="bo.new@example.org", external_id="E1"),
        line("Ann", manager="bo.new@example.org", external_id="E2"),
    )

    assert the("Ann").manager == bo


@pytest.mark.parametrize(
    ("manager", "says"),
    [
        ("nobody@example.org", "no person in the file or on record"),
        ("bot@example.org", "no person in the file or on record"),
        ("ann@example.org", "nobody manages themself"),
    ],
)
def test_a_manager_is_another_person_that_is_known(manager, says):
    PersonFactory(email="bot@example.org", agent=True)

    problems = problems_of(line("Ann", manager=manager))

    assert places(problems) == [(2, "manager")]
    assert says in problems[0].message


def test_a_circle_of_managers_is_refused_and_names_its_people():
    problems = problems_of(
        line("Dee", manager="ann@example.org"),
        line("Ann", manager="bo@example.org"),
        line("Bo", manager="cy@example.org"),
        line("Cy", manager="ann@example.org"),
    )

    assert places(problems) == [(3, "manager")]
    assert (
        "Ann (ann@example.org) -> Bo (bo@example.org) -> Cy (cy@example.org) -> Ann (ann@example.org)"
        in problems[0].message
    )


def test_a_circle_over_people_on_record_is_refused():
    ann = PersonFactory(email="ann@example.org", name="Ann")
    bo = PersonFactory(email="bo@example.org", name="Bo", manager=ann)
    PersonFactory(email="cy@example.org", name="Cy", manager=bo)

    problems = problems_of(line("Ann", manager="cy@example.org"))

    assert places(problems) == [(2, "manager")]
    assert all(name in problems[0].message for name in ("Ann", "Bo", "Cy"))


def test_a_manager_and_their_report_may_change_places():
    ann = PersonFactory(email="ann@example.org", name="Ann")
    PersonFactory(email="bo@example.org", name="Bo", manager=ann)

    load_lines(line("Ann", manager="bo@example.org"), line("Bo", manager=""))

    assert the("Ann").manager == the("Bo")
    assert the("Bo").manager is None


@pytest.mark.parametrize("written", ["data-analyst", "Data analyst", "DATA ANALYST"])
def test_a_role_is_found_by_slug_or_name_in_any_case(written):
    load_lines(line("Ann", role=written))

    assert the("Ann").role.slug == "data-analyst"


def test_unknown_roles_levels_and_teams_are_refused_with_near_ones():
    problems = problems_of(line("Ann", role="data-analist", level="novize", team="Marketing"))

    assert places(problems) == [(2, "level"), (2, "role"), (2, "team")]
    assert "did you mean novice?" in problems[0].message
    assert "did you mean data-analyst?" in problems[1].message
    assert "did you mean" not in problems[2].message
    assert all("--create" in problem.message for problem in problems)


def test_an_unknown_role_is_reported_on_every_line_that_has_it():
    problems = problems_of(line("Ann", role="boss"), line("Bo"), line("Cy", role="Boss"))

    assert places(problems) == [(2, "role"), (4, "role")]


def test_create_adds_missing_groups_once_and_levels_after_the_others():
    lines = [
        line("Ann", role="Site Reliability", level="Expert", team="Platform"),
        line("Bo", role="site reliability", level="Master", team="platform"),
    ]

    outcome = load_lines(*lines, create=True)

    assert outcome.groups == ("role Site Reliability", "level Expert", "level Master", "team Platform")
    assert Role.objects.get(name="Site Reliability").slug == "site-reliability"
    assert list(Level.objects.values_list("slug", "rank")) == [("novice", 1), ("expert", 2), ("master", 3)]
    assert the("Ann").team == the("Bo").team == Team.objects.get(slug="platform")


def test_create_gives_a_person_their_new_group():
    PersonFactory(email="ann@example.org", role=None)

    outcome = load_lines(line("Ann", role="Engineer"), create=True)

    assert "role none -> Engineer" in edits(outcome.changed[0])
    assert the("Ann").role.slug == "engineer"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (["数据"], "no letters from a to z"),
        (["C developer", "C++ developer"], "the slug c-developer, as 'C developer' has"),
        (["Data: analyst"], "the slug data-analyst, as 'Data analyst' has"),
    ],
)
def test_create_refuses_names_that_leave_no_slug(written, says):
    lines = [line(f"P{number}", role=name) for number, name in enumerate(written)]

    problem = problems_of(*lines, create=True)[0]

    assert (problem.line, problem.column) == (1 + len(written), "role")
    assert says in problem.message
    assert Role.objects.count() == 1
