"""Which pages about tasks somebody has a use for, and whose tasks they see."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from engine.models import Claim, Offer, SignOff, Task
from engine.onramps.approvers import GUARDIAN
from engine.onramps.emergencies import to_review
from engine.onramps.inbox import waiting_for
from engine.onramps.judging import member_of
from engine.onramps.lapsing import live_of
from engine.onramps.pools import Pools
from engine.onramps.signers import may_settle
from engine.onramps.task_sheets import TaskSheet
from paths.models import OnRamp
from people.models import Person, Team
from people.naming import by_name
from people.sheets import Problem


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


@dataclass(frozen=True, kw_only=True)
class Waits:
    """How much waits for somebody's word."""

    offers: int = 0
    sign_offs: int = 0
    decisions: int = 0


def waits_for(person: Person, *, now: datetime) -> Waits:
    """Return what waits for somebody; what only managers decide is read for those alone."""
    uses = uses_of(person)
    if not uses.tasks:
        return Waits()
    live = Offer.objects.live(now).filter(person=person, task__status=Task.Status.OPEN)
    offered = {offer.task_id for offer in live_of(live.select_related("person"), now=now)}
    decisions, sign_offs = 0, len(to_sign_off(person, now=now))
    if uses.decisions:
        decisions = waiting_for(person, now=now, most=0).more + len(to_review(person, now=now))
        sign_offs += len(to_settle(person, now=now))
    return Waits(offers=len(offered), sign_offs=sign_offs, decisions=decisions)


def own_teams(person: Person) -> QuerySet[Team]:
    """Return the teams whose tasks somebody sees in a list, and for which they write down new ones."""
    return Team.objects.filter(Q(pk=person.team_id) | Q(manager=person)).order_by("name", "pk")


def teams_to_import_for(person: Person) -> QuerySet[Team]:
    """Return the teams whose tasks somebody may bring in from a file: those they lead; L&D, every one."""
    teams = Team.objects.order_by("name", "pk")
    return teams if person.has_perm("people.change_team") else teams.filter(manager=person)


def only_for(teams: Collection[Team], sheet: TaskSheet) -> TaskSheet:
    """Return a file with a problem for each line that is about another team's task."""
    names, keys = by_name(teams), [entry.text("key") for entry in sheet.entries]
    known = Task.objects.filter(source=Task.Source.FILE, key__in=keys)
    others = set(known.exclude(team__in=teams).values_list("key", flat=True))
    problems = [
        Problem(line=entry.line, column="team", message=_("This is not your team’s task; leave it out."))
        for entry in sheet.entries
        if entry.text("team").casefold() not in names or entry.text("key") in others
    ]
    return replace(sheet, problems=(*sheet.problems, *problems))


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


def to_settle(person: Person, *, now: datetime) -> list[SignOff]:
    """Return the contested sign-offs that somebody may decide about, the longest waiting first."""
    waiting = SignOff.objects.filter(
        contested_at__isnull=False, settled_by=None, credits__isnull=False, credits__voided_at=None
    )
    found = waiting.select_related("claim__task__team", "claim__person").order_by("contested_at", "pk")
    return [one for one in found if may_settle(one, person, now=now)]


def _learns(person: Person, task: Task, pools: Pools) -> bool:
    assert task.on_ramp_id is not None
    member = member_of(pools.of(task.team_id, task.on_ramp_id), person)
    return member is not None and member.is_learner
