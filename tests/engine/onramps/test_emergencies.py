"""What cannot wait is taken at once, told, and looked at by somebody else."""

import pytest

from engine import onramps
from engine.errors import NotAllowed, NotAnApprover, NotTheTime, ReasonMissing
from engine.models import Claim, Emergency, Mail, Record
from engine.rules.onramp import Code
from tests.payments import TUESDAY, Payments, berlin

NIGHT = berlin("2026-11-29", "03:12")
BECAUSE = "Payouts are stuck and banks open at six."


@pytest.fixture
def weekend(db):
    """Payments with a task that was first seen on Friday at four."""
    payments = Payments(with_t1=False)
    payments.t1 = payments.task("payouts", seen=berlin("2026-11-27", "16:00"))
    return payments


def declare(payments, by="Sam", task=None, at=NIGHT, incident="INC-7", reason=BECAUSE):
    return onramps.take_in_emergency(
        payments.people[by], task or payments.t1, reason=reason, incident=incident, now=at
    )


def test_case_36_it_is_claimed_at_once_told_and_to_be_reviewed_within_24_working_hours(weekend):
    claim = declare(weekend)

    assert (claim.person, claim.began_at, claim.code) == (weekend.sam, NIGHT, "EMERGENCY")
    assert claim.emergency.review_due_at == berlin("2026-12-02", "17:00")
    told = Mail.objects.filter(kind="emergency")
    assert {mail.person for mail in told} == {weekend.mona, weekend.ann}
    assert {mail.not_before for mail in told} == {berlin("2026-11-30", "09:00")}
    assert Record.objects.get(kind="emergency").told["incident"] == "INC-7"


@pytest.mark.parametrize(("incident", "reason"), [("", BECAUSE), ("INC-7", "  ")])
def test_case_36_without_an_incident_or_a_reason_it_is_refused(weekend, incident, reason):
    with pytest.raises(ReasonMissing):
        declare(weekend, incident=incident, reason=reason)
    assert not weekend.t1.claims.exists()


def test_case_36_with_two_unreviewed_the_protection_stands(weekend):
    for title in ("one", "two"):
        declare(weekend, task=weekend.task(title, seen=berlin("2026-11-27", "16:00")))

    with pytest.raises(NotAllowed) as refused:
        declare(weekend)
    assert refused.value.judgement.verdict.code is Code.PROTECTED

    onramps.review(Emergency.objects.first(), by=weekend.mona, is_justified=True, now=NIGHT)
    assert declare(weekend).code == "EMERGENCY"


def test_case_36_a_learner_at_their_limit_may_declare_one_too(weekend):
    onramps.take(weekend.ben, weekend.task("second", seen=TUESDAY), now=TUESDAY)
    assert onramps.may(weekend.ben, weekend.t1, now=NIGHT).verdict.code is Code.IN_PROGRESS_LIMIT

    assert declare(weekend, by="Ben").code == "EMERGENCY"


@pytest.mark.parametrize(("is_justified", "lost"), [(True, 0), (False, 1)])
def test_case_36_only_an_unjustified_one_counts_as_gone_past_the_learners(weekend, is_justified, lost):
    claim = declare(weekend)
    assert claim.losses.exists()

    onramps.review(claim.emergency, by=weekend.mona, is_justified=is_justified, now=NIGHT)

    assert Claim.objects.lost().filter(pk=claim.pk).count() == lost
    assert Claim.objects.lost().filter(person=weekend.sam).count() == 5 + lost
    assert Record.objects.get(kind="review").told["is_justified"] is is_justified


@pytest.mark.parametrize("who", ["Sam", "Sue", "Ann", "bot-sam"])
def test_an_emergency_is_not_reviewed_by_who_declared_it_or_by_a_colleague(weekend, who):
    claim = declare(weekend)

    with pytest.raises(NotAnApprover):
        onramps.review(claim.emergency, by=weekend.people[who], is_justified=True, now=NIGHT)
    assert onramps.to_review(weekend.people[who], now=NIGHT) == []


@pytest.mark.parametrize("who", ["Mona", "Dario", "Pia"])
def test_an_emergency_is_reviewed_once_by_an_approver_or_a_guardian(weekend, who):
    claim = declare(weekend)
    assert onramps.to_review(weekend.people[who], now=NIGHT) == [claim.emergency]

    onramps.review(claim.emergency, by=weekend.people[who], is_justified=False, now=NIGHT)

    with pytest.raises(NotTheTime):
        onramps.review(claim.emergency, by=weekend.mona, is_justified=True, now=NIGHT)
    assert Emergency.objects.get().is_justified is False


def test_a_manager_who_declares_one_is_reviewed_by_who_is_above(weekend):
    claim = declare(weekend, by="Mona")

    assert onramps.to_review(weekend.mona, now=NIGHT) == []
    assert onramps.to_review(weekend.greta, now=NIGHT) == [claim.emergency]


def test_a_review_that_nobody_made_in_time_is_overdue(weekend):
    claim = declare(weekend)
    due = berlin("2026-12-02", "17:00")

    assert not Emergency.objects.overdue(berlin("2026-12-02", "16:59")).exists()
    assert list(Emergency.objects.overdue(due)) == [claim.emergency]
    assert claim.emergency.is_overdue(due)
