"""What waits for an approver: requests to answer, emergencies to look at, and what they decided before.

Opening it changes nothing; a press decides, once, and only for whoever may decide at that moment.
"""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engine import onramps
from engine.errors import AlreadyDecided, EngineError, NotAnApprover, NothingToApprove, NotTheTime
from engine.models import Decision, Emergency, Request
from engine.pages.doors import SeeOther, signed_in
from people.models import Person

STATUS = {NotAnApprover: 403, AlreadyDecided: 409, NothingToApprove: 409, NotTheTime: 409}


class AnswerForm(forms.Form):
    """One press on one of the three buttons."""

    request = forms.ModelChoiceField(Request.objects.all())
    answer = forms.ChoiceField(choices=Decision.Answer.choices)
    reason = forms.CharField(required=False, max_length=2_000)


class ReviewForm(forms.Form):
    """One press on what an emergency was."""

    emergency = forms.ModelChoiceField(Emergency.objects.all())
    is_justified = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def decisions(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, person, now=now)
    try:
        said = (
            _review(request, person, now=now)
            if "emergency" in request.POST
            else _decide(request, person, now)
        )
    except EngineError as error:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)
        return _shown(request, person, now=now, refused=str(error), status=status)
    messages.success(request, said)
    return SeeOther(request.path)


def _decide(request: HttpRequest, person: Person, now: datetime) -> str:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Http404
    asked, answer = form.cleaned_data["request"], form.cleaned_data["answer"]
    onramps.decide(asked, by=person, answer=answer, reason=form.cleaned_data["reason"], now=now)
    label = Decision.Answer(answer).label
    return _("Decided: %(answer)s. Whoever asked is told.") % {"answer": label}


def _review(request: HttpRequest, person: Person, *, now: datetime) -> str:
    form = ReviewForm(request.POST)
    if not form.is_valid():
        raise Http404
    is_justified = form.cleaned_data["is_justified"] == "yes"
    onramps.review(form.cleaned_data["emergency"], by=person, is_justified=is_justified, now=now)
    return _("Noted: it was an emergency.") if is_justified else _("Noted: it was none.")


def _shown(
    request: HttpRequest, person: Person, *, now: datetime, refused: str = "", status: int = 200
) -> HttpResponse:
    emergencies = [(one, one.is_overdue(now)) for one in onramps.to_review(person, now=now)]
    context = {
        "person": person,
        "inbox": onramps.inbox_of(person, now=now),
        "emergencies": emergencies,
        "refused": refused,
    }
    return render(request, "pages/decisions.html", context, status=status)
