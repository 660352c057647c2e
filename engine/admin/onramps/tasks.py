"""The admin of tasks: every task with its kind and hold; what a person may edit goes through the engine."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import ActionLocation
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine import onramps
from engine.admin.onramps.rows import EVERYWHERE, ChoiceFilter, by_and_now, moment, press
from engine.models import Bound, Change, Task
from engine.onramps.holding import Shape
from paths.models import OnRamp
from people.admin import KeptAdmin, StaffForm, signed_in
from people.clock import present
from people.models import Person, Team

SOURCED = {Task.Source.API, Task.Source.GITHUB, Task.Source.FILE}
WORDS = ["title", "details", "url", "labels"]
SHAPE = {"on_ramp": "on_ramp", "team": "team", "due_at": "due_at", "estimate": "estimate"}
MOST_LABELS = 50

OVER = Q(status__in=[Task.Status.DONE, Task.Status.CANCELLED])


def unmatched() -> Q:
    """Open tasks whose labels no on-ramp knows, and that nobody gave or took a kind by hand."""
    by_hand = Change.objects.filter(field=Change.Field.KIND).values("task")
    return Q(status=Task.Status.OPEN, on_ramp=None) & ~Q(labels=[]) & ~Q(pk__in=by_hand)


class LabelsField(forms.CharField):
    """Words between commas, for a column that holds a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self._split(self.prepare_value(initial)) != self._split(data))

    def clean(self, value: Any) -> Any:
        labels = self._split(super().clean(value))
        if len(labels) > MOST_LABELS:
            raise forms.ValidationError(_("That is more than %(most)d labels.") % {"most": MOST_LABELS})
        return labels

    @staticmethod
    def _split(text: Any) -> list[str]:
        parts = (part.strip() for part in str(text or "").split(","))
        return list(dict.fromkeys(part for part in parts if part))


class TaskForm(StaffForm):
    labels = LabelsField(
        label=_("Labels"),
        required=False,
        max_length=2_000,
        help_text=_("Separated by commas. On-ramps say by labels which tasks are theirs."),
    )

    class Meta:
        help_texts = {
            "on_ramp": _("Leave it empty: the labels decide. What is chosen by hand stays."),
            "due_at": _("A hold ends in time for it. A later date never makes a hold longer."),
            "estimate": _("In working hours. Empty means what is typical of the kind."),
            "team": _("Whose learners it is kept for, and whose manager decides."),
        }


class KindFilter(ChoiceFilter):
    title = _("kind")
    parameter_name = "kind"

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        kinds = OnRamp.objects.order_by("title").values_list("slug", "title")
        own = {slug: (title, Q(on_ramp__slug=slug)) for slug, title in kinds}
        return own | {
            "-": (_("of no kind"), Q(on_ramp=None)),
            "-unmatched": (_("of no kind, with labels"), unmatched()),
        }


class HoldFilter(ChoiceFilter):
    title = _("hold")
    parameter_name = "hold"

    def choices_now(self) -> dict[str, tuple[Any, Q]]:
        waits = Q(status=Task.Status.OPEN, is_held=True, waived_at=None)
        of_a_kind = Q(on_ramp__isnull=False)
        here = {"task": OuterRef("pk"), "on_ramp": OuterRef("on_ramp"), "team": OuterRef("team")}
        too_soon = Bound.objects.too_soon().filter(**here)
        return {
            "now": (_("held now"), waits & Q(held_until__gt=present())),
            "surplus": (
                _("open, not held: enough others are"),
                of_a_kind
                & Q(status=Task.Status.OPEN, is_held=False, waived_at=None, held_until__gt=present()),
            ),
            "urgent": (_("too urgent from the start"), Q(Exists(too_soon))),
            "released": (_("released by a manager"), Q(waived_at__isnull=False)),
        }


@admin.register(Task)
class TaskAdmin(KeptAdmin):
    form = TaskForm
    list_name = _("Tasks")
    list_display = ["title", "team", "kind", "status", "hold", "due_at", "source"]
    list_select_related = ["team", "on_ramp"]
    list_filter = [KindFilter, HoldFilter, "status", "team", "source"]
    search_fields = ["title", "=key", "url"]
    search_help_text = _("Title, address, or what its source calls it")
    about_the_list = _(
        "Pieces of real work. One of a kind that an on-ramp describes is kept for learners of its team, "
        "until its hold ends. Who does a task is for its team to see."
    )
    nothing_yet = _("No task yet. Add one, or let them come from where your teams plan their work.")
    show_full_result_count = False
    actions = ["release"]
    autocomplete_fields = ["team"]

    def get_fieldsets(self, request: HttpRequest, obj: Task | None = None) -> Any:
        work = (None, {"fields": ["title", "details", "url", "labels"]})
        protection = {
            "fields": ["team", "on_ramp", "due_at", "estimate"],
            "description": _(
                "What somebody changes here does not help themselves: they are judged by the task as others "
                "left it. A change is in the audit."
            ),
        }
        if obj is None:
            return [work, (_("Protection"), protection)]
        state = {"fields": ["status", "hold", "first_seen_at", "source", "key", "created_at", "created_by"]}
        return [work, (_("Protection"), protection), (_("State"), state)]

    def get_readonly_fields(self, request: HttpRequest, obj: Task | None = None) -> list[str]:
        if obj is None:
            return []
        state = ["status", "hold", "first_seen_at", "source", "key", "created_at", "created_by"]
        return state + ([*WORDS, "due_at", "estimate"] if obj.source in SOURCED else [])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is over stays as it was."""
        return super().has_change_permission(request) and not (obj is not None and obj.is_over)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        return super().get_queryset(request).defer("on_ramp__draft").prefetch_related("bounds")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "on_ramp":
            active = OnRamp.objects.filter(status=OnRamp.Status.ACTIVE, current__isnull=False)
            options["queryset"] = active.defer("draft")
        return super().formfield_for_foreignkey(db_field, request, **options)

    @admin.display(description=_("kind"), ordering="on_ramp__title")
    def kind(self, task: Task) -> str:
        return task.on_ramp.title if task.on_ramp else gettext("none")

    @admin.display(description=_("hold"), ordering="held_until")
    def hold(self, task: Task) -> str:
        if task.on_ramp_id is None or task.is_over:
            return ""
        if task.waived_at is not None:
            return gettext("released")
        if task.is_too_urgent:
            return gettext("too urgent")
        if task.is_held_at(present()):
            return gettext("until %(moment)s") % {"moment": moment(task.held_until)}
        return ""

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        """Only who leads somebody may release anything; the engine says whose tasks."""
        actions = super().get_actions(request, action_location=action_location)
        return actions if leads(signed_in(request)) else {}

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        by, now = signed_in(request), present()
        if not change:
            said = onramps.Said.by_hand(**{name: form.cleaned_data[name] for name in [*WORDS, *SHAPE]})
            obj.pk = onramps.save_task(said, by=by, now=now).task.pk
            obj.refresh_from_db()
            return
        edited = set(form.changed_data)
        if words := edited & set(WORDS):
            obj.save(update_fields=words)
        shape = {name: form.cleaned_data[name] for name in edited & SHAPE.keys()}
        if "on_ramp" in shape:
            shape["on_ramp"] = shape["on_ramp"].pk if shape["on_ramp"] else None
        as_it_is = Task.objects.select_related("team").get(pk=obj.pk)
        onramps.revise(as_it_is, replace(Shape.of(as_it_is), **shape), by=by, now=now)
        if "labels" in edited:
            onramps.recompute(now=now)
        obj.refresh_from_db()

    @admin.action(
        description=_("Release: anybody may take it"),
        description_plural=_("Release the selected tasks: anybody may take them"),
        permissions=["change"],
        location=EVERYWHERE,
    )
    def release(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        press(
            self,
            request,
            queryset,
            lambda task: onramps.release(task, **by_and_now(request)),
            told=gettext("Released."),
        )


def leads(person: Person) -> bool:
    """Whether somebody leads a team, has reports, or stands in for somebody."""
    is_above = Q(manager=person) | Q(deputy=person)
    return Team.objects.filter(manager=person).exists() or Person.objects.filter(is_above).exists()
