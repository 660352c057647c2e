"""May this actor take this task? One verdict: an outcome, a code, one sentence, and what else they could do.

`verdict` reads like the table in docs/onramps.md: the first rule that matches decides. Whatever the rules say
of a person, an agent that acts for them never gets more.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from engine.rules.memory import Rating
from paths.schema import OnRampSpec

LEAST_REASON = 20  # characters that an emergency must be explained in
MOST_UNREVIEWED = 2  # emergencies that one person may have waiting for their review
LAST_LEADS = 3  # which must have gone well before somebody is no longer a learner


class Outcome(IntEnum):
    """From the mildest to the strictest."""

    ALLOW = 0
    NEEDS_APPROVAL = 1
    DENY = 2


class Code(StrEnum):
    TASK_NOT_OPEN = "TASK_NOT_OPEN"
    ACTOR_INACTIVE = "ACTOR_INACTIVE"
    ALREADY_LED = "ALREADY_LED"
    NOT_PROTECTED = "NOT_PROTECTED"
    OBSERVED = "OBSERVED"
    AGENT_NEVER = "AGENT_NEVER"
    AGENT_LEADS_ONLY = "AGENT_LEADS_ONLY"
    HOLD_ENDED = "HOLD_ENDED"
    WAIVED = "WAIVED"
    TOO_URGENT = "TOO_URGENT"
    NO_DEMAND = "NO_DEMAND"
    SURPLUS = "SURPLUS"
    EMERGENCY = "EMERGENCY"
    IN_PROGRESS_LIMIT = "IN_PROGRESS_LIMIT"
    OFFERED_TO_OTHER = "OFFERED_TO_OTHER"
    LEARNER = "LEARNER"
    PAIRING = "PAIRING"
    PROTECTED = "PROTECTED"
    GRADUATED = "GRADUATED"
    NO_APPROVER = "NO_APPROVER"


# What the person who asks reads: no name, no counts. {until} is a moment, {limit} a number of tasks.
SENTENCES = {
    Code.TASK_NOT_OPEN: "This task is over; there is nothing left to take.",
    Code.ACTOR_INACTIVE: "Whoever would take this task is no longer active here.",
    Code.ALREADY_LED: "Somebody leads this task already.",
    Code.NOT_PROTECTED: "This task is not learning work; take it.",
    Code.OBSERVED: "This is learning work. Your team only observes for now, so you may take it.",
    Code.AGENT_NEVER: "Work of this kind is never done by an agent.",
    Code.AGENT_LEADS_ONLY: "An agent can lead a task, but not support somebody: support is for people.",
    Code.HOLD_ENDED: "It was held for a learner until {until}; now anybody may take it.",
    Code.WAIVED: "A manager released this task; anybody may take it.",
    Code.TOO_URGENT: "This is learning work, but it is too urgent to wait for a learner; take it.",
    Code.NO_DEMAND: "No learner needs this task now; take it.",
    Code.SURPLUS: "Enough such tasks are held for learners; take this one.",
    Code.EMERGENCY: "Taken in an emergency. Somebody else will review that.",
    Code.IN_PROGRESS_LIMIT: "You have {limit} such tasks in progress, which is the most; hand one in first.",
    Code.OFFERED_TO_OTHER: "This task is offered to another learner until {until}.",
    Code.LEARNER: "This task is meant for you; take it.",
    Code.PAIRING: "You may support the learner who leads it.",
    Code.PROTECTED: "Held for a learner until {until}. A manager may let you take it all the same.",
    Code.GRADUATED: "You have learned this; it is held for a learner until {until}. A manager may let you.",
    Code.NO_APPROVER: "Held for a learner until {until}, and nobody is here who could decide otherwise.",
}
# Where no hold runs, as for an agent that asks for what was too urgent from the start.
WITHOUT_END = {
    Code.PROTECTED: "This is learning work; it needs a manager's yes.",
    Code.GRADUATED: "You have learned this, and others still learn it; it needs a manager's yes.",
    Code.NO_APPROVER: "This is learning work, and nobody is here who could decide about it.",
}


class Role(StrEnum):
    """In which somebody does a task."""

    LEAD = "lead"
    SUPPORT = "support"
    OBSERVER = "observer"


class Status(StrEnum):
    """Of a task."""

    OPEN = "open"
    LED = "led"
    SUBMITTED = "submitted"
    DONE = "done"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """What somebody is for one kind of work."""

    LEARNER = "learner"
    GRADUATED = "graduated"
    OTHER = "other"  # not in the team, the role or the level that the on-ramp is for


class Alternative(StrEnum):
    """What somebody could do instead, or next."""

    SUPPORT = "support"
    REVIEW = "review"
    WAIT = "wait"
    ASK = "ask"
    HAND_IN = "hand-in"


FOR_PEOPLE = {Alternative.SUPPORT, Alternative.REVIEW}  # an agent neither supports nor signs off


class Duty(StrEnum):
    """What goes with a task that a learner may take."""

    SUPERVISOR = "supervisor"
    WITHOUT_AI = "without-ai"  # they may set it aside, with a reason


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """`done` of the first `of` reps were done under this duty; this one is among them."""

    duty: Duty
    done: int
    of: int


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Whether and until when the task waits for a learner, without what the actor did to it themself."""

    until: datetime  # half-open
    is_too_urgent: bool = False  # from the start, so that no hold ever began
    is_surplus: bool = False  # enough others of the kind are held
    is_waived: bool = False

    def has_ended(self, now: datetime) -> bool:
        return not self.is_too_urgent and self.until <= now

    def is_on(self, now: datetime) -> bool:
        return now < self.until and not self.is_surplus and not self.is_waived


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A live offer of the task to one learner."""

    to: int
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Emergency:
    """What a person declares: why it cannot wait, and the incident it belongs to."""

    reason: str
    incident: str
    unreviewed: int  # emergencies of theirs that nobody reviewed yet

    @property
    def is_accepted(self) -> bool:
        is_told = len(self.reason.strip()) >= LEAST_REASON and bool(self.incident.strip())
        return is_told and self.unreviewed < MOST_UNREVIEWED


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that a verdict depends on, as far as this actor's own acts are left out of account."""

    actor: int
    role: Role
    status: Status
    is_active: bool  # the actor, and an agent's owner, are here
    owner: "Facts | None" = None  # of an agent: the same question, asked by the person it acts for
    leader: int | None = None
    kind: OnRampSpec | None = None
    observes: bool = False  # the team looks on, and holds nothing
    hold: Hold | None = None  # wherever there is a kind
    is_needed: bool = True  # some learner with working time before it is due still needs a rep
    stage: Stage = Stage.OTHER
    confirmed_leads: int = 0
    in_progress: Sequence[int] = ()  # row ids of the tasks of this kind that the actor leads now
    offered: Offered | None = None
    leader_learns: bool = False
    invited: "Facts | None" = None  # the person named to be supported: as if they asked to lead
    emergency: Emergency | None = None
    approvers: Sequence[int] = ()  # who could say yes to this actor now, the first before their deputies

    @property
    def is_agent(self) -> bool:
        return self.owner is not None

    @property
    def wants_to_lead(self) -> bool:
        return self.role is Role.LEAD


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The rules' answer; `engine.sentences` says it in the reader's language and zone."""

    outcome: Outcome
    code: Code
    until: datetime | None = None  # of the hold, or of the offer to somebody else
    limit: int | None = None
    alternatives: Sequence[Alternative] = ()
    obligations: Sequence[Obligation] = ()
    in_progress: Sequence[int] = ()
    approvers: Sequence[int] = ()

    @property
    def is_allowed(self) -> bool:
        return self.outcome is Outcome.ALLOW

    @property
    def template(self) -> str:
        """The sentence, to be filled with {until} and {limit}."""
        if self.until is None and self.code in WITHOUT_END:
            return WITHOUT_END[self.code]
        return SENTENCES[self.code]


def verdict(facts: Facts, *, now: datetime) -> Verdict:
    """Return what the first rule that matches says; of an agent's own and its owner's, the stricter."""
    own = next(said for rule in RULES if (said := rule(facts, now)) is not None)
    if facts.owner is None:
        return own
    of_owner = verdict(facts.owner, now=now)
    stricter = of_owner if of_owner.outcome > own.outcome else own
    left = tuple(one for one in stricter.alternatives if one not in FOR_PEOPLE)
    return replace(stricter, alternatives=left)


def over(facts: Facts, now: datetime) -> Verdict | None:
    """1: what is over is over, and who left takes nothing."""
    has_lead = facts.wants_to_lead and facts.leader is not None
    is_handed_in = facts.status is Status.SUBMITTED and not has_lead
    if facts.status in {Status.DONE, Status.CANCELLED} or is_handed_in:
        return _deny(Code.TASK_NOT_OPEN)
    return None if facts.is_active else _deny(Code.ACTOR_INACTIVE)


def led(facts: Facts, now: datetime) -> Verdict | None:
    """2: a task has one lead."""
    if facts.wants_to_lead and facts.leader is not None:
        return _deny(Code.ALREADY_LED, alternatives=(Alternative.SUPPORT, Alternative.REVIEW))
    return None


def unprotected(facts: Facts, now: datetime) -> Verdict | None:
    """3: most work is nobody's learning work, and a team that observes holds nothing."""
    if facts.kind is None:
        return _allow(Code.NOT_PROTECTED)
    return _allow(Code.OBSERVED) if facts.observes else None


def agents_limits(facts: Facts, now: datetime) -> Verdict | None:
    """4: some work is for people only, and so is support."""
    if not facts.is_agent:
        return None
    if facts.kind is not None and facts.kind.agents == "never":
        return _deny(Code.AGENT_NEVER)
    return None if facts.wants_to_lead else _deny(Code.AGENT_LEADS_ONLY)


def released(facts: Facts, now: datetime) -> Verdict | None:
    """5: a hold ends by itself, or by a manager's word; what could not wait never was held, for people."""
    hold = _hold(facts)
    if hold.has_ended(now):
        return _allow(Code.HOLD_ENDED, until=hold.until)
    if hold.is_waived:
        return _allow(Code.WAIVED)
    return _allow(Code.TOO_URGENT) if hold.is_too_urgent and not facts.is_agent else None


def unneeded(facts: Facts, now: datetime) -> Verdict | None:
    """6: no more is held than learners can use."""
    if not facts.is_needed:
        return _allow(Code.NO_DEMAND)
    return _allow(Code.SURPLUS) if _hold(facts).is_surplus else None


def urgent(facts: Facts, now: datetime) -> Verdict | None:
    """7: an emergency goes first, and is looked at afterwards."""
    if facts.emergency is None or facts.is_agent or not facts.emergency.is_accepted:
        return None
    return _allow(Code.EMERGENCY)


def learners(facts: Facts, now: datetime) -> Verdict | None:
    """8: this is whom it is held for."""
    if facts.stage is not Stage.LEARNER or facts.is_agent:
        return None
    kind = _kind(facts)
    if len(facts.in_progress) >= kind.in_progress_max:
        return _deny(
            Code.IN_PROGRESS_LIMIT,
            limit=kind.in_progress_max,
            in_progress=facts.in_progress,
            alternatives=(Alternative.HAND_IN,),
        )
    if facts.wants_to_lead and facts.offered is not None and facts.offered.to != facts.actor:
        waits = (Alternative.WAIT, Alternative.SUPPORT)
        return _deny(Code.OFFERED_TO_OTHER, until=facts.offered.until, alternatives=waits)
    return _allow(Code.LEARNER, obligations=obligations(kind, facts.confirmed_leads))


def pairing(facts: Facts, now: datetime) -> Verdict | None:
    """9: who supports a learner takes nothing away; one who does not lead yet is invited to.

    To whom the task is offered plays no part: by asking for one after another it would be told.
    """
    if facts.wants_to_lead or facts.is_agent:
        return None
    if facts.leader is not None:
        return _allow(Code.PAIRING) if facts.leader_learns else None
    answer = learners(replace(facts.invited, offered=None), now) if facts.invited is not None else None
    return _allow(Code.PAIRING) if answer is not None and answer.is_allowed else None


def protected(facts: Facts, now: datetime) -> Verdict:
    """10: otherwise a manager decides; where nobody can, only an emergency remains."""
    until = None if _hold(facts).is_too_urgent else _hold(facts).until
    instead = (Alternative.SUPPORT, Alternative.REVIEW, Alternative.WAIT)
    if not facts.approvers:
        return _deny(Code.NO_APPROVER, until=until, alternatives=instead)
    return Verdict(
        outcome=Outcome.NEEDS_APPROVAL,
        code=Code.GRADUATED if facts.stage is Stage.GRADUATED else Code.PROTECTED,
        until=until,
        alternatives=(*instead, Alternative.ASK),
        approvers=facts.approvers,
    )


RULES: Sequence[Callable[[Facts, datetime], Verdict | None]] = (
    over,
    led,
    unprotected,
    agents_limits,
    released,
    unneeded,
    urgent,
    learners,
    pairing,
    protected,
)


def obligations(kind: OnRampSpec, confirmed_leads: int) -> tuple[Obligation, ...]:
    """Return what goes with a learner's next rep: the first ones need a supervisor, and no AI."""
    duties = ((Duty.SUPERVISOR, kind.supervised), (Duty.WITHOUT_AI, kind.off_first))
    return tuple(
        Obligation(duty=duty, done=confirmed_leads, of=of) for duty, of in duties if confirmed_leads < of
    )


def stage(kind: OnRampSpec, *, belongs: bool, ratings: Sequence[Rating], is_graduate: bool = False) -> Stage:
    """Return what somebody is for a kind, from the ratings of their confirmed leads, oldest first.

    `belongs`: team, role and level match. `is_graduate`: imported as one who needs no more reps.
    """
    if not belongs:
        return Stage.OTHER
    went_well = all(rating >= Rating.GOOD for rating in ratings[-LAST_LEADS:])
    has_learned = len(ratings) >= kind.graduates_after and went_well
    return Stage.GRADUATED if is_graduate or has_learned else Stage.LEARNER


@dataclass(frozen=True, kw_only=True)
class Change[Value]:
    """What one person did to a task's kind, team, due date or the like."""

    by: int | None
    before: Value
    after: Value


def as_left_by_others[Value](
    present: Value, changes: Sequence[Change[Value]], *, without: Collection[int]
) -> Value:
    """Return a value as it was before the latest changes by these people; `changes` come oldest first.

    What the actor did to the task does not help the actor.
    """
    for change in reversed(changes):
        if change.by not in without:
            return present
        present = change.before
    return present


def _kind(facts: Facts) -> OnRampSpec:
    if facts.kind is None:
        raise ValueError("These facts name no on-ramp; `unprotected` should have answered.")
    return facts.kind


def _hold(facts: Facts) -> Hold:
    if facts.hold is None:
        raise ValueError("These facts name an on-ramp and no hold; gather both.")
    return facts.hold


def _allow(code: Code, **more: object) -> Verdict:
    return Verdict(outcome=Outcome.ALLOW, code=code, **more)  # type: ignore[arg-type]


def _deny(code: Code, **more: object) -> Verdict:
    return Verdict(outcome=Outcome.DENY, code=code, **more)  # type: ignore[arg-type]
