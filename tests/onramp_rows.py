"""One row of everything that on-ramps store, all about one person's piece of real work."""

from datetime import timedelta

from django.db.models import Model

from engine.models import (
    Claim,
    Credit,
    Decision,
    Emergency,
    Graduate,
    Offer,
    Record,
    Request,
    SignOff,
    Task,
    TeamRules,
)
from paths.models import OnRamp
from people.models import Person
from tests.moments import MONDAY


def learning_rows(person: Person, other: Person, on_ramp: OnRamp, *, own_words: str = "") -> list[Model]:
    """A task that `person` did and `other` signed; `own_words` stands where only the two of them look."""
    team = person.team
    task = Task.objects.create(
        title="Clean the extract",
        team=team,
        on_ramp=on_ramp,
        labels=["k1"],
        created_at=MONDAY,
        first_seen_at=MONDAY,
        held_until=MONDAY + timedelta(days=2),
    )
    claim = Claim.objects.create(
        task=task,
        person=person,
        began_at=MONDAY,
        seen_at=MONDAY,
        code="EMERGENCY",
        with_ai_because=own_words,
        said_ai=Claim.Help.DELEGATED,
        note=own_words,
    )
    signed = SignOff.objects.create(
        claim=claim, by=other, role="lead", help=SignOff.Help.RESCUED, note=own_words, signed_at=MONDAY
    )
    request = Request.objects.create(
        task=task,
        by=person,
        owner=person,
        reason="The month ends today.",
        code="PROTECTED",
        asked_at=MONDAY,
        on_ramp=on_ramp,
        team=team,
        counted_until=MONDAY,
    )
    return [
        *(task, claim, signed, request),
        Offer.objects.create(
            task=task, person=person, offered_at=MONDAY, ends_at=MONDAY + timedelta(hours=4)
        ),
        Decision.objects.create(request=request, by=other, answer="no", decided_at=MONDAY),
        Emergency.objects.create(
            claim=claim,
            person=person,
            reason="Finance waits for it now.",
            incident="INC-7",
            declared_at=MONDAY,
            review_due_at=MONDAY + timedelta(days=3),
        ),
        Credit.objects.create(
            claim=claim,
            task=task,
            person=person,
            on_ramp=on_ramp,
            sign_off=signed,
            role="lead",
            rating=1,
            done_at=MONDAY,
            done_on=MONDAY.date(),
            confirmed_at=MONDAY,
        ),
        Graduate.objects.create(person=other, on_ramp=on_ramp, noted_at=MONDAY),
        TeamRules.objects.get_or_create(team=team)[0],
        Record.objects.create(
            kind=Record.Kind.REQUEST, at=MONDAY, by=person, task=task, team=team, told={"code": "PROTECTED"}
        ),
    ]
