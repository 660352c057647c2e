"""The real work of the demo: tasks come, are offered, taken, asked for, decided, handed in and signed off."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from engine import onramps
from engine.demo.organisation import AGENT, EMPLOYEE, LEARNING
from engine.errors import EngineError
from engine.models import Claim, Decision, Mail, Offer, Request, SignOff, Task, TeamRules
from engine.onramps import hours
from engine.onramps.holding import kind_of
from engine.rules.onramp import Code
from paths.catalogue import on_ramps
from people.calendar import local_date
from people.models import Person, Team
from people.naming import by_id

type Deed = Callable[[datetime], object]
type Plan = Callable[[datetime, Deed], None]
type Dice = Callable[..., random.Random]

DAY = timedelta(days=1)
OPENS, CLOSES = 9, 17  # o'clock, where the team is
SHOWN = "Revenue insights"  # the team of those who sign in
LAST_MINUTES = timedelta(minutes=20)  # before the end: what is left to do comes up, at the latest
STEP = timedelta(minutes=15)
Mode = TeamRules.Mode

# How far the rules go, and from which share of the demo's days on. Who is not here observes.
MODES = {
    "Revenue insights": ((0.0, Mode.OBSERVE), (0.35, Mode.ADVISE), (0.5, Mode.ENFORCE)),
    "Risk analytics": ((0.0, Mode.OBSERVE), (0.45, Mode.ADVISE)),
    "Supply chain data": ((0.3, Mode.OBSERVE),),
    "Payments": ((0.2, Mode.OBSERVE), (0.6, Mode.ADVISE)),
}
SENIORS = {
    "Revenue insights": "ingrid.falkenau@acme.example",
    "Risk analytics": "walter.hargrove@acme.example",
    "Supply chain data": "suresh.kanjilal@acme.example",
    "Payments": "henrik.dahlgaard@acme.example",
}


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Tasks of one kind as they come to a team: the label they wear, how often, and what they are called."""

    label: str
    per_day: float  # the chance that one comes on a workday
    due: timedelta | None
    lasts: float  # hours
    titles: tuple[str, ...]


ANALYSIS = (
    Stream(
        label="weekly-extract",
        per_day=0.22,
        due=timedelta(days=4),
        lasts=4,
        titles=(
            "Clean the orders extract",
            "Clean the returns extract",
            "Clean the ledger extract",
            "Clean the visits extract",
        ),
    ),
    Stream(
        label="data-question",
        per_day=0.25,
        due=timedelta(days=3),
        lasts=1.5,
        titles=(
            "How many customers came back within a month?",
            "Which share of orders is paid late?",
            "What does a typical basket hold?",
            "How many refunds were never booked?",
            "Which region lost most repeat orders?",
        ),
    ),
    Stream(
        label="reconciliation",
        per_day=0.12,
        due=timedelta(days=6),
        lasts=3,
        titles=(
            "Reconcile net sales with the ledger",
            "Reconcile refunds with the bank",
            "Check the totals of the margin report",
        ),
    ),
)
ENGINEERING = (
    Stream(
        label="small-bug",
        per_day=0.2,
        due=timedelta(days=9),
        lasts=4,
        titles=(
            "The receipt shows the wrong time zone",
            "Two presses charge a card twice",
            "The search forgets its filter",
            "An empty basket shows a total of -0.00",
        ),
    ),
    Stream(
        label="dependencies",
        per_day=0.12,
        due=None,
        lasts=1,
        titles=("Update the HTTP client", "Update the date library", "Update the test runner"),
    ),
)
UNKNOWN = Stream(
    label="dashboard-fix",
    per_day=0.02,
    due=None,
    lasts=2,
    titles=("The traffic chart is empty on Mondays", "The legend covers the last bar"),
)
STREAMS = {
    "Revenue insights": (*ANALYSIS, UNKNOWN),
    "Risk analytics": ANALYSIS[:2],
    "Supply chain data": ANALYSIS[:2],
    "Payments": ENGINEERING,
}
REASONS = (
    "I know this source; an hour now saves the team a day.",
    "Finance waits for the figure and asked for me.",
    "It depends on what I changed yesterday.",
)


@dataclass(kw_only=True)
class Work:
    """What happens to tasks, planned on the agenda of the life that it is part of."""

    agenda: Plan
    dice: Dice
    stops_at: datetime = field(init=False)  # from here on nothing is done, so that it waits for who looks

    def begin(self, *, begins_at: datetime, ends_at: datetime) -> None:
        """Plan the modes of teams, every task that will come, and what waits at the end."""
        length = ends_at - begins_at
        self.stops_at = _last_at_work(since=begins_at + 0.7 * length, until=ends_at - LAST_MINUTES)
        for team in Team.objects.filter(name__in=MODES).order_by("pk"):
            for share, mode in MODES[team.name]:
                self.plan(begins_at + share * length, partial(self._set_mode, team, mode))
            for at, stream, number in self._arrivals(team, begins_at, ends_at):
                self.plan(at, partial(self._arrive, team, stream, number))
        self.agenda(self.stops_at, self._leave_things_to_do)

    def plan(self, at: datetime, deed: Deed) -> None:
        if at < self.stops_at:
            self.agenda(at, deed)

    def react(self, mail: Mail, now: datetime) -> None:
        """Plan what the reader of a mail about a task will do, if anything."""
        dice = self.dice("react", mail.kind, mail.key)
        match mail.kind:
            case Mail.Kind.OFFER:
                at = now + timedelta(minutes=dice.uniform(5, 100))
                self.plan(at, partial(self._answer, mail.offer_id or 0, dice.random()))
            case Mail.Kind.DECIDE:
                at = self._at_work(mail.reader, now + timedelta(hours=dice.uniform(0.2, 4)))
                for request in Request.objects.filter(asked__mail=mail).order_by("pk"):
                    self.plan(at, partial(self._decide, request, mail.reader, dice.random()))
            case Mail.Kind.SIGN_OFF:
                at = self._at_work(mail.reader, now + timedelta(hours=dice.uniform(1, 20)))
                self.plan(at, partial(self._sign, mail.about_id or 0, mail.reader, dice))

    def _set_mode(self, team: Team, mode: str, now: datetime) -> None:
        by = Person.objects.filter(email=LEARNING.email).first()
        if by is not None:
            onramps.set_mode(team, mode, by=by, now=now)

    def _arrivals(
        self, team: Team, begins_at: datetime, ends_at: datetime
    ) -> Iterator[tuple[datetime, Stream, int]]:
        zone = ZoneInfo(team.zone)
        day, last = local_date(begins_at, zone=team.zone), local_date(ends_at, zone=team.zone)
        number = 0
        while day <= last:
            for stream in STREAMS[team.name] if day.weekday() < 5 else ():
                dice = self.dice("task", team.slug, stream.label, day)
                at = datetime.combine(day, time(OPENS), tzinfo=zone) + timedelta(hours=dice.uniform(0, 5))
                if dice.random() < stream.per_day and begins_at < at < ends_at:
                    yield at, stream, number
                    number += 1
            day += DAY

    def _arrive(self, team: Team, stream: Stream, number: int, now: datetime) -> Task:
        """Let a task come, and plan what those who hear of it do, whatever the rules say."""
        dice = self.dice("arrival", team.slug, number)
        task = _create(team, stream, number, now=now)
        senior = Person.objects.filter(email=SENIORS[team.name], is_active=True).first()
        learners = Person.objects.filter(team=team, level__slug="novice", is_active=True).order_by("pk")
        if senior is not None:
            at = self._at_work(senior, now + timedelta(hours=dice.uniform(0.2, 8)))
            self.plan(at, partial(self._want, task, senior, stream, dice.random()))
        if keen := list(learners):
            at = self._at_work(dice.choice(keen), now + timedelta(hours=dice.uniform(1, 40)))
            self.plan(at, partial(self._want, task, dice.choice(keen), stream, 0.0))
        return task

    def _want(self, task: Task, person: Person, stream: Stream, mood: float, now: datetime) -> None:
        """Take a task if the rules let them; else ask a manager, support a learner, or let it be."""
        task.refresh_from_db()
        if task.status != Task.Status.OPEN or Claim.objects.in_progress().filter(person=person).count() > 2:
            return
        with suppress(EngineError):
            judgement = onramps.may(person, task, now=now)
            if judgement.verdict.is_allowed or (judgement.verdict.code is Code.PROTECTED and mood < 0.2):
                with suppress(onramps.NotAllowed):
                    self._work_on(onramps.take(person, task, now=now), stream, now=now)
                    return
            if judgement.verdict.code is Code.PROTECTED and mood < 0.55:
                onramps.ask(task, by=person, reason=self.dice(task.pk).choice(REASONS), now=now)

    def _answer(self, offer_id: int, mood: float, now: datetime) -> None:
        offer = Offer.objects.select_related("task__team", "person").get(pk=offer_id)
        with suppress(EngineError):
            if mood < 0.7:
                self._work_on(onramps.accept(offer, now=now), _stream_of(offer.task), now=now)
            elif mood < 0.8:
                onramps.decline(offer, now=now)

    def _decide(self, request: Request, by: Person, mood: float, now: datetime) -> None:
        answer, reason = Decision.Answer.NO, "A learner needs it, and it can wait two days."
        if mood < 0.35:
            answer, reason = Decision.Answer.YES, "It cannot wait this time."
        elif mood < 0.5:
            answer, reason = Decision.Answer.YES_WITH_LEARNER, "Do it together, please."
        elif mood > 0.9:
            return
        with suppress(EngineError):
            onramps.decide(request, by=by, answer=answer, reason=reason, now=now)
            for claim in request.claims.running().leads():
                self._work_on(claim, _stream_of(claim.task), now=now)

    def _work_on(self, claim: Claim, stream: Stream, *, now: datetime) -> None:
        dice = self.dice("work", claim.pk)
        if claim.person.kind == Person.Kind.AGENT or dice.random() < 0.04:  # forgotten
            return
        at = self._at_work(claim.person, now + timedelta(hours=stream.lasts * dice.uniform(1, 5)))
        self.plan(at, partial(self._hand_in, claim.pk, dice))

    def _hand_in(self, claim_id: int, dice: random.Random, now: datetime) -> None:
        claim = Claim.objects.select_related("person", "task").get(pk=claim_id)
        ai = dice.choice([Claim.Help.OFF, Claim.Help.OFF, Claim.Help.COACH, Claim.Help.FREE])
        role = Claim.Role.OBSERVER if dice.random() < 0.04 else claim.role
        with suppress(EngineError):
            onramps.hand_in(claim, by=claim.person, role=role, ai=ai, now=now)

    def _sign(self, claim_id: int, by: Person, dice: random.Random, now: datetime) -> None:
        claim = Claim.objects.select_related("task", "person").get(pk=claim_id)
        senior = Person.objects.filter(email=SENIORS.get(claim.task.team.name, ""), is_active=True).first()
        signer = senior if senior is not None and dice.random() < 0.6 else by
        kinds = [SignOff.Help.RESCUED, SignOff.Help.MUCH, SignOff.Help.AS_EXPECTED, SignOff.Help.NONE]
        [help_] = dice.choices(kinds, weights=[1, 3, 9, 3])
        skills = [skill for skill in onramps.linked_skills(claim.task) if dice.random() < 0.6]
        with suppress(EngineError):
            onramps.sign_off(claim, by=signer, role=claim.said_role, help=help_, skills=skills, now=now)

    def _leave_things_to_do(self, now: datetime) -> None:
        """Let the last working day end with an offer, two questions, a hand-in and an emergency that wait."""
        team = Team.objects.filter(name=SHOWN).select_related("manager").first()
        senior = Person.objects.filter(email=SENIORS[SHOWN]).first()
        if team is None or team.manager is None or senior is None:
            return
        self._clear_the_desk(team, team.manager, now=now)
        self._declare(team, senior, now=now)
        agent = Person.objects.filter(email=AGENT).first()
        for number, asker in enumerate(filter(None, (senior, agent))):
            self._ask_for_something(team, asker, number, now=now)
        self._wait_for_sign_off(team, now=now)
        self._offer_something(team, now=now)

    def _clear_the_desk(self, team: Team, manager: Person, *, now: datetime) -> None:
        """Decide and sign off what waits already, all but the last hand-in."""
        for request in Request.objects.filter(status=Request.Status.PENDING, team=team).order_by("pk"):
            self._decide(request, manager, 0.6, now)
        waiting = Claim.objects.running().leads().filter(task__team=team, submitted_at__isnull=False)
        for claim in list(waiting.order_by("-pk"))[1:]:
            self._sign(claim.pk, manager, self.dice("desk", claim.pk), now)

    def _offer_something(self, team: Team, *, now: datetime) -> None:
        """Offer something to whom the demo shows: whoever is asked before lets it pass."""
        if Offer.objects.live(now).filter(person__email=EMPLOYEE.email).exists():
            return
        for number, stream in enumerate(reversed(ANALYSIS)):
            task = _create(team, stream, 900 + number, now=now)
            while onramps.offer_due(now=now):
                offer = Offer.objects.live(now).filter(task=task).select_related("person").first()
                if offer is None:
                    break
                if offer.person.email == EMPLOYEE.email:
                    return
                onramps.decline(offer, now=now)

    def _held(self, team: Team, by: Person, number: int, *, now: datetime) -> Task | None:
        """Return a task that the rules hold back from somebody, as long as one kind still needs reps."""
        for stream in ANALYSIS:
            for task in [
                *Task.objects.open().filter(team=team, is_held=True, labels=[stream.label]).order_by("-pk"),
                _create(team, stream, number, now=now),
            ]:
                asked = task.requests.filter(status__in=Request.OPEN).exists()
                if not asked and onramps.may(by, task, now=now).verdict.code is Code.PROTECTED:
                    return task
        return None

    def _ask_for_something(self, team: Team, by: Person, number: int, *, now: datetime) -> None:
        if task := self._held(team, by, 910 + number, now=now):
            with suppress(EngineError):
                onramps.ask(task, by=by, reason=REASONS[number], now=now)

    def _declare(self, team: Team, by: Person, *, now: datetime) -> None:
        if task := self._held(team, by, 920, now=now):
            reason = "The board looks at this figure in an hour, and it is wrong."
            with suppress(EngineError):
                onramps.take_in_emergency(by, task, reason=reason, incident="INC-2071", now=now)

    def _wait_for_sign_off(self, team: Team, *, now: datetime) -> None:
        waiting = Claim.objects.running().filter(task__team=team, submitted_at__isnull=False)
        if waiting.exists():
            return
        others = Person.objects.exclude(email=EMPLOYEE.email)
        led = Claim.objects.in_progress().filter(task__team=team, by_learner=True, person__in=others)
        mine = led.order_by("pk").first()
        if mine is None:
            for person in others.filter(team=team, level__slug="novice", is_active=True).order_by("pk"):
                with suppress(EngineError):
                    mine = onramps.take(person, _create(team, ANALYSIS[0], 930, now=now), now=now)
                    break
        if mine is not None:
            with suppress(EngineError):
                onramps.hand_in(mine, by=mine.person, role=mine.role, ai=Claim.Help.OFF, now=now)

    def _at_work(self, person: Person, at: datetime) -> datetime:
        """Return the instant, or the next morning on a workday where the person is."""
        there = at.astimezone(ZoneInfo(person.zone))
        if there.hour >= CLOSES:
            there = (there + DAY).replace(hour=OPENS)
        there = there.replace(hour=max(there.hour, OPENS))
        while there.weekday() > 4:
            there = (there + DAY).replace(hour=OPENS)
        return max(at, there)


def _last_at_work(*, since: datetime, until: datetime) -> datetime:
    """Return the last instant at which the team that is shown works, or the end if there is none."""
    team = Team.objects.filter(name=SHOWN).first()
    if team is not None:
        working = hours.of_team(team, hours.days_off(now=since))
        at = until
        while at >= since:
            if (starts_at := hours.next_work(working, now=at)) is not None and starts_at <= at:
                return at
            at -= STEP
    return until


def _create(team: Team, stream: Stream, number: int, *, now: datetime) -> Task:
    title = stream.titles[number % len(stream.titles)]
    task = Task.objects.create(
        title=f"{title} ({local_date(now, zone=team.zone):%d.%m.})" if stream.due else title,
        team=team,
        labels=[stream.label],
        due_at=now + stream.due if stream.due else None,
        created_at=now,
        created_by=team.manager,
    )
    kind = kind_of(task.labels, team, on_ramps(), by_id(Team.objects.all()))
    onramps.notice(task, on_ramp=kind, by=None, now=now)
    return task


def _stream_of(task: Task) -> Stream:
    every = [stream for streams in STREAMS.values() for stream in streams]
    return next(stream for stream in every if stream.label in task.labels)
