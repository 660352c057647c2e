"""Edit a path or an on-ramp as text: check it, keep it as a draft, and go on to publishing."""

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from engine.admin.listing import differences, line_of, numbered, quotes
from engine.admin.text_pages import Checked, Row, TextPages, check, stamp
from paths.publishing import save_draft
from people.admin import signed_in
from people.clock import present

DRAFT_SAVED = _("The draft is saved. Practice goes on with what is published.")
NO_DRAFT = _("This text is what is published, so there is no draft.")
NOTHING_TO_SAVE = _("The text is empty, so nothing was saved. Write it, or go back to leave it as it is.")
PUBLISHED_ALREADY = _("This text is published.")
STALE = _(
    "%(person)s changed this text while you were editing, so nothing was saved. Your text is in the "
    "editor; how it differs from theirs is shown here. Take over what you need, then save again: "
    "that replaces theirs."
)
STALE_BY_ONESELF = _(
    "You changed this text on another page since you opened this one, so nothing was saved. This text is in "
    "the editor; how it differs from the one you saved is shown here. Take over what you need, then save "
    "again: that replaces it."
)
HAS_ERRORS = _("The draft is saved, and not published: it has errors. Mend them and press Publish again.")


class EditorForm(forms.Form):
    text = forms.CharField(strip=False, required=False, widget=forms.Textarea)
    seen = forms.CharField(required=False)
    do = forms.ChoiceField(choices=[(word, word) for word in ("check", "save", "preview", "publish")])


def text_of(row: Row, *, example: str) -> str:
    """The text an editor starts from."""
    if row.draft:
        return row.draft
    if row.current:
        return row.current.text
    return example.format(id=row.slug, title=row.title.replace("\\", "\\\\").replace('"', '\\"'))


def as_before(text: str, *, before: str) -> str:
    """Give back the line ends a browser took away: it sends CRLF whatever the text had."""
    text = text.replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if "\r\n" in before else text


class EditorPages(TextPages):
    example: str  # what a new text starts from
    can_preview = False

    def edit_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        row = self.row_to_edit(request, row_id)
        if request.method == "POST":
            return self._posted(request, row)
        text = text_of(row, example=self.example)
        if (number := request.GET.get("from", "")).isdecimal():
            version = row.versions.filter(number=int(number)).first()
            text = version.text if version else text
        checked = check(row, text) if "checked" in request.GET else None
        return self._editor(request, row, text=text, checked=checked)

    def _posted(self, request: HttpRequest, row: Row) -> HttpResponse:
        form = EditorForm(request.POST)
        if not form.is_valid():
            told = " ".join(str(error) for errors in form.errors.values() for error in errors)
            return self._editor(request, row, text=request.POST.get("text", ""), checked=None, refusal=told)
        text = as_before(form.cleaned_data["text"], before=text_of(row, example=self.example))
        checked = check(row, text)
        seen = form.cleaned_data["seen"]
        if form.cleaned_data["do"] == "check":
            return self._editor(request, row, text=text, checked=checked, seen=seen)
        if not text.strip():
            return self._editor(
                request, row, text=text, checked=None, seen=seen, refusal=str(NOTHING_TO_SAVE)
            )
        if not self._save(request, row, text=text, seen=seen):
            return self._stale(request, row, text=text)
        if form.cleaned_data["do"] == "preview" and self.can_preview:
            return redirect(self.name_of("preview"), row.pk)
        if form.cleaned_data["do"] == "save":
            is_published = row.current and text == row.current.text
            self.message_user(request, NO_DRAFT if is_published else DRAFT_SAVED)
            return redirect(reverse(self.name_of("edit"), args=[row.pk], query={"checked": "yes"}))
        if row.current and text == row.current.text:
            return self._editor(request, row, text=text, checked=checked, refusal=str(PUBLISHED_ALREADY))
        if checked.may_be_published:
            return redirect(self.name_of("publish"), row.pk)
        row.refresh_from_db()
        return self._editor(request, row, text=text, checked=checked, refusal=str(HAS_ERRORS))

    def _save(self, request: HttpRequest, row: Row, *, text: str, seen: str) -> bool:
        """Save unless the row changed since the editor showed it; the lock makes two presses queue."""
        with transaction.atomic():
            locked = self.model.objects.select_for_update().get(pk=row.pk)
            if stamp(locked) != seen:
                return False
            draft = "" if row.current and text == row.current.text else text
            if draft != locked.draft:
                save_draft(locked, draft, by=signed_in(request), now=present())
                self.log_change(request, locked, gettext_noop("Saved a draft."))
        return True

    def _stale(self, request: HttpRequest, row: Row, *, text: str) -> HttpResponse:
        row = self.row_to_edit(request, row.pk)
        theirs = text_of(row, example=self.example)
        by = row.drafted_by if row.draft else row.current.author if row.current else None
        is_own = by == signed_in(request)
        refusal = str(STALE_BY_ONESELF) if is_own else STALE % {"person": by or gettext("Somebody")}
        return self._editor(
            request, row, text=text, checked=None, refusal=refusal, theirs=theirs, is_own=is_own
        )

    def _editor(
        self,
        request: HttpRequest,
        row: Row,
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
            "can_preview": self.can_preview,
            "standing": _standing(row, text),
            "lines": numbered(text, problems, meant=line_of(request.GET.get("exercise", ""), text)),
            "seen": seen or stamp(row),
            "checked": checked,
            "quotes": quotes(text, problems),
            "refusal": refusal,
            "theirs": theirs,
            "is_own": is_own,
            "changes": differences(theirs, text) if theirs is not None else [],
        }
        return self.page(
            request, row, name="edit", title=gettext("Edit %(title)s") % {"title": row}, context=context
        )


def _standing(row: Row, text: str) -> str:
    """Say what the text in the editor is: published, a draft, or not kept anywhere yet."""
    if row.current and text == row.current.text:
        return gettext("This is what is published.")
    is_draft = row.draft and text == row.draft
    return gettext("This is the draft.") if is_draft else gettext("This text is not saved yet.")
