"""The admin of enrolments: those by hand are started and ended here, the others follow role and level."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from engine.admin.people import today_of
from engine.models import Enrolment
from paths.models import Path
from people.admin import KeptAdmin
from people.models import Person


class EnrolmentForm(forms.ModelForm):
    path = forms.ModelChoiceField(
        Path.objects.filter(status=Path.Status.ACTIVE, current__isnull=False).defer("draft"),
        help_text="Only active paths take people in.",
    )

    def clean_person(self) -> Person:
        person: Person = self.cleaned_data["person"]
        if not person.is_practising:
            raise forms.ValidationError(
                f"{person} does not practise: start them first, on their page among the people."
            )
        return person

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        person, path = cleaned.get("person"), cleaned.get("path")
        if person and path and Enrolment.objects.active().filter(person=person, path=path).exists():
            raise forms.ValidationError(f"{person} is on {path} already.")
        return cleaned


class OpenFilter(admin.SimpleListFilter):
    title = "open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "open"), ("no", "ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(ended_on__isnull=self.value() == "yes")


@admin.register(Enrolment)
class EnrolmentAdmin(KeptAdmin):
    list_display = ["person", "path", "role", "source", "started_on", "ended_on"]
    list_filter = [OpenFilter, "path", "person__role", "source"]
    search_fields = ["person__name", "person__email", "path__title"]
    search_help_text = "Person or path"
    autocomplete_fields = ["person"]
    actions = ["end"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        rows = super().get_queryset(request).select_related("person__role", "path")
        return rows.defer("path__draft")

    def get_form(
        self, request: HttpRequest, obj: Enrolment | None = None, change: bool = False, **options: Any
    ) -> type[forms.ModelForm]:
        return super().get_form(request, obj, change, **options | ({} if change else {"form": EnrolmentForm}))

    def get_fields(self, request: HttpRequest, obj: Enrolment | None = None) -> Any:
        return ["person", "path", "source", "started_on", "ended_on"] if obj else ["person", "path"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """One row is only looked at; the action, which asks without a row, ends it."""
        return obj is None and super().has_change_permission(request)

    @admin.display(ordering="person__role__name")
    def role(self, enrolment: Enrolment) -> str:
        return str(enrolment.person.role or "")

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        obj.source = Enrolment.Source.BY_HAND
        obj.started_on = today_of(obj.person)
        super().save_model(request, obj, form, change)

    @admin.action(
        description="End the selected enrolments",
        permissions=["change"],
        location=[ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM],
    )
    def end(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> None:
        open_ones = list(queryset.filter(ended_on=None))
        by_hand = [row for row in open_ones if row.source == Enrolment.Source.BY_HAND]
        for row in by_hand:
            row.ended_on = today_of(row.person)
        Enrolment.objects.bulk_update(by_hand, ["ended_on"])
        self.log_changes(request, by_hand, "Ended.")
        self.message_user(request, f"Ended: {len(by_hand)}.", messages.SUCCESS if by_hand else messages.INFO)
        if following := len(open_ones) - len(by_hand):
            told = (
                f"Not ended: {following}. They follow role and level; change those, or the path's audience."
            )
            self.message_user(request, told, messages.WARNING)
