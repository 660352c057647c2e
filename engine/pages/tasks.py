"""Tasks, for whoever signed in: what is offered to them, what they have to do, and what the team has open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from engine import onramps, sentences
from engine.models import Claim, Emergency, Offer, Request, SignOff, Task
from engine.onramps.belonging import own_teams, teams_to_import_for, to_settle, to_sign_off
from engine.onramps.lapsing import live_of
from engine.onramps.pools import Pools
from engine.pages.doors import signed_in
from engine.rules import starvation
from engine.rules.onramp import Code
from paths.models import OnRamp
from people.models import Person, Team

PAGE = 20  # tasks
LATELY = timedelta(days=14)  # for so long a settled request is still shown


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A task offered to the reader, and why them: their own reps are theirs to see."""

    task: Task
    offers: Sequence[Offer]  # by turn, or by colleagues who would support them
    reps: float | None
    needed: int


@dataclass(frozen=True, kw_only=True)
class AskedLine:
    """A question of the reader's, and how it stands now, whatever the tick has written."""

    request: Request
    state: onramps.RequestState

    @property
    def status(self) -> str:
        return str(Request.Status(self.state.status).label)

    @property
    def is_open(self) -> bool:
        return self.state.status in Request.OPEN


@dataclass(frozen=True, kw_only=True)
class Line:
    """An open task of the team, and what the verdict comes to for the reader."""

    task: Task
    said: str
    is_mine: bool  # meant for the reader


@dataclass(kw_only=True)
class Overview:
    """All that concerns one person about tasks."""

    person: Person
    now: datetime
    kind: str = ""  # the slug of an on-ramp, to filter by
    page_number: str = ""

    @cached_property
    def offered(self) -> list[Offered]:
        live = Offer.objects.live(self.now).filter(person=self.person, task__status=Task.Status.OPEN)
        found = live.select_related("person", "task__on_ramp", "invited_by").order_by("ends_at")
        by_task: dict[Task, list[Offer]] = {}
        for offer in live_of(found, now=self.now):
            by_task.setdefault(offer.task, []).append(offer)
        pools = Pools({task.team_id for task in by_task}, now=self.now) if by_task else None
        return [self._offered(task, offers, pools) for task, offers in by_task.items()]

    def _offered(self, task: Task, offers: Sequence[Offer], pools: Pools | None) -> Offered:
        pool = pools.of(task.team_id, task.on_ramp_id) if pools and task.on_ramp_id is not None else None
        member = pool.members.get(self.person.pk) if pool else None
        if pool is None or member is None:
            return Offered(task=task, offers=offers, reps=None, needed=0)
        return Offered(
            task=task,
            offers=offers,
            reps=starvation.reps_done(member.record, pool.kind),
            needed=starvation.needed(member.record, pool.kind),
        )

    @cached_property
    def claims(self) -> list[Claim]:
        """What the reader has in progress, and what they handed in that waits for a sign-off."""
        running = Claim.objects.running().filter(person=self.person)
        return list(running.select_related("task__on_ramp").order_by(F("submitted_at").asc(nulls_first=True)))

    @cached_property
    def to_sign_off(self) -> list[Claim]:
        return to_sign_off(self.person, now=self.now)

    @cached_property
    def to_settle(self) -> list[SignOff]:
        return to_settle(self.person, now=self.now)

    @cached_property
    def requests(self) -> list[AskedLine]:
        """What the reader asked, or their agents did: all that is open, and what was settled lately."""
        asked = Request.objects.filter(owner=self.person)
        shown = asked.filter(Q(status__in=Request.OPEN) | Q(ended_at__gt=self.now - LATELY))
        found = shown.select_related("task__team", "team", "by__owner", "owner").order_by("-asked_at")
        return [AskedLine(request=one, state=onramps.state_of(one, now=self.now)) for one in found]

    @cached_property
    def emergencies(self) -> list[Emergency]:
        """What the reader declared and nobody looked at yet."""
        waiting = Emergency.objects.filter(person=self.person, reviewed_at=None)
        return list(waiting.select_related("claim__task").order_by("review_due_at"))

    @cached_property
    def teams(self) -> Sequence[Team]:
        return list(own_teams(self.person))

    @property
    def _open(self) -> QuerySet[Task]:
        return Task.objects.open().filter(team__in=[team.pk for team in self.teams])

    @cached_property
    def kinds(self) -> list[OnRamp]:
        """The kinds of the open tasks, to choose from."""
        return list(OnRamp.objects.filter(pk__in=self._open.values("on_ramp")).order_by("title"))

    @cached_property
    def page(self) -> Page[Task]:
        found = self._open.select_related("on_ramp", "team")
        if self.kind:
            found = found.filter(on_ramp__slug=self.kind)
        in_order = found.order_by(F("due_at").asc(nulls_last=True), "created_at", "pk")
        return Paginator(in_order, PAGE).get_page(self.page_number)

    @cached_property
    def lines(self) -> list[Line]:
        tasks = list(self.page.object_list)
        judged = onramps.may_each(self.person, tasks, now=self.now)
        return [self._line(task, judged.get(task.pk)) for task in tasks]

    def _line(self, task: Task, judged: onramps.Judgement | None) -> Line:
        if judged is None:
            return Line(task=task, said=sentences.not_judged(), is_mine=False)
        said = sentences.in_short(judged.verdict, self.person)
        return Line(task=task, said=said, is_mine=judged.verdict.code is Code.LEARNER)

    @cached_property
    def may_import(self) -> bool:
        return teams_to_import_for(self.person).exists()

    @property
    def is_empty(self) -> bool:
        """Whether nothing here is the reader's own to look at."""
        theirs = self.offered, self.claims, self.to_sign_off, self.to_settle, self.requests, self.emergencies
        return not any(theirs)


@signed_in
@require_safe
def tasks(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    """Show them all; whatever is pressed here is for the page of its task to do."""
    here = Overview(
        person=person,
        now=now,
        kind=request.GET.get("kind", ""),
        page_number=request.GET.get("page", ""),
    )
    return render(request, "pages/tasks.html", {"person": person, "here": here})
