"""Who may decide about a task now, read from the reporting lines; asked again at every vote."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.models import TeamRules
from engine.onramps import hours
from engine.rules.approval import Approver, Boss, approvers, line_of
from people.calendar import WorkingHours, is_away
from people.days_off import DaysOff, absences_to_come
from people.models import Person, Team

NOBODY = 0
GUARDIAN = "guardian"  # the group whose members decide what nobody else can


@dataclass(frozen=True, kw_only=True)
class Line:
    """Somebody, their deputy, the guardians, and everybody above each of them."""

    first: int | None
    people: Mapping[int, Person]
    guardians: Sequence[int]

    @classmethod
    def of(cls, team: Team) -> "Line":
        """Read the line of a team's present or last manager, one query for each step up."""
        first = first_of(team)
        guardians = list(
            Person.objects.filter(groups__name=GUARDIAN, is_active=True)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        people: dict[int, Person] = {}
        missing = {*guardians, *([first] if first is not None else [])}
        while missing:
            found = Person.objects.filter(pk__in=missing).select_related("team")
            people |= {person.pk: person for person in found}
            above = {one for person in people.values() for one in (person.manager_id, person.deputy_id)}
            missing = {one for one in above if one is not None} - people.keys()
        return cls(first=first, people=people, guardians=guardians)

    @property
    def bosses(self) -> dict[int, Boss]:
        return {
            person.pk: Boss(
                person=person.pk,
                is_here=person.is_active,
                manager=person.manager_id,
                deputy=person.deputy_id,
            )
            for person in self.people.values()
        }

    def interested(self, owner: int) -> set[int]:
        """Return who must not decide what `owner` asks: they themself, and whoever reports to them."""
        bosses = self.bosses
        below = {one for one in bosses if any(boss.person == owner for boss in line_of(one, bosses))}
        return {owner, *below}


def first_of(team: Team) -> int | None:
    """Return the team's manager, or the last one it had."""
    if team.manager_id is not None:
        return team.manager_id
    rules = TeamRules.objects.filter(team=team).first()
    return rules.last_manager_id if rules else None


def approvers_of(
    team: Team, *, owner: int, now: datetime, line: Line | None = None, is_late: bool = False
) -> list[Approver]:
    """Return who may decide now about what `owner` asks, or asks through an agent."""
    line = line or Line.of(team)
    away = _away(line.people.values(), now=now)
    return approvers(
        line.first,
        line.bosses,
        interested=line.interested(owner),
        is_away=lambda person: person in away,
        guardians=line.guardians,
        is_late=is_late,
    )


def manages(person: Person, team: Team, *, now: datetime) -> bool:
    """Whether somebody decides for a team: its manager, whoever stands in for them, and those above."""
    line = Line.of(team)
    above = {boss.person for boss in line_of(line.first, line.bosses) if boss.is_here}
    present = approvers_of(team, owner=NOBODY, now=now, line=line)
    return person.is_active and person.pk in above | {one.person for one in present}


def teams_of(person: Person, *, now: datetime) -> list[Team]:
    """Return the teams that somebody decides for, their own first; as `manages` says of each."""
    lines = {one.pk: one for one in Person.objects.only("pk", "manager", "deputy")}
    last = dict(TeamRules.objects.exclude(last_manager=None).values_list("team_id", "last_manager_id"))
    is_guardian = person.groups.filter(name=GUARDIAN).exists()

    def may_decide(team: Team) -> bool:
        """Whether it is worth asking: they stand in the line above the team, or beside it."""
        above = team.manager_id or last.get(team.pk)
        seen: set[int] = set()
        while above is not None and above in lines and above not in seen:
            if person.pk in (above, lines[above].deputy_id):
                return True
            seen.add(above)
            above = lines[above].manager_id
        return is_guardian

    found = [one for one in Team.objects.order_by("name") if may_decide(one)]
    mine = [one for one in found if manages(person, one, now=now)]
    return sorted(mine, key=lambda team: team.manager_id != person.pk)


def _away(people: Iterable[Person], *, now: datetime) -> set[int]:
    people = list(people)
    absences = absences_to_come(people, now=now)
    return {one.pk for one in people if is_away(one.today(now), absences.get(one.pk, ()))}


def hours_of(person: Person, *, off: DaysOff, now: datetime) -> WorkingHours:
    """Return when an approver works, without their absences to come."""
    return hours.of_person(person, off, absences_to_come([person], now=now).get(person.pk, ()))
