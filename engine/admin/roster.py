"""Import a roster: upload it, see what it would change, map unknown names, and import it at one press."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from engine import practice
from engine.upload import MOST_BYTES, Upload
from people import roster
from people.admin import KeptAdmin, signed_in
from people.clock import present
from people.models import Person
from people.roster import Affected, Choices, Group, Meaning, Outcome, Problem, Roster, RosterRefused, Unknown

MOST_SHOWN = 200  # people of one kind, and problems
MOST_MEANINGS = 20  # of names, in the sentence after an import
MOST_ABSENT = 10  # people on record who are not in the file
NEW = "new"
AWAITED = "slug:"  # before what is not here yet

EXAMPLE = [
    ["email", "name", "role", "level", "team", "manager", "country", "zone"],
    [
        *("ada.lovelace@example.org", "Ada Lovelace", "Data analyst", "Novice", "Insights"),
        *("grace.hopper@example.org", "GB", "Europe/London"),
    ],
    [
        *("grace.hopper@example.org", "Grace Hopper", "People manager", "Practitioner", "Insights"),
        *("", "GB", "Europe/London"),
    ],
]


class UnknownsForm(forms.Form):
    """One choice for each name that no role, level or team has: which it is, or a new one."""

    def __init__(self, unknowns: Iterable[Unknown], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.unknowns = {f"{one.column}:{one.text}": one for one in unknowns}
        for name, unknown in self.unknowns.items():
            self.fields[name] = forms.ChoiceField(
                label=unknown.text,
                choices=list(_choices(unknown)),
                # A new team is nothing out of the ordinary; a new role has no path.
                initial=NEW if unknown.column == "team" and unknown.may_be_new else "",
                error_messages={"required": _("Choose what this means.")},
            )

    @property
    def rows(self) -> Iterator[tuple[Unknown, forms.BoundField]]:
        return ((unknown, self[name]) for name, unknown in self.unknowns.items())

    @property
    def chosen(self) -> dict[tuple[str, str], int | str | None]:
        """What was chosen so far."""
        chosen: dict[tuple[str, str], int | str | None] = {}
        for name, unknown in self.unknowns.items():
            value = str(self[name].value())
            if value == NEW:
                chosen[unknown.key] = None
            elif value.isdecimal():
                chosen[unknown.key] = int(value)
            elif value in {_value(group) for group in unknown.awaited}:
                chosen[unknown.key] = value.removeprefix(AWAITED)
        return chosen


def _choices(unknown: Unknown) -> Iterator[tuple[Any, Any]]:
    here = list(roster.MODELS[unknown.column].objects.all())
    rest = [group for group in [*unknown.awaited, *here] if group not in unknown.nearest]
    yield "", _("Choose …")
    for told, groups in ((_("Nearest"), unknown.nearest), (_("Others"), rest)):
        if groups:
            yield told, [(_value(group), _label(group)) for group in groups]
    if unknown.may_be_new:
        yield NEW, _("Create it new")


def _value(group: Group) -> str:
    return str(group.pk) if group.pk else AWAITED + group.slug


def _label(group: Group) -> str:
    return group.name if group.pk else _("%(name)s (a path waits for it)") % {"name": group.name}


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an import would do, or every problem that keeps it from being done."""

    outcome: Outcome | None
    problems: tuple[Problem, ...]


class RosterPages(KeptAdmin):
    """The import, beside the list of people."""

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("roster/", guarded(self.roster_view), name="people_person_roster"),
            path("roster/example.csv", guarded(self.example_view), name="people_person_roster_example"),
            *super().get_urls(),
        ]

    def roster_view(self, request: HttpRequest) -> HttpResponse:
        self._check_may_import(request)
        if request.method != "POST":
            return self._roster_page(request)
        if "packed" not in request.POST:
            upload, refusal = _received(request)
            return self._roster_page(request, refusal) if upload is None else self._previewed(request, upload)
        upload = Upload.unpack(request.POST["packed"], request.POST.get("name", ""))
        if upload is None:
            return self._roster_page(request, _("The file did not come through. Choose it again."))
        return self._previewed(request, upload, data=request.POST)

    @method_decorator(require_safe)
    def example_view(self, request: HttpRequest) -> HttpResponse:
        """Give a small roster to begin from, with the columns that are used most."""
        self._check_may_import(request)
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(EXAMPLE)
        response = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="roster-example.csv"'
        return response

    def _check_may_import(self, request: HttpRequest) -> None:
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied

    def _previewed(self, request: HttpRequest, upload: Upload, data: Any = None) -> HttpResponse:
        """Check everything anew, whatever an earlier page showed; import it if that was pressed."""
        read = roster.read_roster(upload.text)
        is_readable = not any(problem.column in ("file", "header") for problem in read.problems)
        form = UnknownsForm(roster.unknown_names(read, practice.awaited()) if is_readable else [], data)
        if data is not None and data.get("do") == "import" and is_readable and form.is_valid():
            preview = self._imported(request, read, form.chosen)
            if preview.outcome is not None:
                return redirect("admin:people_person_changelist")
        else:
            preview = _preview(read, form, by=signed_in(request)) if is_readable else _unreadable(read)
        context: dict[str, Any] = {
            "upload": upload,
            "form": form,
            "is_asked": data is not None and data.get("do") == "import",
            "outcome": preview.outcome,
            "absent": preview.outcome.absent[:MOST_ABSENT] if preview.outcome else (),
            "more_absent": max(0, len(preview.outcome.absent) - MOST_ABSENT) if preview.outcome else 0,
            "kinds": list(_kinds(preview.outcome)) if preview.outcome else [],
            "problems": preview.problems[:MOST_SHOWN],
            "more_problems": max(0, len(preview.problems) - MOST_SHOWN),
            "people": len(read.entries),
        }
        return self._roster_page(request, **context)

    def _imported(self, request: HttpRequest, read: Roster, choices: Choices) -> Preview:
        today = timezone.localdate(present())
        try:
            outcome = roster.load(read, by=signed_in(request), today=today, choices=choices)
        except RosterRefused as refused:
            return Preview(outcome=None, problems=refused.problems)
        self._log_import(request, outcome)
        told = _("The roster is imported: %(outcome)s. Nobody was mailed.") % {"outcome": outcome}
        if outcome.learned:
            told += " " + _meanings(outcome.learned)
        if len(outcome.levels) > 1:
            told += " " + _(
                "Levels, from the first to the highest: %s. If the order is another, change their ranks now."
            ) % ", ".join(outcome.levels)
        if outcome.created:
            told += " " + _("Start practice when you are ready; new people are among those not started.")
        self.message_user(request, told, messages.SUCCESS)
        return Preview(outcome=outcome, problems=())

    def _log_import(self, request: HttpRequest, outcome: Outcome) -> None:
        """Write down in each person's history what the import did to them."""
        ids = dict(Person.objects.values_list("email", "pk"))
        kind = ContentType.objects.get_for_model(Person)
        LogEntry.objects.bulk_create(
            (
                LogEntry(
                    user_id=signed_in(request).pk,
                    content_type=kind,
                    object_id=str(ids[one.email]),
                    object_repr=one.name[:200],
                    action_flag=flag,
                    change_message="; ".join(["Roster", *map(str, one.edits)]),
                )
                for flag, affected in (
                    (ADDITION, outcome.created),
                    (CHANGE, [*outcome.changed, *outcome.left]),
                )
                for one in affected
            ),
            batch_size=500,
        )

    def _roster_page(self, request: HttpRequest, refusal: str = "", **context: Any) -> TemplateResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import a roster"),
            "refusal": refusal,
            "required": roster.REQUIRED,
            "optional": [column for column in roster.COLUMNS if column not in roster.REQUIRED],
        }
        return TemplateResponse(request, "admin/people/person/roster.html", shared | context)


def _received(request: HttpRequest) -> tuple[Upload | None, str]:
    """Return the uploaded file, or what to do about there being none that can be used."""
    file = request.FILES.get("file")
    if file is None:
        return None, _("Choose a file first.")
    if not file.size:
        return None, _("That file is empty. Choose another one.")
    if file.size > MOST_BYTES:
        return None, _too_big(file.size)
    upload = Upload(text=file.read(), name=str(file.name)[:100])
    return (upload, "") if upload.fits_a_page else (None, _too_big(file.size))


def _meanings(learned: Sequence[Meaning]) -> str:
    told = _("From now on: %(meanings)s.") % {"meanings": "; ".join(map(str, learned[:MOST_MEANINGS]))}
    more = len(learned) - MOST_MEANINGS
    if more <= 0:
        return told
    return f"{told} {ngettext('And %d more name.', 'And %d more names.', more) % more}"


def _too_big(size: int) -> str:
    told = _(
        "That file has %(size)s MB, more than a page can carry. Split it (who is not in a file stays as they "
        "are), or let whoever runs the server import it with manage.py load_people."
    )
    return told % {"size": f"{size / 1_000_000:.1f}"}


def _preview(read: Roster, form: UnknownsForm, *, by: Person) -> Preview:
    """Import it, see what that does, and take it back; what nobody has mapped yet counts as new."""
    chosen = form.chosen
    undecided = [unknown for unknown in form.unknowns.values() if unknown.key not in chosen]
    choices = {unknown.key: None for unknown in undecided} | chosen
    today = timezone.localdate(present())
    try:
        outcome = roster.load(read, by=by, today=today, choices=choices, dry_run=True)
    except RosterRefused as refused:
        # What cannot be new must be mapped, and that is asked for above the problems.
        asked = {(unknown.line, unknown.column) for unknown in undecided if not unknown.may_be_new}
        left = (problem for problem in refused.problems if (problem.line, problem.column) not in asked)
        return Preview(outcome=None, problems=tuple(left))
    return Preview(outcome=outcome, problems=())


def _unreadable(read: Roster) -> Preview:
    """Only what keeps the file from being read: without it, all else would be noise."""
    told = tuple(problem for problem in read.problems if problem.column in ("file", "header"))
    return Preview(outcome=None, problems=told)


def _kinds(outcome: Outcome) -> Iterator[tuple[str, tuple[Affected, ...], int]]:
    """Yield each kind of change that there is, with the people to name and how many more there are."""
    for told, affected in (
        (ngettext("%d person is new", "%d people are new", len(outcome.created)), outcome.created),
        (ngettext("%d person changes", "%d people change", len(outcome.changed)), outcome.changed),
        (ngettext("%d person leaves", "%d people leave", len(outcome.left)), outcome.left),
    ):
        if affected:
            yield told % len(affected), affected[:MOST_SHOWN], max(0, len(affected) - MOST_SHOWN)
