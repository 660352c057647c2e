"""Pictures are numbers before they are SVG: no database here."""

import re
from datetime import timedelta

import pytest

from engine.pages import geometry
from engine.pages.geometry import HEIGHT, WIDTH
from engine.rules.curves import trace
from engine.rules.memory import Rating
from engine.rules.weeks import Day, Week
from tests.moments import MONDAY

DAY = MONDAY.date()
TODAY = DAY + timedelta(days=20)
HISTORY = [(DAY, Rating.GOOD), (DAY + timedelta(days=5), Rating.HARD)]


def drawn(history=HISTORY, *, ahead=28, today=TODAY):
    curve = trace(history, until=today + timedelta(days=ahead))
    return geometry.picture(curve, today=today, retention=0.9)


def points(path):
    return [tuple(map(float, pair.split())) for pair in re.findall(r"[ML]([\d.]+ [\d.]+)", path)]


def test_every_point_lies_in_the_field():
    picture = drawn()

    for x, y in [*points(picture.past), *points(picture.ahead), *points(picture.drops)]:
        assert picture.left <= x <= picture.right <= WIDTH
        assert picture.top <= y <= picture.floor <= HEIGHT


def test_the_past_ends_today_where_the_expectation_begins():
    picture = drawn()

    assert points(picture.past)[-1] == points(picture.ahead)[0]
    assert points(picture.ahead)[0][0] == picture.today
    assert points(picture.ahead)[-1][0] == picture.right


def test_a_review_is_marked_where_it_found_the_memory_and_the_jump_leads_to_the_top():
    picture = drawn()
    first, second = picture.marks
    [foot, head] = points(picture.drops)

    assert (first.x, first.y) == (picture.left, picture.top)
    assert (second.x, second.y) == foot
    assert head == (second.x, picture.top)
    assert second.y > picture.top


def test_each_rating_has_a_shape_of_its_own():
    assert len({geometry.shape_of(rating) for rating in Rating}) == len(Rating)


def test_a_curve_of_the_upper_half_is_shown_from_fifty_percent_and_any_other_from_nothing():
    lapsed = [(DAY, Rating.AGAIN)]

    assert drawn().lowest == 0.5
    assert drawn(lapsed, today=DAY + timedelta(days=200)).lowest == 0


def test_the_line_of_the_path_lies_at_its_retention():
    picture = drawn()

    assert picture.retention == pytest.approx(
        picture.top + (picture.floor - picture.top) * 0.1 / 0.5, abs=0.1
    )


@pytest.mark.parametrize("today", [DAY, DAY - timedelta(days=1)])
def test_a_memory_of_today_has_only_what_is_ahead(today):
    picture = drawn([(DAY, Rating.GOOD)], today=today)

    assert picture.past == ""
    assert picture.today == picture.left
    assert points(picture.ahead)[0] == (picture.left, picture.top)


def test_a_day_that_does_not_count_has_no_place_in_the_picture():
    days = (
        Day.PRACTISED,
        Day.LEFT_OUT,
        Day.UNCOUNTED,
        Day.UNCOUNTED,
        Day.UNCOUNTED,
        Day.EXTRA,
        Day.UNCOUNTED,
    )
    weeks = [Week(monday=DAY, days=days), Week(monday=DAY + timedelta(days=7), days=days)]
    width, height = geometry.size_of_weeks(2)

    cells = geometry.cells(weeks)

    assert [cell.day for cell in cells] == [Day.PRACTISED, Day.LEFT_OUT, Day.EXTRA] * 2
    assert all(geometry.NAMES < cell.x < width and 0 < cell.y < height - geometry.DATES for cell in cells)
    assert cells[0].y == cells[3].y == geometry.row(0)


def test_bars_stand_on_one_another_and_learners_on_the_floor():
    found = geometry.bars([(1, 2), (0, 0), (3, 0)])
    first, empty, last = found.bars

    assert (first.learners_from + first.by_learners, last.learners_from + last.by_learners) == (
        found.floor,
        found.floor,
    )
    assert first.others_from + first.by_others == first.learners_from
    assert (empty.by_learners, empty.by_others) == (0, 0)
    assert found.most == 3


@pytest.mark.parametrize("most", [0, 1, 8, 9, 500])
def test_bars_fill_the_height_and_never_more(most):
    found = geometry.bars([(most, 0)])

    assert found.floor <= geometry.TOP + geometry.BARS_HIGH + 1e-9
    assert found.bars[0].learners_from >= found.top - 0.1
