"""What the pages of one path or on-ramp share: finding it, asking for permission, and rendering."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from paths.models import OnRamp, Path
from paths.problems import Problem, has_errors
from paths.publishing import AnyDraft, PathDraft, prepare
from people.admin import KeptAdmin

PAGES = ("changelist", "change", "edit", "publish", "version", "publish_again", "history")

type Row = Path | OnRamp


class TextPages(KeptAdmin):
    def row_to_edit(self, request: HttpRequest, row_id: int) -> Row:
        row = self.row_to_read(request, row_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row

    def row_to_read(self, request: HttpRequest, row_id: int) -> Row:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.model.objects.select_related("current__author", "drafted_by").filter(pk=row_id).first()
        if row is None:
            raise Http404(_("Number %(number)d is not here.") % {"number": row_id})
        return row

    def name_of(self, page: str) -> str:
        """What `reverse` and the templates call a page of this kind of text."""
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def page(
        self, request: HttpRequest, row: Row, *, name: str, title: str, context: Mapping[str, Any]
    ) -> TemplateResponse:
        """Render a page of its kind, or else the one that both kinds share."""
        own = f"admin/paths/{self.opts.model_name}"
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "row": row,
            "original": row,
            "file": row.file,
            "pages": {page: self.name_of(page) for page in PAGES},
            "touched": f"{own}/touched.html",
            "title": title,
            "media": self.media,
            "has_view_permission": True,
            "has_change_permission": self.has_change_permission(request, row),
        }
        return TemplateResponse(
            request, [f"{own}/{name}.html", f"admin/paths/{name}.html"], {**shared, **context}
        )


def stamp(row: Row) -> str:
    """Return what tells whether a draft or what is published changed since a page was shown."""
    seen = f"{row.current_id}\n{row.drafted_at}\n{row.draft}"
    return hashlib.sha256(seen.encode()).hexdigest()[:20]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A text as it would be published on this row, if it can be read, and what is wrong with it."""

    row: Row
    draft: AnyDraft | None
    problems: list[Problem]

    @property
    def other_id(self) -> str:
        """The id of another one, if that is what the text calls itself."""
        return self.draft.spec.id if self.draft and self.draft.spec.id != self.row.slug else ""

    @property
    def is_of_other_kind(self) -> bool:
        """Whether it is the text of an on-ramp where a path is written, or the other way round."""
        return self.draft is not None and isinstance(self.draft, PathDraft) != isinstance(self.row, Path)

    @property
    def may_be_published(self) -> bool:
        is_meant_here = not self.other_id and not self.is_of_other_kind
        return self.draft is not None and is_meant_here and not has_errors(self.problems)

    @property
    def is_for_nobody(self) -> bool:
        """Whether the text itself says that it is not in force."""
        return self.draft is not None and self.draft.spec.status == Path.Status.DRAFT


def check(row: Row, text: str) -> Checked:
    drafts, problems = prepare({row.file: text.encode()})
    return Checked(row=row, draft=drafts[0] if drafts else None, problems=problems)
