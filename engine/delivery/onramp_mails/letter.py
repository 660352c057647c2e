"""The observe letter: what came in four weeks, what went past the learners, and what holds would give."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from engine import links
from engine.models import Mail, Record, TeamRules


def contents(mail: Mail) -> dict[str, object]:
    record = _letter_of(mail)
    assert mail.team is not None
    return {
        "team": mail.team,
        "figures": shown(record) if record else {},
        "page_url": links.url("team_letter", mail.team.slug),
        "is_manager": mail.team.manager_id == mail.person_id,
    }


def why_not(mail: Mail, *, now: datetime) -> str:
    """Say why the letter is no news any more."""
    if _letter_of(mail) is None:
        return _("Its figures are gone.")
    rules = TeamRules.objects.filter(team=mail.team).first()
    if rules is not None and rules.mode != TeamRules.Mode.OBSERVE:
        return _("The team does more than observe by now.")
    return ""


def shown(record: Record) -> dict[str, object]:
    """Return a letter's figures with dates that templates can write."""
    days = {name: date.fromisoformat(record.told[name]) for name in ("began_on", "ended_on")}
    return record.told | days


def _letter_of(mail: Mail) -> Record | None:
    return Record.objects.filter(kind=Record.Kind.LETTER, team=mail.team).first()
