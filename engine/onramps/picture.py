"""The picture of a team: which real work reached its learners, why not more, and what could hide a problem.

It counts tasks. Reps of persons are for their own manager only, and what anybody remembers is not in it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q

from engine.models import Bound, Change, Claim, Credit, Loss, Offer, Task
from engine.onramps.judging import mode_of
from engine.onramps.pools import Member, Pool, Pools
from engine.rules import shares, starvation
from engine.rules.onramp import Role
from engine.rules.starvation import Cause, Health, Window
from engine.rules.weeks import WEEK, first_day
from people.calendar import DAY, local_date
from people.models import Person, Team

MONTH = 30  # days that a change of role, level or kind stays in sight
SIGNS = 90  # days over which tasks of no kind and urgent ones are counted
CAME_TO_NOTHING = (Claim.Ending.RETURNED, Claim.Ending.RELEASED, Claim.Ending.REVOKED)


@dataclass(frozen=True, kw_only=True)
class WeekOfKind:
    """Tasks of a kind by who led them, in the week from a Monday on."""

    monday: date
    by_learners: int
    by_others: int


@dataclass(frozen=True, kw_only=True)
class Short:
    """Somebody who still needs reps: 1 of 3 are done."""

    person: Person
    done: float
    of: int


@dataclass(frozen=True, kw_only=True)
class KindPicture:
    """One kind of work in one team, over the kind's own window."""

    pool: Pool
    weeks: Sequence[WeekOfKind]
    window: Window
    led_by_others: int

    @property
    def title(self) -> str:
        return self.pool.kind.title

    @property
    def index(self) -> float | None:
        """Internal: people are never shown it, nor a label made of it."""
        loss = starvation.loss(self.window.lost, self.window.led_by_learners)
        records = [one.record for one in self.pool.learners]
        return starvation.team_index(
            [(starvation.index(one, self.pool.kind, loss=loss), one.share) for one in records]
        )

    @property
    def health(self) -> Health:
        return starvation.health(self.index)

    @property
    def cause(self) -> Cause | None:
        """Why learners are short; None where nobody is."""
        return starvation.cause(self.window) if any(map(self._is_short, self.pool.learners)) else None

    def short_reports_of(self, viewer: Person) -> list[Short]:
        """Return who is short among those who report to the viewer."""
        kind = self.pool.kind
        short = [
            Short(
                person=one.person,
                done=starvation.reps_done(one.record, kind),
                of=starvation.needed(one.record, kind),
            )
            for one in self.pool.learners
            if one.person.manager_id == viewer.pk and self._is_short(one)
        ]
        return sorted(short, key=lambda one: one.person.name)  # nobody is ranked

    def may_be_counted_for(self, viewer: Person) -> bool:
        """Whether what learners led may be told: those who do not report to the viewer are none, or five."""
        others = sum(one.person.manager_id != viewer.pk for one in self.pool.members.values())
        return others == 0 or others >= shares.FEWEST_WHO_MET

    def _is_short(self, one: Member) -> bool:
        return starvation.deficit(one.record, self.pool.kind) > 0


@dataclass(frozen=True, kw_only=True)
class NewStanding:
    """Somebody whose role or level is new: nobody is junior for a day unseen."""

    person: Person
    since: date


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What could hide a problem."""

    came: int
    of_no_kind: int
    of_a_kind: int
    too_urgent: int  # from the start, so that no hold began
    left_their_kind: int
    left_the_team: int
    standings: Sequence[NewStanding]


@dataclass(frozen=True, kw_only=True)
class TeamPicture:
    team: Team
    mode: str
    today: date  # where the team is
    kinds: Sequence[KindPicture]
    signs: Signs


def picture_of(team: Team, *, now: datetime) -> TeamPicture:
    """Return the picture of one team, in a constant number of queries."""
    pools = Pools({team.pk}, now=now)
    counts = _Counts(team, longest=_longest(pools), now=now)
    kinds = []
    for on_ramp, kind in pools.kinds.items():
        pool = pools.of(team.pk, on_ramp)
        is_meant = not kind.match.teams or team.slug in kind.match.teams
        if pool is not None and is_meant and (pool.members or counts.came[on_ramp]):
            kinds.append(_kind_picture(pool, counts))
    return TeamPicture(
        team=team,
        mode=mode_of(team),
        today=counts.today,
        kinds=kinds,
        signs=_signs(team, counts, now=now),
    )


def _longest(pools: Pools) -> int:
    return max((kind.reps.window_days for kind in pools.kinds.values()), default=SIGNS)


class _Counts:
    """Everything that is counted, read once for all kinds: local dates by kind."""

    def __init__(self, team: Team, *, longest: int, now: datetime) -> None:
        self.zone, self.today = team.zone, local_date(now, zone=team.zone)
        since = now - timedelta(days=max(longest, SIGNS) + 1)
        self.tasks = self._dates(
            Task.objects.filter(team=team, created_at__gte=since).values_list("on_ramp", "created_at")
        )
        self.came = self._dates(
            Task.objects.filter(team=team, on_ramp__isnull=False, first_seen_at__gte=since).values_list(
                "on_ramp", "first_seen_at"
            )
        )
        of_team = Claim.objects.leads().filter(task__team=team, began_at__gte=since, by_learner=False)
        led = of_team.exclude(ending__in=CAME_TO_NOTHING)
        self.others = self._dates(led.values_list("task__on_ramp", "began_at"))
        went_past = Loss.objects.filter(claim__in=led).exclude(claim__emergency__is_justified=True)
        self.lost = self._dates(
            went_past.order_by().values_list("claim__task__on_ramp", "claim__began_at", "claim").distinct()
        )
        # A task that its learner led on paper and only watched was led by somebody else.
        watched = Credit.objects.standing().filter(
            task__team=team, claim__role=Claim.Role.LEAD, role=Claim.Role.OBSERVER, done_at__gte=since
        )
        self.watched = self._dates(watched.values_list("on_ramp", "done_at"))
        offers = Offer.objects.filter(task__team=team, offered_at__gte=since, purpose=Offer.Purpose.ROUTED)
        self.offers = self._dates(offers.values_list("task__on_ramp", "offered_at"))
        over = Q(status__in=Offer.PASSED) | Q(status=Offer.Status.LIVE, ends_at__lte=now)
        self.passed = self._dates(offers.filter(over).values_list("task__on_ramp", "offered_at"))

    def _dates(self, rows: object) -> Mapping[int | None, list[date]]:
        found: dict[int | None, list[date]] = defaultdict(list)
        for on_ramp, at, *_ in rows:  # type: ignore[attr-defined]
            found[on_ramp].append(local_date(at, zone=self.zone))
        return found

    def within(self, dates: Sequence[date], days: int) -> list[date]:
        return [one for one in dates if 0 <= (self.today - one).days < days]


def _kind_picture(pool: Pool, counts: _Counts) -> KindPicture:
    days, kind, on_ramp = pool.kind.reps.window_days, pool.kind, pool.on_ramp
    leads = [
        rep.on
        for one in pool.learners
        for rep in starvation.counted(one.record, kind)
        if rep.role is Role.LEAD
    ]
    others = counts.within([*counts.others[on_ramp], *counts.watched[on_ramp]], days)

    def count(dates: Mapping[int | None, list[date]]) -> int:
        return len(counts.within(dates[on_ramp], days))

    return KindPicture(
        pool=pool,
        weeks=_by_week(leads, others, today=counts.today, days=days),
        led_by_others=len(others),
        window=Window(
            needed=sum(starvation.needed(one.record, kind) for one in pool.learners),
            came=count(counts.came),
            offers=count(counts.offers),
            passed=count(counts.passed),
            lost=count(counts.lost) + count(counts.watched),
            led_by_learners=len(leads),
        ),
    )


def _by_week(leads: Sequence[date], others: Sequence[date], *, today: date, days: int) -> list[WeekOfKind]:
    """Count week by week; the first one holds the days that the window reaches back into it."""
    first = today - (days - 1) * DAY
    weeks = (first_day(today=today, weeks=1) - first_day(today=first, weeks=1)).days // 7 + 1
    mondays = [first_day(today=today, weeks=weeks) + number * WEEK for number in range(weeks)]
    return [
        WeekOfKind(
            monday=monday,
            by_learners=sum(monday <= one < monday + WEEK for one in leads),
            by_others=sum(monday <= one < monday + WEEK for one in others),
        )
        for monday in mondays
    ]


def _signs(team: Team, counts: _Counts, *, now: datetime) -> Signs:
    of_no_kind = len(counts.within(counts.tasks[None], SIGNS))
    seen = [one for on_ramp, dates in counts.came.items() for one in dates if on_ramp is not None]
    urgent = Bound.objects.too_soon().filter(team=team, task__team=team, on_ramp=F("task__on_ramp"))
    moments = urgent.filter(first_seen_at__gte=now - timedelta(days=SIGNS + 1)).values_list(
        "first_seen_at", flat=True
    )
    month_ago = now - timedelta(days=MONTH)
    changes = Change.objects.filter(changed_at__gt=month_ago)
    other_kind = changes.filter(task__team=team, field=Change.Field.KIND, before__isnull=False)
    of_a_kind = len(counts.within(seen, SIGNS))
    return Signs(
        came=of_no_kind + of_a_kind,
        of_no_kind=of_no_kind,
        of_a_kind=of_a_kind,
        too_urgent=len(counts.within([local_date(at, zone=team.zone) for at in moments], SIGNS)),
        left_their_kind=other_kind.count(),
        left_the_team=changes.filter(field=Change.Field.TEAM, before=team.pk).count(),
        standings=_new_standings(team, today=counts.today),
    )


def _new_standings(team: Team, *, today: date) -> list[NewStanding]:
    since = today - MONTH * DAY
    people = Person.objects.filter(team=team, is_active=True, kind=Person.Kind.PERSON)
    new = people.filter(Q(role_since__gt=since) | Q(level_since__gt=since)).select_related("role", "level")
    return [
        NewStanding(person=one, since=max(filter(None, (one.role_since, one.level_since))))
        for one in new.order_by("name")
    ]
