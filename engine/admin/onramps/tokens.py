"""The admin of API tokens: which programs come in, for whom, and the press that shuts one out."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.admin.onramps.rows import EVERYWHERE, ChoiceFilter, EngineRowsAdmin, by_and_now, press
from engine.models import ApiToken
from engine.onramps import tokens
from people.clock import present

IDLE = timedelta(days=90)


class StateFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        works, long_ago = Q(revoked_at=None), present() - IDLE
        unused = Q(used_at__lt=long_ago) | Q(used_at=None, made_at__lt=long_ago)
        return {
            "works": (_("works"), works),
            "idle": (_("works, and was not used for ninety days"), works & unused),
            "revoked": (_("revoked"), Q(revoked_at__isnull=False)),
        }


@admin.register(ApiToken)
class ApiTokenAdmin(EngineRowsAdmin):
    list_name = _("API tokens")
    list_display = ["name", "person", "scope_names", "ending", "used_at", "made_at", "revoked_at"]
    list_select_related = ["person"]
    list_filter = [StateFilter, "person__kind", "person__team", "used_at"]
    search_fields = ["name", "person__name", "=person__email", "=ending"]
    search_help_text = _("Name, whom it acts for, or the last four letters of one that leaked")
    about_the_list = _(
        "Keys that programs and agents come in with. People make and revoke their own; revoke one here when "
        "its secret leaked. The secret itself is stored nowhere."
    )
    nothing_yet = _("Nobody has made a token yet. People do on a page of their own.")
    fields = ["name", "person", "made_by", "scope_names", "ending", "made_at", "used_at", "revoked_at"]
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        return super().get_queryset(request).defer("digest")

    @admin.display(description=_("scopes"))
    def scope_names(self, token: ApiToken) -> str:
        return ", ".join(token.scope_names)

    @admin.action(
        description=_("Revoke: it works no more"),
        description_plural=_("Revoke the selected tokens: they work no more"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        press(
            self,
            request,
            queryset.select_related("person"),
            lambda token: tokens.revoke(token, **by_and_now(request)),
            told=gettext("Revoked."),
        )
