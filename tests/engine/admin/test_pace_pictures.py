"""Pictures of a pace are numbers before they are SVG: no database here."""

import itertools
import re

import pytest

from engine.admin import pace_pictures
from engine.admin.pace_pictures import APART, HEIGHT, MEASURED, WIDTH, picture, quoted, spread


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]


def test_recall_of_nothing_lies_on_the_floor_and_of_all_at_the_top():
    drawn = picture([("none", [0.0] * 7), ("all", [1.0] * 7)])

    none, everything = (points(line.path) for line in drawn.lines)
    assert {y for _x, y in none} == {drawn.frame.floor}
    assert {y for _x, y in everything} == {drawn.frame.top}
    assert everything[-1][0] == drawn.frame.right


def test_a_line_has_a_point_for_each_day_and_its_figure_is_that_of_the_last():
    [line] = picture([("drip", [0.1, 0.5, 0.456])]).lines

    assert len(points(line.path)) == 3
    assert line.percent == 46


def test_a_line_that_is_still_to_come_is_left_out():
    drawn = picture([("drip", [0.1, 0.5]), ("rampart", [])])

    assert [line.name for line in drawn.lines] == ["drip"]


def test_half_a_year_has_six_months():
    drawn = picture([("drip", [0.5] * 182)])

    assert [tick.number for tick in drawn.frame.times] == [0, 1, 2, 3, 4, 5, 6]


def test_nothing_leaves_the_picture():
    shapes = [pace_pictures.forgetting().quoted, pace_pictures.forgetting().guide]

    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for shape in shapes for x, y in points(shape))


@pytest.mark.parametrize("ends", [[10, 10, 10, 10], [160, 160, 159, 20], [50, 80], [100, 99.5, 101, 98], []])
def test_figures_do_not_cover_each_other_and_keep_their_order(ends):
    places = spread(ends)

    in_order = sorted(places)
    assert all(after - before >= APART for before, after in itertools.pairwise(in_order))
    assert all(pace_pictures.TOP <= place <= HEIGHT - pace_pictures.BOTTOM for place in places)
    assert sorted(range(len(ends)), key=ends.__getitem__) == sorted(range(len(ends)), key=places.__getitem__)


def test_figures_far_apart_stay_where_their_lines_end():
    assert spread([50, 80]) == [50, 80]


@pytest.mark.parametrize(("days", "left"), [(0, 1), (1, 0.5), (6, 0.1)])
def test_the_quoted_curve_is_half_gone_in_a_day_and_nine_tenths_in_six(days, left):
    assert quoted(days) == pytest.approx(left, abs=1e-4)


def test_what_was_measured_is_marked_where_it_was():
    marks = pace_pictures.forgetting().marks

    assert [mark.percent for mark in marks] == [31, 23, 18]
    assert [day for day, _saved in MEASURED] == [1, 6, 31]
    assert [mark.y for mark in marks] == sorted(mark.y for mark in marks)
