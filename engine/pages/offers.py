"""Accept or decline an offered task: behind the links of its mail, without sign-in, in one press."""

from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from engine import links, onramps, sentences
from engine.errors import EngineError
from engine.links import Purpose
from engine.models import Credit, Offer, Task
from engine.onramps.lapsing import is_live
from engine.pages.doors import SeeOther, opened_by
from engine.rules.onramp import Duty, obligations
from paths.catalogue import on_ramps
from people.calendar import DAY

OFFERS: QuerySet[Offer] = Offer.objects.select_related(
    "person__team", "task__team", "task__on_ramp", "invited_by", "request"
)
PAUSE_DAYS = 28
REFUSED = 409
NOT_UNDERSTOOD = 422
# Without the counts of the mail: whoever holds the link reads nothing of the person's record.
DUTIES = {
    Duty.SUPERVISOR: gettext_lazy("Somebody supervises it."),
    Duty.WITHOUT_AI: gettext_lazy("Do it without AI."),
}


class Answer(StrEnum):
    """What a press asks for, in its field `do`."""

    ACCEPT = "accept"
    DECLINE = "decline"
    PAUSE = "pause"


@opened_by(Purpose.OFFER, OFFERS)
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, offer: Offer, *, now: datetime) -> HttpResponse:
    if request.method != "POST":
        return _page(request, offer, now=now)
    try:
        answer = Answer(request.POST.get("do", ""))
    except ValueError:
        return _page(request, offer, now=now, status=NOT_UNDERSTOOD)
    try:
        _heed(answer, offer, now=now)
    except EngineError as error:
        return _page(request, OFFERS.get(pk=offer.pk), now=now, notice=str(error), status=REFUSED)
    return SeeOther(_address(offer))


@opened_by(Purpose.OFFER, OFFERS)
@require_safe
def offer_chosen(request: HttpRequest, offer: Offer, *, choice: str, now: datetime) -> HttpResponse:
    """Show the same page with the button first that the mail's link named."""
    return _page(request, offer, now=now, choice=choice)


def _heed(answer: Answer, offer: Offer, *, now: datetime) -> None:
    match answer:
        case Answer.ACCEPT:
            onramps.accept(offer, now=now)
        case Answer.DECLINE:
            onramps.decline(offer, now=now)
        case Answer.PAUSE if offer.task.on_ramp is not None:
            until = offer.person.today(now) + PAUSE_DAYS * DAY
            onramps.pause_offers(offer.person, offer.task.on_ramp, until=until, now=now)


def _page(
    request: HttpRequest,
    offer: Offer,
    *,
    now: datetime,
    choice: str = "",
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    task, person = offer.task, offer.person
    is_open = is_live(offer, now=now) and task.status == Task.Status.OPEN
    context = {
        "task": task,
        "kind": task.on_ramp.title if task.on_ramp else "",
        "is_live": is_open,
        "state": _state(offer, is_open=is_open),
        "due": sentences.moment(task.due_at, person) if task.due_at else "",
        "duties": _duties(offer),
        "here": _address(offer),
        "choice": choice,
        "notice": notice,
        "may_pause": _may_pause(offer, now=now),
        "pause_days": PAUSE_DAYS,
    }
    return render(request, "pages/offer.html", context, status=status)


def _may_pause(offer: Offer, *, now: datetime) -> bool:
    if offer.status != Offer.Status.DECLINED or offer.task.on_ramp is None:
        return False
    return onramps.wants_a_pause(offer.person, offer.task.on_ramp, now=now)


def _duties(offer: Offer) -> list[str]:
    kind = on_ramps().get(offer.task.on_ramp_id or 0)
    leads = Credit.objects.standing().filter(person=offer.person, on_ramp=offer.task.on_ramp_id, role="lead")
    return [str(DUTIES[one.duty]) for one in obligations(kind, leads.count())] if kind else []


def _address(offer: Offer) -> str:
    return reverse("offer", args=[links.token(Purpose.OFFER, offer.pk)])


def _state(offer: Offer, *, is_open: bool) -> str:
    """Say what became of the offer, or of its task."""
    if is_open:
        until = sentences.moment(offer.ends_at, offer.person)
        if offer.invited_by is not None:
            invited = {"name": offer.invited_by.name, "until": until}
            return (
                _("%(name)s would support you; you would lead. It is kept for you until %(until)s.") % invited
            )
        return _("It is kept for you until %(until)s.") % {"until": until}
    match offer.status:
        case Offer.Status.ACCEPTED:
            return _("You accepted it.")
        case Offer.Status.DECLINED:
            return _("You declined it. You may still take it as long as nobody else does: sign in to see it.")
        case Offer.Status.WITHDRAWN:
            return _withdrawn(offer.task)
    if offer.task.status != Task.Status.OPEN:
        return _withdrawn(offer.task)
    return _("Its time is over. You may still take it as long as nobody else does: sign in to see it.")


def _withdrawn(task: Task) -> str:
    match task.status:
        case Task.Status.OPEN:
            return _("The task was changed after this mail, so the offer does not stand any more.")
        case Task.Status.LED | Task.Status.SUBMITTED:
            return _("Somebody leads this task by now.")
    return _("This task is over; there is nothing left to take.")
