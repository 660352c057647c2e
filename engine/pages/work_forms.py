"""What people say of work: a line about it, how it was, what they saw."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engine.models import Claim, SignOff
from paths.models import Skill

LONGEST_NOTE = 2_000  # characters
CHOOSE = {"required": _("Choose one of these."), "invalid_choice": _("Choose one of these.")}
I_DID = [
    (Claim.Role.LEAD, _("I led")),
    (Claim.Role.SUPPORT, _("I helped")),
    (Claim.Role.OBSERVER, _("I watched")),
]
THEY_DID = [
    (Claim.Role.LEAD, _("led")),
    (Claim.Role.SUPPORT, _("helped")),
    (Claim.Role.OBSERVER, _("watched")),
]


def _words(label: Any, *, required: bool, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_NOTE,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say it in a sentence.")},
    )


def _one_of(label: Any, choices: Sequence[tuple[Any, Any]], *, hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, help_text=hint, widget=forms.RadioSelect, error_messages=CHOOSE
    )


class NoteForm(forms.Form):
    note = _words(_("A line about it, or a link"), required=True)


class HandInForm(forms.Form):
    """What the learner says of their own work."""

    role = _one_of(_("What did you do?"), I_DID)
    ai = _one_of(
        _("How did you use AI?"),
        Claim.Help.choices,
        hint=_("Your own note: nobody else sees it. What AI did for you moves nothing in your memory."),
    )
    done_on = forms.DateField(
        label=_("When was it done?"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages=dict.fromkeys(["required", "invalid"], _("Choose the day on which it was done.")),
    )
    note = _words(_("A line about it, or a link"), required=False)

    def __init__(self, *arguments: Any, claim: Claim, today: date, **options: Any) -> None:
        options.setdefault("initial", {"done_on": today, "note": claim.note, "role": claim.role})
        super().__init__(*arguments, **options)
        self.fields["done_on"].widget.attrs["max"] = str(today)
        self.today = today

    def clean_done_on(self) -> date:
        done_on: date = self.cleaned_data["done_on"]
        if done_on > self.today:
            raise forms.ValidationError(_("That day is still to come."))
        return done_on


class ContestForm(forms.Form):
    because = _words(_("What was different?"), required=True)


class _Skills(forms.ModelMultipleChoiceField):
    """Skills by their titles."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class SignOffForm(forms.Form):
    """What somebody else saw."""

    role = _one_of(_("What did they do?"), THEY_DID)
    help = forms.TypedChoiceField(
        label=_("What help did it take?"),
        choices=SignOff.Help.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    skills = _Skills(
        label=_("Which of these showed?"),
        queryset=Skill.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("That is no skill of this kind of work.")},
    )
    note = _words(_("A word to them"), required=False, hint=_("They read it."))

    def __init__(self, *arguments: Any, skills: Sequence[Skill], **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["skills"]
        assert isinstance(field, _Skills)
        field.queryset = Skill.objects.filter(pk__in=[skill.pk for skill in skills])
