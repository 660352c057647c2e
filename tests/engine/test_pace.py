"""A pace is asked about once, simulated line by line, and kept for a while."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from engine import jobs, pace
from engine.models import PaceLine
from engine.pace import Pace, TooManyPaces
from engine.simulation import WORLDS
from tests.moments import MONDAY

pytestmark = pytest.mark.django_db

PACE = Pace(skills=4, minutes=4, attendance=90)
LATER = MONDAY + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Two weeks of a few people instead of half a year of many."""
    monkeypatch.setattr(pace, "PEOPLE", 8)
    monkeypatch.setattr(pace, "WORKDAYS", 10)


def never() -> bool:
    return False


def at_once() -> bool:
    return True


def ask(asked: Pace = PACE, *, now=MONDAY, is_over=never) -> None:
    pace.ask(asked, now=now, is_over=is_over)


def work_off(*, now=LATER, is_over=never, is_asked_to_stop=never) -> PaceLine | None:
    return pace.work_off_one(now=now, is_over=is_over, is_asked_to_stop=is_asked_to_stop)


def done() -> dict[tuple[str, str], list[float]]:
    return {(line.world, line.policy): line.recall for line in PaceLine.objects.exclude(done_at=None)}


def test_two_minutes_are_a_rep_and_nobody_has_less_than_one():
    assert [Pace(skills=1, minutes=minutes, attendance=80).reps for minutes in (1, 2, 3, 20)] == [1, 1, 1, 10]


def test_what_is_quick_is_there_at_once_and_the_rest_waits_for_the_worker():
    ask()

    assert set(done()) == {(world, policy) for world in WORLDS for policy in pace.QUICK}
    assert {line.policy for line in PaceLine.objects.waiting(MONDAY)} == {"rampart"}
    assert [row.func() for row in OrmQ.objects.all()] == [pace.JOB]


def test_recall_is_a_chance_for_each_day():
    ask()

    assert all(len(recall) == 14 for recall in done().values())
    assert all(0 <= chance <= 1 for recall in done().values() for chance in recall)
    assert any(max(recall) > 0 for recall in done().values())


def test_the_same_pace_is_simulated_once():
    ask()
    first = {line.pk: line.done_at for line in PaceLine.objects.all()}

    ask(now=LATER)

    assert {line.pk: line.done_at for line in PaceLine.objects.all()} == first


def test_the_job_is_queued_once():
    now = timezone.now()  # by which the queue has its locks
    ask(now=now)

    ask(now=now)

    assert OrmQ.objects.count() == 1


def test_the_same_pace_gives_the_same_lines():
    ask()
    first = done()
    PaceLine.objects.all().delete()

    ask()

    assert done() == first


@pytest.mark.parametrize(
    "other",
    [
        Pace(skills=5, minutes=4, attendance=90),
        Pace(skills=4, minutes=6, attendance=90),
        Pace(skills=4, minutes=4, attendance=50),
    ],
)
def test_another_pace_gives_others(other):
    ask()
    first = done()
    PaceLine.objects.all().delete()

    ask(other)

    assert done() != first


def test_minutes_that_make_no_rep_change_nothing():
    ask()

    ask(Pace(skills=4, minutes=5, attendance=90))

    assert PaceLine.objects.count() == len(pace.SHOWN) * len(WORLDS)


def test_a_job_simulates_one_line_and_queues_the_next():
    ask()
    OrmQ.objects.all().delete()

    line = work_off()

    assert line is not None
    assert done()[line.world, "rampart"] == line.recall != []
    assert OrmQ.objects.count() == 1


def test_the_last_job_queues_none():
    ask()
    for _world in WORLDS:
        OrmQ.objects.all().delete()
        work_off()

    assert not PaceLine.objects.waiting(LATER).exists()
    assert OrmQ.objects.count() == 0
    assert work_off() is None


def test_a_job_that_runs_does_not_count_as_one_that_waits():
    ask()
    OrmQ.objects.update(lock=MONDAY + timedelta(minutes=10))

    pace.wake(now=MONDAY)

    assert OrmQ.objects.count() == 2


def test_what_takes_too_long_for_a_request_is_left_to_the_worker():
    ask(is_over=at_once)

    assert done() == {}
    assert PaceLine.objects.unclaimed().count() == len(pace.SHOWN) * len(WORLDS)
    line = work_off()
    assert line is not None
    assert line.policy == pace.QUICK[0]


def test_what_is_cut_short_in_a_request_is_left_to_the_worker():
    looks = iter([False, False, True])

    ask(is_over=lambda: next(looks, True))

    assert PaceLine.objects.unclaimed().count() == len(pace.SHOWN) * len(WORLDS)


def test_what_takes_too_long_for_a_job_is_given_up_until_somebody_asks_again():
    ask()

    line = work_off(is_over=at_once)

    assert line is not None
    assert list(PaceLine.objects.given_up(LATER)) == [line]
    assert line.is_given_up(LATER)
    ask(now=LATER)
    assert not PaceLine.objects.given_up(LATER).exists()
    assert PaceLine.objects.unclaimed().count() == len(WORLDS)


def test_a_worker_that_stops_gives_up_nothing():
    ask()

    work_off(is_asked_to_stop=at_once)

    assert PaceLine.objects.unclaimed().count() == len(WORLDS)
    assert not PaceLine.objects.given_up(LATER).exists()


def test_a_line_whose_worker_died_is_not_tried_again_by_itself():
    ask()
    dead = PaceLine.objects.unclaimed().first()
    PaceLine.objects.filter(pk=dead.pk).update(claimed_until=MONDAY)

    worked = [work_off() for _ in range(len(WORLDS))]

    assert dead not in worked
    assert list(PaceLine.objects.given_up(LATER)) == [dead]
    assert PaceLine.objects.get(pk=dead.pk).is_given_up(LATER)


def test_one_line_is_simulated_at_a_time():
    ask()
    PaceLine.objects.filter(pk=PaceLine.objects.unclaimed().first().pk).update(
        claimed_until=LATER + pace.LEASE
    )

    assert work_off() is None


def test_who_asks_while_many_lines_wait_is_told_to_come_back():
    for skills in range(1, 5):
        ask(Pace(skills=skills, minutes=2, attendance=100))

    with pytest.raises(TooManyPaces, match="few minutes"):
        ask(Pace(skills=5, minutes=2, attendance=100))

    assert not PaceLine.objects.filter(skills=5).exists()


def test_lines_are_forgotten_as_a_newer_version_may_simulate_otherwise():
    ask()

    ask(Pace(skills=1, minutes=2, attendance=100), now=MONDAY + pace.KEPT + timedelta(seconds=1))

    assert set(PaceLine.objects.values_list("skills", flat=True)) == {1}


def test_the_paces_asked_lately_come_latest_first():
    other = Pace(skills=2, minutes=6, attendance=50)
    ask()
    ask(other, now=LATER)

    assert pace.asked_lately() == [other, PACE]


def test_the_job_simulates_what_waits():
    ask()

    jobs.simulate_paces()

    assert sum(policy == "rampart" for _world, policy in done()) == 1


def test_the_tick_wakes_what_was_lost_with_the_queue():
    ask()
    OrmQ.objects.all().delete()

    jobs.tick()

    assert [row.func() for row in OrmQ.objects.all()] == [pace.JOB]
