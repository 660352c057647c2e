"""Asking a manager: what may be asked, whom it reaches, and what time makes of it."""

import pytest

from engine import onramps
from engine.errors import (
    AlreadyAsked,
    AlreadyDecided,
    NothingToApprove,
    NotTheTime,
    NotYourTask,
    ReasonMissing,
)
from engine.models import Alert, Asked, Bound, Mail, Record, Request, TeamRules
from engine.onramps import requesting
from engine.onramps.holding import Shape
from engine.rules.onramp import Code
from people.models import Person
from tests.databases import dump
from tests.factories import AbsenceFactory, PersonFactory
from tests.payments import TUESDAY, Payments, berlin

FRIDAY = "2026-11-27"
MONDAY = "2026-11-30"
BECAUSE = "The customer waits, and I know the code."


def approvers(request, now):
    return [(one.person, one.acting_for) for one in onramps.state_of(request, now=now).approvers]


def fresh(request):
    return Request.objects.get(pk=request.pk)


def away(person, first, last):
    return AbsenceFactory(person=person, starts_on=first, ends_on=last)


def shape_of(task, **changes):
    return Shape(
        **({"on_ramp": task.on_ramp_id, "team": task.team, "due_at": task.due_at, "estimate": None} | changes)
    )


def test_case_06_a_manager_asks_the_next_one_up_and_never_themself_or_their_deputy(payments):
    monas = onramps.ask(payments.t1, by=payments.mona, reason=BECAUSE, now=TUESDAY)
    gretas = onramps.ask(payments.t1, by=payments.greta, reason=BECAUSE, now=TUESDAY)

    assert approvers(monas, TUESDAY) == [(payments.greta.pk, None)]
    assert approvers(gretas, TUESDAY) == [(payments.pia.pk, None)]


def test_case_06_without_anybody_who_may_decide_nothing_is_stored_and_an_alert_is_raised(payments):
    Person.objects.filter(pk=payments.pia.pk).update(is_active=False)

    with pytest.raises(NothingToApprove, match="nobody is here who could decide") as refused:
        onramps.ask(payments.t1, by=payments.greta, reason=BECAUSE, now=TUESDAY)

    assert refused.value.code == Code.NO_APPROVER
    assert not Request.objects.exists()
    assert "Nobody can decide in team" in Alert.objects.get(resolved_at=None).message
    requesting.keep(now=TUESDAY)
    assert Alert.objects.filter(resolved_at=None).exists()
    Person.objects.filter(pk=payments.pia.pk).update(is_active=True)
    requesting.keep(now=TUESDAY)
    assert not Alert.objects.filter(resolved_at=None).exists()


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_case_24_without_a_reason_nothing_is_stored(payments, reason):
    before = dump()

    with pytest.raises(ReasonMissing):
        onramps.ask(payments.t1, by=payments.sam, reason=reason, now=TUESDAY)

    assert dump() == before


def test_case_24_what_the_rules_allow_by_themselves_is_not_asked(payments):
    free = payments.task("free", has_kind=False)

    with pytest.raises(NothingToApprove, match="not learning work"):
        onramps.ask(free, by=payments.sam, reason=BECAUSE, now=TUESDAY)
    with pytest.raises(NothingToApprove, match="meant for you"):
        onramps.ask(payments.t1, by=payments.ann, reason=BECAUSE, now=TUESDAY)
    assert not Request.objects.exists()


def test_case_24_after_a_no_the_same_person_asks_again_only_when_the_task_changed(payments):
    request = onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)
    onramps.decide(request, by=payments.mona, answer="no", reason="Ann needs it.", now=TUESDAY)

    with pytest.raises(AlreadyAsked, match="said no") as refused:
        onramps.ask(payments.t1, by=payments.bot_sam, reason=BECAUSE, now=TUESDAY)
    assert refused.value.request == request
    assert onramps.ask(payments.t1, by=payments.sue, reason=BECAUSE, now=TUESDAY).status == "pending"

    onramps.revise(payments.t1, shape_of(payments.t1, estimate=2.0), by=payments.mona, now=TUESDAY)
    assert onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY).status == "pending"


def test_one_question_at_a_time_for_somebody_and_their_agents(payments):
    first = onramps.ask(payments.t1, by=payments.bot_sam, reason=BECAUSE, now=TUESDAY)

    with pytest.raises(AlreadyAsked, match="You have asked already") as refused:
        onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)

    assert (refused.value.request, first.owner) == (first, payments.sam)


def test_a_question_and_its_grounds_are_on_record(payments):
    request = onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)

    told = Record.objects.get(kind="request").told
    assert (told["request"], told["code"]) == (request.pk, "PROTECTED")
    assert told["sentence"].startswith("Held for a learner until Thu 26 Nov 10:00 CET.")


def test_who_asked_takes_it_back_and_nobody_else(payments):
    request = onramps.ask(payments.t1, by=payments.bot_sam, reason=BECAUSE, now=TUESDAY)

    with pytest.raises(NotYourTask):
        onramps.withdraw(request, by=payments.sue, now=TUESDAY)
    assert onramps.withdraw(request, by=payments.sam, now=TUESDAY).status == "withdrawn"
    with pytest.raises(NotTheTime):
        onramps.withdraw(request, by=payments.sam, now=TUESDAY)
    with pytest.raises(AlreadyDecided, match="withdrawn by who asked"):
        onramps.decide(request, by=payments.mona, answer="yes", now=TUESDAY)


@pytest.fixture
def asked_on_friday(db):
    """Return a function that asks for a task without a due date, first seen when it is asked for."""

    def ask(at, *, absent=()):
        payments = Payments(with_t1=False)
        for name, last in absent:
            away(payments.people[name], FRIDAY, last)
        now = berlin(FRIDAY, at)
        task = payments.task("on Friday", seen=now)
        return payments, onramps.ask(task, by=payments.sam, reason=BECAUSE, now=now)

    return ask


def test_case_27_the_deputy_of_an_absent_manager_is_asked_at_once_and_their_hours_count(asked_on_friday):
    payments, request = asked_on_friday("15:00", absent=[("Mona", "2026-11-29")])
    now = berlin(FRIDAY, "15:00")

    assert request.task.held_until == berlin("2026-12-01", "15:00")
    assert approvers(request, now) == [(payments.mona.pk, None), (payments.dario.pk, payments.mona.pk)]
    assert approvers(request, berlin(MONDAY, "09:00")) == [(payments.mona.pk, None)]
    for at in (now, berlin(FRIDAY, "16:30"), berlin(MONDAY, "09:30")):
        requesting.keep(now=at)
        state = onramps.state_of(fresh(request), now=at)
        assert (state.status, state.expires_at) == ("pending", berlin(MONDAY, "15:00"))
    assert onramps.state_of(fresh(request), now=berlin(MONDAY, "15:00")).status == "expired"
    asked = {one.person: one for one in Asked.objects.filter(request=request, is_reminder=False)}
    assert asked[payments.dario].acting_for == payments.mona
    assert asked[payments.dario].mail.not_before == now
    assert asked[payments.mona].mail.not_before == berlin(MONDAY, "09:00")


def test_case_27_an_absent_manager_may_still_decide_and_a_deputy_is_recorded_as_one(asked_on_friday):
    payments, request = asked_on_friday("15:00", absent=[("Mona", "2026-11-29")])
    other = onramps.ask(request.task, by=payments.sue, reason=BECAUSE, now=berlin(FRIDAY, "15:00"))

    by_mona = onramps.decide(request, by=payments.mona, answer="no", now=berlin(FRIDAY, "15:10"))
    by_dario = onramps.decide(other, by=payments.dario, answer="yes", now=berlin(FRIDAY, "15:20"))

    assert by_mona.acting_for is None
    assert by_dario.acting_for == payments.mona


def test_case_27_with_the_deputy_absent_too_the_next_one_up_is_asked(asked_on_friday):
    payments, request = asked_on_friday("15:00", absent=[("Mona", "2026-11-29"), ("Dario", "2026-11-29")])

    now = berlin(FRIDAY, "15:00")
    assert approvers(request, now) == [(payments.mona.pk, None), (payments.greta.pk, None)]
    assert onramps.state_of(request, now=now).expires_at == berlin(MONDAY, "15:00")


def test_case_28_a_reminder_after_two_hours_the_deputy_after_four_and_the_end_after_eight(asked_on_friday):
    payments, request = asked_on_friday("15:30")

    state = onramps.state_of(request, now=berlin(FRIDAY, "15:30"))

    assert state.remind_at == berlin(MONDAY, "09:30")
    assert state.deputy_at == berlin(MONDAY, "11:30")
    assert state.expires_at == berlin(MONDAY, "15:30")
    assert approvers(request, berlin(MONDAY, "11:29")) == [(payments.mona.pk, None)]
    assert approvers(request, berlin(MONDAY, "11:30")) == [
        (payments.mona.pk, None),
        (payments.dario.pk, payments.mona.pk),
    ]


def test_case_28_the_hours_are_the_same_however_often_the_tick_counts_them(asked_on_friday):
    _payments, request = asked_on_friday("15:30")
    instants = [*(berlin(FRIDAY, f"16:{minute:02}") for minute in range(60)), berlin(MONDAY, "10:07")]

    for at in instants:
        requesting.keep(now=at)

    state = onramps.state_of(fresh(request), now=instants[-1])
    assert state.expires_at == berlin(MONDAY, "15:30")
    assert fresh(request).hours_counted == pytest.approx(1.5 + 1 + 7 / 60)
    assert fresh(request).reminded_at == berlin(MONDAY, "09:30")


def test_hours_counted_stay_counted_when_somebody_else_becomes_the_approver(asked_on_friday):
    payments, request = asked_on_friday("15:00")
    requesting.keep(now=berlin(FRIDAY, "17:00"))
    Person.objects.filter(pk=payments.greta.pk).update(workdays="wed,thu")
    payments.team.manager = payments.greta
    payments.team.save()

    state = onramps.state_of(fresh(request), now=berlin(MONDAY, "09:00"))

    assert state.expires_at == berlin("2026-12-02", "15:00")  # six of her hours more
    # The hold ends before that, and so does the question.
    after = onramps.state_of(fresh(request), now=berlin("2026-12-02", "16:00"))
    assert (after.status, after.ended_at) == ("superseded", berlin("2026-12-01", "15:00"))


def test_case_23_a_late_tick_writes_the_instant_at_which_a_request_expired(asked_on_friday):
    payments, request = asked_on_friday("15:30")
    late = berlin("2026-12-03", "12:00")

    before = onramps.state_of(request, now=late)
    with pytest.raises(AlreadyDecided, match="expired"):
        onramps.decide(request, by=payments.mona, answer="yes", now=late)
    requesting.keep(now=late)

    assert (before.status, before.ended_at) == ("expired", berlin(MONDAY, "15:30"))
    assert (fresh(request).status, fresh(request).ended_at) == ("expired", berlin(MONDAY, "15:30"))


@pytest.mark.parametrize(
    "at", ["2026-11-27T15:30", "2026-11-30T09:30", "2026-11-30T11:31", "2026-12-01T12:00"]
)
def test_case_23_the_same_now_again_changes_nothing_and_sends_nothing(asked_on_friday, at):
    asked_on_friday("15:30")
    now = berlin(*at.split("T"))
    requesting.keep(now=now)
    before = dump()

    assert requesting.keep(now=now) == 0
    assert dump() == before


def test_case_30_a_learners_claim_supersedes_a_pending_request_and_a_later_yes_is_refused(payments):
    request = onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)
    onramps.take(payments.ann, payments.t1, now=berlin("2026-11-24", "10:03"))

    with pytest.raises(AlreadyDecided) as refused:
        onramps.decide(request, by=payments.mona, answer="yes", now=berlin("2026-11-24", "10:04"))

    assert refused.value.outcome == fresh(request).status == "superseded"
    assert payments.t1.claims.get().person == payments.ann
    assert list(request.decisions.values_list("has_effect", flat=True)) == [False]


def test_case_30_the_end_of_the_hold_supersedes_a_request_even_before_the_tick(payments):
    soon = payments.task("soon", due_at=berlin("2026-11-25", "10:00"))  # held until today 12:00
    request = onramps.ask(soon, by=payments.sam, reason=BECAUSE, now=TUESDAY)
    assert soon.held_until == berlin("2026-11-24", "12:00")

    state = onramps.state_of(request, now=berlin("2026-11-24", "13:00"))
    with pytest.raises(AlreadyDecided):
        onramps.decide(request, by=payments.mona, answer="yes", now=berlin("2026-11-24", "13:00"))
    requesting.keep(now=berlin("2026-11-24", "13:00"))

    assert (state.status, state.ended_at) == ("superseded", soon.held_until)
    assert (fresh(request).status, fresh(request).ended_at) == ("superseded", soon.held_until)
    assert not soon.claims.exists()


def test_case_30_an_own_due_date_ends_no_hold_for_who_set_it(payments):
    onramps.revise(
        payments.t1, shape_of(payments.t1, due_at=berlin("2026-11-24", "18:00")), by=payments.sam, now=TUESDAY
    )
    request = onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)

    state = onramps.state_of(request, now=berlin("2026-11-24", "16:00"))

    assert (state.status, state.held_until) == ("pending", berlin("2026-11-26"))


def test_a_task_that_a_manager_releases_needs_no_answer_any_more(payments):
    request = onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)
    released_at = berlin("2026-11-24", "11:00")
    onramps.release(payments.t1, by=payments.mona, now=released_at)

    requesting.keep(now=berlin("2026-11-24", "12:00"))

    assert (fresh(request).status, fresh(request).ended_at) == ("superseded", released_at)


def test_case_31_another_kind_makes_a_request_stale_and_a_typo_in_the_title_does_not(payments):
    request = onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)
    payments.t1.title = "t1, corrected"
    payments.t1.save(update_fields=["title"])
    assert onramps.state_of(fresh(request), now=TUESDAY).status == "pending"

    onramps.revise(payments.t1, shape_of(payments.t1, on_ramp=payments.k2.pk), by=payments.mona, now=TUESDAY)

    assert fresh(request).status == "stale"
    again = onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)
    assert (again.status, again.on_ramp) == ("pending", payments.k2)


def test_case_33_what_waits_moves_to_the_successor_or_up_and_past_votes_keep_their_names(payments):
    tasks = [payments.t1, payments.task("t2"), payments.task("t3")]
    pending = [onramps.ask(task, by=payments.sam, reason=BECAUSE, now=TUESDAY) for task in tasks]
    done = onramps.ask(payments.t1, by=payments.sue, reason=BECAUSE, now=TUESDAY)
    onramps.decide(done, by=payments.mona, answer="no", now=TUESDAY)
    later = berlin("2026-11-24", "11:00")

    Person.objects.filter(pk=payments.mona.pk).update(is_active=False)
    assert [approvers(fresh(one), later) for one in pending] == [[(payments.greta.pk, None)]] * 3

    successor = PersonFactory(name="Nora", manager=payments.greta, team=payments.team)
    payments.team.manager = successor
    payments.team.save()
    assert [approvers(fresh(one), later) for one in pending] == [[(successor.pk, None)]] * 3
    requesting.keep(now=later)
    mail = Mail.objects.get(person=successor)  # one digest for the three
    assert Asked.objects.filter(person=successor, mail=mail).count() == 3
    assert done.decisions.get().by == payments.mona


def test_the_next_one_up_is_asked_only_where_the_task_would_be_lost_otherwise(payments):
    Person.objects.filter(pk__in=[payments.mona.pk, payments.dario.pk]).update(workdays="thu,fri")
    urgent = payments.task("urgent", due_at=berlin("2026-11-24", "14:30"))  # too urgent: an agent must ask
    calm = payments.task("calm")

    lost = onramps.ask(urgent, by=payments.bot_sam, reason=BECAUSE, now=TUESDAY)
    kept = onramps.ask(calm, by=payments.bot_sam, reason=BECAUSE, now=TUESDAY)

    assert payments.greta.pk in {person for person, _ in approvers(lost, TUESDAY)}
    assert approvers(kept, TUESDAY) == [(payments.mona.pk, None)]


def test_a_request_of_somebody_who_left_is_withdrawn(payments):
    request = onramps.ask(payments.t1, by=payments.bot_sam, reason=BECAUSE, now=TUESDAY)
    Person.objects.filter(pk=payments.sam.pk).update(is_active=False)

    requesting.keep(now=TUESDAY)

    assert fresh(request).status == "withdrawn"


def test_a_request_ends_even_where_nobody_works(payments):
    Person.objects.filter(role__slug="manager").update(workdays="")
    urgent = payments.task("urgent", due_at=berlin("2026-11-24", "14:00"))
    request = onramps.ask(urgent, by=payments.bot_sam, reason=BECAUSE, now=TUESDAY)

    assert onramps.state_of(request, now=berlin("2027-03-01")).status == "expired"


def test_in_a_team_that_observes_nothing_is_asked(payments):
    TeamRules.objects.update(mode=TeamRules.Mode.OBSERVE)

    with pytest.raises(NothingToApprove, match="only observes"):
        onramps.ask(payments.t1, by=payments.sam, reason=BECAUSE, now=TUESDAY)
    assert Bound.objects.filter(task=payments.t1).exists()
