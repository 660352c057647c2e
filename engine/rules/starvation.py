"""Who is short of real work to learn on, why, and who is next.

The weights are policy, not measured constants; they stand here and nowhere else. Indexes are internal: people
are shown "1 of 3 reps", never a label.
"""

import hashlib
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from engine.rules.onramp import Role
from paths.schema import OnRampSpec

LEAD, SUPPORT = 1.0, 0.5  # reps that a confirmed credit counts
MOST_SUPPORT = 1 / 3  # of what is needed

BASE, RECENCY, LOSS = 0.5, 0.3, 0.2  # of the index: the deficit alone, the time since, what went to others
MEMORY = 0.2  # of `next`, where forgetting takes the place of what went to others
IN_PROGRESS = 15  # points of `next` for a full load
MEAN, WORST = 0.7, 0.3  # of a team's index
UNSEEN = 0.5  # of a linked skill never practised
MOST_FORGOTTEN = 2.0  # times what the target leaves
ABSORBED_FROM = 0.3
IDLE_FROM = 0.5


class Health(StrEnum):
    """Of a team and a kind; `NONE` where nobody learns."""

    NONE = "none"
    HEALTHY = "healthy"
    WATCH = "watch"
    STARVING = "starving"
    CRITICAL = "critical"


class Cause(StrEnum):
    IDLE = "idle"  # learners were offered enough and let most of it pass
    DROUGHT = "drought"  # too few tasks came
    ABSORBED = "absorbed"  # others took them
    ROUTING = "routing"  # there was enough, and it went to the wrong learner


@dataclass(frozen=True, kw_only=True)
class Rep:
    """A confirmed credit."""

    on: date  # when the work was done, where the person was
    role: Role


@dataclass(frozen=True, kw_only=True)
class Learner:
    """One learner's record with one kind of work."""

    person: int
    today: date  # where they are
    share: float  # of full time
    role_since: date | None  # None: longer than anybody noted
    absent: int  # days of the window, of those in the role
    reps: Sequence[Rep] = ()  # every confirmed one, in any order
    provisional: int = 0  # leads handed in and not signed off
    in_progress: int = 0  # leads
    offers: int = 0  # live ones
    forgotten: float = UNSEEN  # m: the mean over the linked skills


def counted(learner: Learner, kind: OnRampSpec) -> list[Rep]:
    """Return the reps in the window: a rep counts for as many local dates as the window is long."""
    window = kind.reps.window_days
    return [rep for rep in learner.reps if 0 <= (learner.today - rep.on).days < window]


def needed(learner: Learner, kind: OnRampSpec) -> int:
    """Return the reps somebody should have led in the window, by their time in the role and at work."""
    window = kind.reps.window_days
    in_role = window
    if learner.role_since is not None:
        in_role = max(0, min(window, (learner.today - learner.role_since).days + 1))
    present = max(0, in_role - learner.absent)
    target = kind.reps.minimum * present * learner.share / window
    return 0 if target < 0.5 else max(1, math.floor(target + 0.5))


def reps_done(learner: Learner, kind: OnRampSpec) -> float:
    """Return R: leads, and support up to a third of what is needed."""
    reps = counted(learner, kind)
    leads = sum(rep.role is Role.LEAD for rep in reps)
    supported = sum(rep.role is Role.SUPPORT for rep in reps)
    return LEAD * leads + min(SUPPORT * supported, MOST_SUPPORT * needed(learner, kind))


def deficit(learner: Learner, kind: OnRampSpec, *, ahead: float = 0) -> float:
    """Return d in [0, 1]; `ahead` are reps that are coming already."""
    wanted = needed(learner, kind)
    return _clamp(1 - (reps_done(learner, kind) + ahead) / wanted) if wanted else 0.0


def still_needed(learner: Learner, kind: OnRampSpec) -> float:
    """Return the reps a learner still needs, at least one as long as they have none: one person's demand."""
    wanted = needed(learner, kind)
    if not any(rep.role is not Role.OBSERVER for rep in learner.reps):
        wanted = max(1, wanted)
    return max(0.0, wanted - reps_done(learner, kind) - learner.provisional - learner.in_progress)


def recency(learner: Learner, kind: OnRampSpec) -> float:
    """Return r in [0, 1]: how much of a window has passed since the last rep, or since the role began."""
    window = kind.reps.window_days
    last = max((rep.on for rep in learner.reps if rep.role is not Role.OBSERVER), default=learner.role_since)
    return 1.0 if last is None else _clamp((learner.today - last).days / window)


def loss(lost: int, led_by_learners: int) -> float:
    """Return o in [0, 1]: of the tasks that were led, the share that went past learners who needed them."""
    return lost / (lost + led_by_learners) if lost + led_by_learners else 0.0


def index(learner: Learner, kind: OnRampSpec, *, loss: float) -> float:
    """Return how starved one learner is of this kind of work, 0 to 1."""
    return deficit(learner, kind) * (BASE + RECENCY * recency(learner, kind) + LOSS * loss)


def team_index(indexes: Sequence[tuple[float, float]]) -> float | None:
    """Return a team's index from the (index, share of full time) of its learners; None without any."""
    weight = sum(share for _, share in indexes)
    if not weight:
        return None
    mean = sum(value * share for value, share in indexes) / weight
    return MEAN * mean + WORST * max(value for value, _ in indexes)


def health(team_index: float | None) -> Health:
    if team_index is None:
        return Health.NONE
    steps = ((0.25, Health.HEALTHY), (0.5, Health.WATCH), (0.75, Health.STARVING))
    return next((label for limit, label in steps if team_index < limit), Health.CRITICAL)


@dataclass(frozen=True, kw_only=True)
class Window:
    """What happened with one kind in one team, in the window."""

    needed: float  # reps, over all its learners
    came: int  # tasks
    offers: int  # to learners
    passed: int  # of these, declined or lapsed
    lost: int
    led_by_learners: int


def cause(window: Window) -> Cause:
    """Return why a team's learners are short; only `ABSORBED` speaks of those who took the tasks."""
    if window.offers and window.offers >= window.needed and window.passed > IDLE_FROM * window.offers:
        return Cause.IDLE
    if window.came < window.needed:
        return Cause.DROUGHT
    is_absorbed = loss(window.lost, window.led_by_learners) >= ABSORBED_FROM
    return Cause.ABSORBED if is_absorbed else Cause.ROUTING


def forgotten(skills: Iterable[tuple[float | None, float]]) -> float:
    """Return m in [0, 1] from the (retrievability, target) of the linked skills; None: never practised."""
    shares = [
        UNSEEN if chance is None else min(max((1 - chance) / (1 - target), 0.0), MOST_FORGOTTEN) / 2
        for chance, target in skills
    ]
    return sum(shares) / len(shares) if shares else UNSEEN


def ahead(learner: Learner) -> int:
    """Return the reps that are coming already: handed in, in progress, offered."""
    return learner.provisional + learner.in_progress + learner.offers


@dataclass(frozen=True, kw_only=True)
class Score:
    """`next`, and the parts that add up to it, in points."""

    deficit: float
    recency: float
    memory: float
    load: float  # what is in progress takes away

    @property
    def total(self) -> float:
        return self.deficit + self.recency + self.memory - self.load


def score(learner: Learner, kind: OnRampSpec) -> Score:
    """Return how much the next task should be this learner's."""
    return Score(
        deficit=100 * BASE * deficit(learner, kind, ahead=ahead(learner)),
        recency=100 * RECENCY * recency(learner, kind),
        memory=100 * MEMORY * learner.forgotten,
        load=IN_PROGRESS * learner.in_progress / kind.in_progress_max,
    )


type Standing = tuple[float, int, date]  # the same for every task: score, leads lately, last offer


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A learner who may be offered a task, with what breaks a tie."""

    learner: Learner
    leads_lately: int = 0  # in thirty days
    last_offered_on: date | None = None


def may_be_offered(candidate: Candidate, kind: OnRampSpec) -> bool:
    """Whether somebody needs a rep that is not on its way to them, and has room for it."""
    learner = candidate.learner
    has_room = learner.in_progress < kind.in_progress_max
    return has_room and deficit(learner, kind, ahead=ahead(learner)) > 0


def standing(candidate: Candidate, kind: OnRampSpec) -> Standing:
    """Return where somebody stands among those who may be offered a kind of task; the least is next."""
    total = round(score(candidate.learner, kind).total, 9)
    return -total, candidate.leads_lately, candidate.last_offered_on or date.min


def lot(person: int, *, task: int, key: bytes) -> bytes:
    """Return what breaks the last tie about one task; `key` keeps it from being guessed."""
    return hashlib.blake2b(f"{task}:{person}".encode(), key=key, digest_size=8).digest()


def in_turn(candidates: Collection[Candidate], kind: OnRampSpec, *, task: int, key: bytes) -> list[Candidate]:
    """Return who may be offered the task, who is next first."""

    def order(candidate: Candidate) -> tuple[Standing, bytes]:
        return standing(candidate, kind), lot(candidate.learner.person, task=task, key=key)

    return sorted((one for one in candidates if may_be_offered(one, kind)), key=order)


def _clamp(value: float) -> float:
    return min(max(value, 0.0), 1.0)
