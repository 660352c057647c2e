"""My data: what is stored about a person, who may see it, how long it is kept; and all of it as one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from engine.pages.doors import signed_in
from engine.practice import own_data
from people.models import Person

ONLY_YOU = _("Only you.")
YOU_AND_LEAD = _("You, and who decides for your team.")
YOU_AND_LEARNING = _("You and L&D.")
YOU_LEAD_AND_GUARDIANS = _("You, who decides for your team, and the guardians of the rules.")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of rows, in plain words."""

    name: str
    title: str | Promise
    what: str | Promise
    who: str | Promise


KINDS = (
    Kind(
        name="enrolments",
        title=_("Paths"),
        what=_("Which paths you are on, since when, and whether by your role or by hand."),
        who=YOU_AND_LEARNING,
    ),
    Kind(
        name="workouts",
        title=_("Workouts"),
        what=_("The days for which a workout was planned for you."),
        who=ONLY_YOU,
    ),
    Kind(
        name="reps",
        title=_("Reps"),
        what=_("Which exercises they had, why each was chosen, and how likely you were to know it."),
        who=ONLY_YOU,
    ),
    Kind(
        name="answers",
        title=_("Answers"),
        what=_(
            "What you answered and wrote, whether it was right, its rating, when, and how long it took; "
            "what you undid too."
        ),
        who=_("Only you. L&D is told how many people answered an exercise, never who or what."),
    ),
    Kind(
        name="reviews",
        title=_("Reviews"),
        what=_("The date and the rating of each rep and of signed-off work: what your memory is read from."),
        who=ONLY_YOU,
    ),
    Kind(
        name="memories",
        title=_("Memory"),
        what=_("For each skill, how long you are expected to remember it and how hard it is for you."),
        who=ONLY_YOU,
    ),
    Kind(
        name="remarks",
        title=_("Remarks"),
        what=_("Mistakes you reported, and exercises you called not useful; what you took back too."),
        who=_("You. L&D reads what was said of an exercise, and never who said it."),
    ),
    Kind(
        name="absences",
        title=_("Absences"),
        what=_("The days you are away, and who said so; never why."),
        who=YOU_AND_LEARNING,
    ),
    Kind(
        name="absence_calendars",
        title=_("Calendar of absences"),
        what=_("The address of a calendar of your days off, if there is one."),
        who=_("Only you. L&D sees on which host it is, and whether it can be read."),
    ),
    Kind(
        name="mails",
        title=_("Mails"),
        what=_("When each mail to you was due and went, or why it did not; for a while, its text."),
        who=_("Only you read the text. Operators see that a mail went, and when."),
    ),
    Kind(
        name="sign_in_addresses",
        title=_("Sign-in address"),
        what=_("The address you sign in with, besides your profile."),
        who=_("You and the operators."),
    ),
    Kind(
        name="offers",
        title=_("Offers"),
        what=_("Tasks that were kept for you for a while, and what you said."),
        who=_("Only you. How many were accepted or declined is counted, and never whose they were."),
    ),
    Kind(
        name="offer_pauses",
        title=_("Pauses of offers"),
        what=_("Kinds of work that you do not want to be offered for a while."),
        who=ONLY_YOU,
    ),
    Kind(
        name="graduations",
        title=_("Kinds of work you had learned before"),
        what=_("What was noted when Rampart began to count."),
        who=YOU_AND_LEARNING,
    ),
    Kind(
        name="claims",
        title=_("Tasks you took"),
        what=_("Since when and in which role, what you wrote, when you handed it in, and how you used AI."),
        who=_("You; your team sees who does which task. How you used AI is for you only."),
    ),
    Kind(
        name="emergencies",
        title=_("Emergencies"),
        what=_("What you took at once, why, and what the review said."),
        who=YOU_LEAD_AND_GUARDIANS,
    ),
    Kind(
        name="tokens",
        title=_("API tokens"),
        what=_("Their names, what they may do, and when they were last used; never the secrets."),
        who=_("You, and the guardians, who may revoke them."),
    ),
    Kind(
        name="github_accounts",
        title=_("GitHub accounts"),
        what=_("Under which name you work on GitHub."),
        who=_("You and L&D."),
    ),
    Kind(
        name="losses",
        title=_("Tasks that went past you"),
        what=_("Which, when and by which rule; never to whom."),
        who=YOU_AND_LEAD,
    ),
    Kind(
        name="credits",
        title=_("Credits"),
        what=_("Signed-off work: your role, the help it took, the skills that showed, and what was said."),
        who=YOU_LEAD_AND_GUARDIANS,
    ),
    Kind(
        name="requests",
        title=_("Requests"),
        what=_("What you, or an agent of yours, asked to take, why, and what was decided."),
        who=YOU_LEAD_AND_GUARDIANS,
    ),
    Kind(
        name="records",
        title=_("The audit"),
        what=_("What was decided about you or for you, and on what grounds. It stays as it is."),
        who=YOU_LEAD_AND_GUARDIANS,
    ),
    Kind(
        name="standing",
        title=_("Role, level and team"),
        what=_("As they were noted last, to see what changed since."),
        who=YOU_AND_LEAD,
    ),
)


@signed_in
@require_safe
def data(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    counts = own_data.counted(person)
    context = {
        "person": person,
        "kinds": [(kind, counts[kind.name]) for kind in KINDS],
        "left_out": _reasons(),
        "text_kept": _days(settings.MAIL_TEXT_KEPT),
    }
    return render(request, "pages/data.html", context)


@signed_in
@require_safe
def export(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    """Hand over all of it as one JSON file."""
    response = JsonResponse(
        own_data.collected(person, now=now), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    response["Content-Disposition"] = f'attachment; filename="rampart-{person.today(now)}.json"'
    return response


def _reasons() -> Sequence[str]:
    return [str(reason) for reason in own_data.LEFT_OUT.values()]


def _days(kept: timedelta) -> str:
    return ngettext("%(days)d day", "%(days)d days", kept.days) % {"days": kept.days}
