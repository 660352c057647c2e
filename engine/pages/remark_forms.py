"""What a person may say of an exercise on its page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from engine.models import Remark

LONGEST_REPORT = 2_000  # characters


class AttemptForm(forms.Form):
    """Which attempt of the rep the page showed: on an older page, nobody knows what is meant."""

    attempt = forms.IntegerField(min_value=1)


class ReportForm(forms.Form):
    text = forms.CharField(
        label=_("What is wrong?"),
        max_length=LONGEST_REPORT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("L&amp;D reads what you write, and never who wrote it. Leave out names."),
        error_messages={
            "required": _("Say in a few words what is wrong, so that it can be put right."),
            "max_length": _(
                "Write at most %(limit_value)d characters; the first thing that is wrong will do."
            ),
        },
    )


class TakeBackForm(AttemptForm):
    kind = forms.ChoiceField(choices=Remark.Kind.choices)
