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
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from people.models import DAY_NAMES, Holiday, Level, Person, Role, Team, day_numbers


class StaffForm(forms.ModelForm):
    """Knows what it showed when it was opened: only what differs from that was edited.

    Compared with the row as it is now, a form left open would take back what others changed since.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk is None:
            return
        for name, field in self.fields.items():
            # No choice at all sends nothing, so that what several choices showed is not known.
            if not isinstance(field, forms.ModelMultipleChoiceField):
                sends_it = not self.is_bound or self.add_initial_prefix(name) in self.data
                field.show_hidden_initial = sends_it

    def clean(self) -> dict[str, Any] | None:
        """Let what was not edited be as it is now, for every rule that compares it and for the row."""
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk is not None:
            as_it_is = {field.name for field in self.instance._meta.concrete_fields} - {*self.changed_data}
            cleaned |= {name: getattr(self.instance, name) for name in as_it_is & cleaned.keys()}
        return cleaned


class StaffAdmin(admin.ModelAdmin):
    """Lists filter by what they offer and nothing else: `?reps__answers=7` would tell whose answer it is."""

    form = StaffForm
    list_name: Any = ""  # where the model's own name says less
    about_the_list: Any = ""  # what stands above the list
    nothing_yet: Any = _("Nothing is here yet.")  # what an empty list says, and what to do next

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
        words = {
            "title": self.list_name or capfirst(self.opts.verbose_name_plural),
            "about_the_list": self.about_the_list,
            "nothing_yet": self.nothing_yet,
        }
        return super().changelist_view(request, words | (extra_context or {}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        context["list_name"] = self.list_name or capfirst(self.opts.verbose_name_plural)
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
            choices=list(zip(DAY_NAMES, WEEKDAYS_ABBR.values(), strict=True)),
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

    search_fields = ["name", "slug", "also_called"]
    search_help_text = _("Name, or id as files have it")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        active = Count("people", filter=Q(people__is_active=True))
        return super().get_queryset(request).annotate(active_people=active)

    @admin.display(description=_("people"), ordering="active_people")
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
    fields = ["name", "slug", "also_called"]
    about_the_list = _("Kinds of work. Paths say by them whom they are for, and rosters what somebody does.")
    nothing_yet = _("No role yet. A roster brings its roles along, or add one here.")


@admin.register(Level)
class LevelAdmin(NamedAdmin):
    list_display = ["name", "slug", "rank", "people"]
    fields = ["name", "slug", "rank", "also_called"]
    about_the_list = _("How experienced somebody is in a role, from the first level to the highest.")
    nothing_yet = _("No level yet. A roster brings its levels along, or add one here.")


class LedFilter(admin.SimpleListFilter):
    title = _("manager")
    parameter_name = "led"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("has one")), ("no", _("has none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Team]) -> QuerySet[Team]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(manager__isnull=self.value() == "no")


class TeamForm(StaffForm):
    workdays = WorkdaysField()


@admin.register(Team)
class TeamAdmin(NamedAdmin):
    form = TeamForm
    list_display = ["name", "manager", "zone", "days", "people"]
    list_filter = [LedFilter, "zone"]
    list_select_related = ["manager"]
    about_the_list = _("People who share a manager and working hours.")
    nothing_yet = _("No team yet. A roster brings its teams along, or add one here.")
    autocomplete_fields = ["manager"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "also_called", "manager"]}),
        (
            _("Working hours"),
            {
                "fields": ["zone", "workdays", ("starts_at", "ends_at"), ("country", "region")],
                "description": _("Tasks that are held for learners count these hours."),
            },
        ),
    ]

    @admin.display(description=_("workdays"))
    def days(self, team: Team) -> str:
        try:
            numbers = day_numbers(team.workdays)
        except ValueError:
            return team.workdays
        return ", ".join(str(WEEKDAYS_ABBR[number]) for number in sorted(numbers))


@admin.register(Holiday)
class HolidayAdmin(StaffAdmin):
    list_display = ["day", "name", "country"]
    list_filter = ["country"]
    search_help_text = _("Name")
    about_the_list = _("Days off that the organisation adds. Public holidays are known already.")
    nothing_yet = _("No day of our own. Public holidays are known without it.")
    search_fields = ["name"]
