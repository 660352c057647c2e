"""What one person can do about one task now: the page has a button for each, and no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from engine import onramps, sentences
from engine.errors import MayNotSign
from engine.models import Claim, Decision, Emergency, Offer, Request, Task, TeamRules
from engine.onramps import Judgement, RequestState
from engine.onramps.approvers import manages
from engine.onramps.judging import mode_of
from engine.onramps.lapsing import live_of
from engine.onramps.pools import Member
from engine.onramps.signers import check_supervisor, may_sign
from engine.onramps.taking import IMPOSSIBLE
from engine.onramps.working import may_close
from engine.rules import starvation
from engine.rules.onramp import MOST_UNREVIEWED, Alternative, Code, Duty, Outcome, Role
from people.models import Person

# What an emergency can get past; the rest is allowed anyway, or impossible.
HELD = {
    Code.PROTECTED,
    Code.GRADUATED,
    Code.NO_APPROVER,
    Code.IN_PROGRESS_LIMIT,
    Code.OFFERED_TO_OTHER,
}


SLIP = timedelta(minutes=15)  # for so long handing back is called undoing


@dataclass(frozen=True, kw_only=True)
class LearnerLine:
    """A learner, for the eyes of the manager whom they report to."""

    name: str
    reps: float
    needed: int
    in_progress: int


@dataclass(kw_only=True)
class Choices:
    """A task as one person finds it, and what the rules let them do."""

    person: Person
    task: Task
    now: datetime

    @cached_property
    def judgement(self) -> Judgement:
        return onramps.may(self.person, self.task, now=self.now)

    @property
    def sentence(self) -> str:
        return sentences.sentence(self.judgement.verdict, self.person)

    @property
    def _code(self) -> Code:
        return self.judgement.verdict.code

    @property
    def _outcome(self) -> Outcome:
        return self.judgement.verdict.outcome

    @cached_property
    def claims(self) -> Sequence[Claim]:
        """Who does it now, the lead first."""
        running = self.task.claims.running().select_related("person", "supervisor", "task__team")
        return sorted(running, key=lambda claim: (claim.role != Claim.Role.LEAD, claim.began_at))

    @property
    def lead(self) -> Claim | None:
        return next((one for one in self.claims if one.role == Claim.Role.LEAD), None)

    @property
    def mine(self) -> Claim | None:
        return next((one for one in self.claims if one.person_id == self.person.pk), None)

    @property
    def is_here(self) -> bool:
        """Whether they belong to the task's team, where people know who does what."""
        return self.person.team_id == self.task.team_id or self.is_manager

    @cached_property
    def is_manager(self) -> bool:
        return manages(self.person, self.task.team, now=self.now)

    @cached_property
    def is_advised(self) -> bool:
        return mode_of(self.task.team) == TeamRules.Mode.ADVISE

    @property
    def may_take(self) -> bool:
        return self.mine is None and self.judgement.verdict.is_allowed

    @property
    def has_to_press_take(self) -> bool:
        """Whether a press takes it: as the rules allow, or against advice that lets everything through."""
        is_refused = self.is_advised and self._code not in IMPOSSIBLE
        return self.may_take or (self.mine is None and is_refused)

    @property
    def is_just_taken(self) -> bool:
        return self.mine is not None and self.now - self.mine.began_at < SLIP

    @property
    def duties(self) -> list[str]:
        return [sentences.obligation(one) for one in self.judgement.verdict.obligations]

    def _has_duty(self, duty: Duty) -> bool:
        return any(one.duty is duty for one in self.judgement.verdict.obligations)

    @property
    def needs_supervisor(self) -> bool:
        return self._has_duty(Duty.SUPERVISOR)

    @property
    def is_without_ai(self) -> bool:
        return self._has_duty(Duty.WITHOUT_AI)

    @cached_property
    def may_support(self) -> bool:
        if self.mine is not None or self.lead is None:
            return False
        return onramps.may(self.person, self.task, role=Role.SUPPORT, now=self.now).verdict.is_allowed

    @cached_property
    def may_supervise(self) -> bool:
        """Whether they could be the one to turn to, for a learner who has nobody yet."""
        lead = self.lead
        if self.mine is not None or lead is None or lead.submitted_at is not None:
            return False
        if not lead.by_learner or self.task.on_ramp_id is None or lead.supervisor_agreed_at is not None:
            return False
        try:
            check_supervisor(lead, self.person, now=self.now)
        except MayNotSign:
            return False
        return True

    @cached_property
    def to_sign_off(self) -> Claim | None:
        """The learner's work that they may sign off."""
        handed_in = (one for one in self.claims if one.submitted_at is not None and one.by_learner)
        return next((one for one in handed_in if may_sign(one, self.person, now=self.now)), None)

    @cached_property
    def may_close(self) -> bool:
        """Whether they may say that nobody needs to do it any more: before anybody leads it."""
        return self.task.status == Task.Status.OPEN and may_close(self.task, self.person, now=self.now)

    @property
    def may_invite(self) -> bool:
        """Whether they could bring a learner to it, whose lead they support."""
        return self._outcome is Outcome.NEEDS_APPROVAL and self.lead is None

    @cached_property
    def request(self) -> Request | None:
        """Their last question about it, unless it led to a claim."""
        asked = self.task.requests.filter(owner=self.person).select_related(
            "task__team", "team", "by", "owner"
        )
        return asked.exclude(status=Request.Status.APPROVED).order_by("-asked_at", "-pk").first()

    @cached_property
    def request_state(self) -> RequestState | None:
        """How that question stands now, whatever the tick has written."""
        return onramps.state_of(self.request, now=self.now) if self.request else None

    @property
    def is_asked(self) -> bool:
        return self.request_state is not None and self.request_state.status in Request.OPEN

    @cached_property
    def answer(self) -> Decision | None:
        """What the manager said to that question."""
        return self.request.decisions.filter(has_effect=True).first() if self.request else None

    @property
    def may_ask(self) -> bool:
        return self._outcome is Outcome.NEEDS_APPROVAL and not self._is_answered

    @property
    def _is_answered(self) -> bool:
        """Whether the same question is pending, or was answered with no and the task did not change since."""
        asked = self.request
        if asked is None or self.is_asked:
            return asked is not None
        about, pool = (asked.on_ramp_id, asked.team_id, asked.estimate), self.judgement.pool
        is_same = pool is not None and about == (pool.on_ramp, pool.team, self.task.estimate)
        return asked.status == Request.Status.DECLINED and is_same

    @property
    def may_review(self) -> bool:
        return Alternative.REVIEW in self.judgement.verdict.alternatives and self.mine is None

    @property
    def waits_until(self) -> datetime | None:
        """When it is free, or another's offer ends, for who can do nothing but wait."""
        until = self.judgement.verdict.until
        return until if Alternative.WAIT in self.judgement.verdict.alternatives else None

    @property
    def may_declare(self) -> bool:
        return self.mine is None and self._code in HELD

    @cached_property
    def has_too_many_emergencies(self) -> bool:
        waiting = Emergency.objects.filter(person=self.person, reviewed_at=None)
        return waiting.count() >= MOST_UNREVIEWED

    @property
    def in_progress(self) -> Sequence[Task]:
        """The tasks to hand in first, for who has the most there may be."""
        ids = self.judgement.verdict.in_progress
        return list(Task.objects.filter(pk__in=ids)) if ids else []

    @cached_property
    def offers(self) -> Sequence[Offer]:
        """What is offered to them about it now, by turn or by a colleague who would support them."""
        if self.mine is not None or self.lead is not None:
            return []
        live = Offer.objects.live(self.now).filter(task=self.task, person=self.person)
        found = live.select_related("person", "invited_by", "task").order_by("ends_at")
        return live_of(found, now=self.now)

    @property
    def routed(self) -> Offer | None:
        """The offer that is theirs by turn: to take the task is to accept it."""
        return next((one for one in self.offers if one.purpose == Offer.Purpose.ROUTED), None)

    @property
    def revocable(self) -> Claim | None:
        """The lead that a manager can end."""
        return self.lead if self.lead is not None and self.lead is not self.mine else None

    @property
    def is_held(self) -> bool:
        return self.task.is_held_at(self.now)

    @property
    def own_learners(self) -> list[LearnerLine]:
        """The learners of its kind who report to this person: nobody else's names are shown to anybody."""
        pool = self.judgement.pool
        if pool is None:
            return []
        own = [one for one in pool.learners if one.person.manager_id == self.person.pk]
        return [self._line(one) for one in sorted(own, key=lambda one: one.person.name)]

    def _line(self, one: Member) -> LearnerLine:
        assert self.judgement.pool is not None
        kind = self.judgement.pool.kind
        return LearnerLine(
            name=one.person.name,
            reps=starvation.reps_done(one.record, kind),
            needed=starvation.needed(one.record, kind),
            in_progress=len(one.tasks),
        )
