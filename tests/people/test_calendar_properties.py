"""Laws of `people.calendar` over all zones, the dates 2026 to 2028, and both clock changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people.calendar import (
    MINIMUM_GAP,
    Away,
    Rhythm,
    WorkingHours,
    add_working_hours,
    day_bounds,
    instant_of,
    is_away,
    is_workday,
    is_zone,
    local_date,
    mail_on,
    next_mails,
    send_instant,
    send_window,
    subtract_working_hours,
    working_hours_between,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
EVERY_DAY = frozenset(range(7))
ZONES = sorted(name for name in available_timezones() if is_zone(name))


def shown(instant, zone):
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@cache
def changes_in(zone):
    """Return the dates of 2026 to 2028 that begin and end on different offsets."""
    clock = ZoneInfo(zone)
    midnights = [datetime.combine(FIRST + n * DAY, time(), clock) for n in range((LAST - FIRST).days + 2)]
    return [start.date() for start, end in pairwise(midnights) if start.utcoffset() != end.utcoffset()]


def zones_by_changes():
    """Return one zone for each story that the clocks of these years tell."""
    stories = {
        tuple(bound for day in changes_in(zone) for bound in day_bounds(day, zone=zone)): zone
        for zone in ZONES
    }
    return list(stories.values())


@st.composite
def zones_and_days(draw):
    """A zone and a date in it, every other time one close to a clock change."""
    zone = draw(st.sampled_from(ZONES))
    near_change = [day + n * DAY for day in changes_in(zone) for n in (-1, 0, 1)]
    days = st.dates(FIRST, LAST)
    return zone, draw(st.one_of(days, st.sampled_from(near_change)) if near_change else days)


times = st.times().map(lambda at: at.replace(microsecond=0))
spreads = st.floats(0, 1, exclude_max=True)
some_weekdays = st.frozensets(st.integers(0, 6))
windows = st.one_of(st.integers(1, 1440), st.just(60))


def rhythms(zones, workdays=some_weekdays):
    return st.builds(
        Rhythm, zone=zones, workdays=workdays, send_time=times, window_minutes=windows, spread=spreads
    )


def midnight(day):
    return datetime.combine(day, time())


# Dates and instants


@given(zones_and_days(), times, st.integers(1, 3 * 86_400))
def test_the_instant_of_a_time_is_the_first_at_which_the_clock_shows_it_or_a_later_one(place, at, seconds):
    zone, day = place

    instant = instant_of(day, at, zone=zone)

    wall = datetime.combine(day, at)
    assert shown(instant, zone) >= wall
    assert shown(instant - SECOND, zone) < wall
    assert shown(instant - seconds * SECOND, zone) < wall


@given(zones_and_days())
def test_local_days_cover_time_without_gap_or_overlap(place):
    zone, day = place

    start, end = day_bounds(day, zone=zone)

    assert timedelta(hours=22) <= end - start <= timedelta(hours=26)
    assert (local_date(start, zone=zone), local_date(end - SECOND, zone=zone)) == (day, day)
    assert day_bounds(day + DAY, zone=zone)[0] == end
    assert local_date(end, zone=zone) == day + DAY


# Mails


def are_apart(instants):
    return all(later - earlier >= MINIMUM_GAP for earlier, later in pairwise(instants))


def ends_in_a_gap(day, rhythm):
    """Whether the clock jumps from a time before this send time straight to the next date."""
    return shown(day_bounds(day, zone=rhythm.zone)[1] - SECOND, rhythm.zone).time() < rhythm.send_time


@given(zones_and_days(), times, windows, spreads)
def test_a_send_instant_lies_in_its_window_on_its_date(place, send_time, window_minutes, spread):
    zone, day = place
    rhythm = Rhythm(
        zone=zone, workdays=EVERY_DAY, send_time=send_time, window_minutes=window_minutes, spread=spread
    )
    starts_at, ends_at = send_window(day, rhythm)
    if ends_in_a_gap(day, rhythm):
        assert starts_at == ends_at
        return

    instant = send_instant(day, rhythm)

    assert starts_at <= instant < ends_at
    assert instant.microsecond == 0
    assert (local_date(starts_at, zone=zone), local_date(ends_at - SECOND, zone=zone)) == (day, day)
    opens = datetime.combine(day, send_time)
    assert opens <= shown(instant, zone)
    if day not in changes_in(zone):
        assert ends_at - starts_at == min(timedelta(minutes=window_minutes), midnight(day + DAY) - opens)
        assert shown(instant, zone) < opens + timedelta(minutes=window_minutes)


@pytest.mark.parametrize(("window_minutes", "spread"), [(60, 0.0), (60, 0.5), (20, 0.99), (1440, 0.37)])
def test_no_clock_change_skips_a_mail_or_brings_two_too_close(window_minutes, spread):
    for zone in zones_by_changes():
        for changed in changes_in(zone):
            for quarter in range(96):
                rhythm = Rhythm(
                    zone=zone,
                    workdays=EVERY_DAY,
                    send_time=time(quarter // 4, quarter % 4 * 15),
                    window_minutes=window_minutes,
                    spread=spread,
                )
                days = [
                    day for day in (changed - DAY, changed, changed + DAY) if not ends_in_a_gap(day, rhythm)
                ]
                instants = [send_instant(day, rhythm) for day in days]

                assert [local_date(instant, zone=zone) for instant in instants] == days, (rhythm, changed)
                assert are_apart(instants), (rhythm, changed)


@st.composite
def calendars_of_a_person(draw, around):
    """Days off, absences and perhaps a pause, close to a date."""
    days = st.integers(-3, 9).map(lambda n: around + n * DAY)
    absences = st.builds(lambda day, n: Away(starts_on=day, ends_on=day + n * DAY), days, st.integers(0, 4))
    return {
        "days_off": draw(st.frozensets(days, max_size=3)),
        "absences": draw(st.lists(absences, max_size=2)),
        "paused_until": draw(st.one_of(st.none(), days)),
    }


def may_have_mail(day, rhythm, person):
    return (
        is_workday(day, rhythm, days_off=person["days_off"])
        and not is_away(day, person["absences"])
        and (person["paused_until"] is None or day >= person["paused_until"])
    )


@given(st.data(), zones_and_days(), st.integers(0, 26 * 3600), st.integers(0, 200))
def test_planned_mails_keep_every_promise(data, place, into_day, hours):
    zone, day = place
    rhythm = data.draw(rhythms(st.just(zone)))
    person = data.draw(calendars_of_a_person(day))
    now, within = day_bounds(day, zone=zone)[0] + into_day * SECOND, hours * HOUR
    last_sent_at = data.draw(st.one_of(st.none(), st.integers(0, 50 * 3600).map(lambda s: now - s * SECOND)))

    mails = next_mails(now, rhythm, **person, last_sent_at=last_sent_at, within=within)

    days, instants = [day for day, _ in mails], [instant for _, instant in mails]
    assert days == sorted(set(days))
    assert all(may_have_mail(day, rhythm, person) for day in days)
    for day, instant in mails:
        starts_at, ends_at = send_window(day, rhythm)
        assert starts_at <= instant < ends_at
        assert now < ends_at
        assert starts_at <= now or instant <= now + within
    sent = instants if last_sent_at is None else [last_sent_at, *instants]
    assert are_apart(sent)


@given(st.data(), zones_and_days())
def test_who_changes_nothing_gets_a_mail_on_each_workday(data, place):
    zone, day = place
    rhythm = data.draw(rhythms(st.just(zone)))
    person = data.draw(calendars_of_a_person(day))
    start, end = day_bounds(day, zone=zone)[0], day_bounds(day + 7 * DAY, zone=zone)[1]

    mails = next_mails(start, rhythm, **person, last_sent_at=None, within=end - start - SECOND)

    expected = [day + n * DAY for n in range(8)]
    assert [day for day, _ in mails] == [
        day for day in expected if may_have_mail(day, rhythm, person) and not ends_in_a_gap(day, rhythm)
    ]


@settings(max_examples=60)
@given(st.data(), zones_and_days())
def test_a_life_of_moves_and_outages_brings_no_mail_too_soon_out_of_its_window_or_on_a_day_off(data, place):
    zone, day = place
    now = day_bounds(day, zone=zone)[0]
    rhythm = data.draw(rhythms(st.just(zone)))
    sent_at = None
    sent = []
    for _ in range(data.draw(st.integers(1, 6))):  # between two changes of mind
        person = data.draw(calendars_of_a_person(day))
        step = data.draw(st.sampled_from([7, 15, 60, 300])) * MINUTE  # sparse ticks are outages
        for _ in range(data.draw(st.integers(1, 100))):
            for mail_day, instant in next_mails(now, rhythm, **person, last_sent_at=sent_at):
                if instant <= now:
                    starts_at, ends_at = send_window(mail_day, rhythm)
                    assert starts_at <= now < ends_at
                    assert may_have_mail(mail_day, rhythm, person)
                    assert local_date(now, zone=rhythm.zone) == mail_day
                    sent_at = now
                    sent.append(now)
            now += step
        rhythm = data.draw(rhythms(st.one_of(st.just(rhythm.zone), st.sampled_from(ZONES))))
    assert are_apart(sent)


@given(st.data(), zones_and_days())
def test_a_tick_finds_what_the_date_itself_says(data, place):
    zone, day = place
    rhythm = data.draw(rhythms(st.just(zone)))
    person = data.draw(calendars_of_a_person(day))
    starts_at, ends_at = send_window(day, rhythm)
    now = starts_at + data.draw(st.integers(0, max(0, (ends_at - starts_at) // SECOND - 1))) * SECOND

    mails = dict(next_mails(now, rhythm, **person, last_sent_at=None))

    assert mails.get(day) == mail_on(day, rhythm, **person, last_sent_at=None)


# Working hours

quarters = st.integers(0, 400).map(lambda n: n / 4)  # hours that floats hold exactly


@st.composite
def teams(draw):
    """A team's hours and an instant: by day, by night, up to midnight or round the clock."""
    zone, day = draw(zones_and_days())
    workdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
    days_off = draw(st.frozensets(st.integers(0, 20).map(lambda n: day + n * DAY), max_size=6))
    starts, ends = draw(times), draw(st.one_of(times, st.just(time(0))))
    team = WorkingHours(zone=zone, workdays=workdays, starts=starts, ends=ends, days_off=days_off)
    return team, day_bounds(day, zone=zone)[0] + draw(st.integers(0, 86_400)) * SECOND


def is_long(team):
    """Whether a shift takes an hour or more, so that a hundred hours are found within ten years."""
    takes = datetime.combine(FIRST, team.ends) - datetime.combine(FIRST, team.starts)
    return takes % DAY == timedelta() or takes % DAY >= HOUR


long_teams = teams().filter(lambda drawn: is_long(drawn[0]))


@given(long_teams, quarters)
def test_hours_added_are_the_hours_between(drawn, hours):
    team, instant = drawn

    end = add_working_hours(instant, hours, team)

    assert working_hours_between(instant, end, team) == hours
    if hours:
        assert working_hours_between(instant, end - SECOND, team) == pytest.approx(hours - 1 / 3600)


@given(long_teams, quarters)
def test_hours_subtracted_are_the_hours_between(drawn, hours):
    team, instant = drawn

    start = subtract_working_hours(instant, hours, team)

    assert working_hours_between(start, instant, team) == hours
    if hours:
        assert working_hours_between(start + SECOND, instant, team) == pytest.approx(hours - 1 / 3600)


@given(long_teams, quarters, quarters)
def test_hours_may_be_added_in_two_parts(drawn, hours, more):
    team, instant = drawn

    in_two_parts = add_working_hours(add_working_hours(instant, hours, team), more, team)

    assert in_two_parts == add_working_hours(instant, hours + more, team)


@given(long_teams, quarters, quarters, st.integers(0, 10**6))
def test_later_or_more_never_ends_earlier(drawn, hours, more, seconds):
    team, instant = drawn
    end = add_working_hours(instant, hours, team)

    assert end <= add_working_hours(instant, hours + more, team)
    assert end <= add_working_hours(instant + seconds * SECOND, hours, team)
    assert subtract_working_hours(instant, hours + more, team) <= subtract_working_hours(instant, hours, team)


@given(teams(), st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_hours_between_add_up_in_any_order(drawn, seconds, more):
    team, start = drawn
    middle, end = start + seconds * SECOND, start + more * SECOND

    by_way_of_middle = working_hours_between(start, middle, team) + working_hours_between(middle, end, team)

    assert by_way_of_middle == pytest.approx(working_hours_between(start, end, team))


@settings(max_examples=50)
@given(
    zones_and_days(),
    st.frozensets(st.integers(0, 6)),
    st.integers(4, 12),
    st.integers(13, 21),
    st.integers(0, 5000),
)
def test_hours_between_are_the_minutes_at_which_the_clock_shows_working_time(
    place, workdays, starts, ends, minutes
):
    zone, day = place
    day_off = day + DAY
    team = WorkingHours(
        zone=zone, workdays=workdays, starts=time(starts), ends=time(ends), days_off=frozenset({day_off})
    )
    start = day_bounds(day, zone=zone)[0].astimezone(UTC)
    clock = (shown(start + minute * MINUTE, zone) for minute in range(minutes))

    worked = [
        at for at in clock if at.weekday() in workdays and at.date() != day_off and starts <= at.hour < ends
    ]

    assert working_hours_between(start, start + minutes * MINUTE, team) == pytest.approx(len(worked) / 60)


@given(st.data(), zones_and_days(), st.integers(1, 40))
def test_a_move_in_mid_week_never_brings_two_mails_within_twenty_hours(data, place, hours):
    zone, day = place
    before = data.draw(rhythms(st.just(zone), st.just(EVERY_DAY)))
    after = replace(before, zone=data.draw(st.sampled_from(ZONES)), send_time=data.draw(times))
    nothing = {"days_off": (), "absences": (), "paused_until": None}
    first_day = day_bounds(day, zone=zone)[0]
    sent = [at for _, at in next_mails(first_day, before, **nothing, last_sent_at=None)][:1]
    moved_at = (sent or [first_day])[-1] + hours * HOUR

    sent += [
        at
        for _, at in next_mails(
            moved_at, after, **nothing, last_sent_at=sent[0] if sent else None, within=5 * DAY
        )
    ]

    assert are_apart(sent)
    assert len(sent) >= 4  # a move costs a mail or two, not the week's
