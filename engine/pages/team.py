"""The team's page, for whoever leads it: what real work reached its learners, why not more, and my deputy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from engine import onramps
from engine.delivery import onramp_mails
from engine.errors import NotADeputy
from engine.models import Request, TeamRules
from engine.onramps import letter
from engine.onramps.judging import mode_of
from engine.onramps.picture import KindPicture, Short, WeekOfKind
from engine.pages import geometry
from engine.pages.doors import SeeOther, signed_in
from engine.pages.geometry import Bars
from engine.rules.starvation import Cause
from people.calendar import local_date
from people.models import Person, Team

# Why learners are short, and what to do about it. Only what others took speaks of takers.
CAUSES: dict[Cause, tuple[str | Promise, str | Promise]] = {
    Cause.IDLE: (
        gettext_lazy("Enough was offered to learners, and more than half of it was declined or lapsed."),
        gettext_lazy("Ask them what stands in the way: the time, the hour, or the kind of work."),
    ),
    Cause.DROUGHT: (
        gettext_lazy("Fewer tasks came than the learners need."),
        gettext_lazy("Look for work of this kind elsewhere, or ask for fewer reps in its on-ramp."),
    ),
    Cause.ABSORBED: (
        gettext_lazy("Enough tasks came, and others than learners took a good part of them."),
        gettext_lazy("Holding them for learners is one way; letting both work on one as a pair is another."),
    ),
    Cause.ROUTING: (
        gettext_lazy("Enough tasks reached learners, but not those who are short."),
        gettext_lazy("Offer the next ones to who is short first."),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of work as its reader may see it."""

    picture: KindPicture
    is_counted: bool
    short: Sequence[Short]
    chart: Bars

    @property
    def busy_weeks(self) -> list[WeekOfKind]:
        """The weeks in which there was something, for the table."""
        return [week for week in self.picture.weeks if week.by_learners or week.by_others]

    @property
    def cause(self) -> tuple[str | Promise, str | Promise] | None:
        found = self.picture.cause
        return CAUSES[found] if found and self.is_counted else None

    @classmethod
    def of(cls, picture: KindPicture, viewer: Person) -> "Kind":
        return cls(
            picture=picture,
            is_counted=picture.may_be_counted_for(viewer),
            short=picture.short_reports_of(viewer),
            chart=geometry.bars([(week.by_learners, week.by_others) for week in picture.weeks]),
        )


class DeputyForm(forms.Form):
    deputy = forms.ModelChoiceField(
        queryset=Person.objects.none(),
        required=False,
        label=gettext_lazy("My deputy"),
        empty_label=gettext_lazy("nobody"),
        error_messages={"invalid_choice": gettext_lazy("Choose somebody of the list.")},
    )

    def __init__(self, person: Person, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"deputy": person.deputy_id})
        self.fields["deputy"].queryset = onramps.possible_deputies(person)  # type: ignore[attr-defined]


@signed_in
@require_safe
def team(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    """Show the one team that somebody leads, or the list of them."""
    teams = onramps.teams_of(person, now=now)
    if not teams:
        raise Http404
    if len(teams) == 1:
        return _shown(request, person, teams[0], DeputyForm(person), now=now)
    return render(request, "pages/teams.html", {"person": person, "teams": teams})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def team_of(request: HttpRequest, person: Person, *, slug: str, now: datetime) -> HttpResponse:
    """Show one of the teams that somebody leads; a press chooses the deputy."""
    one = led_by(person, slug, now=now)
    if request.method != "POST":
        return _shown(request, person, one, DeputyForm(person), now=now)
    form = DeputyForm(person, request.POST)
    if not form.is_valid():
        return _shown(request, person, one, form, now=now, status=422)
    try:
        onramps.choose_deputy(person, form.cleaned_data["deputy"], now=now)
    except NotADeputy as error:
        form.add_error("deputy", str(error))
        return _shown(request, person, one, form, now=now, status=422)
    messages.success(request, _("Saved."))
    return SeeOther(reverse("team_of", args=[one.slug]))


@signed_in
@require_safe
def team_letter(request: HttpRequest, person: Person, *, slug: str, now: datetime) -> HttpResponse:
    """Show what four weeks of looking on told, to whoever leads the team and to L&D."""
    one = get_object_or_404(Team, slug=slug)
    if not letter.may_read(person, one, now=now):
        raise Http404
    record = letter.letter_of(one)
    context = {
        "person": person,
        "team": one,
        "figures": onramp_mails.letter.shown(record) if record else None,
        "mode": mode_of(one),
        "due_on": _letter_due_on(one),
        "is_led": onramps.manages(person, one, now=now),
    }
    return render(request, "pages/letter.html", context)


def _letter_due_on(team: Team) -> date | None:
    since = letter.observing_since(team)
    return local_date(since + letter.OBSERVED_FOR, zone=team.zone) if since else None


def led_by(person: Person, slug: str, *, now: datetime) -> Team:
    """Return a team that this person leads; for anybody else there is none."""
    one = get_object_or_404(Team.objects.select_related("manager"), slug=slug)
    if not onramps.manages(person, one, now=now):
        raise Http404
    return one


def _shown(
    request: HttpRequest, person: Person, team: Team, form: DeputyForm, *, now: datetime, status: int = 200
) -> HttpResponse:
    picture = onramps.picture_of(team, now=now)
    context = {
        "person": person,
        "team": team,
        "picture": picture,
        "kinds": [Kind.of(one, person) for one in picture.kinds],
        "modes": TeamRules.Mode,
        "form": form,
        "has_letter": letter.letter_of(team) is not None,
        "letter_due_on": _letter_due_on(team),
        "waiting": Request.objects.filter(task__team=team, status=Request.Status.PENDING).count(),
    }
    return render(request, "pages/team.html", context, status=status)
