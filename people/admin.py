"""The admin of what decides when people work, and what every page for staff has in common."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.filters import SimpleListFilter
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Count, Field, Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from people.models import DAY_NAMES, Holiday, Level, Person, Role, Team


class StaffAdmin(admin.ModelAdmin):
    """Lists filter by what they offer and nothing else: `?reps__answers=7` would tell whose answer it is."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        offered = [_parameter(entry) for entry in self.get_list_filter(request)]
        return any(
            lookup == name or lookup.startswith(name + LOOKUP_SEP) for name in offered
        ) and super().lookup_allowed(lookup, value, request)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **options: Any) -> Any:
        """A choice is a choice; what there is to choose from has pages of its own."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        if context["original"]:
            context |= {"title": str(context["original"]), "subtitle": None}
        return super().render_change_form(request, context, *args, **options)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Write only what was edited: the engine may have changed other columns since the form was opened."""
        edited = [*form.changed_data, *self.set_what_follows(obj, form)]
        columns = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=columns.intersection(edited) if change else None)

    def log_changes(self, request: HttpRequest, rows: Sequence[Model], message: str) -> None:
        if rows:
            LogEntry.objects.log_actions(signed_in(request).pk, rows, CHANGE, change_message=message)

    def set_what_follows(self, obj: Any, form: forms.ModelForm) -> Sequence[str]:
        """Set the fields that follow from the edited ones, and return their names."""
        return []


class KeptAdmin(StaffAdmin):
    """Rows that are ended or retired, and never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(KeptAdmin):
    """Rows that the engine writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def signed_in(request: HttpRequest) -> Person:
    """Return who asks; the admin lets nobody in without signing in."""
    assert isinstance(request.user, Person)
    return request.user


def _parameter(entry: Any) -> str:
    """Return what a filter of a list calls itself in the address."""
    if isinstance(entry, str):
        return entry
    if isinstance(entry, Sequence):
        return str(entry[0])
    assert issubclass(entry, SimpleListFilter)
    return str(entry.parameter_name)


class WorkdaysField(forms.MultipleChoiceField):
    """Boxes for the days that the column holds as `mon,tue`."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=[(name, name.capitalize()) for name in DAY_NAMES],
            initial=Team._meta.get_field("workdays").get_default(),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        return ",".join(super().clean(value))


class NamedAdmin(StaffAdmin):
    """Something path files or rosters call by its slug, which therefore never changes."""

    search_fields = ["name", "slug"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        active = Count("people", filter=Q(people__is_active=True))
        return super().get_queryset(request).annotate(active_people=active)

    @admin.display(description="people", ordering="active_people")
    def people(self, row: Any) -> int:
        return row.active_people

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["slug"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["name"]}


@admin.register(Role)
class RoleAdmin(NamedAdmin):
    list_display = ["name", "slug", "people"]
    fields = ["name", "slug"]


@admin.register(Level)
class LevelAdmin(NamedAdmin):
    list_display = ["name", "slug", "rank", "people"]
    fields = ["name", "slug", "rank"]


class TeamForm(forms.ModelForm):
    workdays = WorkdaysField()


@admin.register(Team)
class TeamAdmin(NamedAdmin):
    form = TeamForm
    list_display = ["name", "manager", "zone", "workdays", "people"]
    list_select_related = ["manager"]
    autocomplete_fields = ["manager"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "manager"]}),
        (
            "Working hours",
            {
                "fields": ["zone", "workdays", ("starts_at", "ends_at"), ("country", "region")],
                "description": "Tasks that are held for learners count these hours.",
            },
        ),
    ]


@admin.register(Holiday)
class HolidayAdmin(StaffAdmin):
    list_display = ["day", "name", "country"]
    list_filter = ["country"]
    search_fields = ["name"]
