"""The audit, to be read: what was decided, on what grounds, and what was shown to whom."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.models import Record
from people.admin import ReadOnlyAdmin
from people.models import Person


class PersonFilter(admin.SimpleListFilter):
    """One person and their agents, to whom a name in the list leads: a choice of everybody is too long."""

    title = _("person")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Also a number that is nobody's is a choice: without any, Django would show everything."""
        chosen = [(str(person.pk), person.name) for person in self._chosen()]
        if self.value() and not chosen:
            return [(self.value() or "", gettext("nobody here"))]
        return chosen

    def queryset(self, request: HttpRequest, queryset: QuerySet[Record]) -> QuerySet[Record]:
        if not self.value():
            return queryset
        whose = Person.objects.filter(Q(pk__in=self._chosen()) | Q(owner__in=self._chosen()))
        return queryset.filter(Q(by__in=whose) | Q(person__in=whose))

    def _chosen(self) -> QuerySet[Person]:
        value = self.value() or ""
        return Person.objects.filter(pk=int(value) if value.isdecimal() and len(value) < 19 else 0)


def all_of(person: Person | None) -> str:
    """Return a name that leads to all records of its bearer; nothing for nobody."""
    if person is None:
        return ""
    return format_html('<a href="?{}={}">{}</a>', PersonFilter.parameter_name, person.pk, person)


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin):
    list_name = _("Audit")
    list_display = ["at", "kind", "done_by", "about", "team", "task", "said"]
    list_filter = [PersonFilter, "kind", "team", "at"]
    search_fields = [*("by__name", "=by__email", "person__name", "=person__email"), "task__title"]
    search_help_text = _("Who did it, whom it is about, or task")
    about_the_list = _(
        "What was decided about learning work, on what grounds. A name leads to all that its bearer or their "
        "agents did, and all that is about them. The database itself refuses to change or delete a record."
    )
    nothing_yet = _("Nothing was decided yet.")
    show_full_result_count = False
    fields = ["at", "kind", "by", "person", "team", "task", "grounds"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Record]:
        return super().get_queryset(request).select_related("by", "person", "team", "task")

    @admin.display(description=_("by"), ordering="by__name")
    def done_by(self, record: Record) -> str:
        return all_of(record.by)

    @admin.display(description=_("about"), ordering="person__name")
    def about(self, record: Record) -> str:
        return all_of(record.person)

    @admin.display(description=_("what was said"))
    def said(self, record: Record) -> str:
        told = record.told
        return str(told.get("sentence") or told.get("reason") or told.get("code") or "")

    @admin.display(description=_("on what grounds"))
    def grounds(self, record: Record) -> SafeString:
        pairs = ((name, _written(value)) for name, value in sorted(record.told.items()))
        return format_html_join("", '<div class="ground"><b>{}</b> {}</div>', pairs)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
