"""A model that the admin shows on one page instead of a list of rows."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern

from people.admin import ReadOnlyAdmin


class OnePageAdmin(ReadOnlyAdmin):
    """The page stands where the list would, so that the menu and whoever may view the rows find it."""

    page_template: str

    def shown(self, request: HttpRequest) -> Mapping[str, Any] | HttpResponse:
        """Return what the template shows, or another answer, as to a press."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        return [page for page in super().get_urls() if str(page.name).endswith("_changelist")]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown = self.shown(request)
        if isinstance(shown, HttpResponse):
            return shown
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": self.list_name}
        return TemplateResponse(request, self.page_template, {**context, **shown})
