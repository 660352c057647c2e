"""Which pages about tasks somebody has a use for, and whose tasks they see."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from engine.models import Claim, Task
from engine.onramps.approvers import GUARDIAN
from engine.onramps.judging import member_of
from engine.onramps.pools import Pools
from paths.models import OnRamp
from people.models import Person, Team


@dataclass(frozen=True, kw_only=True)
class Uses:
    """Without any on-ramp nobody has a use for any of it."""

    tasks: bool = False
    logbook: bool = False
    decisions: bool = False
    team: bool = False


def uses_of(person: Person) -> Uses:
    """Return what somebody has a use for, in one query."""
    led = Team.objects.filter(Q(manager=OuterRef("pk")) | Q(manager__manager=OuterRef("pk")))
    active = OnRamp.objects.filter(status=OnRamp.Status.ACTIVE, current__isnull=False)
    found = (
        Person.objects.filter(pk=person.pk)
        .annotate(
            has_tasks=Exists(active) | Exists(Task.objects.all()),
            has_claims=Exists(Claim.objects.filter(person=OuterRef("pk"))),
            leads=Exists(led),
            stands_in=Exists(Team.objects.filter(manager__deputy=OuterRef("pk"))),
            is_guardian=Exists(Person.objects.filter(pk=OuterRef("pk"), groups__name=GUARDIAN)),
        )
        .values("has_tasks", "has_claims", "leads", "stands_in", "is_guardian")
        .first()
    )
    if found is None or not found["has_tasks"]:
        return Uses()
    return Uses(
        tasks=True,
        logbook=found["has_claims"] or (person.role_id is not None and not found["leads"]),
        decisions=found["leads"] or found["stands_in"] or found["is_guardian"],
        team=found["leads"],
    )


def own_teams(person: Person) -> QuerySet[Team]:
    """Return the teams whose tasks somebody sees in a list, and for which they write down new ones."""
    return Team.objects.filter(Q(pk=person.team_id) | Q(manager=person)).order_by("name", "pk")


def to_sign_off(person: Person, *, now: datetime) -> list[Claim]:
    """Return the learners' work that somebody may sign off, the longest waiting first."""
    mine = own_teams(person).values("pk")
    waiting = Claim.objects.running().filter(
        task__team__in=mine, submitted_at__isnull=False, by_learner=True, task__on_ramp__isnull=False
    )
    found = waiting.exclude(person=person).exclude(person__owner=person)
    claims = list(found.select_related("task__on_ramp", "person").order_by("submitted_at", "pk"))
    if not claims:
        return []
    pools = Pools({claim.task.team_id for claim in claims}, now=now)
    return [claim for claim in claims if not _learns(person, claim.task, pools)]


def _learns(person: Person, task: Task, pools: Pools) -> bool:
    assert task.on_ramp_id is not None
    member = member_of(pools.of(task.team_id, task.on_ramp_id), person)
    return member is not None and member.is_learner
