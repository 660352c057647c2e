"""Deciding about a request: who may, what a yes begins, and that the first word counts."""

import threading

import pytest
from django.db import connection

from engine import onramps
from engine.errors import (
    AlreadyDecided,
    NotAllowed,
    NotAnApprover,
    NothingToApprove,
    NotTheTime,
    ReasonMissing,
)
from engine.models import Claim, Decision, Loss, Mail, Offer, Record, Request
from engine.onramps import deciding, requesting
from engine.onramps.holding import Shape
from engine.rules.onramp import Code
from people.models import Person
from tests.databases import dump
from tests.payments import TUESDAY, Payments, berlin

BECAUSE = "The customer waits, and I know the code."
ROUNDS = 10


@pytest.fixture
def asked(payments):
    return onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_case_24_a_yes_begins_the_work_and_the_learner_is_told(payments, asked):
    decision = onramps.decide(asked, by=payments.mona, answer="yes", reason="Go.", now=TUESDAY)

    claim = payments.t1.claims.get()
    assert (claim.person, claim.role, claim.request, claim.code) == (payments.sam, "lead", asked, "PROTECTED")
    assert (fresh(asked).status, decision.has_effect, decision.by) == ("approved", True, payments.mona)
    assert fresh(payments.t1).status == "led"
    assert set(Loss.objects.filter(claim=claim).values_list("person", flat=True)) == {
        payments.ann.pk,
        payments.ben.pk,
    }
    told = Mail.objects.filter(kind="decided")
    assert {mail.person for mail in told} == {payments.sam, payments.ann}
    assert Record.objects.get(kind="decision").told["answer"] == "yes"


def test_case_24_when_the_claim_cannot_be_made_nothing_is_decided(payments, asked):
    Person.objects.filter(pk=payments.bot_sam.pk).update(is_active=False)
    before = dump()
    Claim.objects.create(  # as of a claim that nothing else was told of
        task=payments.t1, person=payments.sue, began_at=TUESDAY, seen_at=TUESDAY, code="HOLD_ENDED"
    )

    with pytest.raises(NothingToApprove, match="Somebody leads this task already") as refused:
        onramps.decide(asked, by=payments.mona, answer="yes", now=TUESDAY)

    assert refused.value.code == Code.ALREADY_LED
    Claim.objects.filter(person=payments.sue).delete()
    assert dump() == before


def with_a_learner(payments, request, **more):
    onramps.decide(request, by=payments.mona, answer="yes-with-learner", now=TUESDAY, **more)
    return Offer.objects.get(request=request)


def test_case_24_yes_with_a_learner_offers_them_the_lead_with_who_asked_in_support(payments, asked):
    offer = with_a_learner(payments, asked)

    assert (offer.person, offer.purpose, offer.ends_at) == (
        payments.ann,
        "approved",
        berlin("2026-11-24", "14:00"),
    )
    assert fresh(asked).status == "waiting"
    assert not payments.t1.claims.exists()

    began = onramps.accept(offer, now=berlin("2026-11-24", "13:00"))

    roles = dict(payments.t1.claims.values_list("person__name", "role"))
    assert roles == {"Ann": "lead", "Sam": "support"}
    assert began.person == payments.ann
    assert (fresh(asked).status, fresh(offer).status) == ("approved", "accepted")
    assert not Loss.objects.filter(claim__task=payments.t1).exists()


def test_case_24_a_learner_may_support_instead_of_leading(payments, asked):
    offer = with_a_learner(payments, asked, learner=payments.ben, learner_leads=False)

    began = onramps.accept(offer, now=TUESDAY)

    assert (began.person, began.role) == (payments.ben, "support")
    assert dict(payments.t1.claims.values_list("person__name", "role")) == {"Sam": "lead", "Ben": "support"}


def test_case_24_a_learner_who_declines_leaves_the_lead_to_who_asked(payments, asked):
    offer = with_a_learner(payments, asked)
    at = berlin("2026-11-24", "12:00")

    claim = onramps.decline(offer, now=at)

    assert (claim.person, claim.began_at, claim.request) == (payments.sam, at, asked)
    assert (fresh(asked).status, fresh(offer).status) == ("approved", "declined")
    lost = Loss.objects.filter(claim=claim).values_list("person", flat=True)
    assert list(lost) == [payments.ben.pk]  # Ann let it pass


def test_case_24_a_learners_time_that_passes_leaves_the_lead_to_who_asked_before_the_tick_says_so(
    payments, asked
):
    offer = with_a_learner(payments, asked)
    late = berlin("2026-11-25", "11:00")

    state = onramps.state_of(fresh(asked), now=late)
    assert (state.status, state.ended_at) == ("approved", offer.ends_at)
    assert onramps.may(payments.sue, payments.t1, now=late).verdict.code is Code.ALREADY_LED
    with pytest.raises(NotTheTime):
        onramps.accept(offer, now=offer.ends_at)

    assert deciding.settle(now=late) == 1
    assert deciding.settle(now=late) == 0

    claim = payments.t1.claims.get()
    assert (claim.person, claim.began_at) == (payments.sam, offer.ends_at)
    assert (fresh(offer).status, fresh(offer).answered_at) == ("lapsed", offer.ends_at)
    assert (fresh(asked).status, fresh(asked).ended_at) == ("approved", offer.ends_at)


def test_case_24_an_agents_request_with_a_learner_is_supported_by_its_owner(payments):
    request = onramps.ask(payments.t1, by=payments.bot_sam, reason=BECAUSE, now=TUESDAY)
    onramps.accept(with_a_learner(payments, request), now=TUESDAY)
    assert dict(payments.t1.claims.values_list("person__name", "role")) == {"Ann": "lead", "Sam": "support"}


def test_case_24_an_agent_leads_alone_when_the_learner_lets_it_pass(payments):
    request = onramps.ask(payments.t1, by=payments.bot_sam, reason=BECAUSE, now=TUESDAY)
    offer = with_a_learner(payments, request)

    deciding.settle(now=offer.ends_at)

    assert payments.t1.claims.get().person == payments.bot_sam


@pytest.mark.parametrize(("who", "said"), [("Cem", "no learner"), ("Sue", "no learner")])
def test_case_24_only_a_learner_can_be_named(payments, asked, who, said):
    with pytest.raises(NotTheTime, match=said):
        with_a_learner(payments, asked, learner=payments.people[who])
    assert fresh(asked).status == "pending"


def test_case_24_a_learner_whom_the_rules_refuse_by_now_begins_nothing(payments, asked):
    offer = with_a_learner(payments, asked)
    Person.objects.filter(pk=payments.ann.pk).update(is_active=False)

    with pytest.raises(NotAllowed, match="no longer active"):
        onramps.accept(offer, now=TUESDAY)
    assert (fresh(offer).status, fresh(asked).status) == ("live", "waiting")


def test_while_it_waits_for_a_learner_another_yes_changes_nothing(payments, asked):
    with_a_learner(payments, asked)

    with pytest.raises(AlreadyDecided, match="with a learner"):
        onramps.decide(asked, by=payments.mona, answer="yes", now=TUESDAY)
    assert list(asked.decisions.order_by("pk").values_list("has_effect", flat=True)) == [True, False]


def test_a_request_that_waits_for_a_learner_is_withdrawn_with_its_offer(payments, asked):
    offer = with_a_learner(payments, asked)

    onramps.withdraw(asked, by=payments.sam, now=TUESDAY)

    assert (fresh(asked).status, fresh(offer).status) == ("withdrawn", "withdrawn")


@pytest.mark.parametrize(
    ("asker", "voter"),
    [
        ("Mona", "Mona"),  # her own
        ("bot-sam", "Sam"),  # his agent's
        ("Greta", "Mona"),  # a report of who asks
        ("Sam", "Sue"),
        ("Sam", "Dario"),  # Mona is there
        ("Sam", "Greta"),
        ("Sam", "Pia"),
        ("Sam", "bot-sam"),
        ("Sam", "bot-ann"),
    ],
)
@pytest.mark.parametrize("answer", ["yes", "no", "yes-with-learner"])
def test_case_25_nobody_decides_who_is_not_an_approver_at_that_moment(payments, asker, voter, answer):
    request = onramps.ask(payments.t1, by=payments.people[asker], reason=BECAUSE, now=TUESDAY)

    with pytest.raises(NotAnApprover):
        onramps.decide(request, by=payments.people[voter], answer=answer, now=TUESDAY)

    assert not Decision.objects.exists()
    assert fresh(request).status == "pending"


def test_case_25_an_agent_revokes_and_reviews_nothing(payments):
    claim = onramps.take_in_emergency(
        payments.sue, payments.t1, reason="Payouts are stuck since noon.", incident="INC-1", now=TUESDAY
    )
    agent = payments._agent("bot-mona", payments.mona)

    with pytest.raises(NotAnApprover):
        onramps.revoke(claim, by=agent, because="I can.", now=TUESDAY)
    with pytest.raises(NotAnApprover):
        onramps.review(claim.emergency, by=agent, is_justified=True, now=TUESDAY)
    with pytest.raises(NotAllowed):
        onramps.take_in_emergency(
            payments.bot_sam, payments.task("t2"), reason="It cannot wait at all.", incident="I", now=TUESDAY
        )


def test_case_26_a_later_vote_is_kept_without_effect_and_the_voter_is_told_the_outcome(payments, asked):
    onramps.decide(asked, by=payments.mona, answer="no", now=TUESDAY)
    late = berlin("2026-11-24", "14:30")

    with pytest.raises(AlreadyDecided, match="declined already, Tue 24 Nov 10:00 CET") as refused:
        onramps.decide(asked, by=payments.dario, answer="yes", now=late)

    assert refused.value.outcome == "declined"
    kept = asked.decisions.get(by=payments.dario)
    assert (kept.has_effect, kept.answer, kept.acting_for) == (False, "yes", payments.mona)
    assert not payments.t1.claims.exists()


def test_case_26_the_same_button_pressed_twice_decides_once(payments, asked):
    first = onramps.decide(asked, by=payments.mona, answer="yes", now=TUESDAY)
    second = onramps.decide(asked, by=payments.mona, answer="yes", now=TUESDAY)

    assert first == second == Decision.objects.get()
    assert payments.t1.claims.count() == 1


@pytest.mark.django_db(transaction=True)
def test_case_26_of_a_yes_and_a_no_at_once_exactly_one_decides():
    payments = Payments()
    for _round in range(ROUNDS):
        request = onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)
        outcomes = in_parallel(
            lambda: onramps.decide(request, by=payments.mona, answer="yes", now=TUESDAY),  # noqa: B023
            lambda: onramps.decide(request, by=payments.mona, answer="no", now=TUESDAY),  # noqa: B023
        )

        decided = [one for one in outcomes if isinstance(one, Decision)]
        refused = [one for one in outcomes if isinstance(one, AlreadyDecided)]
        assert (len(decided), len(refused)) == (1, 1), outcomes
        assert refused[0].outcome == fresh(request).status
        assert sorted(request.decisions.values_list("has_effect", flat=True)) == [False, True]
        led = Claim.objects.running().filter(task=payments.t1)
        assert led.count() == (decided[0].answer == "yes")
        start_over(payments)


def in_parallel(*acts):
    """Run each act in a thread of its own, all at once; return what came of each."""
    barrier, outcomes = threading.Barrier(len(acts)), []

    def run(act):
        try:
            barrier.wait()
            outcomes.append(act())
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def start_over(payments):
    """Let another round begin with a task that changed, so that a no holds no longer."""
    for claim in Claim.objects.running().filter(task=payments.t1):
        onramps.revoke(claim, by=payments.mona, because="Another round.", now=TUESDAY)
    payments.t1.refresh_from_db()
    now_takes = (payments.t1.estimate or 4) + 0.25
    shape = Shape(on_ramp=payments.k1.pk, team=payments.team, due_at=payments.t1.due_at, estimate=now_takes)
    onramps.revise(payments.t1, shape, by=payments.mona, now=TUESDAY)


def test_case_32_a_revoked_claim_opens_the_task_and_holds_it_for_the_offer_hours(payments, asked):
    onramps.decide(asked, by=payments.mona, answer="yes", now=TUESDAY)
    claim = payments.t1.claims.get()
    at = berlin("2026-11-26", "09:00")  # an hour before its hold ends

    ended = onramps.revoke(claim, by=payments.mona, because="Ann can do it.", now=at)

    task = fresh(payments.t1)
    assert (ended.ending, ended.ended_at) == ("revoked", at)
    assert (task.status, task.held_until, task.is_held_at(at)) == (
        "open",
        berlin("2026-11-26", "13:00"),
        True,
    )
    assert onramps.may(payments.sam, task, now=at).verdict.code is Code.PROTECTED
    assert Record.objects.get(kind="claim-ended").told["because"] == "Ann can do it."
    assert Mail.objects.filter(kind="decided", person=payments.sam, about=claim).exists()


def test_case_32_a_due_date_bounds_what_is_held_again(payments):
    task = payments.task("due", due_at=berlin("2026-11-25", "12:00"))  # held until today 14:00
    request = onramps.ask(task, by=payments.sam, reason=BECAUSE, now=TUESDAY)
    onramps.decide(request, by=payments.mona, answer="yes", now=TUESDAY)

    onramps.revoke(task.claims.get(), by=payments.mona, because="No.", now=berlin("2026-11-24", "13:00"))

    assert fresh(task).held_until == berlin("2026-11-24", "14:00")


def test_only_who_leads_the_team_revokes_and_only_what_runs_and_with_a_reason(payments):
    claim = onramps.take(payments.ann, payments.t1, now=TUESDAY)

    with pytest.raises(NotAnApprover):
        onramps.revoke(claim, by=payments.sue, because="Mine.", now=TUESDAY)
    with pytest.raises(ReasonMissing):
        onramps.revoke(claim, by=payments.mona, because=" ", now=TUESDAY)
    onramps.revoke(claim, by=payments.greta, because="Wrong team.", now=TUESDAY)
    with pytest.raises(NotTheTime):
        onramps.revoke(claim, by=payments.mona, because="Again.", now=TUESDAY)


def test_revoking_a_lead_ends_the_support_with_it(payments, asked):
    offer = with_a_learner(payments, asked)
    claim = onramps.accept(offer, now=TUESDAY)

    onramps.revoke(claim, by=payments.mona, because="Wrong task.", now=TUESDAY)

    assert not payments.t1.claims.running().exists()


def test_case_34_of_five_decided_together_four_are_and_one_is_reported(payments):
    people = [payments.sam, payments.sue, payments.cem]
    tasks = [payments.t1, payments.task("t2")]
    pairs = [(tasks[0], people[0]), (tasks[0], people[1]), (tasks[1], people[0]), (tasks[1], people[2])]
    requests = [onramps.ask(task, by=by, reason=BECAUSE, now=TUESDAY) for task, by in pairs]
    third = payments.task("t3")
    requests.append(onramps.ask(third, by=payments.sue, reason=BECAUSE, now=TUESDAY))
    onramps.take(payments.ann, third, now=TUESDAY)

    outcomes = onramps.decide_many(requests, by=payments.mona, answer="no", now=TUESDAY)

    assert {one.request_id for one in outcomes.decided} == {one.pk for one in requests[:4]}
    [(request, error)] = outcomes.refused
    assert (request, error.outcome) == (requests[4], "superseded")


def test_an_inbox_shows_three_things_to_do_and_counts_the_others(payments):
    tasks = [payments.t1, payments.task("t2")]
    requests = [
        onramps.ask(task, by=by, reason=BECAUSE, now=TUESDAY)
        for task in tasks
        for by in (payments.sam, payments.sue, payments.cem)
    ]
    onramps.decide(requests[0], by=payments.mona, answer="no", now=TUESDAY)

    inbox = onramps.inbox_of(payments.mona, now=TUESDAY)

    assert (len(inbox.todo), inbox.more) == (3, 2)
    assert [one.request for one in inbox.decided] == [requests[0]]
    assert (inbox.yeses, inbox.of) == (0, 1)
    assert (
        inbox.todo[0].sentence
        == "Sue asks to take “t1”, which is held for a learner until Thu 26 Nov 10:00 CET."
    )
    assert onramps.inbox_of(payments.sue, now=TUESDAY).todo == []
    later = onramps.inbox_of(payments.dario, now=berlin("2026-11-24", "14:00"))
    assert later.todo[0].acting_for == payments.mona


def test_the_cost_of_a_yes_names_a_learner_to_their_own_manager_only(payments, asked):
    assert onramps.cost_of_yes(asked, reader=payments.mona, now=TUESDAY) == (
        "Ann needs 2 more reps. About one comes every 10 days."
    )
    to_the_deputy = onramps.cost_of_yes(asked, reader=payments.dario, now=TUESDAY)
    assert to_the_deputy == "A learner still needs such work. About one comes every 10 days."


def test_a_yes_costs_nobody_where_no_learner_is_short(payments, asked):
    for number in range(2):
        payments.credit(payments.ann, f"2026-11-1{number}")
    payments.credit(payments.ben, "2026-11-12")

    assert onramps.cost_of_yes(asked, reader=payments.mona, now=TUESDAY) == "No learner needs it now."


def test_nothing_is_approved_by_silence(payments, asked):
    for day in range(25, 29):
        requesting.keep(now=berlin(f"2026-11-{day}"))
        deciding.settle(now=berlin(f"2026-11-{day}"))
    assert Request.objects.get().status == "expired"
    assert not payments.t1.claims.exists()
