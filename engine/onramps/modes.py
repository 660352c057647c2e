"""How far the rules go in a team: it begins by observing, and what somebody changes is in the audit."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from engine.models import Record, Task, TeamRules
from engine.onramps import audit
from people.models import Person, Team


@transaction.atomic
def set_mode(team: Team, mode: str, *, by: Person, now: datetime) -> TeamRules:
    """Let the rules go so far from now on; the same mode again changes nothing."""
    TeamRules.objects.get_or_create(team=team)
    rules = TeamRules.objects.select_for_update(no_key=True).get(team=team)
    mode = TeamRules.Mode(mode)
    if rules.mode_since is not None and rules.mode == mode:
        return rules
    before, rules.mode, rules.mode_since = rules.mode, mode, now
    rules.save(update_fields=["mode", "mode_since"])
    audit.note(Record.Kind.MODE, now=now, by=by, team=team, before=before, after=rules.mode)
    return rules


def begin_observing(*, now: datetime) -> int:
    """Note from when on teams observe: from their first task of a kind; return how many began."""
    with_tasks = Exists(Task.objects.of_a_kind().filter(team=OuterRef("pk")))
    without_rules = ~Exists(TeamRules.objects.filter(team=OuterRef("pk"), mode_since__isnull=False))
    teams = list(Team.objects.filter(with_tasks, without_rules))
    TeamRules.objects.bulk_create((TeamRules(team=team) for team in teams), ignore_conflicts=True)
    return TeamRules.objects.filter(team__in=teams, mode_since=None).update(mode_since=now)
