"""How a request was settled, to who asked; and what went to others or was taken back, to whom it concerns."""

from datetime import datetime

from engine.models import Claim, Mail, Request

FREE_AGAIN = "The task is free again."


def contents(mail: Mail) -> dict[str, object]:
    claim, request = mail.about, mail.request
    task = claim.task if claim is not None else request.task if request is not None else None
    lead = _lead(request) if request is not None else None
    return {
        "task": task,
        "is_revoked": claim is not None and not _is_displaced(mail),
        "is_displaced": _is_displaced(mail),
        "status": request.status if request is not None else "",
        "asked": request,
        "decision": request.decisions.filter(has_effect=True).first() if request is not None else None,
        "lead": lead,
        "is_theirs": lead is not None and lead.person_id in {mail.person_id, request.by_id if request else 0},
    }


def _lead(request: Request) -> Claim | None:
    return request.claims.leads().select_related("person").order_by("-pk").first()


def _is_displaced(mail: Mail) -> bool:
    """Whether it tells a learner that a task went to somebody else."""
    claim = mail.about
    return claim is not None and mail.person_id not in {claim.person_id, claim.person.owner_id}


def why_not(mail: Mail, *, now: datetime) -> str:
    is_over = mail.about is not None and mail.about.ended_at is not None
    return FREE_AGAIN if is_over and _is_displaced(mail) else ""
