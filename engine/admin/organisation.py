"""What holds for everyone: the organisation's name, and one button that pauses all practice mail."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from engine import practice
from engine.models import Mail
from people.admin import KeptAdmin, signed_in
from people.clock import present
from people.models import Organisation, Person


class NameForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["name"]


@admin.register(Organisation)
class OrganisationAdmin(KeptAdmin):
    """One row, so one page instead of a list; what has rules changes by its button."""

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        nothing_to_add = [
            page for page in super().get_urls() if not str(page.name).endswith(("_add", "_delete"))
        ]
        return [
            path("pause/", guarded(self.pause_view), name="people_organisation_pause"),
            *nothing_to_add,
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show how things stand, and take another name."""
        self._check_may_look(request)
        organisation = Organisation.get()
        form = NameForm(request.POST or None, instance=organisation)
        if request.method == "POST":
            self._check_may_change(request)
            if form.is_valid():
                self._rename(request, form.cleaned_data["name"])
                return redirect("admin:people_organisation_changelist")
        return self._page(request, "organisation", _("Practice for everyone"), {"form": form})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        self._check_may_look(request)
        return redirect("admin:people_organisation_changelist")

    def pause_view(self, request: HttpRequest) -> HttpResponse:
        """Say whom it concerns, and take the press that pauses practice or goes on with it."""
        self._check_may_change(request)
        if request.method != "POST":
            return self._page(request, "pause", _("Pause for everyone"), _concerned())
        by, now = signed_in(request), present()
        if request.POST.get("do") == "pause":
            changed, told = practice.pause_everyone(by=by, now=now), _("Paused practice for everyone.")
        else:
            changed, told = practice.go_on_with_everyone(now=now), _("Went on with practice for everyone.")
        if changed:
            self.log_changes(request, [Organisation.get()], told)
            self.message_user(request, told, messages.SUCCESS)
        else:
            self.message_user(request, _("It was so already; nothing changed."), messages.WARNING)
        return redirect("admin:people_organisation_changelist")

    def _rename(self, request: HttpRequest, name: str) -> None:
        Organisation.objects.get_or_create(pk=1)
        if Organisation.objects.filter(pk=1).exclude(name=name).update(name=name):
            self.log_changes(request, [Organisation.get()], _("Changed the name."))
            self.message_user(request, _("Mails and pages use the new name from now on."))

    def _check_may_look(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _check_may_change(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> TemplateResponse:
        row = Organisation.objects.select_related("paused_by").filter(pk=1).first()
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "organisation": row or Organisation(pk=1),
            "has_row": row is not None,
            "has_change_permission": self.has_change_permission(request),
        }
        return TemplateResponse(request, f"admin/people/organisation/{name}.html", shared | context)


def _concerned() -> dict[str, int]:
    """Return how many people practise, and which mails of theirs wait right now."""
    waiting = Mail.objects.filter(status=Mail.Status.QUEUED)
    return {
        "practising": Person.objects.practising().count(),
        "workouts": waiting.filter(kind=Mail.Kind.WORKOUT).count(),
        "welcomes": waiting.filter(kind=Mail.Kind.WELCOME).count(),
    }
