"""The page of a task: may I take this? In one sentence, with a button for all that can be done instead."""

from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engine.errors import EngineError, LostRace
from engine.models import Task
from engine.pages.doors import SeeOther, signed_in
from engine.pages.preference_forms import lead_to_first_mistake
from engine.pages.task_choices import Choices
from engine.pages.task_presses import ACTS, LEAVE, Forms, Press
from people.models import Person

TASKS: QuerySet[Task] = Task.objects.select_related("team", "on_ramp", "created_by", "waived_by")

CONFLICT = 409
NOT_UNDERSTOOD = 422


def address(task: Task) -> str:
    return reverse("task", args=[task.pk])


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, person: Person, *, now: datetime, task_id: int) -> HttpResponse:
    """Show a task to anybody who signed in: asking stores nothing. Only a press changes something."""
    found = get_object_or_404(TASKS, pk=task_id)
    if request.method == "POST":
        return _pressed(request, person, found, now=now)
    return _show(request, person, found, Forms.of(found, person), now=now)


def _pressed(request: HttpRequest, person: Person, task: Task, *, now: datetime) -> HttpResponse:
    act = ACTS.get(request.POST.get("do", ""))
    if act is None:
        return SeeOther(address(task))
    forms = Forms.of(task, person)
    try:
        said = act(Press(person=person, task=task, data=request.POST, forms=forms, now=now))
    except EngineError as error:
        fresh = TASKS.get(pk=task.pk)
        return _show(request, person, fresh, forms, now=now, refusal=_kindly(error), status=CONFLICT)
    if said is None:
        return _show(request, person, task, forms, now=now, status=NOT_UNDERSTOOD)
    messages.success(request, said)
    return SeeOther(reverse("tasks") if request.POST["do"] in LEAVE else address(task))


def _kindly(error: EngineError) -> str:
    if isinstance(error, LostRace):
        return _("Somebody was a moment faster and leads this task now. Below is what you can do instead.")
    return str(error)


def _show(
    request: HttpRequest,
    person: Person,
    task: Task,
    forms: Forms,
    *,
    now: datetime,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    if forms.mistaken:
        lead_to_first_mistake(getattr(forms, forms.mistaken))
    context = {
        "person": person,
        "task": task,
        "can": Choices(person=person, task=task, now=now),
        "forms": forms,
        "refusal": refusal,
        "here": address(task),
    }
    return render(request, "pages/task.html", context, status=status)
