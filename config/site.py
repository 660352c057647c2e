"""The admin: our name, our sign-in, what needs doing, our order."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from people.clock import present

# The order of L&D's work: who, what, then when. What is not here comes last, and is for superusers.
SECTIONS: list[tuple[Any, str, list[str]]] = [
    (
        _("People"),
        "people",
        ["Person", "Team", "Role", "Level", "Absence", "AbsenceCalendar", "Holiday", "Organisation"],
    ),
    (_("Paths and practice"), "paths", ["Path", "PaceLine", "Belief", "OnRamp", "Enrolment", "Remark"]),
    (
        _("Learning work"),
        "engine",
        [
            *("Task", "TeamRules", "Graduate", "Request", "Emergency", "Decision"),
            *("Claim", "Offer", "SignOff", "Credit", "Record"),
            *("Repository", "GitHubAccount", "ApiToken"),
        ],
    ),
    (_("Delivery"), "engine", ["Mail", "GitHubCall", "Alert", "Relay", "Heartbeat"]),
    (_("History"), "admin", ["LogEntry"]),
]
ORDER = [name for _title, _app, names in SECTIONS for name in names]


class RampartSite(admin.AdminSite):
    site_header = site_title = "Rampart"
    index_title = _("What needs doing")
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One sign-in for everybody; staff are sent on from there."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        query = urlencode({"next": request.GET.get("next", reverse("admin:index"))})
        return redirect(f"{reverse(settings.LOGIN_URL)}?{query}")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from engine.admin.dashboard import board_for  # not above: a site comes before its models

        board = board_for(request, now=present(), real_now=timezone.now())
        return super().index(request, {"board": board, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the sections of our work; an app's own page shows what is that app's."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            for model in app["models"]:
                model["name"] = getattr(self._registry[model["model"]], "list_name", "") or model["name"]
            app["models"].sort(key=lambda model: _place(model["object_name"]))
        return apps if app_label else _in_sections(apps)


def _in_sections(apps: list[Any]) -> list[Any]:
    models = {model["object_name"]: (app, model) for app in apps for model in app["models"]}
    sections = []
    for title, label, names in SECTIONS:
        found = [models.pop(name) for name in names if name in models]
        if not found:
            continue
        whose = next((app for app in apps if app["app_label"] == label), found[0][0])
        sections.append({**whose, "name": title, "models": [model for _app, model in found]})
    rest = [(app, [model for model in app["models"] if model["object_name"] in models]) for app in apps]
    return sections + [{**app, "models": left} for app, left in rest if left]


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)
