"""Whom an on-ramp is for, team by team, and what publishing another text of it would change."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from engine import practice
from engine.admin.impact import Impact
from engine.models import Task
from engine.onramps.holding import would_match
from paths.catalogue import on_ramp_spec, on_ramps
from paths.models import OnRamp
from paths.publishing import OnRampDraft
from paths.schema import OnRampSpec
from people.models import Person, Team
from people.naming import by_id

NEW = 0  # the row id of an on-ramp that has no row yet


@dataclass(frozen=True, kw_only=True)
class TeamShare:
    """How many people of a team an on-ramp is for; who has graduated from it is among them."""

    team: Team
    now: int
    then: int


@dataclass(frozen=True, kw_only=True)
class OpenTasks:
    """The open tasks of this kind, and those of no kind that would become such."""

    open: int
    held_now: int
    held_then: int  # of those open now
    joining: int


@dataclass(frozen=True, kw_only=True)
class OnRampImpact(Impact):
    is_in_force: bool  # then
    teams: tuple[TeamShare, ...]
    tasks: OpenTasks

    @property
    def now(self) -> int:
        return sum(share.now for share in self.teams)

    @property
    def then(self) -> int:
        return sum(share.then for share in self.teams)


def on_ramp_impact_of(draft: OnRampDraft, *, now: datetime) -> OnRampImpact:
    current = draft.row.current if draft.row else None
    before = on_ramp_spec(current.spec) if current else None
    return OnRampImpact(
        difference=draft.difference,
        is_in_force=draft.spec.status == OnRamp.Status.ACTIVE,
        teams=shares(before, draft.spec),
        tasks=_tasks(draft, now=now),
    )


def _tasks(draft: OnRampDraft, *, now: datetime) -> OpenTasks:
    """Ask as if the text were published already; tasks keep their kind and the end of their hold."""
    row = draft.row.pk if draft.row else NEW
    kinds = on_ramps()
    then = {pk: spec for pk, spec in kinds.items() if pk != row}
    if draft.spec.status == OnRamp.Status.ACTIVE:
        then[row] = draft.spec
    tasks = Task.objects.open().filter(on_ramp=row)
    already = {task for task, on_ramp in would_match(kinds).items() if on_ramp == row}
    matched = {task for task, on_ramp in would_match(then).items() if on_ramp == row}
    return OpenTasks(
        open=tasks.count(),
        held_now=_held(tasks, kinds.get(row), now=now),
        held_then=_held(tasks, then.get(row), now=now),
        joining=len(matched - already),
    )


def _held(tasks: QuerySet[Task], spec: OnRampSpec | None, *, now: datetime) -> int:
    """Count those that have a place in a team with anybody it is for; what each has done is not read."""
    if spec is None:
        return 0
    teams = _here(spec).values("team")
    return tasks.filter(is_held=True, held_until__gt=now, waived_at=None, team__in=teams).count()


def shares(before: OnRampSpec | None, after: OnRampSpec) -> tuple[TeamShare, ...]:
    """Only the teams that have somebody it is for, before or after."""
    now, then = _by_team(before), _by_team(after)
    teams = Team.objects.filter(pk__in=now.keys() | then.keys()).order_by("name")
    return tuple(TeamShare(team=team, now=now[team.pk], then=then[team.pk]) for team in teams)


def _by_team(spec: OnRampSpec | None) -> Counter[int]:
    if spec is None or spec.status != OnRamp.Status.ACTIVE:
        return Counter()
    return Counter(team for team in meant(spec).values_list("team", flat=True) if team is not None)


def _here(spec: OnRampSpec) -> QuerySet[Person]:
    """Everybody of its roles and levels, in whichever team."""
    is_meant = practice.Groups.here().for_audience(spec.learners)
    return Person.objects.filter(is_meant, is_active=True, kind=Person.Kind.PERSON, team__isnull=False)


def meant(spec: OnRampSpec) -> QuerySet[Person]:
    people = _here(spec)
    if not spec.match.teams:
        return people
    known = by_id(Team.objects.all())
    return people.filter(team__in=[known[name] for name in spec.match.teams if name in known])
