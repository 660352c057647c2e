"""What the pages of one path share: finding it, asking for permission, and rendering."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from paths.models import Path
from paths.problems import Problem, has_errors
from paths.publishing import PathDraft, prepare
from people.admin import KeptAdmin


class PathPages(KeptAdmin):
    def path_to_edit(self, request: HttpRequest, path_id: int) -> Path:
        path = self.path_to_read(request, path_id)
        if not self.has_change_permission(request, path):
            raise PermissionDenied
        return path

    def path_to_read(self, request: HttpRequest, path_id: int) -> Path:
        if not self.has_view_permission(request):
            raise PermissionDenied
        path = Path.objects.select_related("current__author", "drafted_by").filter(pk=path_id).first()
        if path is None:
            raise Http404(_("There is no path %(number)d.") % {"number": path_id})
        return path

    def page(
        self, request: HttpRequest, path: Path, *, name: str, title: str, context: Mapping[str, Any]
    ) -> TemplateResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "path": path,
            "original": path,
            "file": file_of(path),
            "title": title,
            "media": self.media,
            "has_view_permission": True,
            "has_change_permission": self.has_change_permission(request, path),
        }
        return TemplateResponse(request, f"admin/paths/path/{name}.html", {**shared, **context})


def file_of(path: Path) -> str:
    return f"{path.slug}.yaml"


def stamp(path: Path) -> str:
    """Return what tells whether a path's draft or published text changed since a page was shown."""
    seen = f"{path.current_id}\n{path.drafted_at}\n{path.draft}"
    return hashlib.sha256(seen.encode()).hexdigest()[:20]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A text as it would be published on this path, if it can be read, and what is wrong with it."""

    path: Path
    draft: PathDraft | None
    problems: list[Problem]

    @property
    def other_id(self) -> str:
        """The id of another path, if that is what the text calls itself."""
        return self.draft.spec.id if self.draft and self.draft.spec.id != self.path.slug else ""

    @property
    def may_be_published(self) -> bool:
        return self.draft is not None and not self.other_id and not has_errors(self.problems)

    @property
    def is_for_nobody(self) -> bool:
        """Whether the text itself says that it is never sent."""
        return self.draft is not None and self.draft.spec.status == Path.Status.DRAFT


def check(path: Path, text: str) -> Checked:
    drafts, problems = prepare({file_of(path): text.encode()})
    draft = next((draft for draft in drafts if isinstance(draft, PathDraft)), None)
    return Checked(path=path, draft=draft, problems=problems)
