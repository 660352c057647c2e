"""Who did what in the admin, newest first: only of what the reader may see, and never to be changed."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.admin import ReadOnlyAdmin
from people.models import Person

DID = {ADDITION: _("added"), CHANGE: _("changed"), DELETION: _("deleted")}


def visible_kinds(site: admin.AdminSite, request: HttpRequest) -> dict[int, str]:
    """Name, by content type, every model of the admin that the reader may see."""
    models = [model for model, its_admin in site._registry.items() if its_admin.has_view_permission(request)]
    kinds = ContentType.objects.get_for_models(*models, for_concrete_models=False)
    return {kind.pk: str(capfirst(model._meta.verbose_name)) for model, kind in kinds.items()}


class ByFilter(admin.SimpleListFilter):
    title = _("who")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        acted = Person.objects.filter(Exists(LogEntry.objects.filter(user=OuterRef("pk"))))
        return [(str(pk), name) for pk, name in acted.order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        chosen = self.value() or ""
        return queryset.filter(user=int(chosen)) if chosen.isdecimal() else queryset


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = visible_kinds(model_admin.admin_site, request).items()
        return sorted(((str(pk), name) for pk, name in kinds), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        chosen = self.value() or ""
        return queryset.filter(content_type=int(chosen)) if chosen.isdecimal() else queryset


@admin.register(LogEntry)
class HistoryAdmin(ReadOnlyAdmin):
    list_name = _("Who did what")
    list_display = ["action_time", "who", "did", "kind", "what", "message"]
    list_display_links = None
    list_filter = [ByFilter, KindFilter, "action_time"]
    search_fields = ["object_repr", "change_message", "user__name"]
    search_help_text = _("Person, what was changed, or how")
    ordering = ["-action_time", "-pk"]
    fields = ["action_time", "who", "did", "kind", "what", "message"]
    about_the_list = _(
        "What members of staff did in the admin. Earlier texts of a path or an on-ramp are on its own page, "
        "under Versions."
    )
    nothing_yet = _("Nobody has changed anything yet.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        deleted = LogEntry.objects.filter(
            content_type=OuterRef("content_type"), object_id=OuterRef("object_id"), action_flag=DELETION
        )
        seen = super().get_queryset(request).filter(content_type__in=visible_kinds(self.admin_site, request))
        return seen.select_related("user", "content_type").annotate(is_gone=Exists(deleted))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse whom the list refuses: Django looks for the row first, and finds none for them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    @admin.display(description=_("who"), ordering="user__name")
    def who(self, entry: LogEntry) -> str:
        return str(entry.user)

    @admin.display(description=_("did"), ordering="action_flag")
    def did(self, entry: LogEntry) -> str:
        return str(DID.get(entry.action_flag, ""))

    @admin.display(description=_("kind"), ordering="content_type__model")
    def kind(self, entry: LogEntry) -> str:
        model = entry.content_type.model_class() if entry.content_type else None
        return str(capfirst(model._meta.verbose_name)) if model else ""

    @admin.display(description=_("what"), ordering="object_repr")
    def what(self, entry: Any) -> str:
        address = None if entry.is_gone else entry.get_admin_url()
        if not address:
            return entry.object_repr
        return format_html('<a href="{}">{}</a>', address, entry.object_repr)

    @admin.display(description=_("how"))
    def message(self, entry: LogEntry) -> str:
        said = entry.get_change_message()
        return gettext(said) if said else ""
