"""Gather what the rules need, and ask them: may this person or agent take this task?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog
from django.utils.translation import gettext as _

from engine.delivery.alerts import raise_alert
from engine.errors import CannotJudge, EngineError
from engine.models import Bound, Change, Claim, Emergency, Offer, Request, Task, TeamRules
from engine.onramps.approvers import approvers_of
from engine.onramps.lapsing import live_of
from engine.onramps.places import held, open_tasks
from engine.onramps.pools import Member, Pool, Pools
from engine.rules import holds
from engine.rules import onramp as rules
from engine.rules.onramp import Facts, Hold, Offered, Role, Stage, Status, Verdict
from engine.rules.starvation import still_needed
from people.models import Person, Team

CANNOT_JUDGE = "on-ramp rules"  # the kind of alert

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
    try:
        question = _Question(task=task, now=now)
        facts = question.facts(actor, role=role, partner=partner, emergency=emergency)
        verdict = rules.verdict(facts, now=now)
    except EngineError:
        raise
    except Exception as error:
        log.exception("cannot judge", task=task.pk, actor=actor.pk)
        raise_alert(CANNOT_JUDGE, f"Task {task.pk}: {type(error).__name__}: {error}", now=now)
        raise CannotJudge(
            _("The rules could not be applied to this task, so nobody may take it now. It has been reported.")
        ) from error
    return Judgement(verdict=verdict, facts=facts, task=task, actor=actor, pool=question.pool_for(actor))


def declared(person: Person, *, reason: str, incident: str) -> rules.Emergency:
    """Return what a person declares, with how many emergencies of theirs wait for a review."""
    unreviewed = Emergency.objects.filter(person=person, reviewed_at=None).count()
    return rules.Emergency(reason=reason, incident=incident, unreviewed=unreviewed)


@dataclass(kw_only=True)
class _Question:
    """One task, and what is read of it once, whoever it is judged for."""

    task: Task
    now: datetime
    changes: list[Change] = field(init=False)
    bounds: list[Bound] = field(init=False)
    lead: Claim | None = field(init=False)
    promised_to: int | None = field(init=False)
    offers: list[Offer] = field(init=False)
    pools: Pools = field(init=False)
    teams: dict[int, Team] = field(init=False)

    def __post_init__(self) -> None:
        self.changes = list(self.task.changes.all())
        self.bounds = list(self.task.bounds.all())
        self.lead = self.task.claims.running().leads().first()
        offers = Offer.objects.live(self.now).filter(task=self.task).exclude(purpose=Offer.Purpose.PAIR)
        self.offers = live_of(offers.select_related("person"), now=self.now)
        ids = {self.task.team_id, *(one.before for one in self._of(Change.Field.TEAM) if one.before)}
        self.promised_to = self._promised_to()
        self.pools = Pools(ids, now=self.now)
        self.teams = Team.objects.in_bulk(ids)

    def _promised_to(self) -> int | None:
        """Return who leads by a manager's yes, as the learner's time has passed; the tick writes it down."""
        live = Offer.objects.live(self.now).filter(purpose=Offer.Purpose.APPROVED)
        waiting = self.task.requests.filter(status=Request.Status.WAITING).exclude(offers__in=live)
        return waiting.values_list("by_id", flat=True).first()

    def _leader(self, own: Collection[int]) -> int | None:
        if self.lead is not None:
            return self.lead.person_id
        return self.promised_to if self.promised_to not in own else None

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
        on_ramp, team = self.kind_and_team(own_acts(actor))
        return self.pools.of(team, on_ramp) if on_ramp is not None else None

    def facts(
        self,
        actor: Person,
        *,
        role: Role,
        partner: Person | None = None,
        emergency: rules.Emergency | None = None,
    ) -> Facts:
        own = own_acts(actor)
        on_ramp, team = self.kind_and_team(own)
        pool = self.pools.of(team, on_ramp) if on_ramp is not None else None
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
        team = self.teams[pool.team]
        hold = self._hold(pool, own)
        member = pool.members.get(actor.pk)
        invited = self.facts(partner, role=Role.LEAD) if partner is not None and self.lead is None else None
        asks_for = actor.owner_id or actor.pk
        return replace(
            bare,
            kind=pool.kind,
            observes=mode_of(team) == TeamRules.Mode.OBSERVE,
            hold=hold,
            is_needed=pool.demand(before=self.due_at(own) or hold.until) > 0,
            stage=member.stage if member else Stage.OTHER,
            confirmed_leads=member.leads if member else 0,
            in_progress=tuple(member.tasks) if member else (),
            offered=self._offered(actor),
            leader_learns=self.lead is not None and self.lead.by_learner,
            invited=invited,
            emergency=emergency,
            approvers=tuple(one.person for one in approvers_of(team, owner=asks_for, now=self.now)),
        )

    def _offered(self, actor: Person) -> Offered | None:
        """The live offer: the actor's own before another's."""
        mine_first = sorted(self.offers, key=lambda offer: offer.person_id != actor.pk)
        return next((Offered(to=one.person_id, until=one.ends_at) for one in mine_first), None)

    def _hold(self, pool: Pool, own: Collection[int]) -> Hold:
        bounds = [one for one in self.bounds if (one.on_ramp_id, one.team_id) == (pool.on_ramp, pool.team)]
        if not bounds:
            raise ValueError(f"Task {self.task.pk} has no bound for on-ramp {pool.on_ramp}.")
        reasons = [holds.Bound(until=one.until, by=one.by_id, set_at=one.set_at) for one in bounds]
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
        siblings = open_tasks(Task.objects.filter(team=pool.team, on_ramp=pool.on_ramp))
        rows = [
            row._replace(held_until=until, due_at=self.due_at(own)) if row.pk == self.task.pk else row
            for row in siblings[pool.team, pool.on_ramp]
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
