"""What an operator sees of delivery: that mails went, never what they said or to whom."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from engine.models import Alert, Heartbeat, Mail, Relay
from people.admin import ReadOnlyAdmin


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "status", "because", "not_before", "sent_at", "attempts"]
    list_filter = ["status", "kind", "not_before"]
    search_fields = ["=message_id", "=person__email"]
    search_help_text = _("A whole Message-ID or e-mail address")
    about_the_list = _("What was sent and what waits, and why a mail did not go. What it says is not shown.")
    nothing_yet = _("No mail waits, and none was sent. The first ones are queued a day ahead of their hour.")
    show_full_result_count = False
    fields = [
        *("kind", "status", "because"),
        *("not_before", "expires_at", "attempts", "claimed_until"),
        *("message_id", "dated_at", "sent_at", "ended_at"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        return super().get_queryset(request).defer("subject", "text", "html")


class OpenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("open")), ("no", _("resolved"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "yes")


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["message", "kind", "raised_at", "resolved_at"]
    list_filter = [OpenFilter, "kind"]
    nothing_yet = _("No alert was raised yet.")
    fields = ["kind", "message", "raised_at", "resolved_at"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_name = _("Heartbeat of the worker")
    nothing_yet = _("The worker has not ticked yet; start it with manage.py worker.")
    list_display = ["beat_at", "tick_at", "seconds"]
    fields = ["beat_at", "tick_at", "seconds"]


@admin.register(Relay)
class RelayAdmin(ReadOnlyAdmin):
    list_name = _("Mail relay")
    nothing_yet = _("The relay has refused nothing so far.")
    list_display = ["__str__", "paused_at", "retry_at", "failures"]
    fields = ["paused_at", "retry_at", "failures"]
