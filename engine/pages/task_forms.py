"""What people may fill in on the page of a task."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from engine.rules.onramp import LEAST_REASON
from people.calendar import instant_of
from people.models import Person, Team

LONGEST_REASON = 2_000  # characters
AT_THE_END_OF_THE_DAY = time(17)


class NamedField(forms.ModelChoiceField):
    """A choice among people, who are shown by their names alone."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


def colleagues(team: Team, person: Person) -> Any:
    """Return everybody else of a team, whether they learn or not: a list must not tell who does."""
    here = Person.objects.filter(team=team, is_active=True, kind=Person.Kind.PERSON)
    return here.exclude(pk=person.pk).order_by("name", "pk")


class TakeForm(forms.Form):
    """What a learner may say of the duties that go with a first rep."""

    supervisor = NamedField(
        queryset=Person.objects.none(),
        required=False,
        label=_("Who could supervise it?"),
        empty_label=_("I do not know yet"),
        help_text=_("They are asked to sign it off once you hand it in. You can begin meanwhile."),
        error_messages={"invalid_choice": _("Choose somebody of the team.")},
    )
    with_ai_because = forms.CharField(
        required=False,
        max_length=300,
        label=_("Why with AI this time?"),
        help_text=_("Only if you set that aside. Whoever signs it off reads it."),
        error_messages={"max_length": _("Write at most %(limit_value)d characters; one sentence will do.")},
    )

    def __init__(self, data: QueryDict | None = None, *, team: Team, person: Person) -> None:
        super().__init__(data, auto_id="take_%s")
        self.fields["supervisor"].queryset = colleagues(team, person)  # type: ignore[attr-defined]


class InviteForm(forms.Form):
    """Whom somebody would support."""

    learner = NamedField(
        queryset=Person.objects.none(),
        label=_("Who would lead it?"),
        empty_label=_("Choose a colleague"),
        error_messages={
            "required": _("Choose the colleague whom you would support."),
            "invalid_choice": _("Choose somebody of the team."),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, team: Team, person: Person) -> None:
        super().__init__(data, auto_id="invite_%s")
        self.fields["learner"].queryset = colleagues(team, person)  # type: ignore[attr-defined]


class AskForm(forms.Form):
    """Why a manager should say yes."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label=_("Why you, and why now?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The manager reads it beside what a yes would cost the learners."),
        error_messages={
            "required": _("Say in a sentence why it should be you; nobody can decide without it."),
            "max_length": _("Write at most %(limit_value)d characters; a few sentences will do."),
        },
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="ask_%s")


class EmergencyForm(forms.Form):
    """Why something cannot wait."""

    reason = forms.CharField(
        min_length=LEAST_REASON,
        max_length=LONGEST_REASON,
        label=_("Why can it not wait?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Say why it cannot wait."),
            "min_length": _("Say a little more: %(limit_value)d characters at least."),
            "max_length": _("Write at most %(limit_value)d characters; a few sentences will do."),
        },
    )
    incident = forms.CharField(
        max_length=200,
        label=_("Which incident is it?"),
        help_text=_("Its number or its address."),
        error_messages={
            "required": _("Name the incident, so that it can be looked at afterwards."),
            "max_length": _("That is too long; its number or its address will do."),
        },
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="emergency_%s")


class RevokeForm(forms.Form):
    """Which claim a manager ends, and why."""

    claim = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label=_("Why?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Who has the task reads it."),
        error_messages={
            "required": _("Say why: who had the task is told."),
            "max_length": _("Write at most %(limit_value)d characters; a few sentences will do."),
        },
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="revoke_%s")


class DueForm(forms.Form):
    """When a task is due, by the clocks of whoever fills it in."""

    due_on = forms.DateField(
        required=False,
        label=_("Due on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("That is no date. Choose the day, or leave it empty.")},
    )
    due_time = forms.TimeField(
        required=False,
        label=_("At"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("That is no time. Choose one such as 17:00.")},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        person: Person,
        auto_id: str = "due_%s",
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, auto_id=auto_id, initial=initial)
        self.person = person

    @classmethod
    def of(cls, due_at: datetime | None, *, person: Person) -> "DueForm":
        there = due_at.astimezone(person.tzinfo) if due_at else None
        initial = {"due_on": there.date(), "due_time": there.time()} if there else {}
        return cls(person=person, initial=initial)

    @property
    def due_at(self) -> datetime | None:
        day: date | None = self.cleaned_data.get("due_on")
        at = self.cleaned_data.get("due_time") or AT_THE_END_OF_THE_DAY
        return instant_of(day, at, zone=self.person.zone) if day else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("due_time") and not cleaned.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Choose the day, too; or leave both empty."))
        return cleaned
