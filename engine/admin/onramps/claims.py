"""The admin of claims and offers: who does which task, and how offers fare; nobody's own note is here."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine import onramps
from engine.admin.onramps.rows import ChoiceFilter, ReasonAdmin, by_and_now
from engine.models import Claim, Offer
from people.admin import ReadOnlyAdmin

# What people say of their use of AI is theirs, and so is what let them set a duty aside: not even read here.
OWN_NOTES = ["said_ai", "with_ai_because", "note"]
# Whether somebody declined is told to nobody.
LEARNER_OF_AN_OFFER = ["person", "invited_by"]


class StateFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        runs = Q(ended_at=None)
        endings = {str(value): (label, Q(ending=value)) for value, label in Claim.Ending.choices}
        return {
            "runs": (_("in progress"), runs & Q(submitted_at=None)),
            "handed-in": (_("waits for sign-off"), runs & Q(submitted_at__isnull=False)),
            **endings,
        }


@admin.register(Claim)
class ClaimAdmin(ReasonAdmin):
    word = "revoke"
    press_title = _("Revoke the claim")
    press_about = _(
        "The claim ends, whoever did the task is told why, and the task is open and held for learners again. "
        "Only who leads the team may do this."
    )
    press_done = _("Revoked.")
    list_display = ["task", "person", "role", "state", "code", "by_learner", "is_against_advice", "began_at"]
    list_select_related = ["task", "person"]
    list_filter = [
        *(StateFilter, "role", "by_learner", "is_against_advice"),
        *("task__team", "task__on_ramp", "began_at"),
    ]
    search_fields = ["task__title", "person__name", "=person__email"]
    search_help_text = _("Task or person")
    about_the_list = _("Who does, or did, which task in which role, and what the rules said to it.")
    nothing_yet = _("Nobody has taken a task yet.")
    fields = [
        *("task", "person", "role", "by_learner", "code", "is_against_advice", "request", "supervisor"),
        *("began_at", "seen_at", "submitted_at", "done_at", "said_role", "ended_at", "ending"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return super().get_queryset(request).defer(*OWN_NOTES)

    def may_still(self, row: Claim) -> bool:
        return row.ended_at is None

    def do_with_reason(self, row: Claim, reason: str, request: HttpRequest) -> None:
        onramps.revoke(row, because=reason, **by_and_now(request))

    @admin.display(description=_("state"), ordering="ended_at")
    def state(self, claim: Claim) -> str:
        if claim.ended_at is not None:
            return claim.get_ending_display()
        return gettext("waits for sign-off") if claim.submitted_at else gettext("in progress")


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    list_display = ["task", "kind", "team", "purpose", "status", "offered_at", "ends_at"]
    list_display_links = ["task"]
    list_select_related = ["task__on_ramp", "task__team"]
    list_filter = ["status", "purpose", "task__team", "task__on_ramp", "offered_at"]
    search_fields = ["task__title"]
    search_help_text = _("Task")
    about_the_list = _(
        "How offers of held tasks fare. To whom they were made is not shown: anybody is free to decline."
    )
    nothing_yet = _("Nothing was offered yet. Held tasks are, in teams that advise or enforce.")
    show_full_result_count = False
    fields = ["task", "kind", "team", "purpose", "status", "offered_at", "ends_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Offer]:
        return super().get_queryset(request).defer(*LEARNER_OF_AN_OFFER, "task__on_ramp__draft")

    @admin.display(description=_("kind"), ordering="task__on_ramp__title")
    def kind(self, offer: Offer) -> str:
        return offer.task.on_ramp.title if offer.task.on_ramp else ""

    @admin.display(description=_("team"), ordering="task__team__name")
    def team(self, offer: Offer) -> str:
        return str(offer.task.team)
