"""The observe letter: after four weeks of looking on, what came, what went past, and what holds would give.

Its figures are counted once and kept in the audit; the mail and the page show those.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median

from django.db import transaction
from django.db.models import Min, Q

from engine.delivery.posting import post
from engine.models import Claim, Loss, Mail, Record, Task, TeamRules
from engine.onramps import audit, hours
from engine.onramps.approvers import manages
from engine.onramps.picture import CAME_TO_NOTHING
from engine.onramps.pools import Pool, Pools
from engine.rules import replaying
from engine.rules.replaying import Given, Pupil, Seen
from engine.rules.starvation import Learner
from people.calendar import Away, local_date, working_hours_between
from people.days_off import DaysOff, absences_to_come
from people.models import Absence, Person, Team

OBSERVED_FOR = timedelta(weeks=4)
LEARNING = "L&D admin"  # the group whose members get it beside the manager
GOOD_FOR = timedelta(days=14)  # a mail that could not go by then is no news


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a letter says, over all kinds of a team. Delays are medians, in the team's working hours."""

    began_on: str
    ended_on: str
    came: int
    went_past: int
    too_urgent: int
    given: int
    people: int
    soonest: float | None
    latest: float | None


def queue_letters(*, now: datetime) -> int:
    """Write the letters that are due, each once for a team and a time of observing; return how many."""
    return sum(_write(team, since, now=now) for team, since in _due(now=now))


def may_read(person: Person, team: Team, *, now: datetime) -> bool:
    """Whether somebody may read a team's letter: whoever leads the team, and L&D."""
    return manages(person, team, now=now) or person.groups.filter(name=LEARNING).exists()


def letter_of(team: Team) -> Record | None:
    """Return the letter that a team got last."""
    return Record.objects.filter(kind=Record.Kind.LETTER, team=team).first()


def observing_since(team: Team) -> datetime | None:
    """Return since when a team's learning tasks are only observed; None if they are not, or none came."""
    return _observing([team]).get(team.pk)


def _observing(teams: Collection[Team]) -> dict[int, datetime]:
    rules = {one.team_id: one for one in TeamRules.objects.filter(team__in=teams)}
    came = Task.objects.of_a_kind().filter(team__in=teams).order_by()
    first = dict(came.values_list("team_id").annotate(Min("first_seen_at")))
    found = {}
    for team, first_seen_at in first.items():
        row = rules.get(team)
        if row is not None and row.mode != TeamRules.Mode.OBSERVE:
            continue
        since = row.mode_since if row else None
        found[team] = max(since, first_seen_at) if since else first_seen_at
    return found


def _due(*, now: datetime) -> list[tuple[Team, datetime]]:
    """Return the teams that have observed for four weeks, and had no letter about them."""
    old = Task.objects.of_a_kind().filter(first_seen_at__lte=now - OBSERVED_FOR)
    modes = Q(rules=None) | Q(rules__mode=TeamRules.Mode.OBSERVE)
    teams = list(Team.objects.filter(modes, pk__in=old.values("team")))
    if not teams:
        return []
    told: dict[int, datetime] = {}
    for record in Record.objects.filter(kind=Record.Kind.LETTER, team__in=teams).order_by("at"):
        assert record.team_id is not None
        told[record.team_id] = record.at
    since = _observing(teams)
    return [
        (team, since[team.pk])
        for team in teams
        if since[team.pk] + OBSERVED_FOR <= now and (team.pk not in told or told[team.pk] < since[team.pk])
    ]


@transaction.atomic
def _write(team: Team, since: datetime, *, now: datetime) -> bool:
    """Keep the figures, and queue a mail of them to each reader."""
    told = figures_of(team, since=since, now=now)
    audit.note(Record.Kind.LETTER, now=now, by=None, team=team, **asdict(told))
    off = hours.days_off(now=now)
    for reader in readers(team):
        absences = absences_to_come([reader], now=now).get(reader.pk, ())
        at_work = hours.next_work(hours.of_person(reader, off, absences), now=now) or now
        post(
            Mail.Kind.LETTER,
            reader,
            key=f"{team.pk}:{told.began_on}:{reader.pk}",
            not_before=at_work,
            expires_at=at_work + GOOD_FOR,
            team=team,
        )
    return True


def readers(team: Team) -> list[Person]:
    """Return who gets a team's letter: its manager, and the members of L&D."""
    people = Person.objects.filter(is_active=True, kind=Person.Kind.PERSON)
    meant = people.filter(Q(pk=team.manager_id) | Q(groups__name=LEARNING))
    return list(meant.select_related("team").distinct().order_by("pk"))


def figures_of(team: Team, *, since: datetime, now: datetime) -> Figures:
    """Count what was observed in the four weeks from an instant on, and replay it."""
    until, off = since + OBSERVED_FOR, hours.days_off(now=now)
    pools = Pools({team.pk}, now=now, off=off)
    seen = _seen(team, since=since, until=until)
    given: list[Given] = []
    for on_ramp, tasks in seen.items():
        pool = pools.of(team.pk, on_ramp)
        if pool is not None:
            given += replaying.replay(tasks, _pupils(pool, since=since), pool.kind)
    rows = [one for tasks in seen.values() for one in tasks]
    return Figures(
        began_on=local_date(since, zone=team.zone).isoformat(),
        ended_on=local_date(until, zone=team.zone).isoformat(),
        came=len(rows),
        went_past=sum(one.went_past for one in rows),
        too_urgent=sum(one.is_too_urgent for one in rows),
        given=len(given),
        people=len({one.to for one in given}),
        soonest=_delay(team, off, [(one.taken_at, one.soonest_at) for one in given]),
        latest=_delay(team, off, [(one.taken_at, one.latest_at) for one in given]),
    )


def _delay(team: Team, off: DaysOff, moments: Iterable[tuple[datetime, datetime]]) -> float | None:
    working = hours.of_team(team, off)
    delays = [max(0.0, working_hours_between(was, would, working)) for was, would in moments]
    return round(median(delays), 1) if delays else None


def _seen(team: Team, *, since: datetime, until: datetime) -> dict[int, list[Seen]]:
    """Read the learning tasks that came, by kind, in four queries."""
    tasks = Task.objects.of_a_kind().filter(team=team, first_seen_at__gte=since, first_seen_at__lt=until)
    rows = list(tasks.order_by("first_seen_at", "pk").prefetch_related("bounds"))
    leads = Claim.objects.leads().filter(task__in=rows).exclude(ending__in=CAME_TO_NOTHING)
    first: dict[int, Claim] = {}
    for claim in leads.order_by("-began_at"):
        first[claim.task_id] = claim
    past = set(
        Loss.objects.filter(claim__in=first.values())
        .exclude(claim__emergency__is_justified=True)
        .values_list("claim__task", flat=True)
    )
    found: dict[int, list[Seen]] = defaultdict(list)
    for task in rows:
        assert task.on_ramp_id is not None
        found[task.on_ramp_id].append(_as_seen(task, first.get(task.pk), went_past=task.pk in past))
    return found


def _as_seen(task: Task, lead: Claim | None, *, went_past: bool) -> Seen:
    assert task.first_seen_at is not None
    assert task.held_until is not None
    return Seen(
        task=task.pk,
        first_seen_at=task.first_seen_at,
        until=task.held_until,
        due_at=task.due_at,
        is_too_urgent=task.is_too_urgent,
        taken_at=lead.began_at if lead else None,
        by_learner=lead.person_id if lead and lead.by_learner else None,
        went_past=went_past,
    )


def _pupils(pool: Pool, *, since: datetime) -> Sequence[Pupil]:
    """Return the learners as they stood when the observing began; roles and shares are those of today."""
    people = [one.person.pk for one in pool.learners]
    first = (since - timedelta(days=pool.kind.reps.window_days + 2)).date()
    absences: dict[int, list[Away]] = defaultdict(list)
    for one in Absence.objects.filter(person__in=people, ends_on__gte=first):
        absences[one.person_id].append(Away(starts_on=one.starts_on, ends_on=one.ends_on))
    running = Claim.objects.leads().filter(
        Q(submitted_at=None) | Q(submitted_at__gte=since),
        Q(ended_at=None) | Q(ended_at__gte=since),
        person__in=people,
        task__on_ramp=pool.on_ramp,
        began_at__lt=since,
    )
    led = Counter(running.values_list("person_id", flat=True))
    return [
        Pupil(
            learner=_before(one.record, led[one.person.pk], since=local_date(since, zone=one.person.zone)),
            working=one.working,
            away=hours.dates_of(absences[one.person.pk]),
        )
        for one in pool.learners
    ]


def _before(record: Learner, in_progress: int, *, since: date) -> Learner:
    return replace(
        record, reps=[rep for rep in record.reps if rep.on < since], provisional=0, in_progress=in_progress
    )
