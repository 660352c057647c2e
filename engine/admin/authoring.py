"""What the admin of paths and of on-ramps have in common: the list, a new text, one page, the addresses."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import BooleanField, Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.admin.editor import EditorPages
from engine.admin.listing import line_of, numbered
from engine.admin.text_pages import Row
from engine.admin.versions import VersionPages
from paths.texts import ID_PATTERN
from people.admin import StaffForm
from people.models import Person


class DraftFilter(admin.SimpleListFilter):
    title = _("draft")
    parameter_name = "draft"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("has a draft"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Row]) -> QuerySet[Row]:
        return queryset.exclude(draft="") if self.value() == "yes" else queryset


class NewTextForm(StaffForm):
    """What a path or an on-ramp needs before it has a text."""

    slug = forms.RegexField(
        f"^{ID_PATTERN}$",
        max_length=100,
        label=_("Id"),
        help_text=_("What files and other texts call it. It never changes and is never used again."),
        error_messages={
            "invalid": _("Use lower-case letters, digits and hyphens, such as data-analyst-novice.")
        },
    )


class AuthoredAdmin(EditorPages, VersionPages):
    search_fields = ["title", "slug"]
    search_help_text = _("Title or id")
    form = NewTextForm
    fields = ["title", "slug"]
    prepopulated_fields = {"slug": ["title"]}
    start_from: Any  # what to say of the text that a new one starts from

    def get_urls(self) -> list[URLPattern]:
        views = {
            "edit": ("<int:row_id>/edit/", self.edit_view),
            "publish": ("<int:row_id>/publish/", self.publish_view),
            "version": ("<int:row_id>/versions/<int:number>/", self.version_view),
            "publish_again": ("<int:row_id>/versions/<int:number>/publish/", self.publish_view),
        }
        own = [self.route(name, *route) for name, route in views.items()]
        return [*own, *super().get_urls()]

    def route(self, name: str, address: str, view: Any) -> URLPattern:
        return path(
            address,
            self.admin_site.admin_view(view),
            name=self.name_of(name).removeprefix("admin:"),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        drafted = Case(When(draft="", then=False), default=Value(True), output_field=BooleanField())
        rows = super().get_queryset(request).select_related("current__author").annotate(drafted=drafted)
        return rows.defer("draft", "current__text", "current__spec")

    @admin.display(description=_("version"), ordering="current__number")
    def version(self, row: Row) -> int | None:
        return row.current.number if row.current else None

    @admin.display(description=_("published"), ordering="current__published_at")
    def published_at(self, row: Row) -> datetime | None:
        return row.current.published_at if row.current else None

    @admin.display(description=_("by"), ordering="current__author__name")
    def published_by(self, row: Row) -> Person | None:
        return row.current.author if row.current else None

    @admin.display(description=_("draft"), ordering="drafted")
    def has_draft(self, row: Any) -> str:
        return gettext("draft") if row.drafted else ""

    def response_add(
        self, request: HttpRequest, obj: Row, post_url_continue: str | None = None
    ) -> HttpResponse:
        self.message_user(request, self.start_from)
        return redirect(self.name_of("edit"), obj.pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what is published; it changes by its text, never by a form."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        row = self.row_to_read(request, int(object_id) if object_id.isdecimal() else 0)
        text = row.current.text if row.current else ""
        context = {
            "versions": row.versions.select_related("author").defer("text", "spec"),
            "text": text,
            "lines": numbered(text, meant=line_of(request.GET.get("exercise", ""), text)),
            **self.facts(row),
            **(extra_context or {}),
        }
        return self.page(request, row, name="page", title=str(row), context=context)

    def facts(self, row: Row) -> dict[str, Any]:
        """What stands above the text as published, of this kind of text alone."""
        raise NotImplementedError
