"""What the admin of on-ramps has in common: rows that the engine writes, and presses that call it."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from engine.errors import EngineError
from people.admin import ReadOnlyAdmin, StaffAdmin, signed_in
from people.clock import present

EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]
LONGEST_REASON = 300
MOST_NAMED = 5  # rows, in the sentence after a press


def moment(at: Any) -> str:
    """Write an instant as the reader's clocks show it; nothing for none."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else ""


class ChoiceFilter(admin.SimpleListFilter):
    """A few choices by hand, each a word of the address, what it is called, and the rows it means."""

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(word, name) for word, (name, _rows) in self.choices_now().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.choices_now().get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class EngineRowsAdmin(ReadOnlyAdmin):
    """Rows that the engine writes: they are looked at, and change by presses that call the engine."""

    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """One row is only looked at; presses, which ask without a row, change it."""
        return obj is None and super(ReadOnlyAdmin, self).has_change_permission(request)


def press(
    page: StaffAdmin,
    request: HttpRequest,
    rows: Iterable[Any],
    do: Callable[[Any], object],
    *,
    told: Any,
) -> None:
    """Ask the engine for each row; what it refuses is said as it says it, and the others are done."""
    done = []
    for row in rows:
        try:
            do(row)
        except EngineError as refused:
            page.message_user(request, f"{row}: {refused}", messages.WARNING)
        else:
            done.append(row)
    if done:
        page.log_changes(request, done, str(told))
        names = ", ".join(map(str, done[:MOST_NAMED])) + (" …" if len(done) > MOST_NAMED else "")
        page.message_user(request, f"{told} {names}", messages.SUCCESS)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonAdmin(EngineRowsAdmin):
    """Rows with one press that needs a reason, on a page of its own that says what it does."""

    word: str  # of the address, such as `void`
    press_title: Any
    press_about: Any  # what it does
    press_done: Any

    def do_with_reason(self, row: Any, reason: str, request: HttpRequest) -> None:
        raise NotImplementedError

    def may_still(self, row: Any) -> bool:
        """Whether the row is in the state for it."""
        raise NotImplementedError

    @property
    def press_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{self.word}"

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view(self.reason_view)
        return [path(f"<int:row_id>/{self.word}/", guarded, name=self.press_name), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        row = context["original"]
        if row is not None and self.may_still(row) and self.has_change_permission(request):
            context["press_url"] = reverse(f"admin:{self.press_name}", args=[row.pk])
            context["press_title"] = self.press_title
        return super().render_change_form(request, context, *args, **options)

    def reason_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Say what the press does, take a reason, and do it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=row_id).first()
        if row is None:
            raise Http404(_("There is no such row."))
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            press(
                self,
                request,
                [row],
                lambda one: self.do_with_reason(one, reason, request),
                told=self.press_done,
            )
            return redirect(page, row.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.press_title,
            "about": self.press_about,
            "row": row,
            "row_url": reverse(page, args=[row.pk]),
            "list_name": self.opts.verbose_name_plural,
            "form": form,
        }
        return TemplateResponse(request, "admin/engine/reason.html", context)


def by_and_now(request: HttpRequest) -> dict[str, Any]:
    """Return who presses, and when, as every use case asks for them."""
    return {"by": signed_in(request), "now": present()}
