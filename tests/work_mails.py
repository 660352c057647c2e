"""Every mail about work, in each of its wordings; each is looked at while it is true."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta

from engine import delivery, onramps
from engine.models import Claim, Decision, Mail, Offer, Record, Request
from engine.onramps import audit
from engine.onramps.letter import Figures
from people.models import Person
from tests.payments import TUESDAY, Payments

REASON = "The customer waits, and I know the code."
HOUR = timedelta(hours=1)


def mails(*, language: str = "en") -> Iterator[tuple[str, Mail]]:
    """Yield a name and a mail; the next one may make the last untrue."""
    payments = Payments()
    Person.objects.update(language=language)
    yield from _offers(payments)
    yield from _questions(payments)
    yield from _answers(payments)
    yield from _about_claims(payments)
    yield from _letters(payments)


def _last(kind: Mail.Kind, **about: object) -> Mail:
    return Mail.objects.select_related("person").filter(kind=kind, **about).latest("pk")


def _offers(payments: Payments) -> Iterator[tuple[str, Mail]]:
    payments.task("t2")
    onramps.offer_due(now=TUESDAY)
    yield "offers", _last(Mail.Kind.OFFER)
    for purpose in (Offer.Purpose.PAIR, Offer.Purpose.APPROVED):
        offer = Offer.objects.create(
            task=payments.t1,
            person=payments.cem,
            purpose=purpose,
            invited_by=payments.sam if purpose == Offer.Purpose.PAIR else None,
            offered_at=TUESDAY,
            ends_at=TUESDAY + HOUR,
        )
        about = {"not_before": TUESDAY, "expires_at": offer.ends_at, "offer": offer}
        mail = delivery.post(Mail.Kind.OFFER, payments.cem, key=str(offer.pk), **about)
        assert mail is not None
        yield f"offer: {purpose}", mail
        Offer.objects.filter(pk=offer.pk).update(status=Offer.Status.WITHDRAWN)


def _questions(payments: Payments) -> Iterator[tuple[str, Mail]]:
    onramps.ask(payments.t1, by=payments.sam, reason=REASON, now=TUESDAY)
    yield "one question", _last(Mail.Kind.DECIDE)
    onramps.keep(now=TUESDAY + 2 * HOUR)
    yield "reminder", _last(Mail.Kind.REMINDER)
    onramps.keep(now=TUESDAY + 4 * HOUR)
    yield "to the deputy", _last(Mail.Kind.DECIDE, person=payments.dario)
    for number in range(4):
        task = payments.task(f"more {number}", on_ramp=payments.k2)
        onramps.ask(task, by=payments.sue, reason=REASON, now=TUESDAY)
    yield "many questions", _last(Mail.Kind.DECIDE, person=payments.mona)


def _answers(payments: Payments) -> Iterator[tuple[str, Mail]]:
    request = payments.t1.requests.get()
    why = "It cannot wait this time."
    onramps.decide(request, by=payments.mona, answer=Decision.Answer.YES, reason=why, now=TUESDAY)
    decided = _last(Mail.Kind.DECIDED, person=payments.sam)
    yield "approved", decided
    yield "went to somebody else", _last(Mail.Kind.DECIDED, person=payments.ann)
    lead = request.claims.get()
    for status in ("declined", "expired", "stale", "superseded"):
        Request.objects.filter(pk=request.pk).update(status=status)
        yield status, _last(Mail.Kind.DECIDED, pk=decided.pk)
    Request.objects.filter(pk=request.pk).update(status=Request.Status.APPROVED)
    Claim.objects.filter(pk=lead.pk).update(person=payments.ann)
    yield "approved with a learner", _last(Mail.Kind.DECIDED, pk=decided.pk)
    Claim.objects.filter(pk=lead.pk).update(person=payments.sam)
    onramps.revoke(lead, by=payments.mona, because="A learner is back.", now=TUESDAY)
    yield "revoked", _last(Mail.Kind.DECIDED, about=lead, person=payments.sam)


def _about_claims(payments: Payments) -> Iterator[tuple[str, Mail]]:
    urgent = payments.task("urgent")
    told = {"reason": "Payouts are stuck since noon.", "incident": "INC-7"}
    onramps.take_in_emergency(payments.sue, urgent, now=TUESDAY, **told)
    yield "emergency", _last(Mail.Kind.EMERGENCY, person=payments.mona)
    displaced = Mail.objects.filter(kind=Mail.Kind.EMERGENCY, team=None).latest("pk")
    yield "emergency, to the learner", displaced
    claim = onramps.take(payments.ann, payments.task("work"), now=TUESDAY)
    about = {"not_before": TUESDAY, "expires_at": TUESDAY + HOUR, "about": claim}
    silent = delivery.post(Mail.Kind.SILENT, payments.ann, key="silent", **about)
    assert silent is not None
    yield "silent", silent
    onramps.hand_in(claim, by=payments.ann, role="lead", ai="off", now=TUESDAY + HOUR)
    yield "sign off", _last(Mail.Kind.SIGN_OFF)
    said = {"role": "support", "help": 2, "skills": payments.skills}
    onramps.sign_off(claim, by=payments.sue, now=TUESDAY + HOUR, **said)
    because = "I asked once, and then did it."
    onramps.contest(claim.sign_offs.get(), by=payments.ann, because=because, now=TUESDAY + HOUR)
    yield "contested", _last(Mail.Kind.SIGN_OFF)


def _letters(payments: Payments) -> Iterator[tuple[str, Mail]]:
    nothing = Figures(
        began_on="2026-10-27",
        ended_on="2026-11-24",
        came=1,
        went_past=0,
        too_urgent=1,
        given=0,
        people=0,
        soonest=None,
        latest=None,
    )
    much = replace(nothing, came=40, went_past=30, too_urgent=2, given=22, people=3, soonest=2.5, latest=5.0)
    for number, figures in enumerate((nothing, much)):
        now = TUESDAY + number * HOUR
        audit.note(Record.Kind.LETTER, now=now, by=None, team=payments.team, **asdict(figures))
        for reader in (payments.mona, payments.sue):
            about = {"not_before": now, "expires_at": now + HOUR, "team": payments.team}
            mail = delivery.post(Mail.Kind.LETTER, reader, key=f"{number} {reader.pk}", **about)
            assert mail is not None
            yield f"letter {number} to {reader.name}", mail
