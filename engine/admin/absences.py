"""The admin of days away: noted by L&D, read from a file, or from people's calendars; here, because they hold
for mails that wait."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.errors import AddressRefused
from engine.practice import absence_files, absences, calendars
from engine.upload import Upload, UploadForm
from people.absence_sheets import read_absences
from people.admin import StaffAdmin, StaffForm, signed_in
from people.clock import present
from people.models import Absence, AbsenceCalendar
from people.sheets import Problem, SheetRefused

MOST_PROBLEMS = 200  # shown


class AbsenceForm(StaffForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("That is before the first day. Choose the same day or a later one."))
        if self.has_changed():
            self.instance.source = Absence.Source.STAFF
        return cleaned


class AbsencesOfOne(forms.BaseInlineFormSet):
    def save(self, commit: bool = True) -> Any:
        saved = super().save(commit=commit)
        if self.has_changed():
            absences.heed([self.instance.pk], now=present())
        return saved


class AbsenceInline(admin.TabularInline):
    """A person's absences; those from their calendar are in the list of absences, and change there only."""

    model = Absence
    form = AbsenceForm
    formset = AbsencesOfOne
    readonly_fields = ["source"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Absence]:
        return super().get_queryset(request).exclude(source=Absence.Source.CALENDAR)


class ImportForm(UploadForm):
    about_the_file = gettext_lazy(
        "CSV in UTF-8 with the columns email, starts_on and ends_on (the last day away)."
    )

    replace = forms.BooleanField(
        label=gettext_lazy("The file is complete"),
        required=False,
        help_text=gettext_lazy(
            "Days to come that only earlier files said are removed. Otherwise a file only adds."
        ),
    )


class WhenFilter(admin.SimpleListFilter):
    title = gettext_lazy("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("now", gettext_lazy("now")),
            ("coming", gettext_lazy("coming")),
            ("past", gettext_lazy("past")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Absence]) -> QuerySet[Absence]:
        today = timezone.localdate(present())
        wanted = {
            "now": Q(starts_on__lte=today, ends_on__gte=today),
            "coming": Q(starts_on__gt=today),
            "past": Q(ends_on__lt=today),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


@admin.register(Absence)
class AbsenceAdmin(StaffAdmin):
    form = AbsenceForm
    list_display = ["person", "starts_on", "ends_on", "source"]
    list_select_related = ["person"]
    list_filter = [WhenFilter, "source", "person__team"]
    search_fields = ["person__name", "person__email"]
    search_help_text = gettext_lazy("Name or e-mail")
    about_the_list = gettext_lazy(
        "Days people are away, and no reason why. Nothing is sent then, and nothing piles up."
    )
    nothing_yet = gettext_lazy("No absence yet. People enter their own; add one here, or import a file.")
    autocomplete_fields = ["person"]

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view(self.import_view)
        return [path("import/", guarded, name="people_absence_import"), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Absence | None = None) -> list[str]:
        return ["person", "source"] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Absence | None = None) -> bool:
        return _is_ours(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Absence | None = None) -> bool:
        return _is_ours(obj) and super().has_delete_permission(request, obj)

    def set_what_follows(self, obj: Any, form: forms.ModelForm) -> Sequence[str]:
        return ["source"]

    def save_model(self, request: HttpRequest, obj: Absence, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        absences.heed([obj.person_id], now=present())

    def delete_model(self, request: HttpRequest, obj: Absence) -> None:
        super().delete_model(request, obj)
        absences.heed([obj.person_id], now=present())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Absence]) -> None:
        people = set(queryset.values_list("person_id", flat=True))
        super().delete_queryset(request, queryset)
        absences.heed(people, now=present())

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Load a file, all of it or nothing; or check it, and say what it would do."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        problems: Sequence[Problem] = ()
        told = ""
        checked: Upload | None = None
        if request.method == "POST" and form.is_valid():
            upload: Upload = form.cleaned_data["upload"]
            is_check = request.POST.get("do") == "check"
            try:
                loaded = absence_files.load(
                    read_absences(upload.text),
                    by=signed_in(request),
                    now=present(),
                    replace=form.cleaned_data["replace"],
                    dry_run=is_check,
                )
            except SheetRefused as refused:
                problems, told = refused.problems, str(refused)
            else:
                if not is_check:
                    self.message_user(request, str(loaded), messages.SUCCESS)
                    return redirect("admin:people_absence_changelist")
                checked = upload if upload.fits_a_page else None
                told = _("The file is sound. It would do this: %(what)s") % {"what": loaded}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import absences"),
            "form": form,
            "checked": checked,
            "problems": problems[:MOST_PROBLEMS],
            "more": max(len(problems) - MOST_PROBLEMS, 0),
            "told": told,
        }
        return TemplateResponse(request, "admin/people/absence/import.html", context)


def _is_ours(absence: Absence | None) -> bool:
    """What a calendar said is changed in the calendar: the next time it is read, it would be there again."""
    return absence is None or absence.source != Absence.Source.CALENDAR


class AbsenceCalendarForm(StaffForm):
    # Of our own: Django's refuses webcal:// before we can read it as https.
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"class": "vURLField"}),
        help_text=gettext_lazy(
            "An https address that ends in .ics, as a rule. It is a key to the whole calendar, "
            "so it is shown to nobody again. It takes the place of one given before."
        ),
    )

    def clean_address(self) -> str:
        try:
            return calendars.checked(self.cleaned_data["address"])
        except AddressRefused as refused:
            raise forms.ValidationError(str(refused)) from None

    def validate_unique(self) -> None:
        """A second address of a person takes the place of the first."""


@admin.register(AbsenceCalendar)
class AbsenceCalendarAdmin(StaffAdmin):
    form = AbsenceCalendarForm
    list_display = ["person", "where", "read_at", "problem"]
    list_select_related = ["person"]
    list_filter = [("problem", admin.EmptyFieldListFilter), "person__team"]
    search_fields = ["person__name", "person__email"]
    search_help_text = gettext_lazy("Name or e-mail")
    about_the_list = gettext_lazy("Where days away are read from. Titles of events are not kept.")
    nothing_yet = gettext_lazy("No calendar yet. People give the address of theirs, or add one here.")
    autocomplete_fields = ["person"]

    @admin.display(description=gettext_lazy("where"))
    def where(self, calendar: AbsenceCalendar) -> str:
        return calendar.host

    def get_fields(self, request: HttpRequest, obj: AbsenceCalendar | None = None) -> Any:
        return ["person", "where", "tried_at", "read_at", "problem"] if obj else ["person", "address"]

    def get_readonly_fields(self, request: HttpRequest, obj: AbsenceCalendar | None = None) -> list[str]:
        return ["person", "where", "tried_at", "read_at", "problem"] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: AbsenceCalendar, form: forms.ModelForm, change: bool
    ) -> None:
        obj.pk = calendars.follow(obj.person, obj.address).pk

    def delete_model(self, request: HttpRequest, obj: AbsenceCalendar) -> None:
        calendars.forget(obj.person, now=present())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AbsenceCalendar]) -> None:
        for calendar in queryset.select_related("person"):
            calendars.forget(calendar.person, now=present())
