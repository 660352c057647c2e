"""The work in a person's export: what they took, what came of it, what was decided; others by role alone."""

from typing import Any

from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from engine.models import (
    Claim,
    Credit,
    Emergency,
    Graduate,
    Loss,
    Offer,
    OfferPause,
    Record,
    Request,
    SignOff,
    Standing,
    Task,
)
from engine.practice.held import Held, Row, columns, name_of, who

LEFT_OUT = {
    "people.Person.deputy": _("Whom you stand in for stands in their own profiles."),
    "engine.TeamRules.last_manager": _("Which teams you led last is the organisation’s."),
    "engine.Task.created_by": _("Tasks you made are the team’s work."),
    "engine.Task.waived_by": _("Tasks you released are the team’s work."),
    "engine.Bound.by": _("Due dates you set belong to their tasks."),
    "engine.Change.by": _("What you changed about tasks belongs to them."),
    "engine.Offer.invited_by": _("Whom you offered to support, and what they said, is theirs."),
    "engine.Graduate.noted_by": _("Whom you noted as having learned something stands in their data."),
    "engine.Claim.supervisor": _("Work of others that you supervise is theirs."),
    "engine.Emergency.reviewed_by": _("Emergencies of others that you looked at are theirs."),
    "engine.SignOff.by": _("What you signed off is about the work of others, and stands in their data."),
    "engine.Credit.voided_by": _("Credits you voided stand in the data of those who had them."),
    "engine.Decision.by": _("What you decided stands in the data of those who asked."),
    "engine.Decision.acting_for": _("What others decided for you stands in the data of those who asked."),
    "engine.Decision.learner": _("A decision that named you as the learner is among your offers."),
    "engine.Asked.person": _("Requests you were asked about are in your mails."),
    "engine.Asked.acting_for": _("Requests others were asked about for you are the requesters’."),
}


def _about(task: Task) -> Row:
    return {"task": task.title, "kind": name_of(task.on_ramp)}


def _offer(offer: Offer) -> Row:
    names = ("purpose", "status", "offered_at", "ends_at", "answered_at", "reps", "reps_needed")
    return _about(offer.task) | columns(*names)(offer)


def _kept(row: OfferPause | Graduate, *names: str) -> Row:
    return {"on_ramp": str(row.on_ramp)} | columns(*names)(row)


CLAIM = (
    *("role", "began_at", "code", "is_against_advice", "by_learner", "supervisor_agreed_at"),
    *("with_ai_because", "seen_at", "reminded_at", "submitted_at", "done_at", "done_on", "said_role"),
    *("said_ai", "note", "ended_at", "ending"),
)


def _claim(claim: Claim) -> Row:
    supervisor = claim.supervisor and who(claim.supervisor, reader_id=claim.person_id)
    return _about(claim.task) | columns(*CLAIM)(claim) | {"supervisor": supervisor}


def _emergency(emergency: Emergency) -> Row:
    names = ("reason", "incident", "declared_at", "review_due_at", "reviewed_at", "is_justified")
    return _about(emergency.claim.task) | columns(*names)(emergency)


def _loss(loss: Loss) -> Row:
    """What went past them: when and by which rule, and never to whom."""
    claim = loss.claim
    return _about(claim.task) | {"on": loss.person.today(claim.began_at), "code": claim.code}


def _sign_off(signed: SignOff, reader_id: int) -> Row:
    names = ("role", "help", "note", "signed_at", "contested_at", "contested_because")
    skills = [skill.slug for skill in signed.skills.all()]
    return columns(*names)(signed) | {"by": who(signed.by, reader_id=reader_id), "skills": skills}


def _credit(credit: Credit) -> Row:
    names = ("role", "rating", "done_at", "done_on", "confirmed_at", "voided_at", "voided_because")
    return (
        _about(credit.task)
        | columns(*names)(credit)
        | {"skills": [skill.slug for skill in credit.skills.all()]}
        | {"sign_off": _sign_off(credit.sign_off, credit.person_id)}
    )


def _request(request: Request) -> Row:
    names = ("reason", "code", "status", "asked_at", "ended_at", "estimate", "reminded_at")
    decisions = [
        {"by": who(one.by, reader_id=request.owner_id)}
        | columns("answer", "reason", "decided_at", "has_effect")(one)
        for one in request.decisions.all()
    ]
    mine = {"by_agent": request.by_id != request.owner_id, "decisions": decisions}
    return _about(request.task) | columns(*names)(request) | mine


def _record(record: Record, reader_id: int) -> Row:
    task = {"task": record.task.title if record.task else None, "team": name_of(record.team)}
    return task | columns("kind", "at", "told")(record) | {"by": who(record.by, reader_id=reader_id)}


def _standing(standing: Standing) -> Row:
    named = {name: name_of(getattr(standing, name)) for name in ("role", "level", "team")}
    return named | columns("share", "noted_at")(standing)


WITH_TASK = ("task__on_ramp",)

HELD: dict[str, Held[Any]] = {
    "offers": Held(model=Offer, rows=lambda person: person.offers.select_related(*WITH_TASK), tell=_offer),
    "offer_pauses": Held(
        model=OfferPause,
        rows=lambda person: person.offer_pauses.select_related("on_ramp"),
        tell=lambda pause: _kept(pause, "until"),
    ),
    "graduations": Held(
        model=Graduate,
        rows=lambda person: person.graduations.select_related("on_ramp"),
        tell=lambda graduate: _kept(graduate, "noted_at"),
    ),
    "claims": Held(
        model=Claim,
        rows=lambda person: person.claims.select_related(*WITH_TASK, "supervisor__role"),
        tell=_claim,
    ),
    "emergencies": Held(
        model=Emergency,
        rows=lambda person: person.emergencies.select_related("claim__task__on_ramp"),
        tell=_emergency,
    ),
    "losses": Held(
        model=Loss,
        rows=lambda person: person.losses.select_related("person", "claim__task__on_ramp").order_by("pk"),
        tell=_loss,
    ),
    "credits": Held(
        model=Credit,
        rows=lambda person: person.credits.select_related(*WITH_TASK, "sign_off__by__role").prefetch_related(
            "skills", "sign_off__skills"
        ),
        tell=_credit,
    ),
    "requests": Held(
        model=Request,
        rows=lambda person: (
            Request.objects.asked_by(person)
            .select_related(*WITH_TASK)
            .prefetch_related("decisions__by__role")
        ),
        tell=_request,
    ),
    "records": Held(
        model=Record,
        rows=lambda person: (
            Record.objects.filter(Q(person=person) | Q(by=person, person=None))
            .select_related("task", "team", "by__role")
            .annotate(reader_id=Value(person.pk))
        ),
        tell=lambda record: _record(record, record.reader_id),
    ),
    "standing": Held(
        model=Standing,
        rows=lambda person: Standing.objects.filter(person=person).select_related("role", "level", "team"),
        tell=_standing,
    ),
}
COLLECTED = {
    "engine.Offer.person": "offers",
    "engine.OfferPause.person": "offer_pauses",
    "engine.Graduate.person": "graduations",
    "engine.Claim.person": "claims",
    "engine.Emergency.person": "emergencies",
    "engine.Loss.person": "losses",
    "engine.Credit.person": "credits",
    "engine.Request.by": "requests",
    "engine.Request.owner": "requests",
    "engine.Record.by": "records",
    "engine.Record.person": "records",
    "engine.Standing.person": "standing",
}
