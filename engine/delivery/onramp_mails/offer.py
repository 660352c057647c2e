"""What an offer says: which task, why, until when, what goes with it, and two links to answer.

One mail tells of everything that was offered to somebody at once.
"""

from datetime import datetime

from django.db.models import QuerySet

from engine import links, sentences
from engine.links import Purpose
from engine.models import Claim, Credit, Mail, Offer, Task
from engine.rules.onramp import obligations
from paths.catalogue import on_ramps
from people.models import Person

OVER = "The offer was over before its mail could go."
GONE = "The person left."


def contents(mail: Mail) -> dict[str, object]:
    offers = [_told(offer, mail.reader) for offer in _waiting(mail)]
    return {"offers": offers, "first": offers[0], "more": len(offers) - 1}


def _waiting(mail: Mail) -> QuerySet[Offer]:
    """Return the offers of the same moment that still wait for an answer."""
    assert mail.offer is not None
    together = Offer.objects.filter(
        person=mail.offer.person_id,
        offered_at=mail.offer.offered_at,
        purpose=mail.offer.purpose,
        status=Offer.Status.LIVE,
        task__status=Task.Status.OPEN,
    )
    if mail.offer.purpose != Offer.Purpose.ROUTED:
        together = together.filter(pk=mail.offer.pk)
    return together.select_related("task", "invited_by").order_by("ends_at", "pk")


def _told(offer: Offer, reader: Person) -> dict[str, object]:
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
    standing = Credit.objects.standing().filter(person=offer.person_id, on_ramp=offer.task.on_ramp_id)
    return standing.filter(role=Claim.Role.LEAD).count()


def why_not(mail: Mail, *, now: datetime) -> str:
    if not mail.reader.is_active:
        return GONE
    return "" if any(offer.is_live(now) for offer in _waiting(mail)) else OVER
