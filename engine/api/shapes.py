"""What the API takes and answers. No answer holds another person's reps, and none holds a memory."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from ninja import Path, Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from engine import sentences
from engine.models import Claim, Request, Task
from engine.onramps import Logbook, TeamPicture
from engine.onramps.judging import Judgement
from engine.onramps.picture import KindPicture
from people.models import Person

LARGEST = 2**63 - 1  # that a database holds
Id = Annotated[int, Field(ge=1, le=LARGEST)]
PathId = Path[Id]


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("A NUL character is not text.")
    return text


def _in_these_times(at: datetime) -> datetime:
    if not 2000 <= at.year <= 2200:
        raise ValueError("The year must lie between 2000 and 2200.")
    return at.astimezone(UTC)


Text = Annotated[str, AfterValidator(_without_nul)]
Line = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Short = Annotated[Text, StringConstraints(max_length=200)]
Long = Annotated[Text, StringConstraints(max_length=20_000)]
Address = Annotated[Text, StringConstraints(min_length=1, max_length=254)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_these_times)]
LeadOrSupport = Literal["lead", "support"]


class In(Schema):
    """A body; a field that is not known is refused, as it may have been meant for something."""

    model_config = ConfigDict(extra="forbid")


class AlternativeOut(Schema):
    code: str
    sentence: str


class ObligationOut(Schema):
    duty: str
    sentence: str
    done: int
    of: int


class VerdictOut(Schema):
    """What the rules say to whom the token acts for."""

    outcome: str = Field(description="allow, needs_approval or deny.")
    code: str
    sentence: str
    until: datetime | None
    alternatives: list[AlternativeOut]
    obligations: list[ObligationOut]
    in_progress: list[int] = Field(description="Tasks that the actor should hand in first.")
    approvers: list[str] = Field(description="Who could say yes.")

    @classmethod
    def of(cls, judgement: Judgement) -> "VerdictOut":
        verdict, actor = judgement.verdict, judgement.actor
        words = zip(verdict.alternatives, sentences.alternatives(verdict), strict=True)
        names = dict(Person.objects.filter(pk__in=verdict.approvers).values_list("pk", "name"))
        return cls(
            outcome=verdict.outcome.name.lower(),
            code=verdict.code,
            sentence=sentences.sentence(verdict, actor),
            until=verdict.until,
            alternatives=[AlternativeOut(code=one, sentence=said) for one, said in words],
            obligations=[
                ObligationOut(duty=one.duty, sentence=sentences.obligation(one), done=one.done, of=one.of)
                for one in verdict.obligations
            ],
            in_progress=list(verdict.in_progress),
            approvers=[names[one] for one in verdict.approvers],
        )


class ProblemOut(Schema):
    """Every refusal."""

    status: int
    code: str
    sentence: str
    alternatives: list[AlternativeOut]
    verdict: VerdictOut | None
    errors: list[dict[str, Any]]


class AskIn(In):
    task: Id
    actor: Address | None = Field(None, description="An own agent; else whom the token acts for.")
    role: LeadOrSupport = "lead"
    partner: Address | None = Field(None, description="The learner whom the actor would support.")


class TaskIn(In):
    source_key: Annotated[Line, StringConstraints(max_length=200)]
    title: Line
    team: Short = Field(description="The team's slug.")
    details: Long = ""
    url: Annotated[Text, StringConstraints(max_length=500, pattern=r"^(https?://\S+)?$")] = ""
    labels: Annotated[list[Annotated[Text, StringConstraints(max_length=100)]], Field(max_length=100)] = []
    estimate: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = Field(
        None, description="In working hours."
    )
    due_at: Moment | None = None


class TaskOut(Schema):
    id: int
    source: str
    source_key: str
    title: str
    details: str
    url: str
    team: str
    kind: str | None
    labels: list[str]
    estimate: float | None
    due_at: datetime | None
    status: str
    is_held: bool
    held_until: datetime | None

    @classmethod
    def of(cls, task: Task, *, now: datetime) -> "TaskOut":
        is_held = task.is_held_at(now)
        return cls(
            id=task.pk,
            source=task.source,
            source_key=task.key,
            title=task.title,
            details=task.details,
            url=task.url,
            team=task.team.slug,
            kind=task.on_ramp.slug if task.on_ramp else None,
            labels=task.labels,
            estimate=task.estimate,
            due_at=task.due_at,
            status=task.status,
            is_held=is_held,
            held_until=task.held_until if is_held else None,
        )


class TasksOut(Schema):
    tasks: list[TaskOut]
    after: int | None = Field(description="Ask again with this to go on; none at the end.")


class EmergencyIn(In):
    reason: Long
    incident: Short


class ClaimIn(In):
    actor: Address | None = None
    role: LeadOrSupport = "lead"
    partner: Address | None = None
    ask: bool = Field(False, description="Ask a manager, where the rules want that; with a reason.")
    reason: Long = ""
    with_ai_because: Annotated[Text, StringConstraints(max_length=300)] = ""
    supervisor: Address | None = None
    emergency: EmergencyIn | None = None


class ClaimOut(Schema):
    id: int
    task: int
    role: str
    code: str
    is_against_advice: bool
    began_at: datetime
    submitted_at: datetime | None
    ended_at: datetime | None
    ending: str

    @classmethod
    def of(cls, claim: Claim) -> "ClaimOut":
        names = ("role", "code", "is_against_advice", "began_at", "submitted_at", "ended_at", "ending")
        return cls(id=claim.pk, task=claim.task_id, **{name: getattr(claim, name) for name in names})


class RequestOut(Schema):
    id: int
    task: int
    status: str
    reason: str
    asked_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, request: Request) -> "RequestOut":
        names = ("status", "reason", "asked_at", "ended_at")
        return cls(id=request.pk, task=request.task_id, **{name: getattr(request, name) for name in names})


class InvitationOut(Schema):
    id: int
    ends_at: datetime


class ClaimedOut(Schema):
    """What came of a claim: one of the three, with the verdict behind it."""

    claim: ClaimOut | None = None
    request: RequestOut | None = None
    invitation: InvitationOut | None = None
    verdict: VerdictOut


class RequestIn(In):
    reason: Long
    actor: Address | None = None


class HandInIn(In):
    role: Literal["lead", "support", "observer"]
    ai: Literal["", "off", "coach", "free", "delegated"] = ""
    note: Long = ""
    done_at: Moment | None = None


class SignOffIn(In):
    role: Literal["lead", "support", "observer"]
    help: Annotated[int, Field(ge=1, le=4)] = Field(
        description="1 had to be rescued, 2 much help, 3 as expected, 4 no help."
    )
    skills: Annotated[list[Short], Field(max_length=100)] = []
    note: Long = ""


class SignedOut(Schema):
    """What counts: of the role that was said and the role that was seen, the lower."""

    claim: int
    role: str
    help: int


class EntryOut(Schema):
    claim: int
    task: int
    title: str
    state: str
    role: str
    day: date


class RepsOut(Schema):
    kind: str
    done: float
    needed: int
    window_days: int


class LogbookOut(Schema):
    entries: list[EntryOut]
    reps: list[RepsOut]
    taught: dict[str, int]

    @classmethod
    def of(cls, logbook: Logbook) -> "LogbookOut":
        return cls(
            entries=[
                EntryOut(
                    claim=one.claim.pk,
                    task=one.task.pk,
                    title=one.task.title,
                    state=one.state,
                    role=one.role,
                    day=one.on,
                )
                for one in logbook.entries
            ],
            reps=[RepsOut(**asdict(one)) for one in logbook.reps],
            taught=dict(logbook.taught),
        )


class ShortOut(Schema):
    name: str
    done: float
    of: int


class WeekOut(Schema):
    monday: date
    by_learners: int
    by_others: int


class KindOut(Schema):
    kind: str
    title: str
    is_counted: bool = Field(description="False where so few learn it that counts would tell of one.")
    cause: str | None
    weeks: list[WeekOut]
    short: list[ShortOut] = Field(description="Own reports who still need reps.")


class TeamOut(Schema):
    team: str
    mode: str
    kinds: list[KindOut]

    @classmethod
    def of(cls, picture: TeamPicture, viewer: Person) -> "TeamOut":
        kinds = [_kind_out(one, viewer) for one in picture.kinds]
        return cls(team=picture.team.slug, mode=picture.mode, kinds=kinds)


def _kind_out(picture: KindPicture, viewer: Person) -> KindOut:
    """Return one kind as its reader may see it, which is what the team's page shows."""
    is_counted = picture.may_be_counted_for(viewer)
    return KindOut(
        kind=picture.pool.kind.id,
        title=picture.title,
        is_counted=is_counted,
        cause=picture.cause if is_counted else None,
        weeks=[WeekOut(**asdict(one)) for one in picture.weeks] if is_counted else [],
        short=[
            ShortOut(name=one.person.name, done=one.done, of=one.of)
            for one in picture.short_reports_of(viewer)
        ],
    )
