"""Whatever happens in whatever order: only a person's yes approves, a task has one lead, and holds end."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import hypothesis
import pytest
from django.db import transaction
from hypothesis import strategies

from engine import onramps, sentences
from engine.errors import EngineError, NotAnApprover
from engine.models import Claim, Decision, Offer, Request, Task
from engine.onramps import deciding, requesting
from engine.rules.onramp import Code
from people.models import Absence, Person
from tests.payments import TUESDAY, Payments

HOLDING = {Code.PROTECTED, Code.GRADUATED, Code.NO_APPROVER}
MANAGERS = ["Mona", "Greta", "Dario", "Pia"]
ACTORS = ["Sam", "Sue", "Ann", "Ben", "Cem", "bot-sam", "bot-ann", *MANAGERS]
ANSWERS = list(Decision.Answer.values)

anybody = strategies.sampled_from(ACTORS)
a_manager = strategies.sampled_from(MANAGERS)
number = strategies.integers(0, 3)
STEPS = strategies.one_of(
    strategies.tuples(
        strategies.just("ask"), strategies.sampled_from(["Sam", "Sue", "bot-sam", "Mona"]), number
    ),
    strategies.tuples(strategies.just("vote"), anybody, number, strategies.sampled_from(ANSWERS)),
    strategies.tuples(strategies.just("vote"), a_manager, number, strategies.sampled_from(ANSWERS)),
    strategies.tuples(strategies.just("later"), strategies.sampled_from([0.5, 2, 5, 20, 70])),
    strategies.tuples(strategies.just("absent"), anybody, number),
    strategies.tuples(strategies.just("leave"), a_manager),
    strategies.tuples(strategies.just("lead_team"), a_manager),
    strategies.tuples(strategies.just("report_to"), anybody, a_manager),
    strategies.tuples(strategies.just("claim"), anybody, number),
    strategies.tuples(strategies.just("answer_offer"), strategies.booleans()),
    strategies.tuples(strategies.just("revoke"), a_manager, number),
    strategies.tuples(strategies.just("tick")),
)


@dataclass
class Story:
    """Plays the steps of one example, and remembers which votes were somebody's to give."""

    payments: Payments
    now: datetime = TUESDAY
    entitled: set[int] = field(default_factory=set)  # decisions by somebody who could give them

    def play(self, step):
        name, *arguments = step
        with suppress(EngineError):
            getattr(self, name)(*arguments)

    def person(self, name):
        return Person.objects.get(pk=self.payments.people[name].pk)

    def task(self, which):
        return Task.objects.filter(title__in=["t1", "t2"]).order_by("pk")[which % 2]

    def ask(self, who, which):
        onramps.ask(self.task(which), by=self.person(who), reason="Because.", now=self.now)

    def vote(self, who, which, answer):
        request = Request.objects.order_by("pk")[which : which + 1].first()
        if request is None:
            return
        voter = self.person(who)
        could = may_decide(voter, request)
        try:
            decision = onramps.decide(request, by=voter, answer=answer, now=self.now)
        except NotAnApprover:
            return
        assert could, f"{who} decided about what {request.owner} asked"
        self.entitled.add(decision.pk)

    def later(self, hours):
        self.now += timedelta(hours=hours)

    def absent(self, who, days):
        today = self.now.date()
        Absence.objects.create(person=self.person(who), starts_on=today, ends_on=today + timedelta(days=days))

    def leave(self, who):
        Person.objects.filter(pk=self.person(who).pk).update(is_active=False)

    def lead_team(self, who):
        self.payments.team.manager = self.person(who)
        self.payments.team.save(update_fields=["manager"])

    def report_to(self, who, manager):
        if who != manager and not who.startswith("bot"):
            Person.objects.filter(pk=self.person(who).pk).update(manager=self.person(manager))

    def claim(self, who, which):
        onramps.take(self.person(who), self.task(which), now=self.now)

    def answer_offer(self, is_yes):
        offer = Offer.objects.filter(purpose=Offer.Purpose.APPROVED).order_by("-pk").first()
        if offer is not None:
            (onramps.accept if is_yes else onramps.decline)(offer, now=self.now)

    def revoke(self, who, which):
        claim = Claim.objects.running().filter(task=self.task(which)).first()
        if claim is not None:
            onramps.revoke(claim, by=self.person(who), because="Because.", now=self.now)

    def tick(self):
        deciding.settle(now=self.now)
        requesting.keep(now=self.now)

    def check(self):
        """What must hold at any moment, whatever the tick has written."""
        for request in Request.objects.all():
            counting = list(request.decisions.filter(has_effect=True))
            state = onramps.state_of(request, now=self.now)
            if state.status in {"approved", "waiting"}:
                [yes] = counting
                assert yes.answer != "no"
                assert yes.pk in self.entitled
            elif state.status in {"pending", "expired", "stale"}:
                assert counting == []
            if state.is_pending:
                assert state.held_until is None or self.now < state.held_until
                assert state.expires_at > self.now
        for task in Task.objects.filter(title__in=["t1", "t2"]):
            assert task.claims.running().leads().count() <= 1
            assert not task.is_held_at(task.held_until)

    def check_verdicts(self):
        """Every verdict has a code and a sentence, and none holds a task beyond its end."""
        for which in (0, 1):
            for who in ("Sam", "bot-sam", "Ann", "Mona"):
                actor = self.person(who)
                verdict = onramps.may(actor, self.task(which), now=self.now).verdict
                assert verdict.code in Code
                assert sentences.sentence(verdict, actor).strip()
                if verdict.code in HOLDING:
                    assert verdict.until is not None
                    assert self.now < verdict.until


def may_decide(voter, request):
    """Whether the reporting lines let somebody decide at all, told without the code that is tested."""

    def line(person):
        found = []
        while person is not None and person not in found:
            found.append(person)
            person = person.manager
        return found

    if (
        not voter.is_active
        or voter.kind != "person"
        or voter == request.owner
        or request.owner in line(voter)
    ):
        return False
    above = line(Task.objects.get(pk=request.task_id).team.manager)
    deputies = [one.deputy for one in above]
    return voter in above or voter in deputies or voter.groups.filter(name="guardian").exists()


@pytest.fixture
def scene(db):
    payments = Payments()
    payments.task("t2")
    return payments


# The scene is the same for all examples: each is rolled back.
@hypothesis.settings(
    max_examples=40,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
@hypothesis.given(steps=strategies.lists(STEPS, min_size=3, max_size=10))
def test_case_29_nothing_is_approved_without_a_yes_and_nothing_is_led_twice_or_held_for_ever(scene, steps):
    with transaction.atomic():
        story = Story(payments=scene)
        for step in [("ask", "Sam", 0), ("ask", "bot-sam", 1), *steps]:
            story.play(step)
            if step[0] in {"vote", "answer_offer"}:
                story.check()
        story.check()
        story.check_verdicts()
        transaction.set_rollback(True)
