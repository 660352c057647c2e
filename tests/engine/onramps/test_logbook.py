"""The logbook: for one person's eyes, and no spreadsheet runs what stands in it."""

import csv
import io
import json
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine import onramps
from engine.models import Credit
from engine.onramps.logbook import WATCHED, State
from engine.rules.onramp import Role
from tests.factories import PersonFactory
from tests.payments import TUESDAY

HOUR = timedelta(hours=1)


def book(person, *, now=TUESDAY + 5 * HOUR):
    return onramps.logbook_of(person, now=now)


def credited(payments, *, title="Invoices", **said):
    task = payments.task(title)
    claim = onramps.take(payments.ann, task, now=TUESDAY)
    said = {"role": "lead", "ai": "coach", "note": "Took an hour"} | said
    claim = onramps.hand_in(claim, by=payments.ann, now=TUESDAY + HOUR, **said)
    return onramps.sign_off(
        claim, by=payments.sue, role="lead", help=2, skills=payments.skills, now=TUESDAY + 2 * HOUR
    )


def test_a_credit_is_told_with_everything_its_person_may_know(payments):
    credited(payments)

    latest = book(payments.ann).of(State.CREDITED)[0]

    assert latest.told() == {
        "state": "credited",
        "date": "2026-11-24",
        "kind": "Kind k1",
        "task": "Invoices",
        "role": "lead",
        "help": "much help",
        "skills": [skill.title for skill in payments.skills],
        "signed_by": "Sue",
        "note": "Took an hour",
        "ai": "AI explained",
    }


def test_it_says_what_is_in_progress_and_what_waits(payments):
    onramps.take(payments.ann, payments.t1, now=TUESDAY)
    waiting = onramps.take(payments.ann, payments.task("waits"), now=TUESDAY)
    onramps.hand_in(waiting, by=payments.ann, role="support", ai="off", now=TUESDAY + HOUR)

    mine = book(payments.ann)

    assert [one.task.title for one in mine.of(State.IN_PROGRESS)] == ["t1"]
    assert [(one.task.title, one.role) for one in mine.of(State.PROVISIONAL)] == [("waits", "support")]


def test_a_learner_reads_how_many_reps_they_have_and_a_graduate_and_a_senior_do_not(payments):
    told = {one.kind: (one.done, one.needed) for one in book(payments.ann).reps}

    assert told == {"Kind k1": (1, 3), "Kind k2": (0, 3)}
    assert [one.kind for one in book(payments.cem).reps] == ["Kind k2"]
    assert book(payments.sam).reps == []
    assert book(PersonFactory(team=None)).reps == []


def test_who_supported_or_supervised_learners_reads_what_they_taught(payments):
    claim = onramps.take(payments.ann, payments.t1, now=TUESDAY)
    onramps.supervise(claim, by=payments.sue, now=TUESDAY)
    onramps.take(payments.sam, payments.t1, role=Role.SUPPORT, now=TUESDAY)
    onramps.take(payments.ben, payments.t1, role=Role.SUPPORT, now=TUESDAY)
    onramps.hand_in(claim, by=payments.ann, role="lead", ai="off", now=TUESDAY + HOUR)
    onramps.sign_off(claim, by=payments.sue, role="lead", help=3, now=TUESDAY + 2 * HOUR)

    assert dict(book(payments.sue).taught) == {"Kind k1": 1}
    assert dict(book(payments.sam).taught) == {"Kind k1": 1}
    assert dict(book(payments.ben).taught) == {}


def test_what_went_past_them_is_told_by_its_rule_and_never_by_who_took_it(payments):
    mine = book(payments.ann)

    assert len(mine.losses) == 5
    assert {one.code for one in mine.losses} == {"HOLD_ENDED"}
    assert {one.said for one in mine.losses} == {"its hold had ended"}
    assert "Sam" not in json.dumps(mine.told())
    assert book(payments.ben).losses == []


def test_a_task_they_only_watched_is_told_as_such(payments):
    credited(payments, role="observer")

    assert book(payments.ann).losses[0].code == WATCHED


def test_a_voided_credit_is_gone_from_it(payments):
    before = len(book(payments.ann).entries)
    credit = credited(payments)

    onramps.void(credit, by=payments.mona, because="Not so.", now=TUESDAY + 3 * HOUR)

    assert len(book(payments.ann).entries) == before


def test_a41_no_spreadsheet_runs_what_stands_in_the_csv(payments):
    credited(payments, title='=HYPERLINK("http://x.example","y")', note="+1\n-2, @x")

    rows = list(csv.DictReader(io.StringIO(book(payments.ann).as_csv(), newline="")))

    assert rows[0]["task"] == """'=HYPERLINK("http://x.example","y")"""
    assert rows[0]["note"] == "'+1\n-2, @x"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_it_takes_the_same_queries_for_one_credit_and_for_many(payments):
    def queries():
        with CaptureQueriesContext(connection) as found:
            book(payments.ann).told()
        return len(found)

    before = queries()
    for day in range(1, 8):
        payments.credit(payments.ann, f"2026-09-0{day}")

    assert queries() == before
    assert Credit.objects.filter(person=payments.ann).count() == 8
