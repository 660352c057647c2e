"""The fixture of shared cases on on-ramps: team Payments on Tuesday 24 November 2026, ten o'clock in Berlin.

`K1` and `K2` are pure, for the rules; `Payments` builds the rows.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group

from engine import onramps
from engine.models import Claim, Credit, Loss, SignOff, Task, TeamRules
from paths.models import OnRamp, OnRampVersion, Skill
from paths.schema import OnRampSpec
from people.calendar import WorkingHours
from people.models import Person, Team
from tests.engine_factories import SkillFactory
from tests.factories import PersonFactory, TeamFactory

TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)  # 10:00 in Berlin
TODAY = date(2026, 11, 24)
DUE = datetime(2026, 12, 4, 16, tzinfo=UTC)  # Friday 17:00 in Berlin
SKILLS = ["fan-out-joins", "missing-or-zero"]
LONG_AGO = date(2025, 1, 7)


def berlin(day: str, at: str = "10:00") -> datetime:
    """Return an instant by the clocks of Berlin: berlin("2026-11-26", "10:00")."""
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


def kind(slug: str = "k1", **changes: Any) -> dict[str, Any]:
    """What an on-ramp file says, as data; k1 of the cases unless a test changes something."""
    return {
        "schema": "rampart/on-ramp@1",
        "id": slug,
        "title": f"Kind {slug}",
        "learners": {"roles": ["data-analyst"], "levels": ["novice"]},
        "skills": SKILLS,
        "match": {"labels": [slug], "teams": []},
        "reps": {"minimum": 3, "window_days": 90},
        "hold": {"working_hours": 16, "typical_hours": 4, "offer_hours": 4},
        "supervised": 2,
        "off_first": 2,
        "graduates_after": 8,
        "agents": "needs_approval",
        "in_progress_max": 2,
        "approval": {"remind_after_hours": 2, "deputy_after_hours": 4, "expire_after_hours": 8},
        **changes,
    }


K1 = OnRampSpec.model_validate(kind())
K2 = OnRampSpec.model_validate(kind("k2", agents="never"))
HOURS = WorkingHours(
    zone="Europe/Berlin",
    workdays=frozenset(range(5)),
    starts=time(9),
    ends=time(17),
)


def publish(slug: str = "k1", **changes: Any) -> OnRamp:
    """Publish an on-ramp of the cases, or one that differs from k1."""
    spec = OnRampSpec.model_validate(kind(slug, **changes))
    on_ramp = OnRamp.objects.create(slug=slug, title=spec.title, status=OnRamp.Status.ACTIVE)
    on_ramp.current = OnRampVersion.objects.create(
        on_ramp=on_ramp,
        number=1,
        text="",
        digest="0" * 64,
        spec=spec.model_dump_json(by_alias=True),
        change=OnRampVersion.Change.FIRST,
        published_at=TUESDAY - timedelta(days=400),
    )
    on_ramp.save(update_fields=["current"])
    return on_ramp


@dataclass
class Payments:
    """Everybody of the cases, two kinds of work, and t1; `with_t1=False` leaves the task out."""

    mode: str = TeamRules.Mode.ENFORCE
    with_t1: bool = True
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.greta = self._person("Greta", level="lead", role="manager", team=None)
        self.mona = self._person("Mona", level="lead", role="manager", manager=self.greta)
        self.dario = self._person("Dario", level="lead", role="manager", manager=self.greta, team=None)
        self.pia = self._person("Pia", level="lead", role="manager", team=None)
        self.mona.deputy = self.dario
        self.mona.save(update_fields=["deputy"])
        Group.objects.get_or_create(name="guardian")[0].user_set.add(self.pia)
        self.team: Team = self.mona.team
        self.team.manager = self.mona
        self.team.save(update_fields=["manager"])
        TeamRules.objects.create(team=self.team, mode=self.mode)
        self.ann = self._person("Ann", manager=self.mona)
        self.ben = self._person("Ben", manager=self.mona, share=0.5)
        self.cem = self._person("Cem", manager=self.mona)
        self.sam = self._person("Sam", level="senior", manager=self.mona)
        self.sue = self._person("Sue", level="senior", manager=self.mona)
        self.bot_sam = self._agent("bot-sam", self.sam)
        self.bot_ann = self._agent("bot-ann", self.ann)
        self.bot_ben = self._agent("bot-ben", self.ben)
        gone = self._person("Otto", level="senior", is_active=False)
        self.bot_orphan = self._agent("bot-orphan", gone)
        self.skills: list[Skill] = [SkillFactory(slug=slug) for slug in SKILLS]
        self.k1, self.k2 = publish("k1"), publish("k2", agents="never")
        self.credit(self.ann, "2026-10-15")
        self.credit(self.ben, "2026-11-04", began="2026-11-03")
        for number in range(9):
            self.credit(self.cem, f"2026-0{number + 1}-05")
        self.bens_task = self.task("Ben's", seen=berlin("2026-11-20"))
        onramps.take(self.ben, self.bens_task, now=berlin("2026-10-20"))
        for number in range(5):  # went past a learner who needed them
            self.absorb(berlin(f"2026-11-0{number + 2}"))
        if self.with_t1:
            self.t1 = self.task("t1", due_at=DUE)

    def _person(self, name: str, *, role: str = "data-analyst", level: str = "novice", **more: Any) -> Person:
        team = more.pop("team", TeamFactory(slug="payments"))
        since = dict.fromkeys(("role_since", "level_since", "team_since", "share_since"), LONG_AGO)
        person = PersonFactory(
            name=name,
            email=f"{name.lower()}@payments.example",
            role__slug=role,
            level__slug=level,
            team=team,
            **since,
            **more,
        )
        self.people[name] = person
        return person

    def _agent(self, name: str, owner: Person) -> Person:
        agent = PersonFactory(
            agent=True,
            owner=owner,
            name=name,
            email=f"{name}@payments.example",
            role=None,
            level=None,
            team=None,
        )
        self.people[name] = agent
        return agent

    def task(
        self,
        title: str = "a task",
        *,
        on_ramp: OnRamp | None = None,
        seen: datetime = TUESDAY,
        due_at: datetime | None = None,
        by: Person | None = None,
        has_kind: bool = True,
        **more: Any,
    ) -> Task:
        """Return a task of k1, or of `on_ramp`, or of no kind, first seen when `seen` says."""
        kind = (on_ramp or self.k1).pk if has_kind else None
        task = Task.objects.create(
            title=title, team=self.team, due_at=due_at, created_at=seen, created_by=by, **more
        )
        onramps.notice(task, on_ramp=kind, by=by, now=seen)
        return task

    def credit(
        self,
        person: Person,
        day: str,
        *,
        role: str = Claim.Role.LEAD,
        rating: int = 3,
        began: str | None = None,
        on_ramp: OnRamp | None = None,
    ) -> Credit:
        """Give somebody a confirmed credit for a task done on a day."""
        done_at = berlin(day, "15:00")
        began_at = berlin(began or day, "09:30")
        task = Task.objects.create(
            title=f"done {day}",
            team=self.team,
            on_ramp=on_ramp or self.k1,
            created_at=began_at,
            first_seen_at=began_at,
            held_until=began_at + timedelta(days=2),
            status=Task.Status.DONE,
            closed_at=done_at,
        )
        claim = Claim.objects.create(
            task=task,
            person=person,
            role=role,
            began_at=began_at,
            seen_at=done_at,
            code="LEARNER",
            by_learner=True,
            submitted_at=done_at,
            done_at=done_at,
            done_on=done_at.date(),
            said_role=role,
            ended_at=done_at,
            ending=Claim.Ending.SIGNED,
        )
        signed = SignOff.objects.create(claim=claim, by=self.mona, role=role, help=rating, signed_at=done_at)
        return Credit.objects.create(
            claim=claim,
            task=task,
            person=person,
            on_ramp=task.on_ramp,
            sign_off=signed,
            role=role,
            rating=rating,
            done_at=done_at,
            done_on=done_at.date(),
            confirmed_at=done_at,
        )

    def absorb(self, at: datetime) -> Claim:
        """Let Sam have led and finished a task of k1 while Ann lacked reps."""
        task = Task.objects.create(
            title="absorbed",
            team=self.team,
            on_ramp=self.k1,
            created_at=at,
            first_seen_at=at,
            held_until=at + timedelta(days=2),
            status=Task.Status.DONE,
            closed_at=at,
        )
        claim = Claim.objects.create(
            task=task,
            person=self.sam,
            began_at=at,
            seen_at=at,
            code="HOLD_ENDED",
            ended_at=at + timedelta(hours=2),
            ending=Claim.Ending.CLOSED,
        )
        Loss.objects.create(claim=claim, person=self.ann)
        return claim
