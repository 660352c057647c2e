"""What a person says of an exercise, behind the link of its rep: not useful, a mistake, taken back."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engine import practice
from engine.errors import EngineError, LinkExpired, NotPractising, RepChanged
from engine.links import Purpose
from engine.models import Remark, Rep
from engine.pages import reps
from engine.pages.doors import Page, SeeOther, opened_by
from engine.pages.remark_forms import AttemptForm, ReportForm, TakeBackForm

type Act = Callable[[Rep, QueryDict, datetime], ReportForm | None]


def _said(act: Act) -> Page:
    """A page on which only a press does something; `act` returns its form where that was not understood."""

    @opened_by(Purpose.ANSWER, reps.REPS)
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest, rep: Rep, *, now: datetime) -> HttpResponse:
        if request.method != "POST":
            return SeeOther(reps.address(rep))
        try:
            mistaken = act(rep, request.POST, now)
        except (LinkExpired, NotPractising):
            raise
        except EngineError as error:
            return reps.show(request, rep, now=now, notice=str(error), status=reps.CONFLICT)
        if mistaken is not None:
            return reps.show(request, rep, now=now, report=mistaken, status=reps.NOT_UNDERSTOOD)
        return SeeOther(f"{reps.address(rep)}#remarks")

    return page


def _call_not_useful(rep: Rep, data: QueryDict, now: datetime) -> None:
    practice.call_not_useful(rep, attempt=_attempt(AttemptForm(data)), now=now)


def _report_mistake(rep: Rep, data: QueryDict, now: datetime) -> ReportForm | None:
    attempt, form = _attempt(AttemptForm(data)), ReportForm(data)
    if not form.is_valid():
        return form
    practice.report_mistake(rep, form.cleaned_data["text"], attempt=attempt, now=now)
    return None


def _take_back(rep: Rep, data: QueryDict, now: datetime) -> None:
    form = TakeBackForm(data)
    attempt = _attempt(form)
    practice.withdraw(rep, Remark.Kind(form.cleaned_data["kind"]), attempt=attempt, now=now)


def _attempt(form: AttemptForm) -> int:
    if not form.is_valid():
        raise RepChanged(_("This page was incomplete. Here is the rep as it is now."))
    attempt: int = form.cleaned_data["attempt"]
    return attempt


not_useful = _said(_call_not_useful)
mistake = _said(_report_mistake)
take_back = _said(_take_back)
