"""Who learns a kind of work in a team, and how their record stands: read for many teams in a few queries."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import accumulate

from django.db.models import Max
from django.utils.crypto import salted_hmac

from engine.models import Claim, Credit, Graduate, Memory, Offer
from engine.onramps import hours
from engine.rules import memory as memory_rules
from engine.rules import starvation
from engine.rules.memory import Rating
from engine.rules.onramp import Role, Stage, stage
from engine.rules.starvation import Candidate, Learner, Rep
from paths.catalogue import on_ramps
from paths.models import Skill
from paths.schema import OnRampSpec
from people.calendar import Away, WorkingHours, is_away
from people.days_off import DaysOff
from people.models import Absence, Level, Person
from people.models import Role as RoleOfPerson
from people.naming import by_id

LATELY = timedelta(days=30)
TARGET = 0.9  # retrievability, of a skill whose path says nothing else


@dataclass(frozen=True, kw_only=True)
class Member:
    """One person whom a kind of work is, or was, kept for in a team."""

    person: Person
    stage: Stage
    record: Learner
    leads: int  # confirmed, ever
    tasks: Sequence[int]  # row ids of those in progress
    working: WorkingHours
    works_next_at: datetime | None
    away: Sequence[Away] = ()

    @property
    def is_learner(self) -> bool:
        return self.stage is Stage.LEARNER


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The people of one team whose role and level one on-ramp is for."""

    on_ramp: int
    kind: OnRampSpec
    team: int
    members: Mapping[int, Member] = field(default_factory=dict)

    @property
    def learners(self) -> list[Member]:
        return [one for one in self.members.values() if one.is_learner]

    def demand(self, *, before: datetime) -> float:
        """Return the reps still needed by learners with any working time before an instant."""
        at_work_from, needed = self._needed_from
        return needed[bisect_left(at_work_from, before)]

    @cached_property
    def _needed_from(self) -> tuple[list[datetime], list[float]]:
        """When each learner works next, and the reps needed by those before: ten thousand tasks ask."""
        by_start = sorted(
            (one.works_next_at, starvation.still_needed(one.record, self.kind))
            for one in self.learners
            if one.works_next_at is not None
        )
        return [at for at, _ in by_start], [0, *accumulate(needed for _, needed in by_start)]

    def working_learners(self, *, before: datetime) -> Iterator[Member]:
        return (one for one in self.learners if one.works_next_at is not None and one.works_next_at < before)


class Pools:
    """The pools of some teams, each made when it is asked for."""

    def __init__(
        self,
        teams: Collection[int],
        *,
        now: datetime,
        kinds: Mapping[int, OnRampSpec] | None = None,
        off: DaysOff | None = None,
    ) -> None:
        self.now = now
        self.kinds = on_ramps() if kinds is None else kinds
        self.off = off or hours.days_off(now=now)
        people = Person.objects.filter(team__in=teams, is_active=True, kind=Person.Kind.PERSON)
        self._people: dict[int, list[Person]] = defaultdict(list)
        for person in people.select_related("team").order_by("pk"):
            assert person.team_id is not None
            self._people[person.team_id].append(person)
        self._ids = [person.pk for some in self._people.values() for person in some]
        self._roles, self._levels = by_id(RoleOfPerson.objects.all()), by_id(Level.objects.all())
        self._read_records()
        self._made: dict[tuple[int, int], Pool | None] = {}
        self._working: dict[int, tuple[WorkingHours, datetime | None]] = {}

    def _read_records(self) -> None:
        """Read what the people did, in one query for each kind of row."""
        window = max((kind.reps.window_days for kind in self.kinds.values()), default=0)
        first = (self.now - timedelta(days=window + 2)).date()
        self._credits: dict[tuple[int, int], list[Credit]] = defaultdict(list)
        in_order = Credit.objects.standing().filter(person__in=self._ids).order_by("done_at", "pk")
        for credit in in_order.only("person", "on_ramp", "role", "rating", "done_on"):
            self._credits[credit.person_id, credit.on_ramp_id].append(credit)
        graduates = Graduate.objects.filter(person__in=self._ids).values_list("person_id", "on_ramp_id")
        self._graduates = set(graduates)
        self._tasks: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._provisional: dict[tuple[int, int], int] = defaultdict(int)
        running = Claim.objects.running().leads().filter(person__in=self._ids, task__on_ramp__isnull=False)
        for person, on_ramp, task, submitted_at in running.values_list(
            "person_id", "task__on_ramp_id", "task_id", "submitted_at"
        ).order_by("pk"):
            if submitted_at is None:
                self._tasks[person, on_ramp].append(task)
            else:
                self._provisional[person, on_ramp] += 1
        self._absences: dict[int, list[Away]] = defaultdict(list)
        for person, starts_on, ends_on in Absence.objects.filter(
            person__in=self._ids, ends_on__gte=first
        ).values_list("person_id", "starts_on", "ends_on"):
            self._absences[person].append(Away(starts_on=starts_on, ends_on=ends_on))
        self._offers: dict[tuple[int, int], int] = defaultdict(int)
        live = Offer.objects.live(self.now).filter(person__in=self._ids).exclude(purpose=Offer.Purpose.PAIR)
        away = self._away()
        for person, on_ramp in live.values_list("person_id", "task__on_ramp_id"):
            if person not in away:  # an absence ends an offer, whatever the tick has written since
                self._offers[person, on_ramp] += 1

    def _away(self) -> set[int]:
        everybody = (person for some in self._people.values() for person in some)
        return {one.pk for one in everybody if is_away(one.today(self.now), self._absences.get(one.pk, ()))}

    def __contains__(self, team: int) -> bool:
        return team in self._people

    def of(self, team: int, on_ramp: int) -> Pool | None:
        """Return the pool of an active on-ramp; None for one that is retired or a draft."""
        if (team, on_ramp) not in self._made:
            self._made[team, on_ramp] = self._make(team, on_ramp) if on_ramp in self.kinds else None
        return self._made[team, on_ramp]

    def _make(self, team: int, on_ramp: int) -> Pool:
        kind = self.kinds[on_ramp]
        roles = {self._roles[name].pk for name in kind.learners.roles if name in self._roles}
        levels = {self._levels[name].pk for name in kind.learners.levels if name in self._levels}
        members = {
            person.pk: self._member(person, on_ramp, kind)
            for person in self._people[team]
            if person.role_id in roles and person.level_id in levels
        }
        return Pool(on_ramp=on_ramp, kind=kind, team=team, members=members)

    def _member(self, person: Person, on_ramp: int, kind: OnRampSpec) -> Member:
        key = (person.pk, on_ramp)
        done = self._credits.get(key, [])
        ratings = [Rating(one.rating) for one in done if one.role == Claim.Role.LEAD]
        tasks = self._tasks.get(key, [])
        working, works_next_at = self._hours(person)
        return Member(
            person=person,
            stage=stage(kind, belongs=True, ratings=ratings, is_graduate=key in self._graduates),
            record=Learner(
                person=person.pk,
                today=(today := person.today(self.now)),
                share=float(person.share),
                role_since=person.role_since,
                absent=_absent(self._absences.get(person.pk, ()), person, today, kind.reps.window_days),
                reps=[Rep(on=one.done_on, role=Role(one.role)) for one in done],
                provisional=self._provisional.get(key, 0),
                in_progress=len(tasks),
                offers=self._offers.get(key, 0),
            ),
            leads=len(ratings),
            tasks=tasks,
            working=working,
            works_next_at=works_next_at,
            away=self._absences.get(person.pk, ()),
        )

    def _hours(self, person: Person) -> tuple[WorkingHours, datetime | None]:
        if person.pk not in self._working:
            working = hours.of_person(person, self.off, self._absences.get(person.pk, ()))
            self._working[person.pk] = working, hours.next_work(working, now=self.now)
        return self._working[person.pk]


def _absent(absences: Collection[Away], person: Person, today: date, window: int) -> int:
    """Return the dates of the window, in the role, on which somebody was away."""
    first = today - timedelta(days=window - 1)
    if person.role_since is not None:
        first = max(first, person.role_since)
    return sum(first <= day <= today for day in hours.dates_of(absences))


def key_of_lots() -> bytes:
    """Return what keeps the last tie between learners from being guessed, the same for every lot."""
    return salted_hmac("rampart.onramps.turn", "", algorithm="sha256").digest()


def candidates(pool: Pool, *, before: datetime, now: datetime) -> list[Candidate]:
    """Return the learners at work before an instant, with what decides who is next; in four queries."""
    found = candidates_of([pool], now=now)[pool.team, pool.on_ramp]
    return [found[one.person.pk] for one in pool.working_learners(before=before)]


def candidates_of(pools: Collection[Pool], *, now: datetime) -> dict[tuple[int, int], dict[int, Candidate]]:
    """Return the learners of each (team, on-ramp), by row id; in four queries, however many pools."""
    people = {one.person.pk for pool in pools for one in pool.learners}
    on_ramps = {pool.on_ramp for pool in pools}
    forgotten = _Forgotten(pools)
    lately = Claim.objects.leads().filter(
        person__in=people, task__on_ramp__in=on_ramps, began_at__gt=now - LATELY
    )
    leads = Counter(lately.values_list("person_id", "task__on_ramp_id"))
    offered = Offer.objects.filter(person__in=people, task__on_ramp__in=on_ramps).order_by()
    last = {
        (person, on_ramp): at
        for person, on_ramp, at in offered.values_list("person", "task__on_ramp").annotate(
            last=Max("offered_at")
        )
    }

    def candidate(member: Member, pool: Pool) -> Candidate:
        key = (member.person.pk, pool.on_ramp)
        return Candidate(
            learner=replace(member.record, forgotten=forgotten.by(member, pool.kind)),
            leads_lately=leads[key],
            last_offered_on=member.person.today(last[key]) if key in last else None,
        )

    return {
        (pool.team, pool.on_ramp): {one.person.pk: candidate(one, pool) for one in pool.learners}
        for pool in pools
    }


class _Forgotten:
    """How much the skills linked to kinds have faded; it only helps to order offers."""

    def __init__(self, pools: Collection[Pool]) -> None:
        names = {name for pool in pools for name in pool.kind.skills}
        taught = Skill.objects.filter(slug__in=names, retired_at=None)
        self._skills = dict(taught.values_list("slug", "pk"))
        people = {one.person.pk for pool in pools for one in pool.learners}
        memories = Memory.objects.filter(person__in=people, skill__in=self._skills.values())
        self._memories = {
            (person, skill): (stability, reviewed_on)
            for person, skill, stability, reviewed_on in memories.values_list(
                "person_id", "skill_id", "stability", "reviewed_on"
            )
        }

    def by(self, member: Member, kind: OnRampSpec) -> float:
        skills = [self._skills[name] for name in kind.skills if name in self._skills]
        return starvation.forgotten((self._chance(member, skill), TARGET) for skill in skills)

    def _chance(self, member: Member, skill: int) -> float | None:
        known = self._memories.get((member.person.pk, skill))
        if known is None:
            return None
        stability, reviewed_on = known
        elapsed = max((member.record.today - reviewed_on).days, 0)
        return float(memory_rules.retrievability(stability, elapsed_days=elapsed))
