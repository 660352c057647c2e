"""Every refusal the engine can make; each message is shown to the person who asked."""

from datetime import timedelta


class EngineError(Exception):
    """Something was asked that the engine does not do; `str()` says why and what to do next."""


class BadLink(EngineError):
    """The link was cut, changed, or made for something else; nothing more is said about it."""

    def __init__(self) -> None:
        super().__init__("This link does not work. Open it from the mail again, or ask who sent you here.")


class LinkExpired(EngineError):
    """A real link whose time has passed."""


class RepChanged(EngineError):
    """The page was older than the rep: it was answered, undone or swapped meanwhile."""


class NothingToUndo(EngineError):
    """There is no answer, or its time to be undone has passed."""


class NoOtherExercise(EngineError):
    """The skill has no other exercise that fits."""


class NotPractising(EngineError):
    """The person was not started, paused, stopped or left."""


class NotToBeShown(EngineError):
    """A preview would tell what somebody remembers, or there is nothing to preview."""


class AbsenceRefused(EngineError):
    """Days away that cannot be noted so."""


class AddressRefused(EngineError):
    """An address from which no calendar is read."""


class CalendarNotRead(EngineError):
    """A person's calendar could not be fetched or understood; they are told why on their settings page."""


class CannotCompose(EngineError):
    """The mail cannot be built; it fails alone."""


class RelayError(EngineError):
    """What a relay said to one message, or did not say."""


class TemporarilyRefused(RelayError):
    """Not now: a 4xx reply, or a break before the final dot. Another try may go through."""


class ConnectionBroke(TemporarilyRefused):
    """No reply before the final dot; when it happens again and again, the relay is down."""


class PermanentlyRefused(RelayError):
    """Never: a 5xx reply to this message."""


class PolicyRefused(PermanentlyRefused):
    """Never, by a rule of the relay's (5.7.x): it may be about us, and says nothing of the address."""


class RecipientRefused(PermanentlyRefused):
    """Never to this address."""


class Uncertain(RelayError):
    """The connection broke after the final dot: the message may have gone out."""


class RelayDown(RelayError):
    """The relay refuses us, not the message: a refused sign-in, no connection, a refused sender."""


class CannotJudge(EngineError):
    """The on-ramp rules could not be evaluated; nobody is allowed, and an operator is alerted.

    `task` and `actor` are the rows it was asked about, to ask again.
    """

    def __init__(self, message: str, *, because: str, task: int, actor: int) -> None:
        super().__init__(message)
        self.because, self.task, self.actor = because, task, actor


class NotAllowed(EngineError):
    """The rules say no, or "ask a manager"; `judgement` says which, and what else could be done."""

    def __init__(self, message: str, judgement: object) -> None:
        super().__init__(message)
        self.judgement = judgement


class LostRace(NotAllowed):
    """Somebody else took the task at the same moment."""


class ReasonMissing(EngineError):
    """A reason is needed and none was given."""


class NotAnApprover(EngineError):
    """This person may not decide about this request, or not any more."""


class AlreadyDecided(EngineError):
    """The request is settled; a later vote is kept and changes nothing. `outcome` says how it was settled."""

    def __init__(self, message: str, outcome: str) -> None:
        super().__init__(message)
        self.outcome = outcome


class AlreadyAsked(EngineError):
    """The same question is pending, or was declined and the task did not change; `request` is that one."""

    def __init__(self, message: str, request: object) -> None:
        super().__init__(message)
        self.request = request


class NothingToApprove(EngineError):
    """The rules allow it without a manager, or forbid it whatever a manager says: `code` is theirs."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class NotYourTask(EngineError):
    """Only who does the task, or who leads the team, may do this."""


class NotTheTime(EngineError):
    """The task, the claim or the offer is not in the state for this any more."""


class MayNotSign(EngineError):
    """Work is signed off by somebody else, who is a person and no learner for the kind."""


class NotLinked(EngineError):
    """A skill that the kind of work is not linked to cannot have shown in it."""


class NotADeputy(EngineError):
    """This person cannot decide for somebody while they are away."""


class TokenRefused(EngineError):
    """A token that is not for somebody to make or to revoke."""


class KeyReused(EngineError):
    """The same Idempotency-Key came with another body."""


class BadPayload(EngineError):
    """What came as an event of GitHub's is none."""


class GitHubUnreachable(EngineError):
    """GitHub did not answer, not in time, or with no JSON."""


class GitHubRefused(EngineError):
    """GitHub answered with this status; `wait` is what it asks for before another try."""

    def __init__(self, status: int, retry_after: str = "") -> None:
        super().__init__(f"GitHub answered with status {status}.")
        self.status = status
        self.wait = timedelta(seconds=min(int(retry_after), 86_400) if retry_after.isdecimal() else 0)
