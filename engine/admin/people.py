"""The admin of people: here, and not in `people`, because starting somebody touches practice."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _

from engine import practice
from engine.admin.absences import AbsenceInline
from engine.admin.people_filters import (
    AddressFilter,
    CalendarFilter,
    MissingFilter,
    PathFilter,
    PracticeFilter,
    lacks_path,
)
from engine.admin.roster import RosterPages
from engine.admin.start import Chosen, StartPages
from people.admin import StaffForm, WorkdaysField
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


def role_and_level(person: Person) -> str:
    return ", ".join(str(part) for part in (person.role, person.level) if part)


class PersonForm(StaffForm):
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
                    _("%(manager)s reports to %(person)s, directly or through others; choose somebody else.")
                    % {"manager": manager, "person": self.instance}
                )
            way.append(above.pk)
            above = above.manager
        return manager

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if "kind" in cleaned and "owner" in cleaned:
            is_agent = cleaned["kind"] == Person.Kind.AGENT
            if is_agent and cleaned["owner"] is None:
                self.add_error("owner", _("An agent acts for somebody; choose whom."))
            if not is_agent and cleaned["owner"] is not None:
                self.add_error("owner", _("Only an agent has an owner; leave this empty."))
        return cleaned


@admin.register(Person)
class PersonAdmin(StartPages, RosterPages):
    form = PersonForm
    list_display = ["name", "state", "work", "team", "address"]
    list_select_related = ["role", "level", "team"]
    list_filter = [
        PracticeFilter,
        PathFilter,
        AddressFilter,
        CalendarFilter,
        MissingFilter,
        *("role", "level", "team", "kind"),
    ]
    search_fields = ["name", "email", "external_id"]
    search_help_text = _("Name, e-mail or external id")
    nothing_yet = _("Nobody is here yet. Import a roster, or add somebody.")
    autocomplete_fields = ["manager", "deputy", "owner"]
    inlines = [AbsenceInline]
    actions = ["start_practice", "take_back_start", "clear_refused_address"]
    readonly_fields = [
        *(f"{name}_since" for name in DATED),
        *("started_on", "paused_until", "stopped_at"),
        *("mail_refused_at", "mail_refused_because", "is_active", "last_login"),
    ]
    fieldsets = [
        (None, {"fields": ["name", "email", "external_id"]}),
        (
            _("Work"),
            {
                "fields": [
                    ("role", "role_since"),
                    ("level", "level_since"),
                    ("team", "team_since"),
                    ("share", "share_since"),
                    ("manager", "deputy"),
                ],
                "description": _("Role and level decide the paths. A change counts from today."),
            },
        ),
        (
            _("Place and rhythm"),
            {
                "fields": [
                    ("zone", "language"),
                    ("country", "region"),
                    "workdays",
                    ("send_time", "window", "minutes"),
                ],
                "description": _("When the mail may come. People change this themselves, from any mail."),
            },
        ),
        (
            _("Practice"),
            {
                "fields": [
                    "started_on",
                    "paused_until",
                    "stopped_at",
                    ("mail_refused_at", "mail_refused_because"),
                ],
                "description": _("Pausing and stopping are the person's own; start by the action above."),
            },
        ),
        (
            _("Leaving"),
            {
                "fields": ["left_on", "is_active"],
                "description": _(
                    "People are ended, never deleted. From this date on they cannot sign in, their links are "
                    "dead and nothing is sent to them. Emptying it takes them back."
                ),
            },
        ),
        (
            _("Agent"),
            {
                "fields": ["kind", "owner"],
                "classes": ["collapse"],
                "description": _("An agent acts for its owner and gets no mail."),
            },
        ),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Person | None = None) -> Any:
        fieldsets = list(super().get_fieldsets(request, obj))
        if request.user.is_superuser:
            fieldsets.append((_("Access"), {"fields": ACCESS, "classes": ["collapse"]}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> list[str]:
        fields: list[str] = [*super().get_readonly_fields(request, obj)]
        if obj and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser:
            fields += SIGN_IN
        return fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        return super().get_queryset(request).annotate(lacks_path=lacks_path())

    @admin.display(description=_("e-mail"), ordering="email")
    def address(self, person: Person) -> str:
        """Show it so that it breaks before the @, or not at all."""
        local, at, domain = person.email.rpartition("@")
        return format_html("{}<wbr>{}", local, at + domain)

    @admin.display(description=_("role and level"), ordering="role__name")
    def work(self, person: Person) -> str:
        return role_and_level(person)

    @admin.display(description=_("practice"))
    def state(self, person: Any) -> str:
        if person.is_active and person.mail_refused_at:
            return _("%(practice)s, address refused") % {"practice": self._practice(person)}
        return self._practice(person)

    def _practice(self, person: Any) -> str:
        if not person.is_active:
            on = person.left_on
            return _("left on %(day)s") % {"day": date_format(on)} if on else gettext("left")
        if person.kind == Person.Kind.AGENT:
            return gettext("agent")
        if person.started_on is None:
            return gettext("not started")
        if person.stopped_at is not None:
            return gettext("stopped")
        if person.paused_until and person.is_paused(today_of(person)):
            return _("paused until %(day)s") % {"day": date_format(person.paused_until)}
        return gettext("started, no path") if person.lacks_path else gettext("practising")

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
        description=_("Start practice"),
        description_plural=_("Start practice of the selected people"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def start_practice(self, request: HttpRequest, queryset: QuerySet[Person]) -> HttpResponse:
        """Lead to the page that shows what a start would bring; only the press there starts."""
        return self.start_page(request, Chosen.these(queryset))

    @admin.action(
        description=_("Take back the start"),
        description_plural=_("Take back the start of the selected people"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def take_back_start(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        asked = queryset.count()
        taken_back = practice.take_back_start(queryset, now=present())
        self.log_changes(request, taken_back, gettext_noop("Took back the start."))
        many = len(taken_back)
        told = ngettext(
            "%d person is not started any more, and gets no mail.",
            "%d people are not started any more, and get no mail.",
            many,
        )
        told = told % many if many else gettext("Nobody’s start was taken back.")
        if left := asked - many:
            told += (
                " "
                + ngettext(
                    "%d stays as they were: not started, or their first mail went out. "
                    "They can stop by any mail, and their page has a day of leaving.",
                    "%d stay as they were: not started, or their first mail went out. "
                    "They can stop by any mail, and their pages have a day of leaving.",
                    left,
                )
                % left
            )
        self.message_user(request, told, messages.SUCCESS if taken_back else messages.WARNING)

    @admin.action(
        description=_("Clear the refused address mark"),
        description_plural=_("Clear the refused address mark of the selected people"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def clear_refused_address(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        marked = list(queryset.filter(mail_refused_at__isnull=False))
        Person.objects.filter(pk__in=[person.pk for person in marked]).update(
            mail_refused_at=None, mail_refused_because=""
        )
        self.log_changes(request, marked, gettext_noop("Cleared the refused address mark."))
        told = ngettext("Mail goes to %d address again.", "Mail goes to %d addresses again.", len(marked))
        self.message_user(request, told % len(marked), messages.SUCCESS if marked else messages.WARNING)
