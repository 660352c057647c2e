"""How people forget: one page that says it in words, draws it, and tells how it came about."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from engine.models import Belief
from engine.models.beliefs import written
from engine.rules.believing import FIRST
from engine.rules.family import SCHOOLS
from tests.moments import MONDAY
from tests.shown import text

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:engine_belief_changelist")


def believed(*, school="memorize", line=0.0, days_ago=0, in_force_since=MONDAY):
    return Belief.objects.create(
        fitted_on=MONDAY.date() - timedelta(days=days_ago),
        school=school,
        schools=written(replace(FIRST, weights=dict.fromkeys(SCHOOLS, 0.1 / 3) | {school: 0.9})),
        line=line,
        wanted=line,
        calm=0,
        attendance=0.7,
        people=12,
        reviews=340,
        in_force_since=in_force_since,
    )


@pytest.fixture
def shown(admin_client):
    def get():
        response = admin_client.get(PAGE)
        assert response.status_code == 200
        return text(response)

    return get


def test_before_anything_is_known_it_says_what_it_takes_and_that_there_is_nothing_to_do(shown):
    page = shown()

    assert "Nothing is known yet" in page
    assert "There is nothing to do." in page


def test_it_says_how_plans_go_by_it_and_what_it_was_fitted_to(shown):
    believed()

    page = shown()

    assert "What people begin lasts long enough." in page
    assert "to 340 reviews of 12 people" in page
    assert "70 % were answered" in page
    assert "%</b> each recall makes it last longer, however soon it comes (MEMORIZE)" in page


def test_a_line_of_defence_is_said_in_words(shown):
    believed(line=0.8)

    assert "Plans defend a recall of 80 %" in shown()


def test_earlier_fits_are_listed_the_latest_first(shown):
    believed(days_ago=4, school="fsrs")
    believed(line=0.65)

    page = shown()

    assert page.index("65 %") < page.index("FSRS-6)", page.index("How it came about"))


def test_while_states_are_prepared_plans_go_on_as_before(shown):
    believed(days_ago=4)
    believed(in_force_since=None, line=0.87)

    page = shown()

    assert "is being prepared, person by person" in page
    assert "What people begin lasts long enough." in page


def test_a_school_that_is_no_longer_known_does_not_break_the_page(shown):
    belief = believed()
    belief.schools["phlogiston"] = belief.schools.pop("open")
    belief.save()

    assert "phlogiston" in shown()
