"""What an operator sees of delivery: that mails went, never what they said or to whom."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from engine.models import Alert, Heartbeat, Mail, Relay
from people.admin import ReadOnlyAdmin


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "status", "because", "not_before", "sent_at", "attempts"]
    list_filter = ["status", "kind", "not_before"]
    search_fields = ["=message_id", "=person__email"]
    search_help_text = "A whole Message-ID or e-mail address"
    show_full_result_count = False
    fields = [
        *("kind", "status", "because"),
        *("not_before", "expires_at", "attempts", "claimed_until"),
        *("message_id", "dated_at", "sent_at", "ended_at"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        return super().get_queryset(request).defer("subject", "text", "html")


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["message", "kind", "raised_at", "resolved_at"]
    list_filter = ["kind", ("resolved_at", admin.EmptyFieldListFilter)]
    fields = ["kind", "message", "raised_at", "resolved_at"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["beat_at", "tick_at", "seconds"]
    fields = ["beat_at", "tick_at", "seconds"]


@admin.register(Relay)
class RelayAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "paused_at", "retry_at", "failures"]
    fields = ["paused_at", "retry_at", "failures"]
