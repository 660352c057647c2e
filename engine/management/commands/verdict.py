"""manage.py verdict: may this person or agent take this task? Asking changes nothing."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engine import onramps, sentences
from engine.errors import EngineError
from engine.management.commands.tick import instant
from engine.models import Task
from engine.onramps import Judgement
from engine.rules.onramp import Role
from people.clock import present
from people.models import Person


class Command(BaseCommand):
    help = "Say what the rules say: allow, needs_approval or deny, why, and what else could be done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--actor", required=True, metavar="A", help="E-mail or row id of who asks.")
        parser.add_argument("--task", required=True, metavar="T", help="Row id, or what its source calls it.")
        parser.add_argument("--role", choices=[Role.LEAD, Role.SUPPORT], default=Role.LEAD)
        parser.add_argument("--now", help="ISO 8601 with an offset, such as 2027-03-01T09:00:00+01:00.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print all of it as JSON.")

    def handle(
        self, *, actor: str, task: str, role: str, now: str | None, as_json: bool, **options: Any
    ) -> None:
        clock = present()
        moment = clock if now is None else instant(now, clock=clock)
        try:
            judged = onramps.may(_actor(actor), _task(task), role=Role(role), now=moment)
        except EngineError as error:
            raise CommandError(str(error)) from None
        told = told_of(judged)
        self.stdout.write(
            json.dumps(told) if as_json else f"{told['outcome']} {told['code']}: {told['sentence']}"
        )


def told_of(judged: Judgement) -> dict[str, Any]:
    """Return a verdict as plain values, in the words that its actor reads."""
    verdict = judged.verdict
    return {
        "task": judged.task.pk,
        "actor": judged.actor.pk,
        "role": str(judged.facts.role),
        "outcome": verdict.outcome.name.lower(),
        "code": str(verdict.code),
        "sentence": sentences.sentence(verdict, judged.actor),
        "until": verdict.until.isoformat() if verdict.until else None,
        "alternatives": [str(one) for one in verdict.alternatives],
        "obligations": [
            {"duty": str(one.duty), "done": one.done, "of": one.of, "sentence": sentences.obligation(one)}
            for one in verdict.obligations
        ],
        "in_progress": list(verdict.in_progress),
        "approvers": list(verdict.approvers),
    }


def _actor(written: str) -> Person:
    people = Person.objects.select_related("owner", "team", "owner__team")
    found = people.filter(email__iexact=written.strip()).first()
    if found is None and written.isdecimal():
        found = people.filter(pk=int(written)).first()
    if found is None:
        raise CommandError(f"--actor {written!r}: nobody has this e-mail or id; see manage.py load_people.")
    return found


def _task(written: str) -> Task:
    tasks = Task.objects.select_related("team")
    found = tasks.filter(pk=int(written)).first() if written.isdecimal() else None
    if found is not None:
        return found
    [*named] = tasks.filter(key=written).exclude(key="")[:2]
    if len(named) > 1:
        raise CommandError(f"--task {written!r}: several sources have a task of this name; give its row id.")
    if not named:
        raise CommandError(f"--task {written!r}: there is no task with this id or key.")
    return named[0]
