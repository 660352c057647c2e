import pytest

from engine.rules.shares import Share, share


@pytest.mark.parametrize(
    ("said", "of", "told"),
    [
        (2, 16, Share.QUARTER),
        (2, 8, Share.QUARTER),
        (2, 6, Share.QUARTER),
        (2, 5, Share.HALF),
        (3, 5, Share.HALF),
        (5, 8, Share.MOST),
        (4, 5, Share.MOST),
    ],
)
def test_a_share_is_told_in_steps(said, of, told):
    assert share(said, of=of) is told


@pytest.mark.parametrize(("said", "of"), [(0, 0), (4, 4), (1, 5), (1, 100), (0, 100), (6, 5)])
def test_it_is_not_told_of_fewer_than_five_people_or_when_one_alone_said_so(said, of):
    assert share(said, of=of) is None


@pytest.mark.parametrize(("said", "of"), [(2, 17), (12, 100)])
def test_a_share_too_small_to_matter_is_not_told(said, of):
    assert share(said, of=of) is None


@pytest.mark.parametrize("of", range(5, 60))
def test_that_everybody_said_so_reads_as_if_some_had_not(of):
    assert share(of, of=of) is share(of - 1, of=of) is Share.MOST
