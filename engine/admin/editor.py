"""Edit a path as text: check it, keep it as a draft, and go on to publishing."""

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from engine.admin.listing import differences, line_of, numbered, quotes
from engine.admin.path_pages import Checked, PathPages, check, stamp
from paths.models import Path
from paths.publishing import save_draft
from people.admin import signed_in
from people.clock import present

TEMPLATE = """\
# yaml-language-server: $schema=../schema/path-1.json
schema: rampart/path@1
id: {id}  # never changes
title: "{title}"
status: draft                      # draft: never sent; active; retired
audience: {{ roles: [], levels: [] }}    # whom it is for, by the slugs of roles and levels
pace: {{ retention: 0.9, new_skills_per_week: 3, minutes_per_workday: 6 }}
skills:
  - id: first-skill                # lower-case letters, digits, hyphens; never changed, never reused
    title: What a person can do after this
    idea: >                        # two to four sentences that teach it; the first rep carries them
      Say what it is, why it matters, and how to do it.
    exercises:                     # at least two that ask the same skill differently
      - id: first-exercise
        kind: choice               # choice, judge, estimate, recall or do
        ai: off                    # off: without AI; coach: AI may explain, not produce; free
        minutes: 2
        prompt: What do you ask?
        options:
          - {{ id: a, text: "One answer", correct: true, why: "Why it is right." }}
          - {{ id: b, text: "Another", why: "Why it is not." }}
      - id: second-exercise
        kind: recall
        ai: off
        prompt: Ask for the same skill in another way.
        answer: What a good answer says.
"""

DRAFT_SAVED = _("The draft is saved. Practice goes on with what is published.")
NO_DRAFT = _("This text is what is published, so there is no draft.")
NOTHING_TO_SAVE = _(
    "The text is empty, so nothing was saved. Write the path, or go back to leave it as it is."
)
PUBLISHED_ALREADY = _("This text is published.")
STALE = _(
    "%(person)s changed this path while you were editing, so nothing was saved. Your text is in the "
    "editor; how it differs from theirs is shown here. Take over what you need, then save again: "
    "that replaces theirs."
)
STALE_BY_ONESELF = _(
    "You changed this path on another page since you opened this one, so nothing was saved. This text is in "
    "the editor; how it differs from the one you saved is shown here. Take over what you need, then save "
    "again: that replaces it."
)
HAS_ERRORS = _("The draft is saved, and not published: it has errors. Mend them and press Publish again.")


class EditorForm(forms.Form):
    text = forms.CharField(strip=False, required=False, widget=forms.Textarea)
    seen = forms.CharField(required=False)
    do = forms.ChoiceField(choices=[(word, word) for word in ("check", "save", "preview", "publish")])


def text_of(path: Path) -> str:
    """The text an editor starts from."""
    if path.draft:
        return path.draft
    if path.current:
        return path.current.text
    return TEMPLATE.format(id=path.slug, title=path.title.replace("\\", "\\\\").replace('"', '\\"'))


def as_before(text: str, *, before: str) -> str:
    """Give back the line ends a browser took away: it sends CRLF whatever the text had."""
    text = text.replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if "\r\n" in before else text


class EditorPages(PathPages):
    def edit_view(self, request: HttpRequest, path_id: int) -> HttpResponse:
        path = self.path_to_edit(request, path_id)
        if request.method == "POST":
            return self._posted(request, path)
        text = text_of(path)
        if (number := request.GET.get("from", "")).isdecimal():
            version = path.versions.filter(number=int(number)).first()
            text = version.text if version else text
        checked = check(path, text) if "checked" in request.GET else None
        return self._editor(request, path, text=text, checked=checked)

    def _posted(self, request: HttpRequest, path: Path) -> HttpResponse:
        form = EditorForm(request.POST)
        if not form.is_valid():
            told = " ".join(str(error) for errors in form.errors.values() for error in errors)
            return self._editor(request, path, text=request.POST.get("text", ""), checked=None, refusal=told)
        text = as_before(form.cleaned_data["text"], before=text_of(path))
        checked = check(path, text)
        seen = form.cleaned_data["seen"]
        if form.cleaned_data["do"] == "check":
            return self._editor(request, path, text=text, checked=checked, seen=seen)
        if not text.strip():
            return self._editor(
                request, path, text=text, checked=None, seen=seen, refusal=str(NOTHING_TO_SAVE)
            )
        if not self._save(request, path, text=text, seen=seen):
            return self._stale(request, path, text=text)
        if form.cleaned_data["do"] == "preview":
            return redirect("admin:paths_path_preview", path.pk)
        if form.cleaned_data["do"] == "save":
            is_published = path.current and text == path.current.text
            self.message_user(request, NO_DRAFT if is_published else DRAFT_SAVED)
            return redirect(reverse("admin:paths_path_edit", args=[path.pk], query={"checked": "yes"}))
        if path.current and text == path.current.text:
            return self._editor(request, path, text=text, checked=checked, refusal=str(PUBLISHED_ALREADY))
        if checked.may_be_published:
            return redirect("admin:paths_path_publish", path.pk)
        path.refresh_from_db()
        return self._editor(request, path, text=text, checked=checked, refusal=str(HAS_ERRORS))

    def _save(self, request: HttpRequest, path: Path, *, text: str, seen: str) -> bool:
        """Save unless the path changed since the editor showed it; the lock makes two presses queue."""
        with transaction.atomic():
            locked = Path.objects.select_for_update().get(pk=path.pk)
            if stamp(locked) != seen:
                return False
            draft = "" if path.current and text == path.current.text else text
            if draft != locked.draft:
                save_draft(locked, draft, by=signed_in(request), now=present())
                self.log_change(request, locked, gettext_noop("Saved a draft."))
        return True

    def _stale(self, request: HttpRequest, path: Path, *, text: str) -> HttpResponse:
        path = self.path_to_edit(request, path.pk)
        theirs = text_of(path)
        by = path.drafted_by if path.draft else path.current.author if path.current else None
        is_own = by == signed_in(request)
        refusal = str(STALE_BY_ONESELF) if is_own else STALE % {"person": by or gettext("Somebody")}
        return self._editor(
            request, path, text=text, checked=None, refusal=refusal, theirs=theirs, is_own=is_own
        )

    def _editor(
        self,
        request: HttpRequest,
        path: Path,
        *,
        text: str,
        checked: Checked | None,
        seen: str = "",
        refusal: str = "",
        theirs: str | None = None,
        is_own: bool = False,
    ) -> HttpResponse:
        problems = checked.problems if checked else []
        context = {
            "text": text,
            "standing": _standing(path, text),
            "lines": numbered(text, problems, meant=line_of(request.GET.get("exercise", ""), text)),
            "seen": seen or stamp(path),
            "checked": checked,
            "quotes": quotes(text, problems),
            "refusal": refusal,
            "theirs": theirs,
            "is_own": is_own,
            "changes": differences(theirs, text) if theirs is not None else [],
        }
        return self.page(
            request, path, name="edit", title=gettext("Edit %(path)s") % {"path": path}, context=context
        )


def _standing(path: Path, text: str) -> str:
    """Say what the text in the editor is: published, a draft, or not kept anywhere yet."""
    if path.current and text == path.current.text:
        return gettext("This is what is published.")
    is_draft = path.draft and text == path.draft
    return gettext("This is the draft.") if is_draft else gettext("This text is not saved yet.")
