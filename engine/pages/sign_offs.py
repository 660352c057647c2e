"""The sign-off of somebody's work: agree to supervise it, say what you saw, settle what is contested."""

from datetime import datetime
from enum import StrEnum

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engine import onramps
from engine.delivery.onramp_mails.sign_off import contested
from engine.errors import EngineError, NotTheTime
from engine.models import Claim
from engine.onramps import signers
from engine.onramps.working import needs_sign_off
from engine.pages.claims import CONFLICT, NOT_UNDERSTOOD
from engine.pages.doors import SeeOther, signed_in
from engine.pages.work_forms import SignOffForm
from people.models import Person


class Act(StrEnum):
    """What a form on the page asks for, in its field `do`."""

    SUPERVISE = "supervise"
    SIGN = "sign"
    SETTLE = "settle"


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sign_off(request: HttpRequest, person: Person, *, now: datetime, claim_id: int) -> HttpResponse:
    claim = _of_another(person, claim_id, now=now)
    if request.method != "POST":
        return _page(request, claim, person, now=now)
    try:
        mistaken = _act(claim, person, request.POST, now=now)
    except EngineError as error:
        claim = _of_another(person, claim_id, now=now)
        return _page(request, claim, person, now=now, notice=str(error), status=CONFLICT)
    if mistaken is not None:
        return _page(request, claim, person, now=now, form=mistaken, status=NOT_UNDERSTOOD)
    return SeeOther(f"{reverse('sign_off', args=[claim.pk])}?done={request.POST['do']}")


def _of_another(person: Person, claim_id: int, *, now: datetime) -> Claim:
    """Return a claim whose work this person may sign off; for others it does not exist."""
    found = Claim.objects.select_related("person", "task__team", "task__on_ramp", "supervisor")
    claim = found.filter(pk=claim_id).first()
    if claim is None or not needs_sign_off(claim) or not signers.may_sign(claim, person, now=now):
        raise Http404
    return claim


def _act(claim: Claim, person: Person, data: QueryDict, *, now: datetime) -> SignOffForm | None:
    """Do what the page's form asks; return it where it was not understood."""
    act = data.get("do")
    if act == Act.SUPERVISE:
        onramps.supervise(claim, by=person, now=now)
        return None
    if act not in {Act.SIGN, Act.SETTLE}:
        raise NotTheTime(_("This page was incomplete. Here is the work as it is now."))
    form = SignOffForm(data, skills=onramps.linked_skills(claim.task))
    if not form.is_valid():
        return form
    if act == Act.SIGN:
        onramps.sign_off(claim, by=person, now=now, **form.cleaned_data)
        return None
    signed = contested(claim)
    if signed is None:
        raise NotTheTime(_("This sign-off is not contested, or that is settled."))
    onramps.settle(signed, by=person, now=now, **form.cleaned_data)
    return None


def _page(
    request: HttpRequest,
    claim: Claim,
    person: Person,
    *,
    now: datetime,
    notice: str = "",
    form: SignOffForm | None = None,
    status: int = 200,
) -> HttpResponse:
    signed = contested(claim)
    is_handed_in = claim.ended_at is None and claim.submitted_at is not None
    may_settle = signed is not None and signers.may_settle(signed, person, now=now)
    context = {
        "claim": claim,
        "notice": notice,
        "done": request.GET.get("done", ""),
        "said": claim.get_said_role_display(),
        "is_handed_in": is_handed_in,
        "is_working": claim.ended_at is None and claim.submitted_at is None,
        "may_supervise": claim.supervisor_agreed_at is None and person.team_id == claim.task.team_id,
        "contested": signed if may_settle else None,
        "is_for_another": signed is not None and not may_settle,
        "act": Act.SETTLE if may_settle else Act.SIGN,
        "form": form or SignOffForm(skills=onramps.linked_skills(claim.task)),
        "shows_form": is_handed_in or may_settle,
    }
    return render(request, "pages/sign_off.html", context, status=status)
