"""The admin of graduates: who had learned a kind of work before Rampart counted."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine import onramps
from engine.admin.onramps.rows import EVERYWHERE, by_and_now, press
from engine.models import Graduate
from engine.upload import Upload, UploadForm
from paths.models import OnRamp
from people.admin import KeptAdmin, StaffForm, signed_in
from people.graduate_sheets import read_graduates
from people.models import Person
from people.sheets import Problem, SheetRefused

MOST_SHOWN = 200  # problems, and people


class GraduateForm(StaffForm):
    def clean_person(self) -> Person:
        person: Person = self.cleaned_data["person"]
        if person.kind != Person.Kind.PERSON:
            raise forms.ValidationError(_("Agents never learn; choose a person."))
        return person


class ImportForm(UploadForm):
    about_the_file = gettext_lazy(
        "CSV in UTF-8 with the columns email and kind: an on-ramp’s id, such as clean-weekly-extract."
    )


@admin.register(Graduate)
class GraduateAdmin(KeptAdmin):
    form = GraduateForm
    list_display = ["person", "on_ramp", "team", "noted_at", "noted_by"]
    list_select_related = ["person__team", "on_ramp", "noted_by"]
    list_filter = ["on_ramp", "person__team"]
    search_fields = ["person__name", "person__email"]
    search_help_text = gettext_lazy("Name or e-mail")
    about_the_list = gettext_lazy(
        "Who had learned a kind of work before Rampart counted. Nothing is kept for them, and they may sign "
        "off. Who learns here graduates by signed-off work and is not in this list."
    )
    nothing_yet = gettext_lazy(
        "Nobody yet. Note on day one who knows the work already: add them, or import a file."
    )
    autocomplete_fields = ["person"]
    actions = ["take_back"]

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view(self.import_view)
        return [path("import/", guarded, name="engine_graduate_import"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Graduate]:
        return super().get_queryset(request).defer("on_ramp__draft")

    def get_fields(self, request: HttpRequest, obj: Graduate | None = None) -> Any:
        return ["person", "on_ramp", "noted_at", "noted_by"] if obj else ["person", "on_ramp"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """One row is only looked at; the action, which asks without a row, takes it back."""
        return obj is None and super().has_change_permission(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "on_ramp":
            options["queryset"] = OnRamp.objects.filter(current__isnull=False).defer("draft")
        return super().formfield_for_foreignkey(db_field, request, **options)

    @admin.display(description=gettext_lazy("team"), ordering="person__team__name")
    def team(self, graduate: Graduate) -> str:
        return str(graduate.person.team or "")

    def save_model(self, request: HttpRequest, obj: Graduate, form: forms.ModelForm, change: bool) -> None:
        obj.pk = onramps.graduate(obj.person, obj.on_ramp, **by_and_now(request)).pk

    @admin.action(
        description=gettext_lazy("Take back"),
        description_plural=gettext_lazy("Take back the selected: they learn again"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def take_back(self, request: HttpRequest, queryset: QuerySet[Graduate]) -> HttpResponse:
        rows = list(queryset.select_related("person", "on_ramp"))
        press(
            self,
            request,
            rows,
            lambda row: onramps.take_back(row, **by_and_now(request)),
            told=_("Taken back; by their signed-off work they count as learners or not."),
        )
        return redirect("admin:engine_graduate_changelist")

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Load a file, all of it or nothing; or check it, and say whom it would note."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {"form": form}
        if request.method == "POST" and form.is_valid():
            upload: Upload = form.cleaned_data["upload"]
            is_check = request.POST.get("do") == "check"
            sheet = read_graduates(upload.text)
            try:
                noted = onramps.load_graduates(sheet, **by_and_now(request), dry_run=is_check)
            except SheetRefused as refused:
                context |= _shown_problems(refused.problems) | {"told": str(refused)}
            else:
                if not is_check:
                    self._log_import(request, noted.new)
                    self.message_user(request, str(noted), messages.SUCCESS)
                    return redirect("admin:engine_graduate_changelist")
                context |= {
                    "told": _("The file is sound. It would do this: %(what)s") % {"what": noted},
                    "checked": upload if upload.fits_a_page else None,
                    "new": noted.new[:MOST_SHOWN],
                    "more_new": max(len(noted.new) - MOST_SHOWN, 0),
                }
        page = {**self.admin_site.each_context(request), "opts": self.opts, "title": _("Import graduates")}
        return TemplateResponse(request, "admin/engine/graduate/import.html", page | context)

    def _log_import(self, request: HttpRequest, new: Sequence[tuple[Person, OnRamp]]) -> None:
        people = {person.pk for person, _kind in new}
        rows = Graduate.objects.filter(person__in=people, on_ramp__in={kind.pk for _person, kind in new})
        LogEntry.objects.log_actions(
            signed_in(request).pk,
            rows.select_related("person", "on_ramp"),
            ADDITION,
            change_message=_("Imported."),
        )


def _shown_problems(problems: Sequence[Problem]) -> dict[str, Any]:
    return {"problems": problems[:MOST_SHOWN], "more": max(len(problems) - MOST_SHOWN, 0)}
