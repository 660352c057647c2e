"""The admin of GitHub: whose issues are tasks, who is who there, and what we have to tell it."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine import github
from engine.admin.onramps.rows import EVERYWHERE, ChoiceFilter, press
from engine.models import GitHubAccount, GitHubCall, Repository
from people.admin import KeptAdmin, ReadOnlyAdmin, StaffForm
from people.clock import present

FULL_NAME = re.compile(r"[A-Za-z0-9][\w-]*/[\w.-]+", re.ASCII)
LOGIN = re.compile(r"[A-Za-z0-9][\w-]*(\[bot\])?", re.ASCII)


class RepositoryForm(StaffForm):
    class Meta:
        help_texts = {
            "full_name": _("As in its address on GitHub, such as acme/reports."),
            "team": _("Whose tasks its issues are. Those known already follow with their next event."),
        }

    def clean_full_name(self) -> str:
        name: str = self.cleaned_data["full_name"].strip("/")
        if not FULL_NAME.fullmatch(name):
            raise ValidationError(_("Write owner/name, such as acme/reports, and no whole address."))
        if _others(self, full_name__iexact=name):
            raise ValidationError(_("This repository is here already; GitHub knows no capitals."))
        return name


class AccountForm(StaffForm):
    class Meta:
        help_texts = {
            "login": _("As GitHub shows it, with or without the @. A bot’s login ends in [bot]."),
            "person": _("What this account does on GitHub counts as done by them."),
        }

    def clean_login(self) -> str:
        login: str = self.cleaned_data["login"].removeprefix("@")
        if not LOGIN.fullmatch(login):
            raise ValidationError(_("Write the login alone, such as ada-lovelace, and no address or name."))
        if _others(self, login__iexact=login):
            raise ValidationError(_("This login is somebody’s already; GitHub knows no capitals."))
        return login


def _others(form: forms.ModelForm, **same: Any) -> bool:
    rows: QuerySet[Any] = form._meta.model._default_manager.filter(**same)
    return rows.exclude(pk=form.instance.pk).exists()


class SwitchFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        return {"on": (_("on"), Q(off_since=None)), "off": (_("switched off"), Q(off_since__isnull=False))}


@admin.register(Repository)
class RepositoryAdmin(KeptAdmin):
    form = RepositoryForm
    list_display = ["full_name", "team", "off_since"]
    list_select_related = ["team"]
    list_filter = [SwitchFilter, "team"]
    search_fields = ["full_name"]
    search_help_text = _("Owner or name")
    about_the_list = _(
        "Repositories on GitHub whose issues are tasks of a team. What others deliver is not taken in, and "
        "neither is what one delivers that is switched off; its tasks stay."
    )
    nothing_yet = _("No repository yet. Add one, and let GitHub deliver its issue events to us.")
    autocomplete_fields = ["team"]
    fields = ["full_name", "team", "off_since"]
    readonly_fields = ["off_since"]
    actions = ["switch_off", "switch_on"]

    @admin.action(
        description=_("Switch off: take nothing in from it, and say and undo nothing there"),
        description_plural=_("Switch the selected repositories off"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Repository]) -> None:
        now = present()
        press(
            self,
            request,
            queryset.filter(off_since=None),
            lambda row: github.switch_off(row, now=now),
            told=gettext("Switched off."),
        )

    @admin.action(
        description=_("Switch on again"),
        description_plural=_("Switch the selected repositories on again"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Repository]) -> None:
        rows = queryset.filter(off_since__isnull=False)
        press(self, request, rows, github.switch_on, told=gettext("Switched on again."))


@admin.register(GitHubAccount)
class GitHubAccountAdmin(KeptAdmin):
    form = AccountForm
    list_display = ["login", "person", "team"]
    list_select_related = ["person__team"]
    list_filter = ["person__kind", "person__is_active", "person__team"]
    search_fields = ["login", "person__name", "=person__email"]
    search_help_text = _("Login, name or a whole e-mail address")
    about_the_list = _(
        "Who is who on GitHub. An account that is not here is a stranger’s: where a team enforces, a "
        "stranger’s assignment to a held task is undone."
    )
    nothing_yet = _("Nobody is known on GitHub yet. Add the logins of people and of the agents they use.")
    autocomplete_fields = ["person"]
    fields = ["login", "person"]

    @admin.display(description=_("team"), ordering="person__team__name")
    def team(self, account: GitHubAccount) -> str:
        return str(account.person.team or "")


@admin.register(GitHubCall)
class GitHubCallAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "issue", "status", "problem", "queued_at", "attempts", "ended_at"]
    list_filter = ["status", "kind", "issue__repository", "queued_at"]
    search_fields = ["issue__repository__full_name", "=issue__number", "problem"]
    search_help_text = _("Repository, number of an issue, or a word of the problem")
    about_the_list = _(
        "What we told GitHub and what waits, and why a call was not made. What it says, and of whom, is not "
        "shown."
    )
    nothing_yet = _("No call waits, and none was made. Without GITHUB_TOKEN nothing is queued.")
    show_full_result_count = False
    fields = [
        *("kind", "issue", "status", "problem", "attempts"),
        *("queued_at", "not_before", "claimed_until", "ended_at"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[GitHubCall]:
        of_whom = ["login", "issue__said", "issue__answer", "issue__assignees"]
        return super().get_queryset(request).select_related("issue__repository").defer(*of_whom)
