"""The admin of teams' rules: how far the rules go in each team, and what each mode means."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, Model, OuterRef, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from engine import onramps
from engine.admin.onramps.rows import ChoiceFilter, by_and_now
from engine.models import Task, TeamRules
from people.admin import KeptAdmin, StaffForm
from people.clock import present
from people.models import Team

Mode = TeamRules.Mode
LONG_ENOUGH = timedelta(days=28)

MEANS = {
    Mode.OBSERVE: _("Observe: nothing changes for anybody. What the rules would have done is recorded."),
    Mode.ADVISE: _(
        "Advise: people see what the rules say, learners are offered tasks, and everybody may take any task. "
        "One taken against the advice is marked."
    ),
    Mode.ENFORCE: _(
        "Enforce: a held task goes to a learner, or a manager approves that somebody else takes it. A hold "
        "always ends by itself, and an emergency goes at once."
    ),
}


def long_observed(*, now: datetime) -> Q:
    """Teams that have observed tasks of a kind for four weeks, so that there is something to decide by."""
    with_tasks = Exists(Task.objects.of_a_kind().filter(team=OuterRef("team")))
    return Q(mode=Mode.OBSERVE, mode_since__lte=now - LONG_ENOUGH) & Q(with_tasks)


class ModeFilter(ChoiceFilter):
    title = _("mode")
    parameter_name = "mode"

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        own = {str(value): (label, Q(mode=value)) for value, label in Mode.choices}
        return own | {"observed": (_("observes for four weeks or more"), long_observed(now=present()))}


class TeamRulesForm(StaffForm):
    mode = forms.ChoiceField(label=_("Mode"), choices=MEANS, widget=forms.RadioSelect, initial=Mode.OBSERVE)


@admin.register(TeamRules)
class TeamRulesAdmin(KeptAdmin):
    form = TeamRulesForm
    list_display = ["team", "mode_name", "mode_since", "manager"]
    list_select_related = ["team__manager"]
    list_filter = [ModeFilter]
    search_fields = ["team__name"]
    search_help_text = _("Team")
    about_the_list = _(
        "How far the rules go in each team. A team that is not here observes. After four weeks its manager "
        "and L&D get a letter that says what holds would have done; then decide together how to go on."
    )
    nothing_yet = _("Every team observes. A team appears here with its first learning task, or add it.")
    fields = ["team", "mode", "mode_since"]

    def get_readonly_fields(self, request: HttpRequest, obj: TeamRules | None = None) -> list[str]:
        return ["team", "mode_since"] if obj else ["mode_since"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "team":
            options["queryset"] = Team.objects.filter(rules=None)
        return super().formfield_for_foreignkey(db_field, request, **options)

    @admin.display(description=_("mode"), ordering="mode")
    def mode_name(self, rules: TeamRules) -> str:
        return str(MEANS[Mode(rules.mode)]).partition(":")[0]

    @admin.display(description=_("manager"), ordering="team__manager__name")
    def manager(self, rules: TeamRules) -> str:
        return str(rules.team.manager or "")

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if change and "mode" not in form.changed_data:
            return
        changed: Model = onramps.set_mode(obj.team, form.cleaned_data["mode"], **by_and_now(request))
        obj.pk = changed.pk
        obj.refresh_from_db()
