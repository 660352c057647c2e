"""See what a path's mails and feedback look like, in a frame that can do nothing: sample data only."""

import re
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from django import forms
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csp import csp_override

from engine import links, wording
from engine.admin import samples
from engine.admin.text_pages import TextPages, check
from engine.delivery.compose import Composed
from engine.errors import CannotCompose
from engine.framing import AS_A_MAIL_PROGRAM, framed
from engine.models import Rep
from engine.rules.memory import Rating
from paths.catalogue import exercise_spec, path_spec
from paths.models import Path
from paths.publishing import PathDraft
from paths.schema import PathSpec
from people.clock import present

# A preview is looked at: nothing in it does anything, its links included.
SEALED: dict[str, list[str]] = {**AS_A_MAIL_PROGRAM, "sandbox": [""]}

NOTHING_TO_SHOW = gettext_lazy("This path has no text yet. Write one, then come back.")
UNREADABLE = gettext_lazy(
    "The draft cannot be shown while it cannot be read. Open it in the editor: Check says what to mend, "
    "and where."
)
NO_SUCH_EXERCISE = gettext_lazy("This text has no such exercise. Choose another.")
NOTHING_FITS = gettext_lazy(
    "The first workout would be empty: no skill that comes first has an exercise within the six minutes that "
    "people have unless they choose otherwise."
)

PREFERS = re.compile(r"\(prefers-color-scheme:\s*(light|dark)\)")
SCHEME = re.compile(r'(color-schemes?"?\s*(?:content=|:)\s*"?)light dark')
LINK = re.compile(r'<link rel="(\w+)" href="([^"]+)"[^>]*>')


class NothingToShow(Exception):
    """There is no mail to look at; the message says why, and what to do."""


class PreviewForm(forms.Form):
    """What to look at; every field has a value, whatever the address says."""

    text = forms.ChoiceField(
        label=gettext_lazy("Text"),
        choices=[("draft", gettext_lazy("Draft")), ("published", gettext_lazy("Published"))],
        widget=forms.RadioSelect,
    )
    show = forms.ChoiceField(label=gettext_lazy("Mail"), required=False)
    met = forms.ChoiceField(
        label=gettext_lazy("Skill"),
        choices=[("new", gettext_lazy("New")), ("known", gettext_lazy("Met before"))],
        widget=forms.RadioSelect,
    )
    look = forms.ChoiceField(
        label=gettext_lazy("Look"),
        choices=[("light", gettext_lazy("Light")), ("dark", gettext_lazy("Dark"))],
        widget=forms.RadioSelect,
    )
    width = forms.ChoiceField(
        label=gettext_lazy("Width"),
        choices=[("phone", gettext_lazy("Phone")), ("wide", gettext_lazy("Wide"))],
        widget=forms.RadioSelect,
    )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a preview shows of a path, as its address says."""

    text: str
    show: str
    met: str
    look: str
    width: str

    @classmethod
    def asked_by(cls, request: HttpRequest, path: Path) -> "Wanted":
        asked = request.GET
        has_draft, is_published = bool(path.draft), path.current is not None
        wants_published = asked.get("text") == "published" and is_published
        return cls(
            text="draft" if has_draft and not wants_published else "published",
            show=asked.get("show", samples.FIRST_WORKOUT),
            met=_one_of(asked.get("met"), "new", "known"),
            look=_one_of(asked.get("look"), "light", "dark"),
            width=_one_of(asked.get("width"), "phone", "wide"),
        )


def _one_of(asked: str | None, usual: str, other: str) -> str:
    return other if asked == other else usual


class PreviewPages(TextPages):
    def path_to_read(self, request: HttpRequest, row_id: int) -> Path:
        path = self.row_to_read(request, row_id)
        assert isinstance(path, Path)
        return path

    def preview_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Show the choice of mails, and the chosen one in its frame with its text part."""
        path = self.path_to_read(request, row_id)
        wanted = Wanted.asked_by(request, path)
        context: dict[str, Any] = {"wanted": wanted, "query": request.GET.urlencode()}
        try:
            spec = _spec(path, wanted)
            context["form"] = _form(path, spec, wanted)
            context |= {"mail": _mail(spec, wanted), "has_feedback": wanted.show != samples.FIRST_WORKOUT}
        except (NothingToShow, CannotCompose) as nothing:
            context["nothing"] = str(nothing)
        title = _("Mails of %(path)s") % {"path": path}
        return self.page(request, path, name="preview", title=title, context=context)

    @method_decorator(csp_override(SEALED))
    def preview_mail_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        path = self.path_to_read(request, row_id)
        wanted = Wanted.asked_by(request, path)
        try:
            return framed(as_seen(_mail(_spec(path, wanted), wanted).html, wanted.look))
        except (NothingToShow, CannotCompose) as nothing:
            raise Http404(str(nothing)) from None

    @method_decorator(csp_override(SEALED))
    def preview_feedback_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Show the page that follows an answer to one exercise."""
        path = self.path_to_read(request, row_id)
        wanted = Wanted.asked_by(request, path)
        try:
            rep, *_rest = _reps(_spec(path, wanted), wanted)
        except NothingToShow as nothing:
            raise Http404(str(nothing)) from None
        return framed(as_seen(_feedback(rep), wanted.look))


def _spec(path: Path, wanted: Wanted) -> PathSpec:
    if wanted.text == "published":
        if path.current is None:
            raise NothingToShow(NOTHING_TO_SHOW)
        return path_spec(path.current.spec)
    draft = check(path, path.draft).draft
    if not isinstance(draft, PathDraft):
        raise NothingToShow(UNREADABLE)
    return draft.spec


def _form(path: Path, spec: PathSpec, wanted: Wanted) -> PreviewForm:
    form = PreviewForm(initial=vars(wanted))
    exercises = [
        (taught.skill.title, [(str(one), f"{one.slug} ({one.kind})") for one in taught.exercises])
        for taught in samples.taught_by(spec)
    ]
    form.fields["show"].widget = forms.Select(
        choices=[(samples.FIRST_WORKOUT, _("The first workout")), *exercises]
    )
    if not (path.draft and path.current):
        del form.fields["text"]
    if wanted.show == samples.FIRST_WORKOUT:
        del form.fields["met"]  # in the first workout every skill is new
    return form


def _reps(spec: PathSpec, wanted: Wanted) -> list[Rep]:
    today = timezone.localdate(present())
    if wanted.show == samples.FIRST_WORKOUT:
        if reps := samples.first_workout(spec, day=today):
            return reps
        raise NothingToShow(NOTHING_FITS)
    if reps := samples.one_rep(spec, wanted.show, day=today, is_new=wanted.met == "new"):
        return reps
    raise NothingToShow(NO_SUCH_EXERCISE)


def _mail(spec: PathSpec, wanted: Wanted) -> Composed:
    return samples.composed(_reps(spec, wanted), now=present())


def _feedback(rep: Rep) -> str:
    answer = samples.sample_answer(rep)
    context = {
        "rep": rep,
        "exercise": exercise_spec(rep.exercise.content),
        "answer": answer,
        "given": answer.given,
        "rating": Rating(answer.rating).name.lower(),
        "person": rep.person,
        "token": "preview",
    }
    with links.inert(), wording.spoken_to(rep.person):
        return LINK.sub(_inlined, render_to_string("pages/feedback.html", context))


def _inlined(link: re.Match[str]) -> str:
    """A sealed frame fetches nothing: put a style sheet where its link stood, and leave out the icon."""
    found = finders.find(link[2].removeprefix(static(""))) if link[1] == "stylesheet" else None
    return f"<style>{File(found).read_text()}</style>" if isinstance(found, str) else ""


def as_seen(html: str, look: str) -> str:
    """Return the HTML as a light or a dark screen shows it, whatever the screen in front of us."""

    def decided(query: re.Match[str]) -> str:
        return "(min-width: 0)" if query[1] == look else "(max-width: 0)"

    return SCHEME.sub(rf"\g<1>{look}", PREFERS.sub(decided, html))
