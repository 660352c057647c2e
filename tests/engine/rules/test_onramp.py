"""The table of verdicts, row by row, and what holds of every question that could be asked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules import onramp
from engine.rules.memory import Rating
from engine.rules.onramp import (
    Alternative,
    Change,
    Code,
    Duty,
    Emergency,
    Facts,
    Hold,
    Obligation,
    Offered,
    Outcome,
    Role,
    Stage,
    Status,
    as_left_by_others,
    verdict,
)
from tests.payments import DUE, K1, K2, TUESDAY, berlin

SAM, ANN, BEN, MONA, GRETA = range(1, 6)
BOT = 9
THURSDAY = berlin("2026-11-26")
HELD = Hold(until=THURSDAY)
URGENT = Hold(until=berlin("2026-11-23", "16:00"), is_too_urgent=True)
SOON = timedelta(hours=1)
REASON = "Payments stand still since three o'clock"


def asks(**changes):
    """Sam, a senior, who asks to lead t1."""
    facts = Facts(
        actor=SAM, role=Role.LEAD, status=Status.OPEN, is_active=True, kind=K1, hold=HELD, approvers=(MONA,)
    )
    return replace(facts, **changes)


def learner(**changes):
    """Ann, who asks to lead t1."""
    return asks(**{"actor": ANN, "stage": Stage.LEARNER, "confirmed_leads": 1, **changes})


def agent(owner, **changes):
    return replace(owner, **{"actor": BOT, "stage": Stage.OTHER, "owner": owner, **changes})


def code(facts, *, now=TUESDAY):
    return verdict(facts, now=now).code


def emergency(**changes):
    return replace(Emergency(reason=REASON, incident="INC-7", unreviewed=0), **changes)


# The table, row by row


@pytest.mark.parametrize("status", [Status.DONE, Status.CANCELLED])
def test_row_1_nothing_is_left_to_take_of_a_task_that_is_over(status):
    assert verdict(asks(status=status, kind=None, hold=None), now=TUESDAY).code is Code.TASK_NOT_OPEN


def test_row_1_nobody_begins_to_support_what_is_handed_in():
    assert code(asks(status=Status.SUBMITTED, role=Role.SUPPORT, leader=ANN)) is Code.TASK_NOT_OPEN
    assert code(asks(status=Status.SUBMITTED, leader=ANN)) is Code.ALREADY_LED


def test_row_1_who_left_takes_nothing_not_even_what_is_no_learning_work():
    assert code(asks(is_active=False, kind=None, hold=None)) is Code.ACTOR_INACTIVE


def test_row_2_a_task_that_is_led_can_be_supported_or_reviewed():
    said = verdict(asks(leader=ANN), now=TUESDAY)

    assert (said.outcome, said.code) == (Outcome.DENY, Code.ALREADY_LED)
    assert said.alternatives == (Alternative.SUPPORT, Alternative.REVIEW)
    assert code(learner(leader=BEN)) is Code.ALREADY_LED


def test_case_01_what_no_on_ramp_matches_is_free_and_a_team_that_observes_lets_everything_through():
    assert code(asks(kind=None, hold=None)) is Code.NOT_PROTECTED
    assert code(asks(observes=True)) is Code.OBSERVED
    assert code(agent(asks(kind=K2, observes=True))) is Code.OBSERVED


def test_case_02_a_senior_is_told_until_when_and_what_else_they_could_do():
    said = verdict(asks(), now=TUESDAY)

    assert (said.outcome, said.code, said.until) == (Outcome.NEEDS_APPROVAL, Code.PROTECTED, THURSDAY)
    assert said.approvers == (MONA,)
    assert said.alternatives == (
        Alternative.SUPPORT,
        Alternative.REVIEW,
        Alternative.WAIT,
        Alternative.ASK,
    )


def test_case_03_a_learner_takes_it_with_what_the_first_reps_ask_for():
    said = verdict(learner(), now=TUESDAY)

    assert (said.outcome, said.code) == (Outcome.ALLOW, Code.LEARNER)
    assert said.obligations == (
        Obligation(duty=Duty.SUPERVISOR, done=1, of=2),
        Obligation(duty=Duty.WITHOUT_AI, done=1, of=2),
    )
    assert verdict(learner(confirmed_leads=2), now=TUESDAY).obligations == ()


def test_case_04_asked_a_hundred_times_the_rules_say_the_same():
    said = [verdict(asks(), now=TUESDAY) for _ in range(100)]

    assert said == [said[0]] * 100


def test_case_05_who_has_learned_it_is_told_so_and_asks():
    said = verdict(asks(stage=Stage.GRADUATED, confirmed_leads=9), now=TUESDAY)

    assert (said.outcome, said.code) == (Outcome.NEEDS_APPROVAL, Code.GRADUATED)


def test_case_06_where_nobody_could_decide_it_is_refused_and_never_allowed():
    said = verdict(asks(approvers=()), now=TUESDAY)

    assert (said.outcome, said.code, said.until) == (Outcome.DENY, Code.NO_APPROVER, THURSDAY)
    assert Alternative.ASK not in said.alternatives
    assert code(asks(approvers=(), emergency=emergency())) is Code.EMERGENCY


def test_case_07_an_agent_never_gets_more_than_its_owner_and_some_work_is_for_people():
    of_ben = learner(actor=BEN, in_progress=(11, 12))

    assert code(agent(asks())) is Code.PROTECTED
    assert code(agent(learner())) is Code.PROTECTED
    assert code(agent(of_ben)) is Code.IN_PROGRESS_LIMIT
    assert code(agent(asks(role=Role.SUPPORT))) is Code.AGENT_LEADS_ONLY
    assert code(agent(asks(kind=K2))) is Code.AGENT_NEVER
    assert code(agent(asks(kind=K2)), now=THURSDAY) is Code.AGENT_NEVER
    assert code(agent(asks(is_active=False), is_active=False)) is Code.ACTOR_INACTIVE


def test_case_08_and_09_what_no_learner_needs_is_free_for_all():
    assert code(asks(is_needed=False)) is Code.NO_DEMAND
    assert code(learner(is_needed=False)) is Code.NO_DEMAND
    assert code(agent(asks(is_needed=False))) is Code.NO_DEMAND


def test_case_10_what_is_beyond_the_places_is_free():
    assert code(asks(hold=replace(HELD, is_surplus=True))) is Code.SURPLUS


def test_case_11_who_names_a_learner_to_lead_it_may_support_them():
    support = asks(role=Role.SUPPORT)

    assert code(replace(support, invited=learner())) is Code.PAIRING
    assert code(replace(support, invited=learner(in_progress=(11, 12)))) is Code.PROTECTED
    assert code(replace(support, invited=asks(stage=Stage.GRADUATED))) is Code.PROTECTED
    assert code(replace(support, leader=ANN, leader_learns=True)) is Code.PAIRING
    assert code(replace(support, leader=MONA, invited=learner())) is Code.PROTECTED
    assert code(support) is Code.PROTECTED


@pytest.mark.parametrize("to", [None, ANN, BEN])
def test_row_9_whoever_invites_is_told_the_same_whichever_learner_it_is_offered_to(to):
    offered = Offered(to=to, until=THURSDAY - SOON) if to is not None else None

    assert code(asks(role=Role.SUPPORT, invited=learner(offered=offered))) is Code.PAIRING


def test_an_agent_is_not_told_to_support_or_review_which_only_people_do():
    said = verdict(agent(asks()), now=TUESDAY)

    assert said.alternatives == (Alternative.WAIT, Alternative.ASK)


def test_case_12_a_learner_with_two_in_progress_hands_one_in_first_until_the_hold_has_ended():
    ben = learner(actor=BEN, in_progress=(11, 12))
    said = verdict(ben, now=TUESDAY)

    assert (said.outcome, said.code, said.limit) == (Outcome.DENY, Code.IN_PROGRESS_LIMIT, 2)
    assert said.in_progress == (11, 12)
    assert said.alternatives == (Alternative.HAND_IN,)
    assert code(ben, now=THURSDAY) is Code.HOLD_ENDED


def test_case_15_a_hold_is_half_open():
    assert code(asks(), now=THURSDAY - timedelta(seconds=1)) is Code.PROTECTED
    assert code(asks(), now=THURSDAY) is Code.HOLD_ENDED


def test_case_20_what_was_too_urgent_from_the_start_is_for_people_and_an_agent_still_asks():
    said = verdict(agent(asks(hold=URGENT)), now=TUESDAY)

    assert code(asks(hold=URGENT)) is Code.TOO_URGENT
    assert (said.outcome, said.code, said.until) == (Outcome.NEEDS_APPROVAL, Code.PROTECTED, None)
    assert said.template == "This is learning work; it needs a manager's yes."


def test_case_21_a_hold_that_began_ends_for_agents_too_however_early_it_then_is():
    ended = Hold(until=TUESDAY - timedelta(hours=2))

    assert code(asks(hold=ended)) is Code.HOLD_ENDED
    assert code(agent(asks(hold=ended))) is Code.HOLD_ENDED


def test_case_21_a_released_task_is_free_for_people_and_agents():
    released = replace(HELD, is_waived=True)

    assert code(asks(hold=released)) is Code.WAIVED
    assert code(agent(asks(hold=released))) is Code.WAIVED


@pytest.mark.parametrize(
    "refused",
    [
        emergency(reason="too short"),
        emergency(reason=" " * 30),
        emergency(incident=" "),
        emergency(unreviewed=2),
    ],
    ids=["a short reason", "blanks", "no incident", "two unreviewed"],
)
def test_case_36_an_emergency_that_is_not_explained_or_the_third_changes_nothing(refused):
    assert code(asks(emergency=refused)) is Code.PROTECTED


def test_case_36_an_emergency_is_a_persons_and_a_learner_at_their_limit_may_declare_one():
    assert code(asks(emergency=emergency())) is Code.EMERGENCY
    assert code(asks(emergency=emergency(unreviewed=1))) is Code.EMERGENCY
    assert code(learner(in_progress=(1, 2), emergency=emergency())) is Code.EMERGENCY
    assert code(agent(asks(), emergency=emergency())) is Code.PROTECTED


def test_an_emergency_is_explained_in_twenty_characters_blanks_around_it_apart():
    assert emergency(reason="x" * 20).is_accepted
    assert not emergency(reason=" " + "x" * 19 + " ").is_accepted


def test_row_8_an_offer_to_another_learner_is_waited_for_and_an_own_one_is_not():
    until = THURSDAY - SOON
    said = verdict(learner(offered=Offered(to=BEN, until=until)), now=TUESDAY)

    assert (said.outcome, said.code, said.until) == (Outcome.DENY, Code.OFFERED_TO_OTHER, until)
    assert code(learner(offered=Offered(to=ANN, until=until))) is Code.LEARNER
    assert code(learner(offered=Offered(to=BEN, until=until), role=Role.SUPPORT, leader=BEN)) is Code.LEARNER


# The order of the rows: of two that match, the first decides


@pytest.mark.parametrize(
    ("facts", "first"),
    [
        (learner(status=Status.DONE, is_active=False, leader=BEN), Code.TASK_NOT_OPEN),
        (asks(is_active=False, leader=ANN), Code.ACTOR_INACTIVE),
        (asks(leader=ANN, kind=None, hold=None), Code.ALREADY_LED),
        (agent(asks(kind=K2, leader=ANN)), Code.ALREADY_LED),
        (agent(asks(kind=K2, hold=replace(HELD, is_waived=True))), Code.AGENT_NEVER),
        (agent(asks(role=Role.SUPPORT, is_needed=False)), Code.AGENT_LEADS_ONLY),
        (asks(hold=Hold(until=TUESDAY, is_waived=True)), Code.HOLD_ENDED),
        (asks(hold=replace(URGENT, is_waived=True)), Code.WAIVED),
        (asks(hold=replace(HELD, is_waived=True), is_needed=False), Code.WAIVED),
        (asks(hold=URGENT, is_needed=False), Code.TOO_URGENT),
        (asks(hold=replace(HELD, is_surplus=True), is_needed=False), Code.NO_DEMAND),
        (asks(is_needed=False, emergency=emergency()), Code.NO_DEMAND),
        (asks(hold=replace(HELD, is_surplus=True), emergency=emergency()), Code.SURPLUS),
        (learner(emergency=emergency()), Code.EMERGENCY),
        (
            learner(in_progress=(1, 2), offered=Offered(to=BEN, until=THURSDAY)),
            Code.IN_PROGRESS_LIMIT,
        ),
        (learner(role=Role.SUPPORT, leader=BEN, leader_learns=True), Code.LEARNER),
    ],
)
def test_of_two_rows_that_match_the_first_decides(facts, first):
    assert code(facts) is first


# Stages and obligations


@pytest.mark.parametrize(
    ("ratings", "stage"),
    [
        ([3] * 7, Stage.LEARNER),
        ([3] * 8, Stage.GRADUATED),
        ([1] * 5 + [3] * 3, Stage.GRADUATED),
        ([4] * 8 + [2], Stage.LEARNER),
        ([4] * 8 + [2, 3, 3], Stage.LEARNER),
        ([4] * 8 + [2, 3, 3, 3], Stage.GRADUATED),
        ([], Stage.LEARNER),
    ],
)
def test_who_led_eight_and_the_last_three_well_is_no_learner_any_more(ratings, stage):
    assert onramp.stage(K1, belongs=True, ratings=[Rating(one) for one in ratings]) is stage


def test_with_a_short_record_fewer_than_three_leads_decide():
    kind = K1.model_copy(update={"graduates_after": 1})

    assert onramp.stage(kind, belongs=True, ratings=[Rating.GOOD]) is Stage.GRADUATED
    assert onramp.stage(kind, belongs=True, ratings=[Rating.HARD]) is Stage.LEARNER


def test_another_role_or_level_is_neither_and_a_graduate_is_noted_on_day_one():
    assert onramp.stage(K1, belongs=False, ratings=[Rating.GOOD] * 9) is Stage.OTHER
    assert onramp.stage(K1, belongs=True, ratings=[], is_graduate=True) is Stage.GRADUATED


def test_case_14_who_gets_a_learners_role_today_is_a_learner_from_the_first_minute():
    assert onramp.stage(K1, belongs=True, ratings=[]) is Stage.LEARNER
    assert code(asks(stage=Stage.LEARNER)) is Code.LEARNER


# What the actor did does not help the actor


def test_only_the_latest_changes_of_the_actor_are_left_out_of_account():
    mine, theirs = Change(by=SAM, before=1, after=None), Change(by=MONA, before=None, after=2)

    assert as_left_by_others(None, [mine], without={SAM}) == 1
    assert as_left_by_others(2, [mine, theirs], without={SAM}) == 2
    back = Change(by=SAM, before=2, after=None)
    assert as_left_by_others(None, [mine, theirs, back], without={SAM}) == 2
    assert as_left_by_others(None, [mine], without={ANN}) is None
    assert as_left_by_others(7, [], without={SAM}) == 7


@given(
    st.lists(st.tuples(st.sampled_from([SAM, BOT, MONA, None]), st.integers(0, 3)), max_size=8),
    st.lists(st.tuples(st.sampled_from([SAM, BOT]), st.integers(0, 3)), max_size=4),
)
def test_whatever_the_actor_does_last_the_task_stays_as_others_left_it(history, own):
    changes, present = [], 0
    for by, after in history:
        changes.append(Change(by=by, before=present, after=after))
        present = after
    left = as_left_by_others(present, changes, without={SAM, BOT})
    for by, after in own:
        changes.append(Change(by=by, before=present, after=after))
        present = after

    assert as_left_by_others(present, changes, without={SAM, BOT}) == left


# Everything that could be asked


moments = st.integers(-200, 200).map(lambda hours: TUESDAY + timedelta(hours=hours))
a_hold = st.builds(
    Hold, until=moments, is_too_urgent=st.booleans(), is_surplus=st.booleans(), is_waived=st.booleans()
)
an_offer = st.none() | st.builds(Offered, to=st.sampled_from([SAM, ANN, BEN]), until=moments)
an_emergency = st.none() | st.builds(
    Emergency,
    reason=st.sampled_from(["", "short", REASON]),
    incident=st.sampled_from(["", "INC-7"]),
    unreviewed=st.integers(0, 3),
)


@st.composite
def a_person(draw, invites=True):
    kind = draw(st.sampled_from([None, K1, K2]))
    return Facts(
        actor=draw(st.sampled_from([SAM, ANN, BEN])),
        role=draw(st.sampled_from(Role)),
        status=draw(st.sampled_from(Status)),
        is_active=draw(st.booleans()),
        leader=draw(st.sampled_from([None, ANN, MONA])),
        kind=kind,
        observes=draw(st.booleans()),
        hold=draw(a_hold) if kind else None,
        is_needed=draw(st.booleans()),
        stage=draw(st.sampled_from(Stage)) if kind else Stage.OTHER,
        confirmed_leads=draw(st.integers(0, 12)),
        in_progress=draw(st.sampled_from([(), (11,), (11, 12)])),
        offered=draw(an_offer),
        leader_learns=draw(st.booleans()),
        invited=draw(st.none() | a_person(invites=False)) if invites else None,
        emergency=draw(an_emergency),
        approvers=draw(st.sampled_from([(), (MONA,), (MONA, GRETA)])),
    )


@st.composite
def an_agent(draw):
    owner = draw(a_person())
    own = draw(a_person())
    return replace(own, actor=BOT, owner=owner, role=owner.role, stage=Stage.OTHER, invited=None)


@settings(max_examples=400, deadline=None)
@given(a_person() | an_agent())
def test_every_question_gets_a_code_with_a_sentence(facts):
    said = verdict(facts, now=TUESDAY)

    sentence = said.template.format(until="Thursday" if said.until else "", limit=said.limit)
    assert sentence.endswith(".")
    assert ("{until}" in said.template) <= (said.until is not None)
    assert ("{limit}" in said.template) <= (said.limit is not None)
    assert (said.outcome is Outcome.NEEDS_APPROVAL) == bool(said.approvers)


def test_every_code_has_a_sentence_and_says_no_name_and_no_count():
    assert set(onramp.SENTENCES) == set(Code)


@settings(max_examples=400, deadline=None)
@given(an_agent())
def test_an_agent_never_gets_more_than_its_owner(facts):
    assert verdict(facts, now=TUESDAY).outcome >= verdict(facts.owner, now=TUESDAY).outcome


@settings(max_examples=400, deadline=None)
@given(a_person())
def test_an_agent_never_gets_more_than_a_person_in_its_place(person):
    bot = agent(person, emergency=person.emergency)

    assert verdict(bot, now=TUESDAY).outcome >= verdict(person, now=TUESDAY).outcome


@settings(max_examples=400, deadline=None)
@given(a_person() | an_agent())
def test_a_request_is_all_that_a_task_held_for_others_is_open_to(facts):
    """While a needed hold runs, only learners, their partners and emergencies are allowed."""
    held = replace(facts, observes=False, is_needed=True, hold=Hold(until=DUE))
    if held.kind is None:
        return
    said = verdict(held, now=TUESDAY)

    assert said.code in {Code.LEARNER, Code.PAIRING, Code.EMERGENCY} or not said.is_allowed


@pytest.mark.parametrize("role", Role)
def test_facts_of_a_kind_without_a_hold_are_refused_and_never_allowed(role):
    with pytest.raises(ValueError, match="gather both"):
        verdict(asks(hold=None, role=role), now=TUESDAY)
