"""Writing down a task by hand."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from engine import onramps, sentences
from engine.models import Task
from engine.onramps.belonging import own_teams
from engine.pages.doors import SeeOther, signed_in
from engine.pages.preference_forms import lead_to_first_mistake
from engine.pages.task import NOT_UNDERSTOOD, address
from engine.pages.task_forms import DueForm
from paths.models import OnRamp
from people.models import Person, Team

LONGEST_TITLE = 300
LONGEST_DETAILS = 10_000
MOST_HOURS = 400


class KindField(forms.ModelChoiceField):
    """A choice among on-ramps, which are shown by their titles alone."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class TaskForm(DueForm):
    """What there is to do, and what learners would learn on it."""

    title = forms.CharField(
        max_length=LONGEST_TITLE,
        label=gettext_lazy("What is to be done?"),
        error_messages={
            "required": gettext_lazy("Say in a few words what is to be done."),
            "max_length": gettext_lazy("Write at most %(limit_value)d characters here, and the rest below."),
        },
    )
    details = forms.CharField(
        required=False,
        max_length=LONGEST_DETAILS,
        label=gettext_lazy("Details"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "max_length": gettext_lazy(
                "Write at most %(limit_value)d characters; put the rest where the work is."
            )
        },
    )
    url = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Where the work is, such as a ticket."),
        error_messages={"invalid": gettext_lazy("That is no address of a page; one begins with https://.")},
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label=gettext_lazy("Team"),
        empty_label=None,
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], gettext_lazy("Choose one of your teams.")
        ),
    )
    on_ramp = KindField(
        queryset=OnRamp.objects.none(),
        required=False,
        label=gettext_lazy("What could somebody learn on it?"),
        empty_label=gettext_lazy("No kind, or as its labels say"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the kinds.")},
    )
    labels = forms.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("Labels"),
        help_text=gettext_lazy("With commas between them. They decide the kind where none is chosen above."),
        error_messages={"max_length": gettext_lazy("Those are too many labels; a few will do.")},
    )
    estimate = forms.FloatField(
        required=False,
        min_value=0.25,
        max_value=MOST_HOURS,
        label=gettext_lazy("Working hours"),
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal"}),
        error_messages=dict.fromkeys(
            ["invalid", "min_value", "max_value"],
            gettext_lazy("Write hours such as 2 or 0.5, or leave it empty."),
        ),
    )

    def __init__(self, data: QueryDict | None = None, *, person: Person) -> None:
        super().__init__(data, person=person, auto_id="id_%s", initial={"team": person.team_id})
        self.fields["team"].queryset = own_teams(person)  # type: ignore[attr-defined]
        kinds = OnRamp.objects.filter(status=OnRamp.Status.ACTIVE, current__isnull=False)
        self.fields["on_ramp"].queryset = kinds.order_by("title")  # type: ignore[attr-defined]

    def clean_labels(self) -> list[str]:
        words = [word.strip() for word in self.cleaned_data["labels"].split(",")]
        return list(dict.fromkeys(word for word in words if word))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_task(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    """Write down a task for one's own team, or one that one leads."""
    form = TaskForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        task = _save(form, person, now=now)
        messages.success(request, _what_became_of(task, person, now=now))
        return SeeOther(address(task))
    if form.errors:
        lead_to_first_mistake(form)
    status = NOT_UNDERSTOOD if form.errors else 200
    context = {"person": person, "form": form, "teams": own_teams(person)}
    return render(request, "pages/new_task.html", context, status=status)


def _save(form: TaskForm, person: Person, *, now: datetime) -> Task:
    names = ("title", "details", "url", "labels", "team", "on_ramp", "estimate")
    said = onramps.Said.by_hand(**{name: form.cleaned_data[name] for name in names}, due_at=form.due_at)
    return onramps.save_task(said, by=person, now=now).task


def _what_became_of(task: Task, person: Person, *, now: datetime) -> str:
    task.refresh_from_db(fields=["is_held"])
    if task.on_ramp_id is None:
        return _("Written down. It is no learning work, so anybody may take it.")
    if task.is_held_at(now) and task.held_until is not None:
        until = sentences.moment(task.held_until, person)
        return _("Written down, and held for a learner until %(until)s.") % {"until": until}
    return _("Written down. No learner needs it, or it cannot wait for one, so it is held for nobody.")
