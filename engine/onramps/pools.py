"""Who learns a kind of work in a team, and how their record stands: read for many teams in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db.models import Max

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
from people.calendar import Away, WorkingHours
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
        return sum(
            starvation.still_needed(one.record, self.kind) for one in self.working_learners(before=before)
        )

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
        for person in people.select_related("team", "role", "level").order_by("pk"):
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
        self._offers: dict[tuple[int, int], int] = defaultdict(int)
        live = Offer.objects.live(self.now).filter(person__in=self._ids).exclude(purpose=Offer.Purpose.PAIR)
        for person, on_ramp in live.values_list("person_id", "task__on_ramp_id"):
            self._offers[person, on_ramp] += 1
        self._absences: dict[int, list[Away]] = defaultdict(list)
        for person, starts_on, ends_on in Absence.objects.filter(
            person__in=self._ids, ends_on__gte=first
        ).values_list("person_id", "starts_on", "ends_on"):
            self._absences[person].append(Away(starts_on=starts_on, ends_on=ends_on))

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


@dataclass(frozen=True, kw_only=True)
class Remembering:
    """How much the skills linked to a kind have faded, by person: it only helps to order offers."""

    shares: Mapping[int, float]

    @classmethod
    def of(cls, pool: Pool) -> "Remembering":
        """Read it for a pool's learners, in two queries."""
        people = {one.person.pk: one.record.today for one in pool.learners}
        skills = list(
            Skill.objects.filter(slug__in=pool.kind.skills, retired_at=None).values_list("pk", flat=True)
        )
        chances: dict[int, dict[int, float]] = defaultdict(dict)
        for memory in Memory.objects.filter(person__in=people, skill__in=skills):
            elapsed = max((people[memory.person_id] - memory.reviewed_on).days, 0)
            chances[memory.person_id][memory.skill_id] = float(
                memory_rules.retrievability(memory.stability, elapsed_days=elapsed)
            )
        return cls(
            shares={
                person: starvation.forgotten((chances[person].get(skill), TARGET) for skill in skills)
                for person in people
            }
        )


def candidates(pool: Pool, *, before: datetime, now: datetime) -> list[Candidate]:
    """Return the learners at work before an instant, with what decides who is next; in four queries."""
    people = [one.person.pk for one in pool.working_learners(before=before)]
    remembering = Remembering.of(pool)
    lately = Claim.objects.leads().filter(
        person__in=people, task__on_ramp=pool.on_ramp, began_at__gt=now - LATELY
    )
    leads: dict[int, int] = defaultdict(int)
    for person in lately.values_list("person_id", flat=True):
        leads[person] += 1
    last = dict(
        Offer.objects.filter(person__in=people, task__on_ramp=pool.on_ramp)
        .order_by()
        .values_list("person")
        .annotate(last=Max("offered_at"))
    )
    found = []
    for person in people:
        member = pool.members[person]
        offered_at = last.get(person)
        found.append(
            Candidate(
                learner=replace(member.record, forgotten=remembering.shares.get(person, starvation.UNSEEN)),
                leads_lately=leads[person],
                last_offered_on=member.person.today(offered_at) if offered_at else None,
            )
        )
    return found
