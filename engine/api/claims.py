"""Take a task: at once, by asking a manager, with a learner, or in an emergency."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from ninja import Header, Router, Status

from engine import onramps
from engine.api.doors import Bearer, actor_of, agent_refused, colleague, is_agent, task_by, token_of
from engine.api.problems import Problem, of_refusal
from engine.api.shapes import ClaimedOut, ClaimIn, ClaimOut, InvitationOut, PathId, RequestOut, VerdictOut
from engine.api.telling import refusals
from engine.errors import NotAllowed, ReasonMissing
from engine.models import ApiToken, Claim, Offer, Request, Task
from engine.onramps import holding, replays, requesting
from engine.onramps.judging import Judgement
from engine.onramps.replays import Answered
from engine.rules.onramp import Outcome, Role
from people.clock import present
from people.models import Person

router = Router(tags=["claims"])

VISIBLE = r"^[\x21-\x7e]*$"


@router.post(
    "/tasks/{task_id}/claims",
    auth=Bearer(ApiToken.Scope.CLAIMS),
    response={201: ClaimedOut, 202: ClaimedOut, **refusals(401, 403, 404, 409, 422, 429, 503)},
    url_name="claims",
)
def claim(
    request: HttpRequest,
    task_id: PathId,
    body: ClaimIn,
    idempotency_key: str = Header("", alias="Idempotency-Key", max_length=200, pattern=VISIBLE),
) -> Status[ClaimedOut]:
    """Take a task. The same Idempotency-Key with the same body is answered with the same claim."""
    now = present()
    wanted = _Wanted(
        actor=actor_of(request, body.actor),
        task=task_by(task_id),
        body=body,
        partner=colleague(body.partner) if body.partner is not None else None,
        supervisor=colleague(body.supervisor) if body.supervisor is not None else None,
        now=now,
    )
    wanted.check()
    done = replays.once(
        token_of(request).person,
        idempotency_key,
        question=[task_id, body.model_dump(mode="json")],
        act=wanted.take,
        now=now,
    )
    return Status(done.status, ClaimedOut.model_validate(done.body))


@dataclass(kw_only=True)
class _Wanted:
    """One wish to take a task, with everybody in it found."""

    actor: Person
    task: Task
    body: ClaimIn
    partner: Person | None
    supervisor: Person | None
    now: datetime

    def check(self) -> None:
        if self.body.emergency is not None and is_agent(self.actor):
            raise agent_refused()

    def take(self) -> Answered:
        """Take it inside the transaction of the key; the verdict told is the one that decided."""
        self.task = holding.lock(self.task)
        judged = onramps.may(
            self.actor, self.task, role=Role(self.body.role), partner=self.partner, now=self.now
        )
        try:
            return self._answered(self._taken(), judged)
        except ReasonMissing as error:
            raise Problem(422, "REASON_MISSING", str(error), judgement=judged) from error
        except NotAllowed as refused:
            if self._may_ask(judged):
                return self._asked(judged)
            raise of_refusal(refused) from refused

    def _taken(self) -> Claim | Offer:
        if self.body.emergency is not None:
            return onramps.take_in_emergency(
                self.actor, self.task, now=self.now, **self.body.emergency.model_dump()
            )
        if self.partner is not None:
            return onramps.invite(self.actor, self.task, learner=self.partner, now=self.now)
        return onramps.take(
            self.actor,
            self.task,
            role=Role(self.body.role),
            now=self.now,
            with_ai_because=self.body.with_ai_because,
            supervisor=self.supervisor,
        )

    def _may_ask(self, judged: Judgement) -> bool:
        wants_to = self.body.ask and self.body.emergency is None and self.body.role == "lead"
        return wants_to and judged.verdict.outcome is Outcome.NEEDS_APPROVAL

    def _asked(self, judged: Judgement) -> Answered:
        try:
            asked = requesting.ask(self.task, by=self.actor, reason=self.body.reason, now=self.now)
        except ReasonMissing as error:
            raise Problem(422, "REASON_MISSING", str(error), judgement=judged) from error
        return self._answered(asked, judged)

    def _answered(self, made: Claim | Offer | Request, judged: Judgement) -> Answered:
        told = ClaimedOut(verdict=VerdictOut.of(judged))
        match made:
            case Claim():
                told.claim = ClaimOut.of(made)
            case Request():
                told.request = RequestOut.of(made)
            case Offer():
                told.invitation = InvitationOut(id=made.pk, ends_at=made.ends_at)
        return Answered(
            status=201 if isinstance(made, Claim) else 202,
            body=told.model_dump(mode="json"),
            claim=made if isinstance(made, Claim) else None,
            request=made if isinstance(made, Request) else None,
        )
