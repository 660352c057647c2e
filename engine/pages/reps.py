"""A rep behind its link: the exercise, one press, what it was, and what comes next."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from engine import links, practice, wording
from engine.errors import EngineError, LinkExpired, NotPractising, RepChanged
from engine.links import Purpose
from engine.models import Answer, Rep
from engine.pages import memory_words, shown
from engine.pages.answer_form import CONFIDENCES, RATING_LABELS, RATINGS, REFUSALS, VERDICTS, AnswerForm
from engine.pages.coming import next_possible_day
from engine.pages.doors import Page, SeeOther, opened_by
from engine.pages.remark_forms import ReportForm
from engine.rules.grading import NotAnAnswer
from engine.rules.memory import Rating
from paths.catalogue import exercise_spec
from people.calendar import local_date

REPS: QuerySet[Rep] = Rep.objects.select_related("person", "workout", "skill", "exercise")

# What a press did, for the page it leads to.
SAID = {
    "already": gettext_lazy("This rep was answered already; the first answer counts."),
    "taken-back": gettext_lazy("The answer is taken back, and does not count."),
    "swapped": gettext_lazy("Here is another exercise of the same skill."),
}
CONFLICT = 409
NOT_UNDERSTOOD = 422


@opened_by(Purpose.ANSWER, REPS)
@require_http_methods(["GET", "HEAD", "POST"])
def rep(request: HttpRequest, rep: Rep, *, now: datetime) -> HttpResponse:
    """Show a rep, or what became of it; a press answers it once."""
    if request.method != "POST":
        return show(request, rep, now=now, notice=str(SAID.get(request.GET.get("said", ""), "")))
    if practice.standing_answer(rep) is not None:
        return SeeOther(f"{address(rep)}?said=already")
    form = AnswerForm(request.POST)
    try:
        _answer(rep, form, now=now)
    except RepChanged as error:
        return _ask(request, rep, now=now, notice=str(error), status=CONFLICT)
    except NotAnAnswer as error:
        return _ask(request, rep, now=now, form=form, refusal=str(error), status=NOT_UNDERSTOOD)
    return SeeOther(address(rep))


@opened_by(Purpose.ANSWER, REPS)
@require_safe
def rep_chosen(request: HttpRequest, rep: Rep, *, now: datetime, attempt: int, choice: str) -> HttpResponse:
    """Show a rep with the option chosen that was pressed in the mail, if it still is that rep."""
    if practice.standing_answer(rep) is not None:
        return show(request, rep, now=now, notice=str(SAID["already"]))
    if attempt != rep.attempt:
        return show(
            request, rep, now=now, notice=_("This rep has changed since the mail. Choose again here.")
        )
    return show(request, rep, now=now, choice=choice)


def _pressed(act: Callable[..., Rep], *, said: str) -> Page:
    """A page on which only a press does something: whoever just opens it is led to the rep."""

    @opened_by(Purpose.ANSWER, REPS)
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest, rep: Rep, *, now: datetime) -> HttpResponse:
        if request.method != "POST":
            return SeeOther(address(rep))
        try:
            act(rep, now=now)
        except (LinkExpired, NotPractising):
            raise
        except EngineError as error:
            return show(request, rep, now=now, notice=str(error), status=CONFLICT)
        return SeeOther(f"{address(rep)}?said={said}")

    return page


undo = _pressed(practice.undo, said="taken-back")
not_me = _pressed(practice.disown, said="taken-back")
swap = _pressed(practice.swap, said="swapped")


def address(rep: Rep) -> str:
    """Where a rep is, for links between pages; mails use absolute ones."""
    return reverse("rep", args=[links.token(Purpose.ANSWER, rep.pk)])


def _answer(rep: Rep, form: Form, *, now: datetime) -> None:
    assert isinstance(form, AnswerForm)
    practice.check_open(rep, now=now)
    is_valid = form.is_valid()
    if "attempt" in form.errors:
        raise RepChanged(_("This page was incomplete. Here is the rep as it is now."))
    if not is_valid:
        raise NotAnAnswer(" ".join(str(error) for errors in form.errors.values() for error in errors))
    seconds = shown.seconds_since(form.cleaned_data["shown"], rep, now=now)
    try:
        practice.answer(rep, form.given(seconds=seconds), attempt=form.cleaned_data["attempt"], now=now)
    except NotAnAnswer as error:
        raise NotAnAnswer(str(REFUSALS[rep.exercise.kind])) from error


def show(
    request: HttpRequest,
    rep: Rep,
    *,
    now: datetime,
    choice: str = "",
    notice: str = "",
    report: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the rep as it is: its answer where it has one, even after its time; else the exercise."""
    if answer := practice.standing_answer(rep):
        return _tell(request, rep, answer, now=now, notice=notice, report=report, status=status)
    practice.check_open(rep, now=now)
    return _ask(request, rep, now=now, choice=choice, notice=notice, report=report, status=status)


def _ask(
    request: HttpRequest,
    rep: Rep,
    *,
    now: datetime,
    form: AnswerForm | None = None,
    choice: str = "",
    notice: str = "",
    refusal: str = "",
    report: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rep.refresh_from_db(fields=["attempt", "exercise", "key_shown"])
    # Who chose in the mail read the exercise there: how long that took, nobody knows.
    signed = "" if choice else shown.sign(rep, now=now)
    initial = {"attempt": rep.attempt, "shown": signed, "option": choice, "sound": choice}
    context = {
        "rep": rep,
        "exercise": exercise_spec(rep.exercise.content),
        "why": wording.why(rep, today=rep.workout.day),
        "form": form or AnswerForm(initial=initial),
        "token": links.token(Purpose.ANSWER, rep.pk),
        "ratings": RATINGS,
        "confidences": CONFIDENCES,
        "verdicts": VERDICTS,
        "may_swap": practice.may_swap(rep),
        "said": practice.said_of(rep),
        "report": report or ReportForm(),
        "notice": notice,
        "refusal": refusal,
    }
    return render(request, "pages/rep.html", context, status=status)


def _tell(
    request: HttpRequest,
    rep: Rep,
    answer: Answer,
    *,
    now: datetime,
    notice: str = "",
    report: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    today = local_date(now, zone=rep.person.zone)
    is_open = now < rep.workout.expires_at()
    may_undo = answer.may_be_undone(now) and is_open
    left = list(practice.open_reps(rep.workout)) if is_open else []
    following = next((one for one in left if one.position > rep.position), left[0] if left else None)
    context = {
        "rep": rep,
        "exercise": exercise_spec(answer.exercise.content),
        "answer": answer,
        "given": answer.given,
        "rating": _label(answer.rating),
        "own_rating": _label(answer.given.get("self_rating") or answer.rating),
        "next_rep": following,
        "next_url": address(following) if following else "",
        "coming": None if following else next_possible_day(rep.person, now=now),
        "person": rep.person,
        "token": links.token(Purpose.ANSWER, rep.pk),
        "is_todays": rep.workout.day == today,
        "may_undo": may_undo,
        "may_disown": not may_undo and practice.may_disown(rep, answer, now=now),
        "undo_minutes": settings.UNDO_FOR // timedelta(minutes=1),
        "effect": memory_words.effect(practice.effect_of(answer), today=today) if is_open else "",
        "said": practice.said_of(rep),
        "report": report or ReportForm(),
        "notice": notice,
    }
    return render(request, "pages/feedback.html", context, status=status)


def _label(rating: int) -> str:
    return str(RATING_LABELS[Rating(rating).name.lower()])
