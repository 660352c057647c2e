"""The admin: our name, our sign-in, our order."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

# The order of L&D's work: who, what, then when. What is not here comes last, and is for superusers.
ORDER = {
    "people": ["Person", "Team", "Role", "Level", "Absence", "AbsenceCalendar", "Holiday"],
    "paths": ["Path"],
    "engine": ["Enrolment", "Mail", "Alert", "Relay", "Heartbeat"],
}


class RampartSite(admin.AdminSite):
    site_header = site_title = "Rampart"
    index_title = "Organisation"
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One sign-in for everybody; staff are sent on from there."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        query = urlencode({"next": request.GET.get("next", reverse("admin:index"))})
        return redirect(f"{reverse(settings.LOGIN_URL)}?{query}")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(
                key=lambda model: _place(model["object_name"], ORDER.get(app["app_label"], []))
            )
        return sorted(apps, key=lambda app: _place(app["app_label"], list(ORDER)))


def _place(name: str, order: list[str]) -> int:
    return order.index(name) if name in order else len(order)
