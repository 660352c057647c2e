"""The admin: our name, our sign-in, our order."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

# The order of L&D's work: who, what, then when.
ORDER = ["people", "paths", "engine", "auth", "django_q"]


class RampartSite(admin.AdminSite):
    site_header = site_title = "Rampart"
    index_title = "What needs doing"
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One sign-in for everybody; staff are sent on from there."""
        if request.user.is_authenticated:
            return HttpResponseForbidden(
                "This page is for L&D admins and operators.", content_type="text/plain"
            )
        query = urlencode({"next": request.GET.get("next", reverse("admin:index"))})
        return redirect(f"{reverse(settings.LOGIN_URL)}?{query}")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        return sorted(
            apps, key=lambda app: ORDER.index(app["app_label"]) if app["app_label"] in ORDER else 99
        )
