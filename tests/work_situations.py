"""What people find on the pages about work: tasks, claims, sign-offs, offers, decisions, teams, tokens.

Each team of the scene has a manager, a senior and learners; each task of it is in another state.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from engine import links, onramps
from engine.links import Purpose
from engine.models import Claim, Offer, Record, Task, TeamRules
from engine.onramps import audit, tokens
from engine.onramps.holding import Shape
from engine.onramps.letter import Figures
from paths.models import OnRamp
from people.models import Person, Team
from tests.engine_factories import SkillFactory
from tests.factories import AbsenceFactory, TeamFactory
from tests.payments import SKILLS, publish
from tests.stage import Situation, Stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REASON = "The auditors wait, and I know the source."
SAID = {"role": "lead", "ai": "off"}


def of(stage: Stage) -> list[Situation]:
    scene = Scene(stage)
    return [
        *_tasks(scene),
        *_new_tasks(scene),
        *_claims(scene),
        *_offers(scene),
        *_decisions(scene),
        *_teams(scene),
        *_tokens(scene),
        Situation(name="logbook", address=reverse("logbook"), who=scene.crew.learner),
        Situation(name="logbook: empty", address=reverse("logbook"), who=stage.person()),
        Situation(name="logbook: who taught", address=reverse("logbook"), who=scene.crew.senior),
        Situation(name="memory: of work", address=reverse("memory"), who=scene.crew.learner),
        Situation(name="today: with tasks", address=reverse("today"), who=scene.crew.learner),
    ]


@dataclass(frozen=True, kw_only=True)
class Crew:
    """A team with somebody of each kind in it."""

    team: Team
    manager: Person
    senior: Person
    learner: Person
    other_learner: Person

    @classmethod
    def of(cls, stage: Stage, slug: str, mode: str, *, boss: Person | None = None) -> "Crew":
        team = TeamFactory(slug=slug)
        everybody = {"team": team, "role__slug": "data-analyst"}
        manager = stage.person(level__slug="lead", role__slug="manager", team=team, manager=boss)
        team.manager = manager
        team.save(update_fields=["manager"])
        TeamRules.objects.create(team=team, mode=mode)
        return cls(
            team=team,
            manager=manager,
            senior=stage.person(level__slug="senior", manager=manager, **everybody),
            learner=stage.person(level__slug="novice", manager=manager, **everybody),
            other_learner=stage.person(level__slug="novice", manager=manager, **everybody),
        )


class Scene:
    """A team that enforces, with tasks in each state; others look on, are advised, or lack their manager."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.now = stage, stage.now
        self.skills = [SkillFactory(slug=slug) for slug in SKILLS]
        hold = {"working_hours": 80, "typical_hours": 4, "offer_hours": 4}
        many = {"minimum": 40, "window_days": 90}
        self.kind = publish("situations", in_progress_max=5, reps=many, hold=hold)
        self.narrow = publish("narrow", in_progress_max=1, reps=many)
        self.boss = stage.person(level__slug="lead", role__slug="manager", team=TeamFactory(slug="office"))
        enforce = TeamRules.Mode.ENFORCE
        self.crew = Crew.of(stage, "situations", enforce, boss=self.boss)
        self.looking_on = Crew.of(stage, "looking-on", TeamRules.Mode.OBSERVE, boss=self.boss)
        self.advised = Crew.of(stage, "advised", TeamRules.Mode.ADVISE)
        self.alone = Crew.of(stage, "alone", enforce)
        self.claims: dict[str, Claim] = {}
        self.tasks = self._made() | self._elsewhere()

    def task(
        self,
        title: str,
        *,
        crew: Crew | None = None,
        kind: OnRamp | None = None,
        seen: datetime | None = None,
        due: timedelta = 20 * DAY,
    ) -> Task:
        crew, seen = crew or self.crew, seen or self.now
        task = Task.objects.create(
            title=title,
            details="Start from the fees.",
            url="https://tickets.example.org/7",
            team=crew.team,
            created_at=seen,
            created_by=crew.senior,
            due_at=seen + due,
            estimate=3,
        )
        onramps.notice(task, on_ramp=(kind or self.kind).pk, by=None, now=seen)
        return task

    def _made(self) -> dict[str, Task]:
        """Bring about each state in the team that enforces."""
        return {
            **self._worked_on(),
            **self._asked_for(),
            "open": (offered := self._offered()),
            "offered": offered,
            "too urgent": self.task("Pay the refunds today", due=HOUR),
            "of no kind": Task.objects.create(title="Tidy", team=self.crew.team, created_at=self.now),
        }

    def _worked_on(self) -> dict[str, Task]:
        learner, senior, now = self.crew.learner, self.crew.senior, self.now
        titles = ("led", "paired", "handed in", "signed", "contested", "returned", "watched")
        tasks = {title: self.task(f"Match the banks: {title}") for title in titles}
        for title, task in tasks.items():
            self.claims[title] = onramps.take(learner, task, now=now - HOUR, supervisor=senior)
            if title in {"handed in", "signed", "contested", "watched"}:
                note = "Two rows were left over."
                self._hand_in(title, role="observer" if title == "watched" else "lead", note=note)
        onramps.invite(senior, tasks["paired"], learner=learner, now=now)
        self.claims["support"] = tasks["paired"].claims.get(person=senior)
        for title in ("signed", "contested"):
            self._sign_off(title)
        signed = self.claims["contested"].sign_offs.get()
        onramps.contest(signed, by=learner, because="I asked once, and then did it.", now=now)
        onramps.hand_back(self.claims["returned"], by=learner, now=now)
        over = self.task("Close September")
        onramps.close(over, by=self.crew.manager, now=now, is_cancelled=True)
        narrow = [self.task(f"Explain the peak {number}", kind=self.narrow) for number in range(2)]
        onramps.take(self.crew.other_learner, narrow[0], now=now)
        urgent = self.task("Pay the refunds")
        told = {"reason": "Payouts stand still since three.", "incident": "INC-7"}
        self.claims["emergency"] = onramps.take_in_emergency(senior, urgent, now=now, **told)
        return tasks | {"cancelled": over, "one too many": narrow[1], "in an emergency": urgent}

    def _hand_in(self, title: str, **said: str) -> None:
        claim = self.claims[title]
        onramps.hand_in(claim, by=claim.person, now=self.now, **(SAID | said))

    def _sign_off(self, title: str) -> None:
        said = {"role": "support", "help": 2, "skills": self.skills, "note": "Count the rows first."}
        onramps.sign_off(self.claims[title], by=self.crew.senior, now=self.now, **said)

    def _asked_for(self) -> dict[str, Task]:
        """Let the senior ask for tasks, and each question fare in another way."""
        manager, now = self.crew.manager, self.now
        titles = ("asked", "declined", "approved", "waiting", "changed", "asked too", "and asked", "released")
        tasks = {title: self.task(f"Check the fees: {title}") for title in titles}
        tasks["expired"] = self.task("Check the fees: expired", seen=now - 4 * DAY)
        self.requests = {
            title: onramps.ask(
                task, by=self.crew.senior, reason=REASON, now=now - 4 * DAY if title == "expired" else now
            )
            for title, task in tasks.items()
            if title != "released"
        }
        why = "Somebody learns on it next week."
        onramps.decide(self.requests["declined"], by=manager, answer="no", reason=why, now=now)
        onramps.decide(self.requests["approved"], by=manager, answer="yes", now=now)
        onramps.decide(self.requests["waiting"], by=manager, answer="yes-with-learner", now=now)
        changed = tasks["changed"]
        shape = Shape(on_ramp=self.kind.pk, team=changed.team, due_at=changed.due_at, estimate=8)
        onramps.revise(changed, shape, by=manager, now=now)
        onramps.release(tasks["released"], by=manager, now=now)
        return tasks

    def _offered(self) -> Task:
        """Offer what is held, and let the senior invite the learner to one more."""
        onramps.offer_due(now=self.now)
        held = Offer.objects.live(self.now).filter(purpose=Offer.Purpose.ROUTED, person=self.crew.learner)
        self.offer = held.order_by("pk")[0]
        invitation = onramps.invite(
            self.crew.senior, self.offer.task, learner=self.crew.learner, now=self.now
        )
        assert isinstance(invitation, Offer)
        self.invitation = invitation
        return self.offer.task

    def _elsewhere(self) -> dict[str, Task]:
        tasks = {
            "looked on": self.task("Sort the visits", crew=self.looking_on),
            "advised": self.task("Sort the orders", crew=self.advised),
            "against advice": self.task("Sort the refunds", crew=self.advised),
            "elsewhere": self.task("Sort the fees", crew=self.alone),
        }
        onramps.take(self.advised.senior, tasks["against advice"], now=self.now)
        deputy = self.stage.person(level__slug="lead", role__slug="manager", team=self.looking_on.team)
        self.deputy, away = deputy, self.alone.manager
        away.deputy = deputy
        away.save(update_fields=["deputy"])
        AbsenceFactory(person=away, starts_on=self.stage.day)
        onramps.ask(tasks["elsewhere"], by=self.alone.senior, reason=REASON, now=self.now)
        return tasks


def _tasks(scene: Scene) -> list[Situation]:
    crew, stage, tasks = scene.crew, scene.stage, scene.tasks
    lists = {
        "learner": crew.learner,
        "senior": crew.senior,
        "manager": crew.manager,
        "no team": stage.person(team=None),
        "nothing open": stage.person(),
        "advised": scene.advised.senior,
    }
    looks = {
        "another learner": (crew.other_learner, "open"),
        "stranger": (stage.person(), "open"),
        "looked on": (scene.looking_on.senior, "looked on"),
        "advised": (scene.advised.senior, "advised"),
        "against advice": (scene.advised.senior, "against advice"),
        "one too many": (crew.other_learner, "one too many"),
        "supported by me": (crew.senior, "paired"),
    }
    everybody = {"learner": crew.learner, "senior": crew.senior, "manager": crew.manager}
    for state in tasks.keys() - {"elsewhere", "looked on", "advised", "against advice"}:
        looks |= {f"{state}, {who}": (person, state) for who, person in everybody.items()}
    presses: Mapping[str, tuple[Person, str, dict[str, object]]] = {
        "reason missing": (crew.senior, "open", {"do": "ask"}),
        "nobody invited": (crew.senior, "open", {"do": "invite"}),
        "no emergency": (crew.senior, "open", {"do": "emergency", "reason": "x"}),
        "against the rules": (crew.senior, "open", {"do": "take"}),
        "no date": (crew.manager, "open", {"do": "due", "due_on": "soon"}),
        "no reason to revoke": (crew.manager, "led", {"do": "revoke"}),
    }
    return [
        *[
            Situation(name=f"tasks: {who}", address=reverse("tasks"), who=person)
            for who, person in lists.items()
        ],
        *[
            Situation(name=f"task: {name}", address=reverse("task", args=[tasks[state].pk]), who=person)
            for name, (person, state) in sorted(looks.items())
        ],
        *[
            Situation(
                name=f"task: {name}", address=reverse("task", args=[tasks[state].pk]), who=person, press=press
            )
            for name, (person, state, press) in presses.items()
        ],
    ]


def _new_tasks(scene: Scene) -> list[Situation]:
    new, files = reverse("new_task"), reverse("import_tasks")
    senior, manager = scene.crew.senior, scene.crew.manager
    return [
        Situation(name="new task", address=new, who=senior),
        Situation(name="new task: refused", address=new, who=senior, press={"title": ""}),
        Situation(name="import", address=files, who=manager),
        Situation(name="import: no file", address=files, who=manager, press={"do": "x"}),
    ]


def _claims(scene: Scene) -> list[Situation]:
    crew, claims = scene.crew, scene.claims
    own = {name: reverse("claim", args=[claim.pk]) for name, claim in claims.items()}
    to_sign = reverse("sign_off", args=[claims["handed in"].pk])
    signs = {
        "form": (crew.senior, to_sign),
        "at work": (crew.senior, reverse("sign_off", args=[claims["led"].pk])),
        "contested": (crew.manager, reverse("sign_off", args=[claims["contested"].pk])),
        "done": (crew.senior, f"{reverse('sign_off', args=[claims['signed'].pk])}?done=sign"),
        "supervised": (crew.senior, f"{reverse('sign_off', args=[claims['led'].pk])}?done=supervise"),
    }
    return [
        *[
            Situation(name=f"claim: {name}", address=address, who=claims[name].person)
            for name, address in own.items()
        ],
        *[
            Situation(name=f"claim: after {word}", address=f"{own[name]}?done={word}", who=crew.learner)
            for word, name in {"write": "led", "hand-in": "handed in", "contest": "contested"}.items()
        ],
        *[
            Situation(name=f"claim: {word}, refused", address=own["led"], who=crew.learner, press=press)
            for word, press in {
                "nothing written": {"do": "write", "note": ""},
                "nothing said": {"do": "hand-in", "role": "", "done_on": "2030-01-01"},
                "nothing meant": {"do": "x"},
            }.items()
        ],
        *[
            Situation(name=f"sign-off: {name}", address=address, who=who)
            for name, (who, address) in signs.items()
        ],
        Situation(
            name="sign-off: refused", address=to_sign, who=crew.senior, press={"do": "sign", "role": ""}
        ),
    ]


def _offers(scene: Scene) -> list[Situation]:
    """The page behind an offer's mail, for whoever holds the link."""
    now, learner = scene.now, scene.looking_on.learner
    task = scene.task("Match the refunds", crew=scene.looking_on)

    def offer(**state: object) -> Offer:
        some = {"task": task, "person": learner, "offered_at": now, "ends_at": now + HOUR}
        return Offer.objects.create(**(some | state))

    declined = {"status": Offer.Status.DECLINED, "answered_at": now}
    offers = {
        "routed": scene.offer,
        "invited": scene.invitation,
        "accepted": offer(status=Offer.Status.ACCEPTED, answered_at=now),
        "declined": offer(**declined, person=scene.looking_on.other_learner),
        "declined thrice": [offer(**declined) for _ in range(3)][-1],
        "expired": offer(offered_at=now - DAY, ends_at=now - HOUR),
        "withdrawn": offer(status=Offer.Status.WITHDRAWN),
        "led by now": offer(status=Offer.Status.WITHDRAWN, task=scene.tasks["led"]),
        "of what is over": offer(task=scene.tasks["cancelled"]),
    }
    links_of = {name: links.token(Purpose.OFFER, one.pk) for name, one in offers.items()}
    routed = links_of["routed"]
    return [
        *[
            Situation(name=f"offer: {name}", address=reverse("offer", args=[token]))
            for name, token in links_of.items()
        ],
        *[
            Situation(name=f"offer: {choice} chosen", address=reverse("offer_chosen", args=[routed, choice]))
            for choice in ("accept", "decline")
        ],
        Situation(
            name="offer: not understood", address=reverse("offer", args=[routed]), press={"do": "perhaps"}
        ),
        Situation(name="offer: bad link", address=reverse("offer", args=["1.forged"])),
    ]


def _decisions(scene: Scene) -> list[Situation]:
    page, manager = reverse("decisions"), scene.crew.manager
    settled = {"request": scene.requests["declined"].pk, "answer": "yes"}
    return [
        Situation(name="decisions", address=page, who=manager),
        Situation(name="decisions: nothing", address=page, who=scene.crew.learner),
        Situation(name="decisions: standing in", address=page, who=scene.deputy),
        Situation(name="decisions: too late", address=page, who=manager, press=settled),
    ]


def _teams(scene: Scene) -> list[Situation]:
    figures = Figures(
        began_on="2026-10-26",
        ended_on="2026-11-23",
        came=40,
        went_past=30,
        too_urgent=2,
        given=22,
        people=3,
        soonest=2.0,
        latest=5.0,
    )
    told = scene.looking_on.team
    audit.note(Record.Kind.LETTER, now=scene.now, by=None, team=told, **asdict(figures))
    leads = {
        "enforces": scene.crew.manager,
        "looks on": scene.looking_on.manager,
        "is advised": scene.advised.manager,
        "several": scene.boss,
    }
    no_deputy = {"deputy": scene.crew.manager.pk}
    own = reverse("team_of", args=[scene.crew.team.slug])
    letters = {"told": scene.looking_on, "none yet": scene.advised}
    nothing = Crew.of(scene.stage, "empty", TeamRules.Mode.OBSERVE)
    Person.objects.filter(team=nothing.team).exclude(pk=nothing.manager.pk).update(team=scene.alone.team)
    return [
        *[Situation(name=f"team: {name}", address=reverse("team"), who=who) for name, who in leads.items()],
        Situation(name="team: nothing", address=reverse("team"), who=nothing.manager),
        Situation(name="team: no such deputy", address=own, who=scene.crew.manager, press=no_deputy),
        *[
            Situation(
                name=f"letter: {name}",
                address=reverse("team_letter", args=[crew.team.slug]),
                who=crew.manager,
            )
            for name, crew in letters.items()
        ],
    ]


def _tokens(scene: Scene) -> list[Situation]:
    page, owner = reverse("tokens"), scene.stage.person()
    tokens.make("my editor", person=owner, scopes=["tasks"], by=owner, now=scene.now)
    new = {"name": "my editor", "person": owner.pk, "scopes": "tasks"}
    return [
        Situation(name="tokens: none", address=page, who=scene.stage.person()),
        Situation(name="tokens: one", address=page, who=owner),
        Situation(name="tokens: revoked", address=f"{page}?done=revoked", who=owner),
        Situation(name="tokens: refused", address=page, who=scene.crew.senior, press={"name": ""}),
        Situation(name="tokens: made", address=page, who=owner, press=new),
    ]
