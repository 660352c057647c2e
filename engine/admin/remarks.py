"""Mistakes that people reported: what was said of which exercise, and never by whom."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _

from engine import practice
from engine.models import Remark
from engine.models.remarks import RemarkQuerySet
from paths.models import Path
from people.admin import ReadOnlyAdmin, signed_in
from people.clock import present

EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]
# Whose words they are stays in the database: these columns are not even read.
UNREAD = [
    *("person", "rep", "exercise__content"),
    *("exercise__skill__idea", "exercise__skill__path__draft"),
]


class SettledFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "settled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("open")), ("yes", _("settled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Remark]) -> QuerySet[Remark]:
        if self.value() not in ("no", "yes"):
            return queryset
        return queryset.filter(settled_at__isnull=self.value() == "no")


class OfPathFilter(admin.SimpleListFilter):
    """By hand, so that the address offers no way from a path on to its people."""

    title = _("path")
    parameter_name = "path"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        spoken_of = Path.objects.filter(skills__exercises__remarks__kind=Remark.Kind.MISTAKE)
        return [(str(pk), title) for pk, title in spoken_of.distinct().values_list("pk", "title")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Remark]) -> QuerySet[Remark]:
        chosen = self.value() or ""
        return queryset.filter(exercise__skill__path=int(chosen)) if chosen.isdecimal() else queryset


@admin.register(Remark)
class RemarkAdmin(ReadOnlyAdmin):
    list_name = _("Reported mistakes")
    list_display = ["said", "exercise_name", "skill", "path", "made_on", "state"]
    list_filter = [SettledFilter, OfPathFilter]
    search_fields = ["text", "exercise__slug", "exercise__skill__title", "exercise__skill__path__title"]
    search_help_text = _("Words of the report, exercise, skill or path")
    fields = ["said", "exercise_name", "place", "skill", "path", "made_on", "state"]
    actions = ["settle", "open_again"]
    about_the_list = _(
        "What people reported as mistaken. Who reported it is not shown anywhere, and is not to be guessed: "
        "with fewer than five people on a path, the words alone may tell. Read them for the exercise's sake "
        "only, mend the path, then settle the report."
    )
    nothing_yet = _("Nobody has reported a mistake. People can, from the page of any rep.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Remark]:
        rows = super().get_queryset(request).select_related("exercise__skill__path", "settled_by")
        mistakes = rows.filter(kind=Remark.Kind.MISTAKE, withdrawn_at__isnull=True)
        return mistakes.defer(*UNREAD)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """One row is only looked at; the actions, which ask without a row, settle it."""
        return obj is None and super(ReadOnlyAdmin, self).has_change_permission(request)

    @admin.display(description=_("what was said"))
    def said(self, remark: Remark) -> str:
        return remark.text or gettext("(only that it is mistaken)")

    @admin.display(description=_("exercise"), ordering="exercise__slug")
    def exercise_name(self, remark: Remark) -> str:
        if remark.exercise.is_current:
            return remark.exercise.slug
        return _("%(exercise)s (reworded or gone since)") % {"exercise": remark.exercise.slug}

    @admin.display(description=_("skill"), ordering="exercise__skill__title")
    def skill(self, remark: Remark) -> str:
        return remark.exercise.skill.title

    @admin.display(description=_("path"), ordering="exercise__skill__path__title")
    def path(self, remark: Remark) -> str:
        return remark.exercise.skill.path.title

    @admin.display(description=_("where it stands"))
    def place(self, remark: Remark) -> str:
        path = remark.exercise.skill.path
        query = {"exercise": str(remark.exercise)}
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>',
            reverse("admin:paths_path_change", args=[path.pk], query=query, fragment="there"),
            _("As published"),
            reverse("admin:paths_path_edit", args=[path.pk], query=query, fragment="there"),
            _("In the editor"),
        )

    @admin.display(description=_("reported on"), ordering="made_at")
    def made_on(self, remark: Remark) -> str:
        """Without the hour, which would tell who was at it then."""
        return date_format(timezone.localdate(remark.made_at))

    @admin.display(description=_("state"), ordering="settled_at")
    def state(self, remark: Remark) -> str:
        if remark.settled_at is None:
            return gettext("open")
        day = date_format(timezone.localdate(remark.settled_at))
        return gettext("settled on %(day)s by %(person)s") % {"day": day, "person": remark.settled_by}

    @admin.action(
        description=_("Settled"),
        description_plural=_("Settle the selected reports"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def settle(self, request: HttpRequest, queryset: RemarkQuerySet) -> None:
        settled = practice.settle(queryset, by=signed_in(request), now=present())
        self.log_changes(request, settled, gettext_noop("Settled."))
        told = ngettext("%d report is settled.", "%d reports are settled.", len(settled)) % len(settled)
        self.message_user(request, told, messages.SUCCESS if settled else messages.INFO)

    @admin.action(
        description=_("Open again"),
        description_plural=_("Open the selected reports again"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def open_again(self, request: HttpRequest, queryset: RemarkQuerySet) -> None:
        asked = queryset.count()
        opened = practice.open_again(queryset)
        self.log_changes(request, opened, gettext_noop("Opened again."))
        told = ngettext("%d report is open again.", "%d reports are open again.", len(opened)) % len(opened)
        if len(opened) < asked:
            told += " " + str(_("The others are open, or a report of the same exercise is."))
        self.message_user(request, told, messages.SUCCESS if opened else messages.INFO)
