"""Start practice: who is chosen, what they would get, the mails themselves, and the press."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from engine import health, practice
from engine.errors import EngineError
from engine.framing import AS_A_PREVIEW
from engine.practice import Idle
from people.admin import KeptAdmin, signed_in
from people.clock import present
from people.models import Organisation, Person, Role, Team

LONGEST_NOTE = 300  # characters; it also stands in the address of a preview
NAMES = 50  # people named under one reason
CONFLICT = 409

WHY = {
    Idle.AGENT: _("Agents get no mail."),
    Idle.LEFT: _("Left, so they cannot start."),
    Idle.STARTED: _("Started before."),
    Idle.STOPPED: _("Stopped. Only they can go on, in their own settings."),
    Idle.REFUSED: _(
        "Mail to this address is refused. They start, and their welcome goes once it is corrected."
    ),
    Idle.NO_PATH: _("No path fits their role and level. They start, and are welcomed once one does."),
    Idle.NO_DAY: _("No workday within sixty days. Their mails begin when they are back."),
    Idle.NOTHING_WORTH_IT: _(
        "Nothing is worth a mail on the first day. They are welcomed, and reps follow later."
    ),
    Idle.PRACTISED_BEFORE: _("Practised before. They start, but what comes is for them alone to see."),
}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Whom L&D picked, as one word that a form can carry: `everyone`, `team:3`, `role:2`, `people:4,7`."""

    word: str
    people: QuerySet[Person]

    @classmethod
    def these(cls, people: QuerySet[Person]) -> Self:
        ids = ",".join(str(pk) for pk in people.order_by("pk").values_list("pk", flat=True))
        return cls(word=f"people:{ids}", people=people)

    @classmethod
    def read(cls, word: str) -> Self | None:
        """Return whom the word means; None for one that we never wrote."""
        kind, _colon, ids = word.partition(":")
        numbers = [int(one) for one in ids.split(",") if one.isdecimal() and len(one) < 19]
        new = _new_in_a_role()
        match kind, numbers:
            case "everyone", []:
                return cls(word=word, people=new)
            case "team", [team]:
                return cls(word=word, people=new.filter(team=team))
            case "role", [role]:
                return cls(word=word, people=new.filter(role=role))
            case "people", [_, *_]:
                return cls(word=word, people=Person.objects.filter(pk__in=numbers))
        return None


def stamp(people: Iterable[int]) -> str:
    """Return what tells whether those who start are still the ones a page showed."""
    return hashlib.sha256(repr(sorted(people)).encode()).hexdigest()[:20]


class WhoForm(forms.Form):
    """A pilot team first, or a role, or everyone who has not started."""

    who = forms.ChoiceField(label=_("Who starts"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.choices = list(_choices())
        self.fields["who"].choices = self.choices  # type: ignore[attr-defined]


def _new_in_a_role() -> QuerySet[Person]:
    """Who may start with many others: an account without a role may be there to run the server only."""
    return practice.startable(Person.objects.filter(role__isnull=False))


def _choices() -> Iterator[tuple[Any, Any]]:
    new = _new_in_a_role()
    for label, model, word in ((_("A team"), Team, "team"), (_("A role"), Role, "role")):
        counted = model.objects.annotate(new=Count("people", filter=Q(people__in=new.values("pk"))))
        groups = [(f"{word}:{group.pk}", f"{group} ({group.new})") for group in counted.filter(new__gt=0)]
        if groups:
            yield label, groups
    if everyone := new.count():
        yield "everyone", _("Everyone with a role who has not started (%d)") % everyone


class StartForm(forms.Form):
    who = forms.CharField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("A few words of your own"),
        help_text=_(
            "They stand in the welcome, as a quotation. Leave it empty to send the welcome as it is."
        ),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StartPages(KeptAdmin):
    """The pages that lead to a start, beside the list of people."""

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("start/", guarded(self.start_view), name="people_person_start"),
            path(
                "<int:person_id>/start/<slug:mail>/",
                guarded(self.start_mail_view),
                name="people_person_start_mail",
            ),
            *super().get_urls(),
        ]

    def start_view(self, request: HttpRequest) -> HttpResponse:
        self._check_may_start(request)
        if request.method == "POST":
            return self._pressed(request)
        chosen = Chosen.read(request.GET.get("who", ""))
        return self.start_page(request, chosen) if chosen else self._choose(request)

    def _pressed(self, request: HttpRequest) -> HttpResponse:
        form = StartForm(request.POST)
        chosen = Chosen.read(request.POST.get("who", ""))
        if chosen is None:
            return self._choose(request)
        if request.POST.get("do") != "start" or not form.is_valid():
            return self.start_page(request, chosen, form)
        note = form.cleaned_data["note"].replace("\r\n", "\n")
        with transaction.atomic():
            started = practice.start(chosen.people, by=signed_in(request), note=note, now=present())
            are_shown = request.POST.get("shown") == stamp(person.pk for person in started)
            if started and not are_shown:
                transaction.set_rollback(True)
        if started and not are_shown:
            told = str(
                _("The people have changed since this page was shown; look again. Nobody was started.")
            )
            return self.start_page(request, chosen, form, refusal=told)
        self.log_changes(request, started, str(_("Started practice.")))
        told = ngettext(
            "%d person starts. Their welcome comes first, in their working hours.",
            "%d people start. Their welcomes come first, in their working hours.",
            len(started),
        )
        told += " " + str(
            _("Until it went out, you can take the start back: as a rule within a minute in office hours.")
        )
        if not started:
            told = str(_("Nobody was started: whoever you chose has started, left or stopped meanwhile."))
        self.message_user(
            request,
            told % len(started) if started else told,
            messages.SUCCESS if started else messages.WARNING,
        )
        return redirect("admin:people_person_changelist")

    def start_page(
        self, request: HttpRequest, chosen: Chosen, form: StartForm | None = None, refusal: str = ""
    ) -> TemplateResponse:
        """Show what starting these people would bring."""
        form = form or StartForm(initial={"who": chosen.word})
        form.is_valid()
        note = form.cleaned_data.get("note", "") if form.is_bound else ""
        foreseen = practice.foresee(chosen.people, now=present())
        context = {
            "chosen": chosen,
            "form": form,
            "foreseen": foreseen,
            "shown": stamp(foreseen.who),
            "refusal": refusal,
            "tomorrow": _today() + timedelta(days=1),
            "idle": [(WHY[reason], people[:NAMES], len(people)) for reason, people in foreseen.idle],
            "mails": [(person, _frames(person, note)) for person in foreseen.samples],
            "who_form": None if chosen.word.startswith("people:") else WhoForm(initial={"who": chosen.word}),
        }
        return self._page(request, "start", context, status=CONFLICT if refusal else None)

    def _choose(self, request: HttpRequest) -> TemplateResponse:
        return self._page(request, "start", {"who_form": WhoForm()})

    @method_decorator(never_cache)
    @method_decorator(require_safe)
    @method_decorator(csp_override(AS_A_PREVIEW))
    def start_mail_view(self, request: HttpRequest, person_id: int, mail: str) -> HttpResponse:
        """Show one of the first mails of somebody who has not begun, alone, for its frame."""
        self._check_may_start(request)
        person = Person.objects.filter(pk=person_id).first()
        if person is None or mail not in ("welcome", "workout"):
            raise Http404(_("There is no such mail."))
        note = request.GET.get("note", "")[:LONGEST_NOTE]
        try:
            rehearsal = practice.rehearse(person, by=signed_in(request), note=note, now=present())
        except EngineError as error:
            raise Http404(str(error)) from error
        shown = rehearsal.welcome if mail == "welcome" else rehearsal.workout
        if shown is None:
            raise Http404(_("Nothing is worth a mail on the first day."))
        return HttpResponse(shown.html)

    def _check_may_start(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def _page(
        self, request: HttpRequest, name: str, context: dict[str, Any], status: int | None = None
    ) -> TemplateResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Start practice"),
            "organisation": Organisation.get(),
            "mails_to_console": health.mails_to_console(),
        }
        return TemplateResponse(request, f"admin/people/person/{name}.html", shared | context, status=status)


def _today() -> date:
    return timezone.localdate(present())


def _frames(person: Person, note: str) -> Sequence[tuple[Any, str]]:
    """Return what to call each of the first mails, and the address that shows it."""
    query = f"?{urlencode({'note': note})}" if note else ""
    return [
        (_("The welcome"), reverse("admin:people_person_start_mail", args=[person.pk, "welcome"]) + query),
        (_("The first workout"), reverse("admin:people_person_start_mail", args=[person.pk, "workout"])),
    ]
