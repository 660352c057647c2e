"""The admin of sign-offs and credits: what somebody else saw, and what counts for it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from engine import onramps
from engine.admin.onramps.claims import OWN_NOTES
from engine.admin.onramps.rows import ChoiceFilter, ReasonAdmin, by_and_now
from engine.models import Credit, SignOff
from people.admin import ReadOnlyAdmin

NOTES_OF_THE_CLAIM = [f"claim__{name}" for name in OWN_NOTES]


class ContestedFilter(ChoiceFilter):
    title = _("contest")
    parameter_name = "contest"

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        contested = Q(contested_at__isnull=False)
        return {
            "waits": (_("contested, waits for the manager"), contested & Q(settled_by=None)),
            "settled": (_("contested and settled"), contested & Q(settled_by__isnull=False)),
        }


@admin.register(SignOff)
class SignOffAdmin(ReadOnlyAdmin):
    list_display = ["task", "person", "by", "role", "signed_at", "contested_at"]
    list_filter = [ContestedFilter, "role", "claim__task__team", "claim__task__on_ramp", "signed_at"]
    search_fields = ["claim__task__title", "claim__person__name", "by__name"]
    search_help_text = _("Task, who did it, or who signed")
    about_the_list = _(
        "Who said of whose work that it was done, and in which role. How well it went is for the two of them."
    )
    nothing_yet = _("Nothing was signed off yet.")
    show_full_result_count = False
    fields = ["task", "person", "by", "role", "signed_at", "contested_at", "contested_because"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignOff]:
        rows = super().get_queryset(request).select_related("claim__task", "claim__person", "by")
        return rows.defer("help", "note", *NOTES_OF_THE_CLAIM)

    @admin.display(description=_("task"), ordering="claim__task__title")
    def task(self, signed: SignOff) -> str:
        return str(signed.claim.task)

    @admin.display(description=_("who did it"), ordering="claim__person__name")
    def person(self, signed: SignOff) -> str:
        return str(signed.claim.person)


class StandingFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        return {
            "counts": (_("counts"), Q(voided_at=None)),
            "void": (_("voided"), Q(voided_at__isnull=False)),
        }


@admin.register(Credit)
class CreditAdmin(ReasonAdmin):
    word = "void"
    press_title = _("Void the credit")
    press_about = _(
        "It does not count any more, and the person's memory is as if it had never been given. Only who "
        "leads the team may do this; the task can be signed off again."
    )
    press_done = _("Voided.")
    list_display = ["task", "person", "on_ramp", "role", "done_on", "confirmed_at", "voided_at"]
    list_select_related = ["task", "person", "on_ramp"]
    list_filter = [StandingFilter, "role", "on_ramp", "task__team", "done_on"]
    search_fields = ["task__title", "person__name", "=person__email"]
    search_help_text = _("Task or person")
    about_the_list = _("Signed-off work that counts. One that was given by mistake is voided, with a reason.")
    nothing_yet = _("No work was signed off yet.")
    fields = [
        *("task", "person", "on_ramp", "role", "done_on", "confirmed_at"),
        *("voided_at", "voided_by", "voided_because"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credit]:
        return super().get_queryset(request).defer("rating", "on_ramp__draft")

    def may_still(self, row: Credit) -> bool:
        return row.voided_at is None

    def do_with_reason(self, row: Credit, reason: str, request: HttpRequest) -> None:
        onramps.void(row, because=reason, **by_and_now(request))
