"""What a person may send as an answer; whether it answers the exercise is for the rules to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from engine.rules.grading import LONGEST_NUMBER, Confidence, Given, parse_number
from engine.rules.memory import Rating

LONGEST_TEXT = 4_000  # characters; an answer is a few lines

RATINGS = [
    ("again", _("Again"), _("I could not do it")),
    ("hard", _("Hard"), _("with effort, or with gaps")),
    ("good", _("Good"), _("I could do it")),
    ("easy", _("Easy"), _("at once, without thinking")),
]
RATING_LABELS = {value: label for value, label, _hint in RATINGS}
CONFIDENCES = [
    (Confidence.GUESSING, _("Guessing")),
    (Confidence.FAIRLY_SURE, _("Fairly sure")),
    (Confidence.SURE, _("Sure")),
]
VERDICTS = [("sound", _("Sound")), ("flawed", _("Flawed"))]

# What is missing when a press does not answer the exercise, by its kind.
REFUSALS = {
    "choice": _("No option was chosen; choose one of them."),
    "judge": _("Nothing was chosen; say whether it is sound or flawed."),
    "estimate": _("No number could be read; type one such as 1234.5, without its unit."),
    "recall": _("No rating was chosen; rate yourself again, hard, good or easy."),
    "do": _("No rating was chosen; rate yourself again, hard, good or easy."),
}
TOO_LONG_NUMBER = _("That number is too long: write it in at most %(limit_value)d characters.")
TOO_LONG_TEXT = _("That is too long to keep: write at most %(limit_value)d characters, a few lines will do.")


class AnswerForm(forms.Form):
    """One form for every kind: each kind's fragment shows the fields that it reads."""

    attempt = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    option = forms.CharField(required=False, max_length=64)
    sound = forms.ChoiceField(required=False, choices=VERDICTS)
    number = forms.CharField(
        required=False, max_length=LONGEST_NUMBER, error_messages={"max_length": TOO_LONG_NUMBER}
    )
    self_rating = forms.ChoiceField(required=False, choices=list(RATING_LABELS.items()))
    text = forms.CharField(
        required=False, max_length=LONGEST_TEXT, error_messages={"max_length": TOO_LONG_TEXT}
    )
    confidence = forms.ChoiceField(required=False, choices=CONFIDENCES)

    def given(self, *, seconds: float | None) -> Given:
        """Return what was filled in; `seconds` is the time from display to answer, where that is known."""
        fields = self.cleaned_data
        return Given(
            option=fields["option"],
            sound={"sound": True, "flawed": False}.get(fields["sound"]),
            number=parse_number(fields["number"]) if fields["number"] else None,
            self_rating=Rating[fields["self_rating"].upper()] if fields["self_rating"] else None,
            text=fields["text"],
            confidence=Confidence(fields["confidence"]) if fields["confidence"] else None,
            seconds=seconds,
        )
