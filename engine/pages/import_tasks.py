"""Tasks from a file, for managers and L&D: first what it would do, then the press that does it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from engine import onramps
from engine.onramps.belonging import only_for, teams_to_import_for
from engine.onramps.task_sheets import Loaded, TasksRefused
from engine.pages.doors import SeeOther, signed_in
from engine.pages.task import NOT_UNDERSTOOD
from engine.upload import Upload, UploadForm
from people.models import Person, Team

MOST_PROBLEMS = 50  # shown


class FileForm(UploadForm):
    must_fit_a_page = True
    about_the_file = gettext_lazy(
        "CSV in UTF-8 with the columns key, title and team; and, if you like, details, url, labels, "
        "kind, estimate, due_at, status and updated_at."
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def import_tasks(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    teams = list(teams_to_import_for(person))
    if not teams:
        raise Http404
    if request.method != "POST":
        return _show(request, person, FileForm())
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, person, form, status=NOT_UNDERSTOOD)
    upload, is_check = form.cleaned_data["upload"], request.POST.get("do") != "import"
    try:
        loaded = _load(upload, teams, person, now=now, is_check=is_check)
    except TasksRefused as refused:
        shown = refused.problems[:MOST_PROBLEMS]
        told = {"problems": shown, "more": len(refused.problems) - len(shown), "file": upload.name}
        return _show(request, person, FileForm(), status=NOT_UNDERSTOOD, **told)
    if is_check:
        return _show(request, person, FileForm(), loaded=loaded, checked=upload)
    messages.success(request, _("Imported: %(what)s.") % {"what": in_words(loaded)})
    return SeeOther(reverse("tasks"))


def _load(
    upload: Upload, teams: Collection[Team], person: Person, *, now: datetime, is_check: bool
) -> Loaded:
    sheet = only_for(teams, onramps.read_tasks(upload.text))
    return onramps.load_tasks(sheet, by=person, now=now, dry_run=is_check)


def in_words(loaded: Loaded) -> str:
    counts = (
        ngettext("%(count)d new task", "%(count)d new tasks", loaded.created) % {"count": loaded.created},
        ngettext("%(count)d changed", "%(count)d changed", loaded.changed) % {"count": loaded.changed},
        ngettext("%(count)d as before", "%(count)d as before", loaded.unchanged)
        % {"count": loaded.unchanged},
    )
    return ", ".join(counts)


def _show(
    request: HttpRequest, person: Person, form: FileForm, *, status: int = 200, **told: Any
) -> HttpResponse:
    loaded = told.get("loaded")
    words = in_words(loaded) if loaded else ""
    context = {"person": person, "form": form, "what": words, **told}
    return render(request, "pages/import_tasks.html", context, status=status)
