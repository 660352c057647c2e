"""What a person may change about their own practice."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.models import DAY_NAMES, Person

LONGEST_PAUSE = timedelta(days=366)
WEEKDAYS = list(
    zip(
        DAY_NAMES,
        [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")],
        strict=True,
    )
)


def lead_to_first_mistake(form: forms.Form) -> None:
    """Put the cursor there: without a script, that is what brings the message of a long page into sight."""
    wrong = next((name for name in form.fields if name in form.errors), next(iter(form.fields)))
    form.fields[wrong].widget.attrs["autofocus"] = True


class PauseForm(forms.Form):
    """A pause of some days, or until a date; on that date practice goes on."""

    days = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[(7, "7"), (14, "14")]
    )
    until = forms.DateField(
        required=False,
        label=_("Practice goes on from"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("That is no date. Choose the day on which practice goes on.")},
    )

    def __init__(self, *arguments: Any, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today
        self.fields["until"].widget.attrs |= {
            "min": str(today + timedelta(days=1)),
            "max": str(today + LONGEST_PAUSE),
        }

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        if fields.get("days"):
            fields["until"] = self.today + timedelta(days=fields["days"])
        elif not fields.get("until"):
            self.add_error("until", _("Choose the day on which practice goes on."))
        elif fields["until"] <= self.today:
            self.add_error("until", _("That day has come already. Choose a later one."))
        elif fields["until"] > self.today + LONGEST_PAUSE:
            self.add_error("until", _("That is more than a year away. To end practice, press Stop below."))
        return fields


class HourForm(forms.Form):
    """When practice comes, and how much of it."""

    send_time = forms.TimeField(
        label=_("Mail me from"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=dict.fromkeys(["required", "invalid"], _("Choose an hour, such as 09:00.")),
    )
    minutes = forms.IntegerField(
        label=_("Minutes a day"),
        min_value=1,
        max_value=60,
        error_messages=dict.fromkeys(
            ["required", "invalid", "min_value", "max_value"], _("Choose between 1 and 60 minutes.")
        ),
    )
    workdays = forms.MultipleChoiceField(
        label=_("On these days"),
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one day. To end practice, press Stop below."),
            "invalid_choice": _("Choose days of the week; “%(value)s” is none."),
        },
    )

    @classmethod
    def of(cls, person: Person) -> "HourForm":
        return cls(
            initial={
                "send_time": person.send_time,
                "minutes": person.minutes,
                "workdays": person.workdays.split(","),
            }
        )

    def clean_workdays(self) -> str:
        """Return the days as `Person.workdays` holds them, in the order of the week."""
        return ",".join(name for name in DAY_NAMES if name in self.cleaned_data["workdays"])
