"""The admin of paths: the list, one path with its versions, and the way to its editor."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import BooleanField, Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format

from engine.admin.editor import EditorPages
from engine.admin.listing import numbered
from engine.admin.versions import VersionPages
from engine.models import Enrolment
from paths.catalogue import path_spec
from paths.models import Path
from paths.texts import ID_PATTERN
from people.clock import present
from people.models import Person


def today() -> date:
    return timezone.localdate(present())


class ReviewFilter(admin.SimpleListFilter):
    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "due")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Path]) -> QuerySet[Path]:
        return queryset.filter(review_by__lt=today()) if self.value() == "due" else queryset


class DraftFilter(admin.SimpleListFilter):
    title = "draft"
    parameter_name = "draft"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "has a draft")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Path]) -> QuerySet[Path]:
        return queryset.exclude(draft="") if self.value() == "yes" else queryset


class NewPathForm(forms.ModelForm):
    """What a path needs before it has a text."""

    slug = forms.RegexField(
        f"^{ID_PATTERN}$",
        max_length=100,
        label="Id",
        help_text="What files, mails and other paths call it. It never changes and is never used again.",
        error_messages={
            "invalid": "Use lower-case letters, digits and hyphens, such as data-analyst-novice."
        },
    )


@admin.register(Path)
class PathAdmin(EditorPages, VersionPages):
    list_display = [
        "title",
        "status",
        "version",
        "published_at",
        "published_by",
        "review",
        "has_draft",
    ]
    list_filter = ["status", ReviewFilter, DraftFilter]
    search_fields = ["title", "slug"]
    form = NewPathForm
    fields = ["title", "slug"]
    prepopulated_fields = {"slug": ["title"]}

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("<int:path_id>/edit/", guarded(self.edit_view), name="paths_path_edit"),
            path("<int:path_id>/publish/", guarded(self.publish_view), name="paths_path_publish"),
            path(
                "<int:path_id>/versions/<int:number>/", guarded(self.version_view), name="paths_path_version"
            ),
            path(
                "<int:path_id>/versions/<int:number>/publish/",
                guarded(self.publish_view),
                name="paths_path_publish_again",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Path]:
        drafted = Case(When(draft="", then=False), default=Value(True), output_field=BooleanField())
        rows = super().get_queryset(request).select_related("current__author")
        return rows.annotate(drafted=drafted).defer("draft", "current__text", "current__spec")

    @admin.display(ordering="current__number")
    def version(self, path: Path) -> int | None:
        return path.current.number if path.current else None

    @admin.display(description="published", ordering="current__published_at")
    def published_at(self, path: Path) -> datetime | None:
        return path.current.published_at if path.current else None

    @admin.display(description="by", ordering="current__author__name")
    def published_by(self, path: Path) -> Person | None:
        return path.current.author if path.current else None

    @admin.display(description="review by", ordering="review_by")
    def review(self, path: Path) -> str:
        if path.review_by is None:
            return ""
        due = " (due)" if path.review_by < today() else ""
        return date_format(path.review_by) + due

    @admin.display(description="draft", ordering="drafted")
    def has_draft(self, path: Any) -> str:
        return "draft" if path.drafted else ""

    def response_add(
        self, request: HttpRequest, obj: Path, post_url_continue: str | None = None
    ) -> HttpResponse:
        self.message_user(request, "This is a text to start from. Nothing is sent before you publish it.")
        return redirect("admin:paths_path_edit", obj.pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what is published; a path changes by its text, never by a form."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        path = self.path_to_read(request, int(object_id) if object_id.isdecimal() else 0)
        text = path.current.text if path.current else ""
        context = {
            "spec": path_spec(path.current.spec) if path.current else None,
            "review_is_due": path.review_by is not None and path.review_by < today(),
            "enrolled": Enrolment.objects.active().filter(path=path).count(),
            "versions": path.versions.select_related("author").defer("text", "spec"),
            "text": text,
            "lines": numbered(text),
            **(extra_context or {}),
        }
        return self.page(request, path, name="page", title=str(path), context=context)
