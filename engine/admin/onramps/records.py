"""The audit, to be read: what was decided, on what grounds, and what was shown to whom."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from engine.models import Record
from people.admin import ReadOnlyAdmin


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin):
    list_name = _("Audit")
    list_display = ["at", "kind", "by", "person", "team", "task", "said"]
    list_select_related = ["by", "person", "team", "task"]
    list_filter = ["kind", "team", "at"]
    search_fields = [*("by__name", "=by__email", "person__name", "=person__email"), "task__title"]
    search_help_text = _("Who did it, whom it is about, or task")
    about_the_list = _(
        "What was decided about learning work, on what grounds. The database itself refuses to change or "
        "delete a record."
    )
    nothing_yet = _("Nothing was decided yet.")
    show_full_result_count = False
    fields = ["at", "kind", "by", "person", "team", "task", "grounds"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Record]:
        return super().get_queryset(request).select_related("by", "person", "team", "task")

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
