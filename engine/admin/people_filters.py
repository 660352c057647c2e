"""By what the list of people is filtered: what their practice needs, and what keeps it from them."""

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from engine import practice
from engine.models import Enrolment
from people.clock import present
from people.models import AbsenceCalendar, Person, Team

CURRENT = Q(kind=Person.Kind.PERSON, is_active=True)
NOT_STARTED = CURRENT & Q(started_on=None)
REFUSED = CURRENT & Q(mail_refused_at__isnull=False)
UNPLACED = CURRENT & Q(started_on__isnull=False) & (Q(role=None) | Q(level=None))


def lacks_path() -> Case:
    """Whom no path fits, and who is on none by hand either."""
    enrolled = Enrolment.objects.active().filter(person=OuterRef("pk"))
    fits_none = Exists(practice.without_path().filter(pk=OuterRef("pk")))
    is_so = Q(fits_none) | ((Q(role=None) | Q(level=None)) & Q(~Exists(enrolled)))
    return Case(When(is_so, then=True), default=False, output_field=BooleanField())


def out_of_reach() -> Q:
    """Who has no team, or reports to nobody and leads nobody: no request would find its way."""
    leads = Exists(Team.objects.filter(manager=OuterRef("pk"))) | Exists(
        Person.objects.filter(manager=OuterRef("pk"))
    )
    return CURRENT & (Q(team=None) | (Q(manager=None) & ~Q(leads)))


def unreadable_calendars() -> QuerySet[AbsenceCalendar]:
    return AbsenceCalendar.objects.filter(person__is_active=True).exclude(problem="")


class PracticeFilter(admin.SimpleListFilter):
    title = _("practice")
    parameter_name = "practice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("not-started", _("not started")),
            ("practising", _("practising")),
            ("paused", _("paused")),
            ("stopped", _("stopped")),
            ("left", _("left")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        paused = Q(paused_until__gt=present().date())
        practising = Q(pk__in=Person.objects.practising())
        wanted = {
            "not-started": NOT_STARTED,
            "practising": practising & ~(Q(paused_until__isnull=False) & paused),
            "paused": practising & paused,
            "stopped": Q(is_active=True, stopped_at__isnull=False),
            "left": Q(is_active=False),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class PathFilter(admin.SimpleListFilter):
    title = _("path")
    parameter_name = "path"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("on-one", _("is on a path")), ("none-fits", _("no path fits"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        match self.value():
            case "on-one":
                return queryset.filter(Exists(Enrolment.objects.active().filter(person=OuterRef("pk"))))
            case "none-fits":
                return queryset.filter(pk__in=practice.without_path().values("pk"))
        return queryset


class AddressFilter(admin.SimpleListFilter):
    title = _("address")
    parameter_name = "address"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("refused", _("refused")), ("fine", _("fine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        wanted = {"refused": REFUSED, "fine": Q(mail_refused_at=None)}
        return queryset.filter(wanted.get(self.value() or "", Q()))


class CalendarFilter(admin.SimpleListFilter):
    title = _("calendar of absences")
    parameter_name = "calendar"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unreadable", _("cannot be read")), ("yes", _("has one")), ("no", _("has none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        wanted = {
            "unreadable": Q(pk__in=unreadable_calendars().values("person")),
            "yes": Q(absence_calendar__isnull=False),
            "no": Q(absence_calendar__isnull=True),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class MissingFilter(admin.SimpleListFilter):
    title = _("what is missing")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("work", _("a role or level, and practises")), ("lead", _("a team or manager"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        wanted = {"work": UNPLACED, "lead": out_of_reach()}
        return queryset.filter(wanted.get(self.value() or "", Q()))
