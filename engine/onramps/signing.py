"""Sign work off: from what somebody else saw to a credit, and from the credit to memory."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from engine import practice
from engine.errors import MayNotSign, NotLinked, NotTheTime, NotYourTask, ReasonMissing
from engine.models import Claim, Credit, Loss, Record, SignOff, Task
from engine.onramps import audit, signers
from engine.onramps.holding import hold_again, lock
from engine.onramps.judging import member_of
from engine.onramps.pools import Pools
from engine.onramps.working import end, finish, fresh, may_close, needs_sign_off
from engine.practice import Work
from engine.rules import starvation
from engine.rules.memory import Rating
from paths.catalogue import on_ramp_spec, skill_rows
from paths.models import OnRamp, Skill
from people.models import Person

# From the most to the least; of two words about the same work the lower counts.
ROLES = (Claim.Role.LEAD, Claim.Role.SUPPORT, Claim.Role.OBSERVER)


@transaction.atomic
def sign_off(
    claim: Claim,
    *,
    by: Person,
    role: str,
    help: int,  # noqa: A002  # as the table calls it
    skills: Collection[Skill] = (),
    note: str = "",
    now: datetime,
) -> Credit:
    """Say what a learner did and what it took. Raise MayNotSign when this is not for `by` to say."""
    claim = fresh(claim)
    signers.check_signer(claim, by, now=now)
    if not needs_sign_off(claim):
        raise NotTheTime(_("Nobody learns by this work, so it needs no sign-off."))
    if claim.submitted_at is None or claim.ended_at is not None:
        raise NotTheTime(_("This work is not handed in yet, or it was signed off already."))
    _check_linked(claim.task, skills)
    credit = _confirm(claim, by=by, role=role, help_=help, skills=skills, note=note, now=now)
    end(claim, Claim.Ending.SIGNED, by=by, now=now)
    finish(claim.task, by=by, now=now)
    return credit


def linked_skills(task: Task) -> list[Skill]:
    """Return the skills that a task's kind is linked to, as its on-ramp names them."""
    if task.on_ramp_id is None:
        return []
    on_ramp = OnRamp.objects.select_related("current").filter(pk=task.on_ramp_id).first()
    if on_ramp is None or on_ramp.current is None:
        return []
    kind = on_ramp_spec(on_ramp.current.spec)
    rows = skill_rows(kind.skills)
    found = Skill.objects.in_bulk(rows.values())
    return [found[rows[name]] for name in kind.skills if name in rows]


def _check_linked(task: Task, skills: Collection[Skill]) -> None:
    known = {skill.pk for skill in linked_skills(task)}
    for skill in skills:
        if skill.pk not in known:
            raise NotLinked(
                _("“%(skill)s” is not a skill of this kind of work; tick one that is.") % {"skill": skill}
            )


def lower(*roles: str) -> Claim.Role:
    """Return the least of what was said about a role; an empty word says nothing."""
    return max((Claim.Role(role) for role in roles if role), key=ROLES.index)


def _confirm(
    claim: Claim,
    *,
    by: Person,
    role: str,
    help_: int,
    skills: Collection[Skill],
    note: str,
    now: datetime,
    settles: SignOff | None = None,
) -> Credit:
    """Write the sign-off, the credit and what memory makes of it."""
    assert claim.done_at is not None
    assert claim.done_on is not None
    assert claim.task.on_ramp_id is not None
    earlier = claim.task.credits.standing().filter(person=claim.person)
    for credit in earlier.select_related("person", "claim", "task"):  # they supported it first, then led it
        _take_away(credit, by=by, because=_("a later sign-off of the same task"), now=now)
    signed = SignOff.objects.create(
        claim=claim,
        by=by,
        role=Claim.Role(role),
        help=SignOff.Help(help_),
        note=note.strip(),
        signed_at=now,
        settles=settles,
    )
    signed.skills.set(skills)
    credit = Credit.objects.create(
        claim=claim,
        task=claim.task,
        person=claim.person,
        on_ramp_id=claim.task.on_ramp_id,
        sign_off=signed,
        role=lower(claim.role, claim.said_role, role),
        rating=signed.help,
        done_at=claim.done_at,
        done_on=claim.done_on,
        confirmed_at=now,
    )
    credit.skills.set(skills)
    _note_absorbed(credit, now=now)
    _replay([credit], now=now)
    audit.note(
        Record.Kind.SIGN_OFF,
        now=now,
        by=by,
        person=claim.person,
        task=claim.task,
        claim=claim.pk,
        sign_off=signed.pk,
        settles=settles.pk if settles else None,
        role=credit.role,
        help=signed.help,
        skills=sorted(skill.pk for skill in skills),
    )
    return credit


def _note_absorbed(credit: Credit, *, now: datetime) -> None:
    """A task that its learner only watched went past them, if they were short: a loss like any other."""
    if credit.role != Claim.Role.OBSERVER or credit.claim.role != Claim.Role.LEAD:
        return
    pool = Pools({credit.task.team_id}, now=now).of(credit.task.team_id, credit.on_ramp_id)
    member = member_of(pool, credit.person)
    if pool is not None and member is not None and starvation.deficit(member.record, pool.kind) > 0:
        Loss.objects.get_or_create(claim=credit.claim, person=credit.person)


def _replay(changed: Sequence[Credit], *, now: datetime) -> None:
    """Make the reviews of the days of these credits say what the credits that stand say, by skill."""
    skills: dict[tuple[int, date], set[int]] = {}
    people = {credit.person_id: credit.person for credit in changed}
    for credit in changed:
        day = skills.setdefault((credit.person_id, credit.done_on), set())
        day.update(credit.skills.values_list("pk", flat=True))
    for (person, on), shown in skills.items():
        practice.settle_work(people[person], on=on, shown=_shown(person, on, shown), now=now)


def _shown(person: int, on: date, skills: Collection[int]) -> dict[int, list[Work]]:
    """What the standing credits of a day show of these skills; AI's work and watching show nothing."""
    counting = (
        Credit.objects.standing()
        .filter(person=person, done_on=on, skills__in=skills)
        .exclude(claim__said_ai=Claim.Help.DELEGATED)
        .exclude(role=Claim.Role.OBSERVER)
    )
    found: dict[int, list[Work]] = {skill: [] for skill in skills}
    for skill, rating, done_at in counting.order_by("pk").values_list("skills", "rating", "done_at"):
        found[skill].append(Work(rating=Rating(rating), done_at=done_at))
    return found


@transaction.atomic
def contest(signed: SignOff, *, by: Person, because: str, now: datetime) -> SignOff:
    """Let a learner say, once, that a sign-off is wrong; the manager is asked, and decides."""
    claim = fresh(signed.claim)
    signed = SignOff.objects.get(pk=signed.pk)
    if by.pk != claim.person_id:
        raise NotYourTask(_("Only whose work it is may contest how it was signed off."))
    if not because.strip():
        raise ReasonMissing(_("Say in a sentence what was different."))
    if signed.contested_at is not None or signed.settles_id is not None:
        raise NotTheTime(_("A sign-off is contested once; the manager’s word counts."))
    if not signed.credits.filter(voided_at=None).exists():
        raise NotTheTime(_("This sign-off does not count any more."))
    signed.contested_at, signed.contested_because = now, because.strip()
    signed.save(update_fields=["contested_at", "contested_because"])
    audit.note(Record.Kind.CONTEST, now=now, by=by, person=claim.person, task=claim.task, sign_off=signed.pk)
    signers.ask_to_settle(claim, signed_by=signed.by_id, key=f"contest:{signed.pk}", now=now)
    return signed


@transaction.atomic
def settle(
    signed: SignOff,
    *,
    by: Person,
    role: str,
    help: int,  # noqa: A002  # as the table calls it
    skills: Collection[Skill] = (),
    note: str = "",
    now: datetime,
) -> Credit:
    """Decide about a contested sign-off: this word takes its place, and its credit's.

    What the learner said of their own role is not raised by it.
    """
    claim = fresh(signed.claim)
    signed = SignOff.objects.get(pk=signed.pk)
    signers.check_manager(claim, by, now=now)
    if by.pk == signed.by_id:
        raise MayNotSign(_("You signed this off yourself; somebody above you decides now."))
    if signed.contested_at is None or SignOff.objects.filter(settles=signed).exists():
        raise NotTheTime(_("This sign-off is not contested, or that is settled."))
    _check_linked(claim.task, skills)
    was = signed.credits.filter(voided_at=None).first()
    if was is None:
        raise NotTheTime(_("This sign-off does not count any more."))
    _take_away(was, by=by, because=_("settled by who leads the team"), now=now)
    return _confirm(claim, by=by, role=role, help_=help, skills=skills, note=note, now=now, settles=signed)


@transaction.atomic
def void(credit: Credit, *, by: Person, because: str, now: datetime) -> Credit:
    """Take a credit away, for who leads the team; memory is replayed as if it had never been."""
    claim = fresh(credit.claim)
    signers.check_manager(claim, by, now=now)
    if not because.strip():
        raise ReasonMissing(_("Say why this credit should not count."))
    credit = Credit.objects.select_related("person", "claim", "task").get(pk=credit.pk)
    if credit.voided_at is not None:
        raise NotTheTime(_("This credit does not count any more."))
    _take_away(credit, by=by, because=because.strip(), now=now)
    return credit


def _take_away(credit: Credit, *, by: Person | None, because: str, now: datetime) -> None:
    credit.voided_at, credit.voided_by, credit.voided_because = now, by, because[:300]
    credit.save(update_fields=["voided_at", "voided_by", "voided_because"])
    Loss.objects.filter(claim=credit.claim_id, person=credit.person_id).delete()
    _replay([credit], now=now)
    audit.note(
        Record.Kind.VOID,
        now=now,
        by=by,
        person=credit.person,
        task=credit.task,
        credit=credit.pk,
        claim=credit.claim_id,
    )


@transaction.atomic
def reopen(task: Task, *, by: Person, now: datetime) -> Task:
    """Open a task again that was over: its credits go, and who did it goes on, if they are still here."""
    task = lock(task)
    if not may_close(task, by, now=now):
        raise NotYourTask(_("Only who does a task, made it, or leads the team may open it again."))
    return reopen_unasked(task, by=by, now=now)


def reopen_unasked(task: Task, *, by: Person | None, now: datetime) -> Task:
    """Open a locked task again whoever says so, as its source may."""
    if not task.is_over:
        raise NotTheTime(_("This task is not over."))
    was = task.status
    for credit in task.credits.standing().select_related("person", "claim", "task"):
        _take_away(credit, by=by, because=_("the task was opened again"), now=now)
    audit.note(
        Record.Kind.TASK, now=now, by=by, task=task, field="status", before=was, after=Task.Status.OPEN
    )
    task.closed_at = None
    task.save(update_fields=["closed_at"])
    if _go_on_with(task, now=now):
        task.status = Task.Status.LED
        task.save(update_fields=["status"])
    else:
        hold_again(task, now=now)
    task.refresh_from_db()
    return task


def _go_on_with(task: Task, *, now: datetime) -> bool:
    """Let the claims that were handed in last run on; False where their lead left, or there was none."""
    handed_in = task.claims.filter(
        ending__in=[Claim.Ending.SIGNED, Claim.Ending.CLOSED], submitted_at__isnull=False
    )
    by_person = {claim.person_id: claim for claim in handed_in.select_related("person").order_by("pk")}
    going_on = [claim for claim in by_person.values() if claim.person.is_active]
    leads = [claim for claim in going_on if claim.role == Claim.Role.LEAD]
    if not leads:
        return False
    support = [claim for claim in going_on if claim.role != Claim.Role.LEAD]
    for claim in [max(leads, key=lambda one: one.pk), *support]:
        claim.ended_at, claim.ending = None, ""
        claim.submitted_at = claim.done_at = claim.done_on = claim.reminded_at = None
        claim.said_role = claim.said_ai = ""
        claim.seen_at = now
        claim.save()
    return True
