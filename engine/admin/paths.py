"""The admin of paths: the list, one path with its versions, and the way to its editor."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine import practice, usefulness
from engine.admin.editor import EditorPages
from engine.admin.listing import line_of, numbered
from engine.admin.previews import PreviewPages
from engine.admin.versions import VersionPages
from engine.models import Enrolment, Remark
from paths.catalogue import path_spec
from paths.models import Path
from paths.texts import ID_PATTERN
from people.admin import StaffForm
from people.clock import present
from people.models import Person


def today() -> date:
    return timezone.localdate(present())


def review_is_due(on: date) -> Q:
    """A path that is retired is not looked over any more."""
    return Q(review_by__lt=on) & ~Q(status=Path.Status.RETIRED)


def _waiting(path: Path) -> int:
    """Count who will be on the path once they are started."""
    if path.current is None or path.status != Path.Status.ACTIVE:
        return 0
    return practice.audience_of(path).filter(started_on=None).count()


def is_idle() -> Q:
    """Published for people to join, and nobody is on it."""
    enrolled = Exists(Enrolment.objects.active().filter(path=OuterRef("pk")))
    return Q(status=Path.Status.ACTIVE, current__isnull=False) & ~Q(enrolled)


class ReviewFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("due", _("due"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Path]) -> QuerySet[Path]:
        return queryset.filter(review_is_due(today())) if self.value() == "due" else queryset


class DraftFilter(admin.SimpleListFilter):
    title = _("draft")
    parameter_name = "draft"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("has a draft"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Path]) -> QuerySet[Path]:
        return queryset.exclude(draft="") if self.value() == "yes" else queryset


class PeopleFilter(admin.SimpleListFilter):
    title = _("people")
    parameter_name = "people"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("published, and nobody is on it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Path]) -> QuerySet[Path]:
        return queryset.filter(is_idle()) if self.value() == "none" else queryset


class NewPathForm(StaffForm):
    """What a path needs before it has a text."""

    slug = forms.RegexField(
        f"^{ID_PATTERN}$",
        max_length=100,
        label=_("Id"),
        help_text=_("What files, mails and other paths call it. It never changes and is never used again."),
        error_messages={
            "invalid": _("Use lower-case letters, digits and hyphens, such as data-analyst-novice.")
        },
    )


@admin.register(Path)
class PathAdmin(EditorPages, PreviewPages, VersionPages):
    list_display = [
        "title",
        "status",
        "people",
        "version",
        "published_at",
        "published_by",
        "review",
        "has_draft",
    ]
    list_filter = ["status", PeopleFilter, ReviewFilter, DraftFilter]
    search_fields = ["title", "slug"]
    search_help_text = _("Title or id")
    nothing_yet = _(
        "No path yet. Add one: it starts from a text that shows how, and nothing is sent before you publish."
    )
    form = NewPathForm
    fields = ["title", "slug"]
    prepopulated_fields = {"slug": ["title"]}

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("<int:path_id>/edit/", guarded(self.edit_view), name="paths_path_edit"),
            path("<int:path_id>/preview/", guarded(self.preview_view), name="paths_path_preview"),
            path(
                "<int:path_id>/preview/mail/",
                guarded(self.preview_mail_view),
                name="paths_path_preview_mail",
            ),
            path(
                "<int:path_id>/preview/feedback/",
                guarded(self.preview_feedback_view),
                name="paths_path_preview_feedback",
            ),
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
        enrolled = Count("enrolments", filter=Q(enrolments__ended_on=None))
        return rows.annotate(drafted=drafted, enrolled=enrolled).defer(
            "draft", "current__text", "current__spec"
        )

    @admin.display(description=_("people"), ordering="enrolled")
    def people(self, path: Any) -> int:
        return path.enrolled

    @admin.display(description=_("version"), ordering="current__number")
    def version(self, path: Path) -> int | None:
        return path.current.number if path.current else None

    @admin.display(description=_("published"), ordering="current__published_at")
    def published_at(self, path: Path) -> datetime | None:
        return path.current.published_at if path.current else None

    @admin.display(description=_("by"), ordering="current__author__name")
    def published_by(self, path: Path) -> Person | None:
        return path.current.author if path.current else None

    @admin.display(description=_("review by"), ordering="review_by")
    def review(self, path: Path) -> str:
        if path.review_by is None:
            return ""
        day = date_format(path.review_by)
        is_due = path.review_by < today() and path.status != Path.Status.RETIRED
        return gettext("%(day)s (due)") % {"day": day} if is_due else day

    @admin.display(description=_("draft"), ordering="drafted")
    def has_draft(self, path: Any) -> str:
        return gettext("draft") if path.drafted else ""

    def response_add(
        self, request: HttpRequest, obj: Path, post_url_continue: str | None = None
    ) -> HttpResponse:
        self.message_user(request, _("This is a text to start from. Nothing is sent before you publish it."))
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
            "review_is_due": Path.objects.filter(review_is_due(today()), pk=path.pk).exists(),
            "enrolled": Enrolment.objects.active().filter(path=path).count(),
            "waiting": _waiting(path),
            "versions": path.versions.select_related("author").defer("text", "spec"),
            "mistakes": Remark.objects.open_mistakes().filter(exercise__skill__path=path).count(),
            "not_useful": usefulness.not_useful([path], now=present())[path.pk],
            "text": text,
            "lines": numbered(text, meant=line_of(request.GET.get("exercise", ""), text)),
            **(extra_context or {}),
        }
        return self.page(request, path, name="page", title=str(path), context=context)
