"""The admin of people: here, and not in `people`, because starting somebody touches practice."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import ngettext

from engine import practice
from engine.admin.absences import AbsenceInline
from people.admin import KeptAdmin, WorkdaysField
from people.calendar import local_date
from people.clock import present
from people.models import Person
from people.sign_in import forget_addresses

EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]
DATED = ["role", "level", "team", "share"]  # each carries the date it began
ACCESS: Any = ["is_staff", "groups", "is_superuser", "last_login"]  # for superusers only
SIGN_IN = ["email", "left_on"]  # who may change these can become, or lock out, the person


def today_of(person: Person) -> date:
    return local_date(present(), zone=person.zone)


class PersonForm(forms.ModelForm):
    workdays = WorkdaysField()

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_manager(self) -> Person | None:
        """Refuse a circle: approvals and reports climb from manager to manager."""
        manager: Person | None = self.cleaned_data["manager"]
        above, way = manager, []
        while above and above.pk not in way:
            if above.pk == self.instance.pk:
                raise forms.ValidationError(
                    f"{manager} reports to {self.instance}, directly or through others; choose somebody else."
                )
            way.append(above.pk)
            above = above.manager
        return manager

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if "kind" in cleaned and "owner" in cleaned:
            is_agent = cleaned["kind"] == Person.Kind.AGENT
            if is_agent and cleaned["owner"] is None:
                self.add_error("owner", "An agent acts for somebody; choose whom.")
            if not is_agent and cleaned["owner"] is not None:
                self.add_error("owner", "Only an agent has an owner; leave this empty.")
        return cleaned


class PracticeFilter(admin.SimpleListFilter):
    title = "practice"
    parameter_name = "practice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("not-started", "not started"),
            ("practising", "practising"),
            ("paused", "paused"),
            ("stopped", "stopped"),
            ("left", "left"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        paused = Q(paused_until__gt=present().date())
        practising = Q(pk__in=Person.objects.practising())
        wanted = {
            "not-started": Q(kind=Person.Kind.PERSON, is_active=True, started_on=None),
            "practising": practising & ~(Q(paused_until__isnull=False) & paused),
            "paused": practising & paused,
            "stopped": Q(is_active=True, stopped_at__isnull=False),
            "left": Q(is_active=False),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class AddressFilter(admin.SimpleListFilter):
    title = "address"
    parameter_name = "address"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("refused", "refused"), ("fine", "fine")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        if self.value() not in ("refused", "fine"):
            return queryset
        return queryset.filter(mail_refused_at__isnull=self.value() == "fine")


@admin.register(Person)
class PersonAdmin(KeptAdmin):
    form = PersonForm
    list_display = ["name", "email", "state", "work", "team"]
    list_select_related = ["role", "level", "team"]
    list_filter = [PracticeFilter, AddressFilter, "role", "level", "team", "kind"]
    search_fields = ["name", "email", "external_id"]
    search_help_text = "Name, e-mail or external id"
    autocomplete_fields = ["manager", "owner"]
    inlines = [AbsenceInline]
    actions = ["start_practice", "clear_refused_address"]
    readonly_fields = [
        *(f"{name}_since" for name in DATED),
        *("started_on", "paused_until", "stopped_at"),
        *("mail_refused_at", "mail_refused_because", "is_active", "last_login"),
    ]
    fieldsets = [
        (None, {"fields": ["name", "email", "external_id"]}),
        (
            "Work",
            {
                "fields": [
                    ("role", "role_since"),
                    ("level", "level_since"),
                    ("team", "team_since"),
                    ("share", "share_since"),
                    "manager",
                ],
                "description": "Role and level decide the paths. A change counts from today.",
            },
        ),
        (
            "Place and rhythm",
            {
                "fields": [
                    ("zone", "language"),
                    ("country", "region"),
                    "workdays",
                    ("send_time", "window", "minutes"),
                ],
                "description": "When the mail may come. People change this themselves, from any mail.",
            },
        ),
        (
            "Practice",
            {
                "fields": [
                    "started_on",
                    "paused_until",
                    "stopped_at",
                    ("mail_refused_at", "mail_refused_because"),
                ],
                "description": "Pausing and stopping are the person's own; start by the action above.",
            },
        ),
        (
            "Leaving",
            {
                "fields": ["left_on", "is_active"],
                "description": "People are ended, never deleted. From this date on they cannot sign in, "
                "their links are dead and nothing is sent to them. Emptying it takes them back.",
            },
        ),
        (
            "Agent",
            {
                "fields": ["kind", "owner"],
                "classes": ["collapse"],
                "description": "An agent acts for its owner and gets no mail.",
            },
        ),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Person | None = None) -> Any:
        fieldsets = list(super().get_fieldsets(request, obj))
        if request.user.is_superuser:
            fieldsets.append(("Access", {"fields": ACCESS, "classes": ["collapse"]}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> list[str]:
        fields: list[str] = [*super().get_readonly_fields(request, obj)]
        if obj and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser:
            fields += SIGN_IN
        return fields

    @admin.display(description="role and level", ordering="role__name")
    def work(self, person: Person) -> str:
        return ", ".join(str(part) for part in (person.role, person.level) if part)

    @admin.display(description="practice")
    def state(self, person: Person) -> str:
        refused = ", address refused" if person.is_active and person.mail_refused_at else ""
        return self._practice(person) + refused

    def _practice(self, person: Person) -> str:
        if not person.is_active:
            return f"left on {date_format(person.left_on)}" if person.left_on else "left"
        if person.kind == Person.Kind.AGENT:
            return "agent"
        if person.started_on is None:
            return "not started"
        if person.stopped_at is not None:
            return "stopped"
        if person.paused_until and person.is_paused(today_of(person)):
            return f"paused until {date_format(person.paused_until)}"
        return "practising"

    def set_what_follows(self, obj: Any, form: forms.ModelForm) -> Sequence[str]:
        today = today_of(obj)
        if obj.pk is None:
            obj.set_unusable_password()
        began = [name for name in DATED if name in form.changed_data or obj.pk is None]
        for name in began:
            setattr(obj, f"{name}_since", today if getattr(obj, name) is not None else None)
        obj.is_active = obj.left_on is None or obj.left_on > today
        return [
            *(f"{name}_since" for name in began),
            *(["is_active"] if "left_on" in form.changed_data else []),
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            forget_addresses([obj.pk])

    @admin.action(
        description="Start practice",
        description_plural="Start practice of the selected people",
        permissions=["change"],
        location=EVERYWHERE,
    )
    def start_practice(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        chosen = list(queryset.filter(kind=Person.Kind.PERSON, is_active=True, started_on=None))
        asked = queryset.count()
        started = practice.start(queryset, now=present())
        self.log_changes(request, chosen, "Started practice.")
        told = ngettext("%d person starts today.", "%d people start today.", started) % started
        if started:
            told += " Mail comes from the next working day, at the earliest."
        if started < asked:
            told += f" {asked - started} had started before, left, or are agents."
        self.message_user(request, told, messages.SUCCESS if started else messages.WARNING)

    @admin.action(
        description="Clear the refused address mark",
        description_plural="Clear the refused address mark of the selected people",
        permissions=["change"],
        location=EVERYWHERE,
    )
    def clear_refused_address(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        marked = list(queryset.filter(mail_refused_at__isnull=False))
        Person.objects.filter(pk__in=[person.pk for person in marked]).update(
            mail_refused_at=None, mail_refused_because=""
        )
        self.log_changes(request, marked, "Cleared the refused address mark.")
        told = ngettext("Mail goes to %d address again.", "Mail goes to %d addresses again.", len(marked))
        self.message_user(request, told % len(marked), messages.SUCCESS if marked else messages.WARNING)
