"""Gather what the rules need, and ask them: may this person or agent take this task?"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, wraps

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from engine.delivery.alerts import raise_alert, resolve_alerts
from engine.errors import CannotJudge, EngineError
from engine.models import Alert, Bound, Change, Claim, Emergency, Offer, Request, Task, TeamRules
from engine.onramps.approvers import approvers_of
from engine.onramps.lapsing import live_of
from engine.onramps.places import OpenTask, Pair, held, open_tasks
from engine.onramps.pools import Member, Pool, Pools
from engine.rules import holds
from engine.rules import onramp as rules
from engine.rules.onramp import Code, Facts, Hold, Offered, Role, Stage, Status, Verdict
from engine.rules.starvation import still_needed
from people.models import Person, Team

CANNOT_JUDGE = "on-ramp rules"  # the kind of alert begins so; the task and who asked follow

log = structlog.get_logger("onramps")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict, what it was about, and the facts behind it."""

    verdict: Verdict
    facts: Facts
    task: Task
    actor: Person
    pool: Pool | None  # of the kind and team that the actor is judged by


def may(
    actor: Person,
    task: Task,
    *,
    role: Role = Role.LEAD,
    now: datetime,
    partner: Person | None = None,
    emergency: rules.Emergency | None = None,
) -> Judgement:
    """Return what the rules say to this actor now; stores nothing.

    `partner` is the learner whom an actor would support; `emergency` is what they declare. Raise CannotJudge,
    with an alert, when the rules cannot be evaluated: then nobody is allowed silently.
    """
    with _reported(task, actor, now=now):
        known = _Known([task], now=now)
        return _Question(task=task, known=known).judge(actor, role, partner=partner, emergency=emergency)


def may_each(actor: Person, tasks: Collection[Task], *, now: datetime) -> dict[int, Judgement]:
    """Return what the rules say about leading each of these tasks, by row id.

    As many queries for fifty tasks as for one. One that the rules cannot be applied to is left out, with an
    alert.
    """
    if not tasks:
        return {}
    with _reported(next(iter(tasks)), actor, now=now):
        known = _Known(tasks, now=now)
    found = {}
    for task in tasks:
        with suppress(CannotJudge), _reported(task, actor, now=now):
            found[task.pk] = _Question(task=task, known=known).judge(actor, Role.LEAD)
    return found


@contextmanager
def _reported(task: Task, actor: Person, *, now: datetime) -> Iterator[None]:
    """Let whatever goes wrong be known: nobody is allowed silently."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        log.exception("cannot judge", task=task.pk, actor=actor.pk)
        refused = CannotJudge(
            _("The rules could not be applied to this task: nobody may take it now. It has been reported."),
            because=f"Task {task.pk}: {type(error).__name__}: {error}",
            task=task.pk,
            actor=actor.pk,
        )
        if not connection.in_atomic_block:
            report(refused, now=now)
        raise refused from error


def report(error: CannotJudge, *, now: datetime) -> None:
    """Alert an operator, once for a task; what was raised inside a transaction goes with it."""
    about = f"{CANNOT_JUDGE} {error.task}"
    if not Alert.objects.filter(kind__startswith=f"{about} ", resolved_at=None).exists():
        raise_alert(f"{about} {error.actor}", error.because, now=now)


def settle_alerts(*, now: datetime) -> int:
    """Resolve what was raised about tasks that can be judged again for whoever asked; return how many."""
    asked: dict[int, dict[int, str]] = defaultdict(dict)
    open_ones = Alert.objects.filter(kind__startswith=f"{CANNOT_JUDGE} ", resolved_at=None)
    for kind in open_ones.values_list("kind", flat=True):
        task, actor = (int(one) for one in kind.split()[-2:])
        asked[actor][task] = kind
    settled: list[str] = []
    actors = Person.objects.select_related("owner").in_bulk(asked)
    for pk, kinds in asked.items():
        tasks = Task.objects.select_related("team", "on_ramp").in_bulk(kinds)
        judged = _still_judged(actors[pk], tasks.values(), now=now) if pk in actors else tasks.keys()
        settled += [kind for task, kind in kinds.items() if task in judged or task not in tasks]
    resolve_alerts(settled, now=now)
    return len(settled)


def _still_judged(actor: Person, tasks: Collection[Task], *, now: datetime) -> Collection[int]:
    try:
        return may_each(actor, tasks, now=now)
    except CannotJudge:
        return ()


def whole[**Given, Returned](use_case: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Run a use case in one transaction; the alert that the rules could not be applied outlives it."""

    @wraps(use_case)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        try:
            with transaction.atomic():
                return use_case(*args, **kwargs)
        except CannotJudge as error:
            now = kwargs["now"]
            assert isinstance(now, datetime)
            report(error, now=now)
            raise

    return run


def declared(person: Person, *, reason: str, incident: str) -> rules.Emergency:
    """Return what a person declares, with how many emergencies of theirs wait for a review."""
    unreviewed = Emergency.objects.filter(person=person, reviewed_at=None).count()
    return rules.Emergency(reason=reason, incident=incident, unreviewed=unreviewed)


class _Known:
    """What is read once about some tasks, whoever they are judged for and however many they are."""

    def __init__(self, tasks: Collection[Task], *, now: datetime) -> None:
        self.now = now
        self._tasks = tasks
        ids = [task.pk for task in tasks]
        self.changes = _by_task(Change.objects.filter(task__in=ids))
        self.bounds = _by_task(Bound.objects.filter(task__in=ids))
        self.leads = {one.task_id: one for one in Claim.objects.running().leads().filter(task__in=ids)}
        offers = Offer.objects.live(now).filter(task__in=ids).exclude(purpose=Offer.Purpose.PAIR)
        self.offers = _by_task(live_of(offers.select_related("person"), now=now))
        self.promised = self._promised(ids)
        moves = (one for some in self.changes.values() for one in some if one.field == Change.Field.TEAM)
        teams = {task.team_id for task in tasks} | {one.before for one in moves if one.before}
        self.pools = Pools(teams, now=now)
        self.teams = Team.objects.in_bulk(teams)
        self._approvers: dict[tuple[int, int], tuple[int, ...]] = {}
        self._own: dict[int, frozenset[int]] = {}

    def _promised(self, ids: Collection[int]) -> dict[int, int]:
        """Return who leads by a manager's yes, as the learner's time has passed; the tick writes it down."""
        live = Offer.objects.live(self.now).filter(purpose=Offer.Purpose.APPROVED)
        waiting = Request.objects.filter(task__in=ids, status=Request.Status.WAITING)
        return dict(waiting.exclude(offers__in=live).values_list("task_id", "by_id"))

    @cached_property
    def modes(self) -> dict[int, str]:
        return dict(TeamRules.objects.filter(team__in=self.teams).values_list("team_id", "mode"))

    @cached_property
    def siblings(self) -> dict[Pair, list[OpenTask]]:
        """The open tasks that compete with these for the places of their kinds."""
        teams, kinds = {one.team_id for one in self._tasks}, {one.on_ramp_id for one in self._tasks}
        return open_tasks(Task.objects.filter(team__in=teams, on_ramp__in=kinds - {None}))

    def approvers(self, team: Team, *, owner: int) -> tuple[int, ...]:
        if (team.pk, owner) not in self._approvers:
            found = approvers_of(team, owner=owner, now=self.now)
            self._approvers[team.pk, owner] = tuple(one.person for one in found)
        return self._approvers[team.pk, owner]

    def own_acts(self, actor: Person) -> frozenset[int]:
        if actor.pk not in self._own:
            self._own[actor.pk] = own_acts(actor)
        return self._own[actor.pk]


def _by_task[Row: (Change, Bound, Offer)](rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(row)
    return found


@dataclass(kw_only=True)
class _Question:
    """One task, and what is known of it, whoever it is judged for."""

    task: Task
    known: _Known
    now: datetime = field(init=False)
    changes: list[Change] = field(init=False)
    lead: Claim | None = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.known.now
        self.changes = self.known.changes.get(self.task.pk, [])
        self.lead = self.known.leads.get(self.task.pk)

    def judge(
        self,
        actor: Person,
        role: Role,
        *,
        partner: Person | None = None,
        emergency: rules.Emergency | None = None,
    ) -> Judgement:
        facts = self.facts(actor, role=role, partner=partner, emergency=emergency)
        verdict = rules.verdict(facts, now=self.now)
        pool = self.pool_for(actor)
        if verdict.code is Code.NO_APPROVER and pool is not None:  # nobody was looked for until they matter
            facts = self._with_approvers(facts, actor, self.known.teams[pool.team])
            verdict = rules.verdict(facts, now=self.now)
        return Judgement(verdict=verdict, facts=facts, task=self.task, actor=actor, pool=pool)

    def _leader(self, own: Collection[int]) -> int | None:
        if self.lead is not None:
            return self.lead.person_id
        promised_to = self.known.promised.get(self.task.pk)
        return promised_to if promised_to not in own else None

    def _of(self, field: Change.Field) -> list[Change]:
        return [one for one in self.changes if one.field == field]

    def _left_by_others(self, present: int | None, field: Change.Field, own: Collection[int]) -> int | None:
        changes = [rules.Change(by=one.by_id, before=one.before, after=one.after) for one in self._of(field)]
        return rules.as_left_by_others(present, changes, without=own)

    def kind_and_team(self, own: Collection[int]) -> tuple[int | None, int]:
        """Return the on-ramp and the team as others than these people left them."""
        on_ramp = self._left_by_others(self.task.on_ramp_id, Change.Field.KIND, own)
        team = self._left_by_others(self.task.team_id, Change.Field.TEAM, own)
        assert team is not None
        return on_ramp, team

    def due_at(self, own: Collection[int]) -> datetime | None:
        present = int(self.task.due_at.timestamp()) if self.task.due_at else None
        due = self._left_by_others(present, Change.Field.DUE, own)
        return None if due is None else datetime.fromtimestamp(due, UTC)

    def pool_for(self, actor: Person) -> Pool | None:
        on_ramp, team = self.kind_and_team(self.known.own_acts(actor))
        return self.known.pools.of(team, on_ramp) if on_ramp is not None else None

    def facts(
        self,
        actor: Person,
        *,
        role: Role,
        partner: Person | None = None,
        emergency: rules.Emergency | None = None,
    ) -> Facts:
        own = self.known.own_acts(actor)
        on_ramp, team = self.kind_and_team(own)
        pool = self.known.pools.of(team, on_ramp) if on_ramp is not None else None
        bare = Facts(
            actor=actor.pk,
            role=role,
            status=Status(self.task.status),
            is_active=actor.is_active and (actor.owner is None or actor.owner.is_active),
            owner=self.facts(actor.owner, role=role) if actor.owner is not None else None,
            leader=self._leader(own),
        )
        if pool is None:  # no on-ramp matches, or the one that did is retired
            return bare
        return self._with_kind(bare, actor, own=own, pool=pool, partner=partner, emergency=emergency)

    def _with_kind(
        self,
        bare: Facts,
        actor: Person,
        *,
        own: Collection[int],
        pool: Pool,
        partner: Person | None,
        emergency: rules.Emergency | None,
    ) -> Facts:
        team = self.known.teams[pool.team]
        hold = self._hold(pool, own)
        member = pool.members.get(actor.pk)
        invited = self.facts(partner, role=Role.LEAD) if partner is not None and self.lead is None else None
        return replace(
            bare,
            kind=pool.kind,
            observes=self.known.modes.get(team.pk, TeamRules.Mode.OBSERVE) == TeamRules.Mode.OBSERVE,
            hold=hold,
            is_needed=pool.demand(before=self.due_at(own) or hold.until) > 0,
            stage=member.stage if member else Stage.OTHER,
            confirmed_leads=member.leads if member else 0,
            in_progress=tuple(member.tasks) if member else (),
            offered=self._offered(actor),
            leader_learns=self.lead is not None and self.lead.by_learner,
            invited=invited,
            emergency=emergency,
        )

    def _with_approvers(self, facts: Facts, actor: Person, team: Team) -> Facts:
        approvers = self.known.approvers(team, owner=actor.owner_id or actor.pk)
        owner = replace(facts.owner, approvers=approvers) if facts.owner is not None else None
        return replace(facts, approvers=approvers, owner=owner)

    def _offered(self, actor: Person) -> Offered | None:
        """The live offer: the actor's own before another's."""
        offers = self.known.offers.get(self.task.pk, [])
        mine_first = sorted(offers, key=lambda offer: offer.person_id != actor.pk)
        return next((Offered(to=one.person_id, until=one.ends_at) for one in mine_first), None)

    def _hold(self, pool: Pool, own: Collection[int]) -> Hold:
        of_task = self.known.bounds.get(self.task.pk, [])
        bounds = [one for one in of_task if (one.on_ramp_id, one.team_id) == (pool.on_ramp, pool.team)]
        if not bounds:
            raise ValueError(f"Task {self.task.pk} has no bound for on-ramp {pool.on_ramp}.")
        reasons = [one.reason_to_end() for one in bounds]
        until = holds.end_of(reasons, without=own)
        is_waived = self.task.waived_at is not None and self.task.waived_by_id not in own
        return Hold(
            until=until,
            is_too_urgent=not holds.began(reasons, first_seen_at=bounds[0].first_seen_at, without=own),
            is_surplus=self._is_surplus(pool, until, own),
            is_waived=is_waived,
        )

    def _is_surplus(self, pool: Pool, until: datetime, own: Collection[int]) -> bool:
        """Whether enough others of the kind are held, if this one waited as others than the actor left it."""
        is_where_it_was = (self.task.on_ramp_id, self.task.team_id) == (pool.on_ramp, pool.team)
        if self.task.is_held or not is_where_it_was or until <= self.now:
            return False
        rows = [
            row._replace(held_until=until, due_at=self.due_at(own)) if row.pk == self.task.pk else row
            for row in self.known.siblings[pool.team, pool.on_ramp]
        ]
        return self.task.pk not in held(rows, pool, now=self.now)


def mode_of(team: Team) -> str:
    """Return how far the rules go in a team: it observes until somebody says otherwise."""
    rules_of_team = TeamRules.objects.filter(team=team).first()
    return rules_of_team.mode if rules_of_team else TeamRules.Mode.OBSERVE


def own_acts(actor: Person) -> frozenset[int]:
    """Return whose acts on a task must not help this actor: their own, their agents', their owner's."""
    first = actor.owner_id or actor.pk
    agents = Person.objects.filter(owner=first).values_list("pk", flat=True)
    return frozenset({first, actor.pk, *agents})


def member_of(pool: Pool | None, person: Person) -> Member | None:
    return pool.members.get(person.pk) if pool else None


def learners_short_of(pool: Pool) -> Sequence[Member]:
    """Return the learners who still need reps: only for their manager's eyes."""
    return [one for one in pool.learners if still_needed(one.record, pool.kind) > 0]
