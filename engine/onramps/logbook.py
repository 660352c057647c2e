"""A person's logbook, for their own eyes: the real work they did, and what went past them."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from engine import sentences
from engine.models import Claim, Credit, Loss, SignOff, Task
from engine.onramps.judging import member_of
from engine.onramps.pools import Member, Pools
from engine.rules import starvation
from people.models import Person
from people.sheets import csv_safe

WATCHED = "WATCHED"  # the code of a loss where the learner led in name, and only watched


class State(StrEnum):
    """Of one piece of work in the logbook."""

    CREDITED = "credited"
    PROVISIONAL = "provisional"  # handed in, not signed off
    IN_PROGRESS = "in progress"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One piece of work."""

    state: State
    claim: Claim
    task: Task
    role: str
    on: date
    credit: Credit | None = None

    @property
    def kind(self) -> str:
        return self.task.on_ramp.title if self.task.on_ramp else ""

    @property
    def rating(self) -> str:
        """The help it took, in words."""
        return str(SignOff.Help(self.credit.rating).label) if self.credit else ""

    @property
    def skills(self) -> list[str]:
        return [skill.title for skill in self.credit.skills.all()] if self.credit else []

    @property
    def signed_by(self) -> str:
        return self.credit.sign_off.by.name if self.credit else ""

    @property
    def role_name(self) -> str:
        return str(Claim.Role(self.role).label)

    @property
    def ai(self) -> str:
        return str(Claim.Help(self.claim.said_ai).label) if self.claim.said_ai else ""

    def told(self) -> dict[str, Any]:
        """Return it as the files have it."""
        return {
            "state": self.state.value,
            "date": self.on.isoformat(),
            "kind": self.kind,
            "task": self.task.title,
            "role": self.role_name,
            "help": self.rating,
            "skills": self.skills,
            "signed_by": self.signed_by,
            "note": self.claim.note,
            "ai": self.ai,
        }


@dataclass(frozen=True, kw_only=True)
class Reps:
    """How many reps of a kind a learner has, of those they need in the window."""

    kind: str
    done: float
    needed: int
    window_days: int


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A task that went past its reader when they were short of reps; never who took it."""

    task: str
    kind: str
    on: date
    code: str
    said: str  # the same in words


@dataclass(frozen=True, kw_only=True)
class Logbook:
    """Everything of one person, the latest first."""

    person: Person
    entries: Sequence[Entry]
    reps: Sequence[Reps]
    taught: Mapping[str, int]  # by the title of the kind: reps of others that they supported or supervised
    losses: Sequence[Lost]

    def of(self, state: State) -> list[Entry]:
        return [entry for entry in self.entries if entry.state is state]

    def told(self) -> dict[str, Any]:
        """Return it as plain data, for a file."""
        return {
            "work": [entry.told() for entry in self.entries],
            "reps": [vars(one) for one in self.reps],
            "taught": dict(self.taught),
            "went_past_you": [vars(one) | {"on": one.on.isoformat()} for one in self.losses],
        }

    def as_csv(self) -> str:
        """Return the work as CSV, with no cell that a spreadsheet would run."""
        written = io.StringIO()
        rows = csv.DictWriter(written, fieldnames=COLUMNS, lineterminator="\r\n")
        rows.writeheader()
        for entry in self.entries:
            told = entry.told() | {"skills": "; ".join(entry.skills)}
            rows.writerow({column: csv_safe(str(cell)) for column, cell in told.items()})
        return written.getvalue()


COLUMNS = ("state", "date", "kind", "task", "role", "help", "skills", "signed_by", "note", "ai")


def logbook_of(person: Person, *, now: datetime) -> Logbook:
    """Read a person's logbook, in a constant number of queries."""
    entries = [*_running(person), *_credited(person)]
    return Logbook(
        person=person,
        entries=sorted(entries, key=lambda one: (one.on, one.claim.pk), reverse=True),
        reps=_reps(person, now=now),
        taught=_taught(person),
        losses=_losses(person),
    )


def _credited(person: Person) -> list[Entry]:
    credits_ = (
        Credit.objects.standing()
        .filter(person=person)
        .select_related("claim", "task__on_ramp", "sign_off__by")
        .prefetch_related("skills")
    )
    return [
        Entry(
            state=State.CREDITED,
            claim=one.claim,
            task=one.task,
            role=one.role,
            on=one.done_on,
            credit=one,
        )
        for one in credits_
    ]


def _running(person: Person) -> list[Entry]:
    claims = Claim.objects.running().filter(person=person).select_related("task__on_ramp")
    return [
        Entry(
            state=State.IN_PROGRESS if claim.submitted_at is None else State.PROVISIONAL,
            claim=claim,
            task=claim.task,
            role=claim.said_role or claim.role,
            on=claim.done_on or person.today(claim.began_at),
        )
        for claim in claims
    ]


def _reps(person: Person, *, now: datetime) -> list[Reps]:
    if person.team_id is None:
        return []
    pools = Pools({person.team_id}, now=now)
    found = []
    for on_ramp, kind in pools.kinds.items():
        pool = pools.of(person.team_id, on_ramp)
        member: Member | None = member_of(pool, person)
        if member is not None and member.is_learner:
            found.append(
                Reps(
                    kind=kind.title,
                    done=starvation.reps_done(member.record, kind),
                    needed=starvation.needed(member.record, kind),
                    window_days=kind.reps.window_days,
                )
            )
    return found


def _taught(person: Person) -> dict[str, int]:
    """Count the credits of learners whose work somebody supervised, or supported without learning by it."""
    support = Claim.objects.filter(
        task=OuterRef("task"),
        person=person,
        role=Claim.Role.SUPPORT,
        by_learner=False,
        submitted_at__isnull=False,
    )
    taught = (
        Credit.objects.standing()
        .exclude(person=person)
        .exclude(role=Claim.Role.OBSERVER)
        .filter(Q(claim__supervisor=person, claim__supervisor_agreed_at__isnull=False) | Exists(support))
    )
    return dict(Counter(taught.order_by("on_ramp__title").values_list("on_ramp__title", flat=True)))


def _losses(person: Person) -> list[Lost]:
    losses = Loss.objects.filter(person=person).select_related("claim__task__on_ramp")
    return [_lost(loss, person) for loss in losses.order_by("-claim__began_at", "-pk")]


def _lost(loss: Loss, person: Person) -> Lost:
    claim = loss.claim
    has_watched = claim.person_id == person.pk
    said = sentences.went_past(claim.code, is_against_advice=claim.is_against_advice)
    return Lost(
        task=claim.task.title,
        kind=claim.task.on_ramp.title if claim.task.on_ramp else "",
        on=person.today(claim.began_at),
        code=WATCHED if has_watched else claim.code,
        said=_("you only watched") if has_watched else said,
    )
