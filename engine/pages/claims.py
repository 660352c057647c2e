"""A claim, for who does the task: write a line, hand it in, give it back, contest how it was signed off."""

from datetime import date, datetime
from enum import StrEnum

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engine import onramps
from engine.errors import EngineError, NotTheTime
from engine.models import Claim, SignOff
from engine.onramps.working import end_of_work, needs_sign_off
from engine.pages.doors import SeeOther, signed_in
from engine.pages.work_forms import ContestForm, HandInForm, NoteForm
from people.models import Person

CONFLICT, NOT_UNDERSTOOD = 409, 422


class Act(StrEnum):
    """What a form on the page asks for, in its field `do`."""

    WRITE = "write"
    HAND_IN = "hand-in"
    HAND_BACK = "hand-back"
    CONTEST = "contest"


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, person: Person, *, now: datetime, claim_id: int) -> HttpResponse:
    mine = _own(person, claim_id)
    if request.method != "POST":
        return _page(request, mine, now=now)
    try:
        mistaken = _act(mine, person, request.POST, now=now)
    except EngineError as error:
        return _page(request, _own(person, claim_id), now=now, notice=str(error), status=CONFLICT)
    if mistaken is not None:
        return _page(request, mine, now=now, mistaken=mistaken, status=NOT_UNDERSTOOD)
    return SeeOther(f"{reverse('claim', args=[mine.pk])}?done={request.POST['do']}")


def _own(person: Person, claim_id: int) -> Claim:
    found = Claim.objects.select_related("person", "task__team", "task__on_ramp", "supervisor")
    mine = found.filter(pk=claim_id).first()
    if mine is None or person.pk not in {mine.person_id, mine.person.owner_id}:
        raise Http404
    return mine


def _act(claim: Claim, person: Person, data: QueryDict, *, now: datetime) -> forms.Form | None:
    """Do what one of the forms asks; return it where it was not understood."""
    match data.get("do"):
        case Act.WRITE:
            note = NoteForm(data)
            if not note.is_valid():
                return note
            onramps.write(claim, by=person, note=note.cleaned_data["note"], now=now)
        case Act.HAND_IN:
            form = HandInForm(data, claim=claim, today=_today(claim, now=now))
            if not form.is_valid():
                return form
            said = dict(form.cleaned_data)
            done_at = end_of_work(claim, said.pop("done_on"), now=now)
            onramps.hand_in(claim, by=person, done_at=done_at, now=now, **said)
        case Act.HAND_BACK:
            onramps.hand_back(claim, by=person, now=now)
        case Act.CONTEST:
            contest = ContestForm(data)
            if not contest.is_valid():
                return contest
            signed = _signed(claim)
            if signed is None:
                raise NotTheTime(_("There is no sign-off to contest."))
            onramps.contest(signed, by=person, because=contest.cleaned_data["because"], now=now)
        case _:
            raise NotTheTime(_("This page was incomplete. Here is the task as it is now."))
    return None


def _today(claim: Claim, *, now: datetime) -> date:
    return claim.person.today(now)


def _signed(claim: Claim) -> SignOff | None:
    """The sign-off that counts."""
    return claim.sign_offs.filter(credits__voided_at=None, credits__isnull=False).first()


def _page(
    request: HttpRequest,
    claim: Claim,
    *,
    now: datetime,
    notice: str = "",
    mistaken: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    today = _today(claim, now=now)
    signed = _signed(claim)
    is_working = claim.ended_at is None and claim.submitted_at is None
    may_say = is_working or (claim.ended_at is None and not claim.said_role)
    given = {type(mistaken): mistaken} if mistaken is not None else {}
    context = {
        "claim": claim,
        "notice": notice,
        "done": request.GET.get("done", ""),
        "is_working": is_working,
        "needs_sign_off": needs_sign_off(claim),
        "note": given.get(NoteForm) or NoteForm(initial={"note": claim.note}),
        "hand_in": (given.get(HandInForm) or HandInForm(claim=claim, today=today)) if may_say else None,
        "contest": given.get(ContestForm) or ContestForm(),
        "signed": signed,
        "credit": signed.credits.first() if signed else None,
        "may_contest": signed is not None and signed.contested_at is None and signed.settles_id is None,
    }
    return render(request, "pages/claim.html", context, status=status)
