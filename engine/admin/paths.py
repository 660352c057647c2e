"""The admin of paths: the list, one path with its versions, and the way to its editor."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine import practice, usefulness
from engine.admin import examples, pace
from engine.admin.authoring import AuthoredAdmin, DraftFilter
from engine.admin.impact import PathImpact, impact_of
from engine.admin.previews import PreviewPages
from engine.admin.text_pages import Row, check
from engine.models import Enrolment, Remark
from paths.catalogue import path_spec
from paths.models import Path
from paths.publishing import AnyDraft, PathDraft
from paths.schema import PathSpec
from people.clock import present


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


def _drafted(path: Path) -> PathSpec | None:
    """The draft, if there is one that can be read."""
    draft = check(path, path.draft).draft if path.draft else None
    return draft.spec if isinstance(draft, PathDraft) else None


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


class PeopleFilter(admin.SimpleListFilter):
    title = _("people")
    parameter_name = "people"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("published, and nobody is on it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Path]) -> QuerySet[Path]:
        return queryset.filter(is_idle()) if self.value() == "none" else queryset


@admin.register(Path)
class PathAdmin(AuthoredAdmin, PreviewPages):
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
    nothing_yet = _(
        "No path yet. Add one: it starts from a text that shows how, and nothing is sent before you publish."
    )
    example = examples.PATH
    can_preview = True
    start_from = _("This is a text to start from. Nothing is sent before you publish it.")
    status_is_draft = _(
        "Its status is draft: nobody will get it. Write “status: active” in its text to begin."
    )

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("preview", "<int:row_id>/preview/", self.preview_view),
            self.route("preview_mail", "<int:row_id>/preview/mail/", self.preview_mail_view),
            self.route("preview_feedback", "<int:row_id>/preview/feedback/", self.preview_feedback_view),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        enrolled = Count("enrolments", filter=Q(enrolments__ended_on=None))
        return super().get_queryset(request).annotate(enrolled=enrolled)

    def impact_of(self, draft: AnyDraft) -> PathImpact:
        assert isinstance(draft, PathDraft)
        return impact_of(draft)

    @admin.display(description=_("people"), ordering="enrolled")
    def people(self, path: Any) -> int:
        return path.enrolled

    @admin.display(description=_("review by"), ordering="review_by")
    def review(self, path: Path) -> str:
        if path.review_by is None:
            return ""
        day = date_format(path.review_by)
        is_due = path.review_by < today() and path.status != Path.Status.RETIRED
        return gettext("%(day)s (due)") % {"day": day} if is_due else day

    def facts(self, row: Row) -> dict[str, Any]:
        assert isinstance(row, Path)
        spec = path_spec(row.current.spec) if row.current else None
        enrolled, waiting = Enrolment.objects.active().filter(path=row).count(), _waiting(row)
        return {
            "spec": spec,
            "review_is_due": Path.objects.filter(review_is_due(today()), pk=row.pk).exists(),
            "enrolled": enrolled,
            "waiting": waiting,
            "pace": pace.address_for(_drafted(row) or spec, people=enrolled + waiting),
            "mistakes": Remark.objects.open_mistakes().filter(exercise__skill__path=row).count(),
            "not_useful": usefulness.not_useful([row], now=present())[row.pk],
        }
