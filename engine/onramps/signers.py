"""Who may look after somebody's work and sign it off, and asking them to."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from engine.delivery.posting import post
from engine.errors import MayNotSign
from engine.models import Claim, Mail, SignOff, Task
from engine.onramps import hours
from engine.onramps.approvers import approvers_of, hours_of, manages
from engine.onramps.judging import member_of
from engine.onramps.pools import Pools
from people.models import Person

ASKED_FOR = timedelta(days=7)  # how long a mail that could not be sent is worth sending


def learns(person: Person, task: Task, *, now: datetime) -> bool:
    """Whether somebody is a learner for the kind of a task, in the task's team."""
    if task.on_ramp_id is None:
        return False
    member = member_of(Pools({task.team_id}, now=now).of(task.team_id, task.on_ramp_id), person)
    return member is not None and member.is_learner


def check_supervisor(claim: Claim, by: Person, *, now: datetime) -> None:
    """Raise MayNotSign with the reason why somebody may not look after this work."""
    _check_person(claim, by)
    if by.team_id != claim.task.team_id:
        raise MayNotSign(_("Only somebody of the team %(team)s may do this.") % {"team": claim.task.team})
    _check_no_learner(claim, by, now=now)


def check_signer(claim: Claim, by: Person, *, now: datetime) -> None:
    """Raise MayNotSign with the reason why somebody may not sign off this work."""
    _check_person(claim, by)
    team = claim.task.team
    if by.team_id != team.pk and not manages(by, team, now=now):
        raise MayNotSign(
            _("Only somebody of the team %(team)s, or who leads it, may do this.") % {"team": team}
        )
    _check_no_learner(claim, by, now=now)


def check_manager(claim: Claim, by: Person, *, now: datetime) -> None:
    """Raise MayNotSign unless somebody leads the task's team and the work is not their own."""
    _check_person(claim, by)
    if not manages(by, claim.task.team, now=now):
        raise MayNotSign(_("Only who leads the team %(team)s may do this.") % {"team": claim.task.team})


def _check_person(claim: Claim, by: Person) -> None:
    if by.kind != Person.Kind.PERSON:
        raise MayNotSign(_("An agent never signs off or supervises work; a person does."))
    if not by.is_active:
        raise MayNotSign(_("Whoever signs off or supervises work must be active here."))
    if by.pk in {claim.person_id, claim.person.owner_id}:
        raise MayNotSign(_("Nobody signs off or supervises their own work; ask a colleague."))


def _check_no_learner(claim: Claim, by: Person, *, now: datetime) -> None:
    if learns(by, claim.task, now=now):
        raise MayNotSign(_("You are learning this kind of work too; ask somebody who has learned it."))


def may_sign(claim: Claim, by: Person, *, now: datetime) -> bool:
    try:
        check_signer(claim, by, now=now)
    except MayNotSign:
        return False
    return True


def ask(claim: Claim, *, now: datetime, key: str) -> Mail | None:
    """Write to the named supervisor, else to who leads the team, when they work; None without either."""
    signer = _named(claim, now=now) or _leading(
        claim, owner=claim.person.owner_id or claim.person_id, now=now
    )
    return _write(signer, claim, key=key, now=now) if signer is not None else None


def ask_to_settle(claim: Claim, *, signed_by: int, key: str, now: datetime) -> Mail | None:
    """Write to who leads the team about what is contested; where they signed it, to who is above them."""
    signer = _leading(claim, owner=claim.person_id, now=now)
    if signer is not None and signer.pk == signed_by:
        signer = _leading(claim, owner=signed_by, now=now)
    return _write(signer, claim, key=key, now=now) if signer is not None else None


def may_settle(signed: SignOff, by: Person, *, now: datetime) -> bool:
    """Whether somebody may decide about what is contested: who leads the team and did not sign it."""
    if by.pk == signed.by_id:
        return False
    try:
        check_manager(signed.claim, by, now=now)
    except MayNotSign:
        return False
    return True


def _write(signer: Person, claim: Claim, *, key: str, now: datetime) -> Mail | None:
    at = hours.next_work(hours_of(signer, off=hours.days_off(now=now), now=now), now=now) or now
    return post(Mail.Kind.SIGN_OFF, signer, key=key, not_before=at, expires_at=at + ASKED_FOR, about=claim)


def _named(claim: Claim, *, now: datetime) -> Person | None:
    named = claim.supervisor
    return named if named is not None and may_sign(claim, named, now=now) else None


def _leading(claim: Claim, *, owner: int, now: datetime) -> Person | None:
    """Who decides for the team now: the one standing in for an absent manager before the manager."""
    asked = approvers_of(claim.task.team, owner=owner, now=now)
    in_place = sorted(asked, key=lambda one: one.acting_for is None)
    return Person.objects.select_related("team").filter(pk=in_place[0].person).first() if asked else None
