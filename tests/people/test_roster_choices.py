"""Names that a roster uses and nobody here has: said once what they mean, known from then on."""

import pytest
from django.core.exceptions import ValidationError

from people.models import Level, Role, Team
from people.roster import unknown_names
from tests.factories import LevelFactory, PersonFactory, RoleFactory, TeamFactory
from tests.people.rosters import line, load_lines, places, problems_of, roster_of, the

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def groups():
    RoleFactory(), LevelFactory(), TeamFactory()


def test_a_chosen_name_gives_the_person_what_it_means_and_is_remembered():
    load_lines(line("Ann", role="Datenanalyst"), choices={("role", "datenanalyst"): the_role().pk})

    assert the("Ann").role == the_role()
    assert the_role().other_names == ["Datenanalyst"]
    load_lines(line("Bob", role="DATENANALYST"))
    assert the("Bob").role == the_role()


def the_role() -> Role:
    return Role.objects.get(slug="data-analyst")


def test_the_outcome_names_what_was_learned_and_what_was_created():
    outcome = load_lines(
        line("Ann", role="Datenanalyst", team="Nord"),
        choices={("role", "datenanalyst"): the_role().pk, ("team", "nord"): None},
    )

    assert [str(one) for one in outcome.learned] == ["Datenanalyst → Data analyst"]
    assert outcome.groups == ("team Nord",)


def test_the_outcome_of_a_new_level_names_all_levels_from_the_first_to_the_highest():
    chosen = {("level", "lead"): "practitioner", ("level", "apprentice"): None}

    outcome = load_lines(line("Ann", level="Lead"), line("Bob", level="Apprentice"), choices=chosen)

    assert outcome.levels == ("Novice", "Practitioner", "Apprentice")


def test_the_outcome_without_a_new_level_names_no_levels():
    outcome = load_lines(line("Ann", team="Nord"), choices={("team", "nord"): None})

    assert outcome.levels == ()


def test_a_dry_run_remembers_nothing():
    load_lines(line("Ann", role="DA"), choices={("role", "da"): the_role().pk}, dry_run=True)

    assert the_role().also_called == ""


def test_what_nobody_chose_is_refused_and_nothing_is_remembered():
    lines = [line("Ann", role="DA"), line("Bob", role="Baker")]

    problems = problems_of(*lines, choices={("role", "da"): the_role().pk})

    assert places(problems) == [(3, "role")]
    assert the_role().also_called == ""


def test_a_choice_of_what_is_not_here_is_no_choice():
    assert places(problems_of(line("Ann", role="Baker"), choices={("role", "baker"): 0})) == [(2, "role")]


def test_a_choice_for_one_column_says_nothing_of_another():
    problems = problems_of(line("Ann", role="North", team="North"), choices={("team", "north"): None})

    assert places(problems) == [(2, "role")]


def test_two_names_may_mean_the_same():
    choices = dict.fromkeys([("role", "da"), ("role", "datenanalyst")], the_role().pk)

    load_lines(line("Ann", role="DA"), line("Bob", role="Datenanalyst"), choices=choices)

    assert the_role().other_names == ["DA", "Datenanalyst"]


def test_unknown_names_come_with_their_lines_and_the_nearest_first():
    lines = [line("Ann", role="Data analysts"), line("Bob", role="data ANALYSTS"), line("Cy", level="Sage")]

    role, level = unknown_names(roster_of(*lines))

    assert (role.column, role.text, role.line, role.lines) == ("role", "Data analysts", 2, 2)
    assert [group.name for group in role.nearest] == ["Data analyst"]
    assert (level.column, level.text, level.lines, level.nearest) == ("level", "Sage", 1, ())


@pytest.mark.parametrize(("name", "may_be_new"), [("Baker", True), ("数据", False), ("Data-Analyst!", False)])
def test_a_name_without_a_slug_of_its_own_cannot_be_new(name, may_be_new):
    [unknown] = unknown_names(roster_of(line("Ann", role=name)))

    assert unknown.may_be_new is may_be_new


def test_such_a_name_can_be_mapped_all_the_same():
    load_lines(line("Ann", role="数据"), choices={("role", "数据"): the_role().pk})

    assert the("Ann").role == the_role()


@pytest.mark.parametrize("model", [Role, Level, Team])
@pytest.mark.parametrize("field", ["name", "also_called"])
def test_one_name_is_not_claimed_twice(model, field):
    model.objects.create(slug="first", name="First", also_called="Prime\nONE")

    other = model(slug="second", name="Second")
    setattr(other, field, "one")

    with pytest.raises(ValidationError, match="one name means one thing"):
        other.full_clean()


def test_a_group_may_repeat_its_own_names():
    role = the_role()
    role.also_called = "Data analyst\n\n  DA  \n"
    role.full_clean()

    assert role.other_names == ["Data analyst", "DA"]


def test_a_slug_or_a_name_counts_before_what_another_is_called():
    Role.objects.create(slug="baker", name="Baker", also_called="data-analyst")

    load_lines(line("Ann", role="data-analyst"))

    assert the("Ann").role == the_role()
    assert PersonFactory().role == the_role()


def test_two_titles_may_mean_one_awaited_role_and_one_may_be_its_own_name():
    chosen = {("role", "bi"): "data-scientist", ("role", "data scientist"): "data-scientist"}

    outcome = load_lines(line("Ann", role="BI"), line("Bob", role="Data Scientist"), choices=chosen)

    role = Role.objects.get(slug="data-scientist")
    assert (the("Ann").role, the("Bob").role) == (role, role)
    assert (role.name, role.other_names) == ("Data scientist", ["BI"])
    assert outcome.groups == ("role Data scientist",)
    assert [str(one) for one in outcome.learned] == ["BI → Data scientist"]


def test_an_awaited_role_that_came_meanwhile_is_taken_and_learns_the_title():
    load_lines(line("Ann", role="DA"), choices={("role", "da"): "data-analyst"})

    assert the("Ann").role == the_role()
    assert the_role().other_names == ["DA"]
