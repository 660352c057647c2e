"""What an offer says: which task, why, until when, what goes with it, and two links to answer."""

from datetime import datetime

from engine import links, sentences
from engine.links import Purpose
from engine.models import Claim, Credit, Mail, Offer, Task
from engine.rules.onramp import obligations
from paths.catalogue import on_ramps

OVER = "The offer was over before its mail could go."
GONE = "The person left."


def contents(mail: Mail) -> dict[str, object]:
    assert mail.offer is not None
    offer, reader = mail.offer, mail.reader
    task = offer.task
    kind = on_ramps().get(task.on_ramp_id or 0)
    token = links.token(Purpose.OFFER, offer.pk)
    return {
        "task": task,
        "kind": kind.title if kind else "",
        "reps": offer.reps,
        "reps_needed": offer.reps_needed,
        "invited_by": offer.invited_by,
        "is_approved": offer.purpose == Offer.Purpose.APPROVED,
        "until": sentences.moment(offer.ends_at, reader),
        "due": sentences.moment(task.due_at, reader) if task.due_at else "",
        "obligations": [sentences.obligation(one) for one in obligations(kind, _leads(offer))]
        if kind
        else [],
        "accept_url": links.url("offer_chosen", token, "accept"),
        "decline_url": links.url("offer_chosen", token, "decline"),
    }


def _leads(offer: Offer) -> int:
    standing = Credit.objects.standing().filter(person=offer.person, on_ramp=offer.task.on_ramp_id)
    return standing.filter(role=Claim.Role.LEAD).count()


def why_not(mail: Mail, *, now: datetime) -> str:
    assert mail.offer is not None
    if not mail.reader.is_active:
        return GONE
    is_open = mail.offer.task.status == Task.Status.OPEN
    return "" if is_open and mail.offer.is_live(now) else OVER
