"""The export is complete: every foreign key to a person is in it, or left out with a reason."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.access import GUARDIAN
from engine import practice
from engine.models import (
    Claim,
    Credit,
    Decision,
    Emergency,
    Graduate,
    Loss,
    Memory,
    Offer,
    OfferPause,
    Record,
    Remark,
    Request,
    SignOff,
    Standing,
    Task,
)
from engine.practice import own_work
from engine.practice.own_data import COLLECTED, HELD, LEFT_OUT, collected, counted
from engine.rules.grading import Given
from people.models import AbsenceCalendar, Person
from tests.engine_factories import (
    TODAY,
    EnrolmentFactory,
    ExerciseFactory,
    MailFactory,
    RemarkFactory,
    RepFactory,
    WorkoutFactory,
)
from tests.factories import AbsenceFactory, PersonFactory, TeamFactory
from tests.moments import MONDAY
from tests.payments import publish
from tests.staff import member


def keys_to_a_person():
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is Person:
                yield f"{model._meta.app_label}.{model.__name__}.{field.name}"


def test_every_foreign_key_to_a_person_is_exported_or_left_out_with_a_reason():
    assert sorted(keys_to_a_person()) == sorted([*COLLECTED, *LEFT_OUT])
    assert all(str(reason) for reason in LEFT_OUT.values())
    assert set(COLLECTED.values()) == {*HELD, "person"}


COLUMNS_LEFT_OUT = {
    "Mail": {
        *("id", "person", "sender", "address", "html", "key", "workout", "zone", "send_time", "window"),
        *("expires_at", "claim", "claimed_until", "attempts", "uncertain_at", "message_id", "dated_at"),
        *("offer", "request", "about", "team"),
    },
    "Workout": {"id", "person", "plan", "size"},
    "Review": {"person", "answer"},
    "Memory": {"id", "person"},
    "Remark": {"id", "person", "rep", "settled_by"},
    "Enrolment": {"id", "person"},
    "Absence": {"id", "person"},
    "AbsenceCalendar": {"id", "person"},
    "EmailAddress": {"id", "user"},
    "Offer": {"id", "person", "invited_by", "request"},
    "OfferPause": {"id", "person"},
    "Graduate": {"id", "person", "noted_by"},
    "Claim": {"id", "person", "request"},
    "Emergency": {"id", "person", "claim", "reviewed_by"},
    "Loss": {"id", "person", "claim"},
    "Credit": {"id", "person", "claim", "on_ramp", "voided_by"},
    "Request": {"id", "by", "owner", "on_ramp", "team", "hours_counted", "counted_until"},
    "Record": {"id", "person"},
    "Standing": {"id", "person"},
}


@pytest.mark.django_db
def test_every_column_is_told_or_named_here():
    person = a_life(PersonFactory())

    told = collected(person, now=MONDAY)

    for name, held in HELD.items():
        [row, *_more] = told[name]
        columns = {field.name for field in held.model._meta.concrete_fields}
        missing = columns - set(row) - COLUMNS_LEFT_OUT[held.model.__name__]
        assert missing == set(), name
    profile = {field.name for field in Person._meta.concrete_fields}
    assert profile - set(told["person"]) == {"password"}


def a_life(person, *, days=1):
    """Something of every kind, for so many days."""
    skill_exercise = ExerciseFactory()
    EmailAddress.objects.create(user=person, email=person.email)
    AbsenceCalendar.objects.create(person=person, address="https://cal.example.org/1.ics")
    for number in range(days):
        day = TODAY - timedelta(days=number)
        workout = WorkoutFactory(person=person, day=day)
        rep = RepFactory(workout=workout, exercise=ExerciseFactory() if days > 1 else skill_exercise)
        practice.answer(rep, Given(option="a", text="I counted"), attempt=1, now=MONDAY)
        MailFactory(workout=workout, sent=True, subject="Count", text="Count the rows", note="")
        RemarkFactory(rep=rep, text="The key is wrong")
        AbsenceFactory(person=person, starts_on=day)
        EnrolmentFactory(person=person)
        work(person, day)
    Standing.objects.create(person=person, role=person.role, noted_at=MONDAY)
    return person


def work(person, day):
    """One task that they took in an emergency, and everything that can come of one."""
    kind, mona = publish(f"kind-{uuid4().hex[:8]}"), PersonFactory(name="Mona Manager")
    seen = {"created_at": MONDAY, "first_seen_at": MONDAY, "held_until": MONDAY}
    task = Task.objects.create(title="Invoices", team=person.team, on_ramp=kind, created_by=mona, **seen)
    times = {"began_at": MONDAY, "seen_at": MONDAY, "done_at": MONDAY, "done_on": day}
    claim = Claim.objects.create(task=task, person=person, supervisor=mona, said_ai="coach", **times)
    Emergency.objects.create(
        claim=claim, person=person, incident="INC-1", declared_at=MONDAY, review_due_at=MONDAY
    )
    Loss.objects.create(claim=claim, person=person)
    Graduate.objects.create(person=person, on_ramp=kind, noted_at=MONDAY, noted_by=mona)
    OfferPause.objects.create(person=person, on_ramp=kind, until=day)
    Offer.objects.create(task=task, person=person, invited_by=mona, offered_at=MONDAY, ends_at=MONDAY)
    signed = SignOff.objects.create(claim=claim, by=mona, role="lead", help=2, note="Slow", signed_at=MONDAY)
    done = {"done_at": MONDAY, "done_on": day, "confirmed_at": MONDAY, "role": "lead", "rating": 2}
    Credit.objects.create(claim=claim, task=task, person=person, on_ramp=kind, sign_off=signed, **done)
    asked = {"by": person, "owner": person, "reason": "Late", "asked_at": MONDAY, "counted_until": MONDAY}
    request = Request.objects.create(task=task, on_ramp=kind, team=person.team, **asked)
    Decision.objects.create(request=request, by=mona, answer="no", reason="Wait", decided_at=MONDAY)
    Record.objects.create(
        kind="decision", at=MONDAY, by=mona, person=person, task=task, told={"answer": "no"}
    )


@pytest.mark.django_db
def test_what_others_said_and_decided_is_in_it_by_their_role_and_never_by_name():
    told = collected(a_life(PersonFactory()), now=MONDAY)

    assert told["credits"][0]["sign_off"]["note"] == "Slow"
    assert told["requests"][0]["decisions"][0]["reason"] == "Wait"
    assert told["records"][0]["by"] == "Data analyst"
    assert "Mona" not in json.dumps({name: told[name] for name in own_work.HELD}, cls=DjangoJSONEncoder)


@pytest.mark.django_db
def test_what_a_person_took_themself_is_in_it_from_the_audit():
    person = PersonFactory()
    Record.objects.create(kind="verdict", at=MONDAY, by=person, told={"code": "LEARNER"})
    Record.objects.create(kind="sign-off", at=MONDAY, by=person, person=PersonFactory(), told={"help": 1})

    told = collected(person, now=MONDAY)["records"]

    assert [(row["by"], row["told"]) for row in told] == [("you", {"code": "LEARNER"})]


@pytest.mark.django_db
def test_a_workout_holds_its_reps_and_they_their_answers():
    person = a_life(PersonFactory())

    [workout] = collected(person, now=MONDAY)["workouts"]
    [rep] = workout["reps"]
    [answer] = rep["answers"]

    assert workout["day"] == TODAY
    assert rep["exercise"] == str(person.reps.get().exercise)
    assert (answer["given"]["text"], answer["rating"]) == ("I counted", 1)


@pytest.mark.django_db
def test_what_was_undone_and_taken_back_is_in_it_too():
    person = PersonFactory()
    rep = RepFactory(workout=WorkoutFactory(person=person))
    practice.answer(rep, Given(option="a"), attempt=1, now=MONDAY)
    practice.undo(rep, now=MONDAY)
    rep.refresh_from_db()
    practice.call_not_useful(rep, attempt=2, now=MONDAY)
    practice.withdraw(rep, Remark.Kind.NOT_USEFUL, attempt=2, now=MONDAY)

    told = collected(person, now=MONDAY)

    assert told["workouts"][0]["reps"][0]["answers"][0]["undone_at"] == MONDAY
    assert [review["voids"] for review in told["reviews"]] == [None, told["reviews"][0]["id"]]
    assert told["remarks"][0]["withdrawn_at"] == MONDAY
    assert told["memories"] == []


@pytest.mark.django_db
def test_it_holds_nothing_of_anybody_else():
    person = PersonFactory()
    a_life(PersonFactory(name="Cora"))

    told = collected(person, now=MONDAY)

    assert {name: rows for name, rows in told.items() if rows and name in HELD} == {}
    assert "Cora" not in json.dumps(told, cls=DjangoJSONEncoder)


@pytest.mark.django_db
def test_the_profile_names_the_role_the_team_and_the_groups_and_no_password():
    person = member(GUARDIAN, manager=PersonFactory(name="Mara"))
    person.set_password("never tell")
    person.save()
    TeamFactory(slug="joiners", manager=person)

    profile = collected(person, now=MONDAY)["person"]

    assert (profile["role"], profile["manager"]) == ("Data analyst", "Mara")
    assert (profile["groups"], profile["manages_teams"]) == (["guardian"], ["Joiners"])
    assert person.password not in json.dumps(profile, cls=DjangoJSONEncoder)


@pytest.mark.django_db
def test_the_counts_are_those_of_the_export():
    person = a_life(PersonFactory(), days=3)
    told, counts = collected(person, now=MONDAY), counted(person)

    assert {name: len(told[name]) for name in HELD} == {name: counts[name] for name in HELD}
    assert (counts["reps"], counts["answers"], Memory.objects.count()) == (3, 3, 3)


@pytest.mark.django_db
def test_it_takes_the_same_queries_for_a_day_and_for_weeks():
    def queries(person):
        with CaptureQueriesContext(connection) as found:
            collected(person, now=MONDAY)
        return len(found)

    assert queries(a_life(PersonFactory())) == queries(a_life(PersonFactory(), days=40))
