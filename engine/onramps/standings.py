"""Who is what, since when: changes are noted, so that nobody is junior for a day unseen."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from engine.models import Record, Standing, TeamRules
from people.models import Person, Team

# What is noted of a person, and the column that says since when it holds.
NOTED = {
    "role_id": "role_since",
    "level_id": "level_since",
    "team_id": "team_since",
    "share": "share_since",
}


@transaction.atomic
def note_standings(*, now: datetime) -> int:
    """Record each change of role, level, team or share of full time; return how many people changed."""
    noted = {one.person_id: one for one in Standing.objects.all()}
    people = list(
        Person.objects.filter(kind=Person.Kind.PERSON).order_by("pk").values("pk", *NOTED, *NOTED.values())
    )
    unknown = [person for person in people if person["pk"] not in noted]
    Standing.objects.bulk_create(
        [Standing(person_id=one["pk"], noted_at=now, **_present(one)) for one in unknown],
        ignore_conflicts=True,
    )
    records = list(_changes([person for person in people if person["pk"] in noted], noted, now=now))
    Record.objects.bulk_create(records)
    return len(records)


def _present(person: Mapping[str, Any]) -> dict[str, Any]:
    return {name: person[name] for name in NOTED}


def _changes(
    people: list[dict[str, Any]], noted: Mapping[int, Standing], *, now: datetime
) -> Iterator[Record]:
    for person in people:
        standing = noted[person["pk"]]
        before, present = {name: getattr(standing, name) for name in NOTED}, _present(person)
        if before == present:
            continue
        # Another host may note it at the same moment: one of the two finds what it read, and records it.
        same = Standing.objects.filter(pk=standing.pk, **before)
        if same.update(noted_at=now, **present):
            yield _record(person, before, now=now)


def _record(person: Mapping[str, Any], before: Mapping[str, Any], *, now: datetime) -> Record:
    """Tell each change as [before, after, since]; ids and numbers, and no names."""
    told = {
        name.removesuffix("_id"): [_plain(before[name]), _plain(person[name]), _plain(person[since])]
        for name, since in NOTED.items()
        if before[name] != person[name]
    }
    return Record(
        kind=Record.Kind.STANDING, at=now, person_id=person["pk"], team_id=person["team_id"], told=told
    )


def _plain(value: Any) -> int | str | None:
    return value if value is None or isinstance(value, int) else str(value)


def remember_managers() -> int:
    """Keep who leads each team, for the time when nobody does: their line decides then."""
    led = Team.objects.filter(manager__isnull=False)
    new = [TeamRules(team=team, last_manager_id=team.manager_id) for team in led.filter(rules__isnull=True)]
    TeamRules.objects.bulk_create(new, ignore_conflicts=True)
    moved = TeamRules.objects.filter(team__manager__isnull=False).exclude(
        Q(last_manager__isnull=False) & Q(last_manager=F("team__manager"))
    )
    changed = 0
    for rules in moved.select_related("team"):
        changed += TeamRules.objects.filter(pk=rules.pk).update(last_manager=rules.team.manager_id)
    return len(new) + changed
