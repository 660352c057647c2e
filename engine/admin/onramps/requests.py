"""The admin of requests, what was decided about them, and emergencies: for guardians, above all."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin import ActionLocation
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine import onramps
from engine.admin.onramps.rows import EVERYWHERE, ChoiceFilter, EngineRowsAdmin, by_and_now, moment, press
from engine.models import Decision, Emergency, Request
from engine.onramps.approvers import Line, approvers_of
from people.admin import ReadOnlyAdmin, signed_in
from people.clock import present


def only_guardians_decide(*, now: datetime) -> Q:
    """Pending requests that nobody in the team's line can decide."""
    pending = Request.objects.filter(status=Request.Status.PENDING).select_related("team")
    lines: dict[int, Line] = {}
    found = []
    for request in pending:
        line = lines.setdefault(request.team_id, Line.of(request.team))
        able = approvers_of(request.team, owner=request.owner_id, now=now, line=line)
        if not {one.person for one in able} - set(line.guardians):
            found.append(request.pk)
    return Q(pk__in=found)


class DeciderFilter(ChoiceFilter):
    title = _("who decides")
    parameter_name = "decides"

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        is_chosen = self.value() == "guardian"
        return {
            "guardian": (
                _("nobody but a guardian"),
                only_guardians_decide(now=present()) if is_chosen else Q(),
            )
        }


@admin.register(Request)
class RequestAdmin(EngineRowsAdmin):
    list_display = ["task", "status", "by", "owner", "reason", "team", "asked_at", "ended_at"]
    list_select_related = ["task", "by", "owner", "team"]
    list_filter = ["status", DeciderFilter, "team", "on_ramp", "asked_at"]
    search_fields = ["task__title", "by__name", "owner__name", "reason"]
    search_help_text = _("Task, who asks, or a word of the reason")
    about_the_list = _(
        "Who asked to take work that is kept for learners. The team's manager decides; a guardian does where "
        "nobody else can. Silence never approves."
    )
    nothing_yet = _("Nobody has asked for a held task yet.")
    actions = ["withdraw"]
    fields = [
        *("task", "team", "on_ramp", "by", "owner", "reason", "code", "status"),
        *("asked_at", "ended_at", "reminded_at"),
    ]

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        """Only who asks may withdraw: to somebody who asks nothing it is not offered."""
        actions = super().get_actions(request, action_location=action_location)
        own = Request.objects.asked_by(signed_in(request)).filter(status__in=Request.OPEN)
        return actions if own.exists() else {}

    @admin.action(
        description=_("Withdraw"),
        description_plural=_("Withdraw the selected requests"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Request]) -> None:
        def do(row: Request) -> object:
            return onramps.withdraw(row, **by_and_now(request))

        press(self, request, queryset, do, told=gettext("Withdrawn."))


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["request", "by", "acting_for", "answer", "learner", "has_effect", "decided_at"]
    list_select_related = ["request__task", "request__by", "by", "acting_for", "learner"]
    list_filter = ["answer", "has_effect", "request__team", "decided_at"]
    search_fields = ["request__task__title", "by__name"]
    search_help_text = _("Task, or who decided")
    about_the_list = _("What approvers said to requests. The first word that decides counts.")
    nothing_yet = _("Nothing was decided yet.")
    show_full_result_count = False
    fields = [
        *("request", "by", "acting_for", "answer", "learner", "learner_leads"),
        *("reason", "decided_at", "has_effect"),
    ]


class ReviewFilter(ChoiceFilter):
    title = _("review")
    parameter_name = "review"

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        waits = Q(reviewed_at=None)
        return {
            "waits": (_("waits"), waits),
            "overdue": (_("overdue"), waits & Q(review_due_at__lte=present())),
            "yes": (_("justified"), Q(is_justified=True)),
            "no": (_("not justified"), Q(is_justified=False)),
        }


@admin.register(Emergency)
class EmergencyAdmin(EngineRowsAdmin):
    list_display = ["incident", "person", "reason", "task", "team", "declared_at", "state"]
    list_filter = [ReviewFilter, "claim__task__team", "declared_at"]
    search_fields = ["incident", "reason", "person__name", "claim__task__title"]
    search_help_text = _("Incident, reason, person or task")
    about_the_list = _(
        "Held work that somebody took at once. Somebody else reviews each within a day's work; one that was "
        "not justified counts as work that went past the learners."
    )
    nothing_yet = _("Nobody has declared an emergency.")
    fields = [
        *("incident", "reason", "person", "task", "team", "declared_at", "review_due_at"),
        *("reviewed_at", "reviewed_by", "is_justified"),
    ]
    actions = ["call_justified", "call_unjustified"]
    ordering = [F("reviewed_at").desc(nulls_first=True), "review_due_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Emergency]:
        own_notes = [f"claim__{name}" for name in ("said_ai", "with_ai_because", "note")]
        joined = ("claim__task__team", "person", "reviewed_by")  # these alone: the list adds none to them
        return super().get_queryset(request).select_related(*joined).defer(*own_notes)

    @admin.action(
        description=_("It was justified"),
        description_plural=_("The selected were justified"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def call_justified(self, request: HttpRequest, queryset: QuerySet[Emergency]) -> None:
        self._review(request, queryset, is_justified=True)

    @admin.action(
        description=_("It was not justified"),
        description_plural=_("The selected were not justified"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def call_unjustified(self, request: HttpRequest, queryset: QuerySet[Emergency]) -> None:
        self._review(request, queryset, is_justified=False)

    def _review(self, request: HttpRequest, queryset: QuerySet[Emergency], *, is_justified: bool) -> None:
        def do(row: Emergency) -> object:
            return onramps.review(row, is_justified=is_justified, **by_and_now(request))

        press(self, request, queryset, do, told=gettext("Reviewed."))

    @admin.display(description=_("task"), ordering="claim__task__title")
    def task(self, emergency: Emergency) -> str:
        return str(emergency.claim.task)

    @admin.display(description=_("team"), ordering="claim__task__team__name")
    def team(self, emergency: Emergency) -> str:
        return str(emergency.claim.task.team)

    @admin.display(description=_("review"), ordering="review_due_at")
    def state(self, emergency: Emergency) -> str:
        if emergency.reviewed_at is not None:
            said = gettext("justified") if emergency.is_justified else gettext("not justified")
            return f"{said} ({emergency.reviewed_by})"
        due = moment(emergency.review_due_at)
        if emergency.review_due_at <= present():
            return gettext("overdue since %(moment)s") % {"moment": due}
        return gettext("by %(moment)s") % {"moment": due}
