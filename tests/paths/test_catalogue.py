import pytest

from paths.catalogue import catalogue
from paths.models import Path, Skill
from tests.texts import path_text, published, skill_text

pytestmark = pytest.mark.django_db


def test_a_skill_comes_after_the_same_skills_on_every_path_that_uses_it():
    home = path_text(body=skill_text("grain") + skill_text("fan-out", after=["grain"]))
    using = path_text("expert", body="  - use: fan-out\n  - use: grain\n" + skill_text("drift"))
    published(home, using)
    ids = dict(Skill.objects.values_list("slug", "pk"))

    expert = catalogue().paths[Path.objects.get(slug="expert").pk]

    assert expert.after == {ids["fan-out"]: {ids["grain"]}}


def test_a_prerequisite_that_a_path_does_not_teach_holds_nothing_up_there():
    using = path_text("expert", body="  - use: fan-out\n" + skill_text("drift"))
    published(path_text(body=skill_text("grain") + skill_text("fan-out")), using)
    published(path_text(body=skill_text("grain") + skill_text("fan-out", after=["grain"])))

    assert catalogue().paths[Path.objects.get(slug="expert").pk].after == {}


@pytest.mark.parametrize(("status", "is_practised"), [("draft", False), ("active", True), ("retired", True)])
def test_who_is_on_a_retired_path_goes_on_with_it(status, is_practised):
    published(path_text(status=status))

    assert bool(catalogue().paths) is is_practised
