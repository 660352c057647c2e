"""The admin of enrolments: those by hand are started and ended here, the others follow role and level."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext

from engine.admin.people import role_and_level, today_of
from engine.models import Enrolment
from paths.models import Path
from people.admin import KeptAdmin, StaffForm
from people.models import Person


class EnrolmentForm(StaffForm):
    path = forms.ModelChoiceField(
        Path.objects.filter(status=Path.Status.ACTIVE, current__isnull=False).defer("draft"),
        help_text=_("Only active paths take people in."),
    )

    def clean_person(self) -> Person:
        person: Person = self.cleaned_data["person"]
        if not person.is_practising:
            raise forms.ValidationError(
                _("%(person)s does not practise: start them first, on their page among the people.")
                % {"person": person}
            )
        return person

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        person, path = cleaned.get("person"), cleaned.get("path")
        if person and path and Enrolment.objects.active().filter(person=person, path=path).exists():
            told = _("%(person)s is on %(path)s already.") % {"person": person, "path": path}
            raise forms.ValidationError(told)
        return cleaned


class OpenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("open")), ("no", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(ended_on__isnull=self.value() == "yes")


@admin.register(Enrolment)
class EnrolmentAdmin(KeptAdmin):
    list_display = ["person", "path", "work", "source", "started_on", "ended_on"]
    list_filter = [OpenFilter, "path", "person__role", "person__level", "person__team", "source"]
    search_fields = ["person__name", "person__email", "path__title"]
    search_help_text = _("Person or path")
    about_the_list = _("Who is on which path. Role and level decide it; somebody else is added by hand.")
    nothing_yet = _(
        "Nobody is on a path yet. Publish one, then start people: they get on it by role and level."
    )
    autocomplete_fields = ["person"]
    actions = ["end"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        rows = super().get_queryset(request).select_related("person__role", "person__level", "path")
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

    @admin.display(description=_("role and level"), ordering="person__role__name")
    def work(self, enrolment: Enrolment) -> str:
        return role_and_level(enrolment.person)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        obj.source = Enrolment.Source.BY_HAND
        obj.started_on = today_of(obj.person)
        super().save_model(request, obj, form, change)

    @admin.action(
        description=_("End"),
        description_plural=_("End the selected enrolments"),
        permissions=["change"],
        location=[ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM],
    )
    def end(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> None:
        open_ones = list(queryset.filter(ended_on=None))
        by_hand = [row for row in open_ones if row.source == Enrolment.Source.BY_HAND]
        for row in by_hand:
            row.ended_on = today_of(row.person)
        Enrolment.objects.bulk_update(by_hand, ["ended_on"])
        self.log_changes(request, by_hand, gettext_noop("Ended."))
        told = ngettext("%d enrolment ended.", "%d enrolments ended.", len(by_hand)) % len(by_hand)
        self.message_user(request, told, messages.SUCCESS if by_hand else messages.INFO)
        if following := len(open_ones) - len(by_hand):
            told = ngettext(
                "%d did not end: it follows role and level; change those, or the path's audience.",
                "%d did not end: they follow role and level; change those, or the path's audience.",
                following,
            )
            self.message_user(request, told % following, messages.WARNING)
