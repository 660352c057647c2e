"""Read the own logbook, and how the on-ramps of a team are, for whoever leads it."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Router

from engine import onramps
from engine.api.doors import Bearer, token_of
from engine.api.problems import Problem
from engine.api.shapes import LogbookOut, Short, TeamOut
from engine.api.telling import refusals
from engine.models import ApiToken
from people.clock import present
from people.models import Team

router = Router(tags=["reading"])


@router.get(
    "/logbook",
    auth=Bearer(ApiToken.Scope.LOGBOOK),
    response={200: LogbookOut, **refusals(401, 403, 429)},
    url_name="logbook",
)
def logbook(request: HttpRequest) -> LogbookOut:
    """Read what whom the token acts for has done: their own logbook and nobody else's."""
    return LogbookOut.of(onramps.logbook_of(token_of(request).person, now=present()))


@router.get(
    "/teams/{slug}/on-ramps",
    auth=Bearer(ApiToken.Scope.TEAM),
    response={200: TeamOut, **refusals(401, 403, 404, 422, 429)},
    url_name="team_on_ramps",
)
def team(request: HttpRequest, slug: Path[Short]) -> TeamOut:
    """Read how a team's on-ramps are: for whoever leads it, who reads the reps of own reports only."""
    now, viewer = present(), token_of(request).person
    found = Team.objects.filter(slug=slug).first()
    if found is None:
        raise Problem(404, "UNKNOWN_TEAM", _("There is no such team."))
    if not onramps.manages(viewer, found, now=now):
        raise Problem(403, "NOT_YOURS", _("Only who leads a team may read how its on-ramps are."))
    return TeamOut.of(onramps.picture_of(found, now=now), viewer)
