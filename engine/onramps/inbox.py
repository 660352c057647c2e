"""What a manager has to decide, at most three things at a time, and what a yes would cost whom."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine import sentences
from engine.models import Decision, Request, Task
from engine.onramps import telling
from engine.onramps.judging import learners_short_of, may
from engine.onramps.pools import Member, Pool
from engine.onramps.request_states import Lines, RequestState, state_of
from engine.rules.starvation import still_needed
from people.models import Person

MOST = 3  # things to do at a time
MOST_IN_A_MAIL = 10
LATELY = timedelta(days=90)  # in which a manager's own yeses are counted
SHOWN = 10  # decided ones


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A request that waits for its reader's answer."""

    request: Request
    state: RequestState
    reader: Person
    acting_for: Person | None
    cost: str

    @property
    def sentence(self) -> str:
        """Say who asks for what, and until when it is held."""
        words = {"who": self.request.by, "task": self.request.task, "until": self.until}
        if self.state.held_until is None:
            return _("%(who)s asks to take “%(task)s”, which is learning work.") % words
        return _("%(who)s asks to take “%(task)s”, which is held for a learner until %(until)s.") % words

    @property
    def until(self) -> str:
        return sentences.moment(self.state.held_until, self.reader) if self.state.held_until else ""

    @property
    def answer_by(self) -> str:
        """When it is over without an answer."""
        return sentences.moment(self.state.ends_at, self.reader) if self.state.ends_at else ""


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """What a manager sees: the most urgent things to do, how many more wait, and what they decided."""

    todo: Sequence[Waiting]
    more: int
    decided: Sequence[Decision]
    yeses: int  # of their own decisions that counted lately
    of: int


def inbox_of(manager: Person, *, now: datetime) -> Inbox:
    waiting = waiting_for(manager, now=now, most=MOST)
    decided = Decision.objects.filter(by=manager).select_related(
        "request__by", "request__task", "acting_for", "learner"
    )
    lately = list(
        decided.filter(has_effect=True, decided_at__gt=now - LATELY).values_list("answer", flat=True)
    )
    return Inbox(
        todo=waiting.shown,
        more=waiting.more,
        decided=list(decided[:SHOWN]),
        yeses=sum(answer != Decision.Answer.NO for answer in lately),
        of=len(lately),
    )


@dataclass(frozen=True, kw_only=True)
class AllWaiting:
    shown: Sequence[Waiting]
    more: int  # besides


def waiting_for(reader: Person, *, now: datetime, most: int) -> AllWaiting:
    """Return the pending requests that somebody may decide about now, the first to end first."""
    lines, mine = Lines(), []
    pending = Request.objects.filter(status=Request.Status.PENDING).exclude(owner=reader)
    for request in pending.select_related("task__team", "team", "by__owner", "owner").order_by("pk"):
        state = state_of(request, now=now, lines=lines)
        approver = state.approver(reader)
        if approver is not None:
            mine.append((request, state, approver))
    mine.sort(key=lambda one: (one[1].ends_at is None, one[1].ends_at, one[0].pk))
    for_whom = Person.objects.in_bulk([one.acting_for for *_, one in mine if one.acting_for is not None])
    shown = [
        Waiting(
            request=request,
            state=state,
            reader=reader,
            acting_for=for_whom.get(approver.acting_for) if approver.acting_for else None,
            cost=cost_of_yes(request, reader=reader, now=now),
        )
        for request, state, approver in mine[:most]
    ]
    return AllWaiting(shown=shown, more=len(mine) - len(shown))


def cost_of_yes(request: Request, *, reader: Person, now: datetime) -> str:
    """Say what a yes would cost the learner who is next: by name and number to their own manager only."""
    judgement = may(request.by, request.task, now=now)
    pool = judgement.pool
    short = learners_short_of(pool) if pool is not None else []
    if pool is None or not short:
        return _("No learner needs it now.")
    turn = [one.learner.person for one in telling.in_turn(judgement, now=now)]
    first = min(short, key=lambda one: _place(turn, one))
    return " ".join([_need(first, pool, reader), _pace(request, pool, now=now)])


def _place(turn: Sequence[int], member: Member) -> int:
    return turn.index(member.person.pk) if member.person.pk in turn else len(turn)


def _need(member: Member, pool: Pool, reader: Person) -> str:
    if member.person.manager_id != reader.pk:
        return _("A learner still needs such work.")
    count = math.ceil(still_needed(member.record, pool.kind))
    words = {"name": member.person, "count": count}
    return (
        ngettext("%(name)s needs %(count)d more rep.", "%(name)s needs %(count)d more reps.", count) % words
    )


def _pace(request: Request, pool: Pool, *, now: datetime) -> str:
    """Say how often such a task comes to the team."""
    window = pool.kind.reps.window_days
    since = now - timedelta(days=window)
    seen = Task.objects.filter(team=pool.team, on_ramp=pool.on_ramp, first_seen_at__gt=since)
    came = seen.exclude(pk=request.task_id).count()
    if not came:
        return _("No other has come in %(days)d days.") % {"days": window}
    days = max(1, round(window / came))
    return ngettext("About one comes every day.", "About one comes every %(days)d days.", days) % {
        "days": days
    }
