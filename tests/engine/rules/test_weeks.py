from datetime import timedelta

import pytest

from engine.rules.weeks import DAY, Day, by_week, first_day
from tests.moments import MONDAY

TODAY = MONDAY.date() + timedelta(days=2)  # a Wednesday
YESTERDAY = TODAY - DAY


def kind_of(day, *, offered=(), practised=(), free=()):
    weeks = by_week(
        offered={*offered, *practised}, practised=set(practised), free=set(free), today=TODAY, weeks=2
    )
    return weeks[(day - weeks[0].monday).days // 7].days[day.weekday()]


def test_the_present_week_is_the_last_one():
    weeks = by_week(offered=[], practised=[], free=[], today=TODAY, weeks=12)

    assert weeks[-1].monday == MONDAY.date()
    assert weeks[0].monday == first_day(today=TODAY, weeks=12) == MONDAY.date() - timedelta(weeks=11)


@pytest.mark.parametrize(
    ("day", "facts", "kind"),
    [
        (YESTERDAY, {"practised": [YESTERDAY]}, Day.PRACTISED),
        (YESTERDAY, {"offered": [YESTERDAY]}, Day.LEFT_OUT),
        (YESTERDAY, {}, Day.UNCOUNTED),
        (YESTERDAY, {"offered": [YESTERDAY], "free": [YESTERDAY]}, Day.UNCOUNTED),
        (YESTERDAY, {"practised": [YESTERDAY], "free": [YESTERDAY]}, Day.EXTRA),
        (TODAY, {"offered": [TODAY]}, Day.UNCOUNTED),
        (TODAY, {"practised": [TODAY]}, Day.PRACTISED),
    ],
)
def test_a_day_counts_only_if_it_brought_a_workout_to_somebody_at_work(day, facts, kind):
    assert kind_of(day, **facts) == kind


def test_a_week_counts_what_was_practised_of_what_came_and_extras_apart():
    monday, tuesday, sunday = (MONDAY.date() - timedelta(days=ago) for ago in (7, 6, 1))

    [week, _now] = by_week(
        offered={monday, tuesday, sunday},
        practised={monday, sunday},
        free={sunday},
        today=TODAY,
        weeks=2,
    )

    assert (week.counted, week.practised, week.extra) == (2, 1, 1)
