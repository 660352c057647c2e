"""Which pages about tasks somebody has a use for, and whose tasks they see."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from engine.models import Claim, Task
from engine.onramps.approvers import GUARDIAN
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
    led = Team.objects.filter(manager=OuterRef("pk"))
    reports = Person.objects.filter(manager=OuterRef("pk"), is_active=True, kind=Person.Kind.PERSON)
    covered = Team.objects.filter(manager__deputy=OuterRef("pk"))
    found = (
        Person.objects.filter(pk=person.pk)
        .annotate(
            has_on_ramps=Exists(OnRamp.objects.filter(status=OnRamp.Status.ACTIVE, current__isnull=False)),
            has_tasks=Exists(Task.objects.all()),
            has_claims=Exists(Claim.objects.filter(person=OuterRef("pk"))),
            leads=Exists(led),
            has_reports=Exists(reports),
            stands_in=Exists(covered),
            is_guardian=Exists(Person.objects.filter(pk=OuterRef("pk"), groups__name=GUARDIAN)),
        )
        .values("has_on_ramps", "has_tasks", "has_claims", "leads", "has_reports", "stands_in", "is_guardian")
        .first()
    )
    if found is None or not (found["has_on_ramps"] or found["has_tasks"]):
        return Uses()
    is_manager = found["leads"] or found["has_reports"]
    return Uses(
        tasks=True,
        logbook=found["has_claims"] or person.role_id is not None,
        decisions=is_manager or found["stands_in"] or found["is_guardian"],
        team=is_manager,
    )


def teams_of(person: Person) -> QuerySet[Team]:
    """Return the teams whose tasks somebody sees in a list: their own, and those they lead."""
    return Team.objects.filter(Q(pk=person.team_id) | Q(manager=person)).order_by("name", "pk")
