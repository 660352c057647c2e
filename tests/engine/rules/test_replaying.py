"""What holds would have done: a replay gives no more than there was, and says within which bounds."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules import holds
from engine.rules.onramp import Role
from engine.rules.replaying import Given, Pupil, Seen, replay
from engine.rules.starvation import Learner, Rep
from tests.payments import HOURS, K1, LONG_AGO, TODAY, TUESDAY, berlin

ANN, BEN = 1, 2
HOUR = timedelta(hours=1)


def pupil(person=ANN, reps=(), **changes):
    learner = Learner(person=person, today=TODAY, share=1.0, role_since=LONG_AGO, absent=0, reps=reps)
    return Pupil(learner=learner, working=HOURS, **changes)


def led(number):
    return tuple(Rep(on=date(2026, 11, 2), role=Role.LEAD) for _ in range(number))


def seen(task=1, at=TUESDAY, **changes):
    """A task that a senior took an hour after it came."""
    until = holds.by_hours(at, K1, HOURS)
    one = Seen(task=task, first_seen_at=at, until=until, taken_at=at + HOUR, went_past=True)
    return replace(one, **changes)


def test_a_task_that_went_past_a_learner_would_have_been_theirs_within_the_hours_of_an_offer():
    assert replay([seen()], [pupil()], K1) == [
        Given(
            task=1,
            to=ANN,
            taken_at=TUESDAY + HOUR,
            soonest_at=TUESDAY + timedelta(seconds=1),
            latest_at=berlin("2026-11-24", "14:00"),
        )
    ]


def test_what_came_at_night_is_begun_in_the_morning():
    [one] = replay([seen(at=berlin("2026-11-24", "22:00"))], [pupil()], K1)

    assert one.soonest_at == berlin("2026-11-25", "09:00") + timedelta(seconds=1)
    assert one.latest_at == berlin("2026-11-25", "13:00")


def test_no_offer_outlasts_the_hold():
    [one] = replay([seen(until=TUESDAY + 2 * HOUR)], [pupil()], K1)

    assert one.latest_at == TUESDAY + 2 * HOUR


def test_who_has_all_their_reps_or_is_away_is_given_nothing():
    away = replace(HOURS, days_off=frozenset(TODAY + timedelta(days=one) for one in range(9)))

    assert replay([seen()], [pupil(reps=led(3))], K1) == []
    assert replay([seen()], [replace(pupil(), working=away)], K1) == []
    assert replay([seen()], [], K1) == []


def test_what_was_too_urgent_or_led_by_a_learner_or_by_nobody_is_not_given():
    assert replay([seen(is_too_urgent=True, until=TUESDAY)], [pupil()], K1) == []
    assert replay([seen(went_past=False, by_learner=ANN)], [pupil()], K1) == []
    assert replay([seen(went_past=False, taken_at=None)], [pupil()], K1) == []


def test_nobody_is_given_more_at_once_than_they_may_have_in_progress():
    at_once = [seen(number) for number in range(5)]

    first, second, third = replay(at_once, [pupil()], K1)  # and then she has her three

    assert first.soonest_at == second.soonest_at
    assert third.soonest_at > first.latest_at


def test_what_a_learner_led_themself_takes_their_room_and_counts_as_their_rep():
    own = [seen(number, went_past=False, by_learner=ANN, taken_at=TUESDAY) for number in (1, 2)]

    assert (
        replay([*own, seen(3, at=TUESDAY + timedelta(seconds=5), until=TUESDAY + HOUR)], [pupil()], K1) == []
    )
    assert replay([*own, seen(3, at=TUESDAY + timedelta(days=7))], [pupil(reps=led(1))], K1) == []


def test_a_task_that_waits_is_given_when_somebody_has_handed_one_in():
    kind = K1.model_copy(update={"in_progress_max": 1})

    first, second = replay([seen(1), seen(2)], [pupil()], kind)

    assert first.soonest_at < first.latest_at < second.soonest_at
    assert second.soonest_at < seen(2).until


def test_the_learner_who_needs_it_most_is_given_it():
    [one] = replay([seen()], [pupil(reps=led(2)), pupil(BEN)], K1)

    assert one.to == BEN


STORIES = ["past", "learner", "nobody", "urgent"]
some_tasks = st.lists(
    st.tuples(
        st.integers(0, 27), st.integers(0, 23), st.sampled_from(["past", "learner", "nobody", "urgent"])
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(some_tasks, st.integers(0, 3), st.integers(0, 3))
def test_a_replay_gives_each_task_once_and_no_more_reps_than_are_needed(tasks, ann, ben):
    rows = []
    for number, (day, hour, story) in enumerate(tasks):
        at = TUESDAY + timedelta(days=day, hours=hour)
        changes = {
            "past": {},
            "learner": {"went_past": False, "by_learner": ANN},
            "nobody": {"went_past": False, "taken_at": None},
            "urgent": {"is_too_urgent": True, "until": at},
        }[story]
        rows.append(seen(number, at=at, **changes))
    pupils = [pupil(reps=led(ann)), pupil(BEN, reps=led(ben))]

    found = replay(rows, pupils, K1)

    assert len({one.task for one in found}) == len(found)
    past = {row.task for row in rows if row.went_past and not row.is_too_urgent}
    assert {one.task for one in found} <= past
    assert sum(one.to == BEN for one in found) <= max(0, 3 - ben)
    assert all(one.soonest_at <= one.latest_at for one in found)
    assert found == replay(rows, pupils, K1)
