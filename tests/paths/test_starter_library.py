from pathlib import Path

import pytest

from paths.library import read_library
from paths.schema import OnRampSpec, PathSpec

FOLDER = Path("fixtures/paths")


@pytest.fixture(scope="module")
def library():
    return read_library({file.as_posix(): file.read_bytes() for file in FOLDER.rglob("*.yaml")})


def of_kind(library, kind):
    return [spec for spec in library.specs.values() if isinstance(spec, kind)]


def test_the_starter_library_is_without_a_problem(library):
    assert library.problems == []


def test_each_starter_on_ramp_is_named_by_a_path_for_some_of_its_learners(library):
    for on_ramp in of_kind(library, OnRampSpec):
        naming = [path for path in of_kind(library, PathSpec) if on_ramp.id in path.on_ramps]

        assert naming, on_ramp.id
        for path in naming:
            assert set(path.audience.roles) & set(on_ramp.learners.roles)
            assert set(path.audience.levels) & set(on_ramp.learners.levels)


def test_an_organisation_of_any_teams_can_load_the_starter_on_ramps(library):
    assert [on_ramp.match.teams for on_ramp in of_kind(library, OnRampSpec)] == [[]] * 6
