"""The admin of on-ramps: the list, one on-ramp with whom it is for, and the way to its editor."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from engine.admin import examples
from engine.admin.authoring import AuthoredAdmin, DraftFilter
from engine.admin.on_ramp_impact import OnRampImpact, meant, on_ramp_impact_of, shares
from engine.admin.text_pages import Row
from paths.catalogue import on_ramp_spec, on_ramps, path_spec, skill_rows
from paths.models import OnRamp, Path, Skill
from paths.publishing import AnyDraft, OnRampDraft
from people.clock import present


def without_learners() -> list[int]:
    """The row ids of active on-ramps that nobody's role, level and team fit."""
    return [row for row, spec in on_ramps().items() if not meant(spec).exists()]


class LearnersFilter(admin.SimpleListFilter):
    title = _("learners")
    parameter_name = "learners"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("for nobody here"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OnRamp]) -> QuerySet[OnRamp]:
        return queryset.filter(pk__in=without_learners()) if self.value() == "none" else queryset


@admin.register(OnRamp)
class OnRampAdmin(AuthoredAdmin):
    list_display = ["title", "status", "version", "published_at", "published_by", "has_draft"]
    list_filter = ["status", LearnersFilter, DraftFilter]
    about_the_list = _("A kind of real work that people learn on. Its tasks are kept for whom it is for.")
    nothing_yet = _(
        "No on-ramp yet. Add one: it starts from a text that shows how. Nothing is kept before you publish."
    )
    example = examples.ON_RAMP
    start_from = _("This is a text to start from. No task is kept for anybody before you publish it.")
    status_is_draft = _(
        "Its status is draft: no task is kept for anybody. Write “status: active” in its text to begin."
    )

    def impact_of(self, draft: AnyDraft) -> OnRampImpact:
        assert isinstance(draft, OnRampDraft)
        return on_ramp_impact_of(draft, now=present())

    def facts(self, row: Row) -> dict[str, Any]:
        spec = on_ramp_spec(row.current.spec) if row.current else None
        if spec is None:
            return {"spec": None}
        return {
            "spec": spec,
            "skills": _practised(spec.skills),
            "teams": shares(spec, spec),
            "naming": _naming(spec.id),
        }


def _practised(names: list[str]) -> list[Skill]:
    """The skills that are taught now, in the order of the text."""
    rows = skill_rows(names)
    skills = Skill.objects.select_related("path").in_bulk(rows.values())
    return [skills[rows[name]] for name in names if name in rows]


def _naming(on_ramp: str) -> list[Path]:
    """The paths whose published texts name it."""
    published = Path.objects.filter(current__isnull=False).select_related("current").defer("draft")
    return [path for path in published if path.current and on_ramp in path_spec(path.current.spec).on_ramps]
