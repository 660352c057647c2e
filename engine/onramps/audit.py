"""Write down what was decided and on what grounds; nothing here is ever changed again."""

from datetime import datetime
from typing import Any

from engine import sentences
from engine.models import Record, Task
from engine.onramps.judging import Judgement
from people.models import Person, Team


def note(
    kind: Record.Kind,
    *,
    now: datetime,
    by: Person | None,
    task: Task | None = None,
    person: Person | None = None,
    team: Team | None = None,
    **told: Any,
) -> Record:
    """Append one record; `told` holds codes, ids, dates and sentences, and no names."""
    written = record(kind, now=now, by=by, task=task, person=person, team=team, **told)
    written.save()
    return written


def record(
    kind: Record.Kind,
    *,
    now: datetime,
    by: Person | None,
    task: Task | None = None,
    person: Person | None = None,
    team: Team | None = None,
    **told: Any,
) -> Record:
    """Return a record that is not written yet, for who appends many at once."""
    return Record(
        kind=kind,
        at=now,
        by=by,
        person=person,
        task=task,
        team_id=team.pk if team else task.team_id if task else None,
        told=told,
    )


def grounds(judgement: Judgement) -> dict[str, Any]:
    """Return a verdict with the facts behind it, and the sentence as its actor read it."""
    verdict, facts = judgement.verdict, judgement.facts
    return {
        "outcome": verdict.outcome.name,
        "code": verdict.code,
        "sentence": sentences.sentence(verdict, judgement.actor),
        "role": facts.role,
        "stage": facts.stage,
        "on_ramp": judgement.task.on_ramp_id,
        "held_until": facts.hold.until.isoformat() if facts.hold else None,
        "is_needed": facts.is_needed,
        "is_surplus": facts.hold.is_surplus if facts.hold else False,
        "confirmed_leads": facts.confirmed_leads,
        "in_progress": list(facts.in_progress),
        "approvers": list(facts.approvers),
    }
