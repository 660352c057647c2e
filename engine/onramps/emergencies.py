"""Look at what was taken in an emergency: was it one? Somebody else says so, within a day of work."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engine.errors import NotAnApprover, NotTheTime
from engine.models import Emergency, Record
from engine.onramps import audit
from engine.onramps.approvers import GUARDIAN, approvers_of
from engine.onramps.request_states import Lines
from people.models import Person


def may_review(emergency: Emergency, by: Person, *, now: datetime, lines: Lines | None = None) -> bool:
    """Whether somebody may look at it: who could have decided, or a guardian, and never who declared it."""
    if by.kind != Person.Kind.PERSON or not by.is_active or by.pk == emergency.person_id:
        return False
    if by.groups.filter(name=GUARDIAN).exists():
        return True
    team = emergency.claim.task.team
    line = lines.of(team) if lines else None
    found = approvers_of(team, owner=emergency.person_id, now=now, line=line, is_late=True)
    return by.pk in {one.person for one in found}


@transaction.atomic
def review(emergency: Emergency, *, by: Person, is_justified: bool, now: datetime) -> Emergency:
    """Say whether it was one. If not, it counts as work that went past the learners."""
    if not may_review(emergency, by, now=now):
        raise NotAnApprover(_("An emergency is reviewed by somebody else, who could have decided about it."))
    unreviewed = Emergency.objects.unreviewed().filter(pk=emergency.pk)
    if not unreviewed.update(reviewed_at=now, reviewed_by=by, is_justified=is_justified):
        raise NotTheTime(_("It was reviewed already."))
    emergency.refresh_from_db()
    told: dict[str, Any] = {
        "emergency": emergency.pk,
        "claim": emergency.claim_id,
        "is_justified": is_justified,
    }
    task = emergency.claim.task
    audit.note(Record.Kind.REVIEW, now=now, by=by, person=emergency.person, task=task, **told)
    return emergency


def to_review(by: Person, *, now: datetime) -> list[Emergency]:
    """Return the emergencies that wait for this reader's look, the longest overdue first."""
    waiting = Emergency.objects.unreviewed().select_related("claim__task__team", "person")
    lines = Lines()
    return [
        one for one in waiting.order_by("review_due_at", "pk") if may_review(one, by, now=now, lines=lines)
    ]
