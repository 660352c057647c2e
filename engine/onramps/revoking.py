"""Take a claim back from somebody, as who leads the team: the task is held for learners once more."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engine.errors import NotAnApprover, NotTheTime, ReasonMissing
from engine.models import Claim, Record
from engine.onramps import audit, telling
from engine.onramps.approvers import manages
from engine.onramps.holding import hold_again, lock
from people.models import Person


@transaction.atomic
def revoke(claim: Claim, *, by: Person, because: str, now: datetime) -> Claim:
    """End a claim that runs; a lead's supporters end with it, and the task is open and held again."""
    if not because.strip():
        raise ReasonMissing(_("Say in a sentence why you revoke it; whoever does the task reads that."))
    task = lock(claim.task)
    if by.kind != Person.Kind.PERSON or not manages(by, task.team, now=now):
        raise NotAnApprover(_("Only who leads %(team)s may revoke its claims.") % {"team": task.team})
    running = task.claims.running()
    ended = running if claim.role == Claim.Role.LEAD else running.filter(pk=claim.pk)
    if not running.filter(pk=claim.pk).exists():
        raise NotTheTime(_("This claim has ended already."))
    for one in list(ended.select_related("person__owner", "task")):
        Claim.objects.running().filter(pk=one.pk).update(ended_at=now, ending=Claim.Ending.REVOKED)
        told: dict[str, Any] = {"claim": one.pk, "ending": Claim.Ending.REVOKED, "because": because.strip()}
        audit.note(Record.Kind.CLAIM_ENDED, now=now, by=by, person=one.person, task=task, **told)
        telling.tell_revoked(one, now=now)
    if claim.role == Claim.Role.LEAD:
        hold_again(task, now=now)
    return Claim.objects.get(pk=claim.pk)
