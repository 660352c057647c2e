"""Whom an on-ramp is for, team by team, and what publishing another text of it would change."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from engine import practice
from engine.admin.impact import Impact
from paths.catalogue import on_ramp_spec
from paths.models import OnRamp
from paths.publishing import OnRampDraft
from paths.schema import OnRampSpec
from people.models import Person, Team
from people.naming import by_id


@dataclass(frozen=True, kw_only=True)
class TeamShare:
    """How many people of a team an on-ramp is for; who has graduated from it is among them."""

    team: Team
    now: int
    then: int


@dataclass(frozen=True, kw_only=True)
class OnRampImpact(Impact):
    teams: tuple[TeamShare, ...]

    @property
    def now(self) -> int:
        return sum(share.now for share in self.teams)

    @property
    def then(self) -> int:
        return sum(share.then for share in self.teams)


def on_ramp_impact_of(draft: OnRampDraft) -> OnRampImpact:
    current = draft.row.current if draft.row else None
    before = on_ramp_spec(current.spec) if current else None
    return OnRampImpact(difference=draft.difference, teams=shares(before, draft.spec))


def shares(before: OnRampSpec | None, after: OnRampSpec) -> tuple[TeamShare, ...]:
    """Only the teams that have somebody it is for, before or after."""
    now, then = _by_team(before), _by_team(after)
    teams = Team.objects.filter(pk__in=now.keys() | then.keys()).order_by("name")
    return tuple(TeamShare(team=team, now=now[team.pk], then=then[team.pk]) for team in teams)


def _by_team(spec: OnRampSpec | None) -> Counter[int]:
    if spec is None or spec.status != OnRamp.Status.ACTIVE:
        return Counter()
    return Counter(team for team in meant(spec).values_list("team", flat=True) if team is not None)


def meant(spec: OnRampSpec) -> QuerySet[Person]:
    is_meant = practice.Groups.here().for_audience(spec.learners)
    people = Person.objects.filter(is_meant, is_active=True, kind=Person.Kind.PERSON, team__isnull=False)
    if not spec.match.teams:
        return people
    known = by_id(Team.objects.all())
    return people.filter(team__in=[known[name] for name in spec.match.teams if name in known])
