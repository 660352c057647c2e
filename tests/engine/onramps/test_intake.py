"""How tasks come in: upserts by source and key, a CSV file with a dry run, and what a title may not do."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine import jobs, onramps
from engine.models import Bound, Claim, Mail, Offer, Record, Request, Task
from engine.onramps.holding import Shape
from engine.onramps.intake import Outcome, Said
from engine.onramps.task_sheets import TasksRefused, load_tasks, read_tasks, write_tasks
from people.sheets import csv_plain, csv_safe
from tests.databases import dump
from tests.payments import DUE, TUESDAY, berlin

ROWS = 500
EVIL = (
    '=HYPERLINK("http://evil.example";"open")',
    "<script>alert(1)</script>",
    "+1",
    "-1",
    "@x",
    "'=1",
    "''+1",
)


@pytest.fixture
def payments(payments):
    Claim.objects.filter(task=payments.bens_task).update(seen_at=TUESDAY)  # he is at it
    return payments


def said(payments, **changes):
    defaults = {"source": Task.Source.API, "key": "PAY-1", "title": "Monthly report", "team": payments.team}
    return Said(**(defaults | {"labels": ["k1"], "due_at": DUE, "status": Task.Status.OPEN} | changes))


def save(payments, now=TUESDAY, **changes):
    return onramps.save_task(said(payments, **changes), by=changes.pop("by", None), now=now)


def sheet(*lines, header="key,title,team,labels,due_at"):
    return read_tasks("\r\n".join([header, *lines]).encode())


def five_hundred():
    return sheet(
        *(f"row-{number},Report {number},payments,k1,2026-12-{7 + number % 20:02}" for number in range(ROWS))
    )


def load(found, **options):
    return load_tasks(found, by=None, now=TUESDAY, **options)


class TestUpsert:
    def test_a_new_task_gets_its_kind_by_its_labels_and_is_held(self, payments):
        saved = save(payments, labels=["other", "K1"])

        task = Task.objects.get(key="PAY-1")
        assert (saved.outcome, saved.task) == (Outcome.CREATED, task)
        assert (task.on_ramp, task.is_held, task.first_seen_at) == (payments.k1, True, TUESDAY)

    def test_the_same_again_changes_nothing(self, payments):
        save(payments)
        before = dump()

        assert save(payments).outcome is Outcome.UNCHANGED
        assert dump() == before

    def test_what_is_said_newly_is_written_and_what_is_not_said_stays(self, payments):
        save(payments, details="By Friday.")

        saved = save(payments, title="Monthly reports", details=None)

        assert saved.outcome is Outcome.CHANGED
        task = Task.objects.get(key="PAY-1")
        assert (task.title, task.details) == ("Monthly reports", "By Friday.")

    def test_older_news_never_overwrites_newer(self, payments):
        save(payments, title="new", source_at=TUESDAY)

        old = save(
            payments, title="old", status=Task.Status.CANCELLED, source_at=TUESDAY - timedelta(seconds=1)
        )

        task = Task.objects.get(key="PAY-1")
        assert (old.outcome, task.title, task.status) == (Outcome.UNCHANGED, "new", "open")

    def test_a_new_due_date_or_label_goes_through_the_rules_and_is_noted(self, payments):
        save(payments)

        save(payments, labels=["k2"], due_at=berlin("2026-12-01", "17:00"))

        task = Task.objects.get(key="PAY-1")
        assert task.on_ramp == payments.k2
        assert set(task.changes.values_list("field", flat=True)) == {"due", "kind"}

    def test_a_kind_chosen_by_hand_stays_while_the_labels_do(self, payments):
        task = save(payments).task
        shape = Shape(on_ramp=payments.k2.pk, team=task.team, due_at=DUE, estimate=None)
        onramps.revise(task, shape, by=payments.mona, now=TUESDAY)

        save(payments, title="Another title")

        assert Task.objects.get(key="PAY-1").on_ramp == payments.k2

    def test_tasks_of_two_sources_may_have_one_key_and_a_form_needs_none(self, payments):
        save(payments)
        save(payments, source=Task.Source.GITHUB)
        for _ in range(2):
            save(payments, source=Task.Source.FORM, key="")

        assert Task.objects.filter(title="Monthly report").count() == 4

    @pytest.mark.parametrize("status", [Task.Status.DONE, Task.Status.CANCELLED])
    def test_a_task_closed_at_its_source_ends_and_opens_again_with_it(self, payments, status):
        task = save(payments).task
        onramps.offer_due(now=TUESDAY)

        assert save(payments, status=status).outcome is Outcome.CHANGED
        task.refresh_from_db()
        assert (task.status, task.closed_at) == (status, TUESDAY)
        assert not Offer.objects.filter(task=task, status="live").exists()
        later = task.held_until + timedelta(hours=1)
        save(payments, now=later)

        task.refresh_from_db()
        assert (task.status, task.closed_at, task.held_until > later) == ("open", None, True)
        assert Record.objects.filter(task=task, told__field="status").count() == 2

    def test_done_at_its_source_a_led_task_stays_with_its_lead_until_it_is_signed_off(self, payments):
        task = save(payments).task
        claim = onramps.take(payments.ann, task, now=TUESDAY)

        assert save(payments, status=Task.Status.DONE).outcome is Outcome.UNCHANGED
        assert Claim.objects.running().get(task=task) == claim

    def test_cancelled_at_its_source_everything_about_it_ends(self, payments):
        task = save(payments).task
        claim = onramps.take(payments.ann, task, now=TUESDAY)

        save(payments, status=Task.Status.CANCELLED)

        claim.refresh_from_db()
        assert (claim.ending, claim.ended_at) == ("closed", TUESDAY)
        assert not Request.objects.filter(task=task).exists()


class TestCase50:
    def test_case_50_a_dry_run_tells_what_would_come_and_writes_nothing(self, payments):
        before = dump()

        assert str(load(five_hundred(), dry_run=True)) == "500 created, 0 changed, 0 unchanged"

        assert dump() == before

    def test_case_50_of_five_hundred_two_are_held_beside_t1_and_one_mail_tells_ann(
        self, payments, mailoutbox
    ):
        assert load(five_hundred()).created == ROWS

        assert Task.objects.filter(source="file", on_ramp=payments.k1).count() == ROWS
        assert Task.objects.filter(source="file", is_held=True).count() == 2
        assert Bound.objects.filter(task__source="file").count() == 2 * ROWS
        jobs.run_tick(now=TUESDAY)
        [mail] = mailoutbox
        assert (mail.to, mail.subject) == (["Ann <ann@payments.example>"], "For you: t1, and 1 more")
        assert Mail.objects.filter(kind="offer").count() == 1
        assert Offer.objects.count() == 2

    def test_case_50_again_changes_nothing(self, payments):
        load(five_hundred())
        before = dump()

        assert str(load(five_hundred())) == "0 created, 0 changed, 500 unchanged"
        assert dump() == before

    def test_an_import_takes_few_queries_however_many_rows_it_has(self, payments):
        rows = [f"row-{number},Report,payments,k1,2026-12-07" for number in range(120)]
        with CaptureQueriesContext(connection) as few:
            load(sheet(*rows[:20]))
        with CaptureQueriesContext(connection) as many:
            load(sheet(*rows[20:]))
        with CaptureQueriesContext(connection) as again:
            load(sheet(*rows))

        assert len(many) <= len(few)
        assert len(again) < 40

    @pytest.mark.parametrize("title", EVIL)
    def test_case_50_a_formula_or_a_script_comes_out_inert_and_back_as_it_was(self, payments, title):
        task = save(payments, title=title, details=title).task

        text = write_tasks([task])

        [_, row] = csv.reader(io.StringIO(text))
        assert not row[1].startswith(("=", "+", "-", "@"))
        loaded = load(read_tasks(text.encode()))
        assert loaded.created == 1
        copy = Task.objects.get(source="file")
        assert (copy.title, copy.details, copy.due_at) == (title, title, DUE)

    def test_case_50_in_a_mail_a_script_is_text(self, payments, mailoutbox):
        Task.objects.filter(pk=payments.t1.pk).update(title="<script>alert(1)</script>")

        jobs.run_tick(now=TUESDAY)

        [mail] = mailoutbox
        assert "<script>" not in mail.alternatives[0].content
        assert "&lt;script&gt;" in mail.alternatives[0].content


@pytest.mark.parametrize("text", [*EVIL, "\t=1", "\0", "", "it's", "'quoted'", "a=b"])
def test_a_safe_cell_gives_back_what_it_was(text):
    assert csv_plain(csv_safe(text)) == text
    assert not csv_safe(text).startswith(("=", "+", "-", "@", "\t", "\0"))


class TestFile:
    @pytest.mark.parametrize(
        ("line", "told"),
        [
            (",A title,payments,k1,", "key is empty"),
            ("a,,payments,k1,", "title is empty"),
            ("a,A title,nowhere,k1,", "'nowhere' is no team here"),
            ("a,A title,payments,k1,tomorrow", "'tomorrow' is not a date"),
            ("a,A title,payments,k1,2026-02-30", "'2026-02-30' is not a date"),
            ("a,A\u202etitle,payments,k1,", "U+202E"),
        ],
    )
    def test_every_problem_is_told_with_its_line_and_nothing_is_imported(self, payments, line, told):
        with pytest.raises(TasksRefused) as refused:
            load(sheet("fine,Fine,payments,k1,", line))

        [problem] = refused.value.problems
        assert problem.line == 3
        assert told in f"{problem.column} {problem.message}"
        assert not Task.objects.filter(source="file").exists()

    @pytest.mark.parametrize(
        ("column", "cell", "told"),
        [
            ("url", "javascript:alert(1)", "is not an address"),
            ("estimate", "-1", "is not a number of working hours"),
            ("status", "maybe", "is not a status"),
            ("kind", "k77", "is no on-ramp in force"),
        ],
    )
    def test_each_column_says_what_it_takes(self, payments, column, cell, told):
        with pytest.raises(TasksRefused) as refused:
            load(sheet(f"a,A,payments,{cell}", header=f"key,title,team,{column}"))

        assert told in refused.value.problems[0].message

    def test_two_lines_of_one_key_are_a_problem(self, payments):
        with pytest.raises(TasksRefused, match="1 problem"):
            load(sheet("a,A,payments,,", "a,B,payments,,"))

    @pytest.mark.parametrize(
        ("written", "due_at"),
        [
            ("2026-12-04", DUE),
            ("2026-12-04T17:00", DUE),
            ("2026-12-04T16:00Z", DUE),
            ("2026-12-04 17:00+01:00", DUE),
        ],
    )
    def test_a_due_date_is_read_off_the_clocks_of_its_team(self, payments, written, due_at):
        load(sheet(f"a,A,payments,k1,{written}"))

        assert Task.objects.get(source="file").due_at == due_at

    def test_an_empty_due_date_takes_the_old_one_away_and_a_missing_column_leaves_it(self, payments):
        load(sheet("a,A,payments,k1,2026-12-04"))
        load(sheet("a,B,payments", header="key,title,team"))
        assert Task.objects.get(source="file").due_at == DUE

        load(sheet("a,B,payments,k1,"))
        assert Task.objects.get(source="file").due_at is None

    def test_the_command_says_what_it_did_and_lists_problems_at_their_line(self, payments, tmp_path, capsys):
        good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
        good.write_text("key,title,team\na,A,payments\n")
        bad.write_text("key,title,team\na,A,nowhere\n")

        call_command("load_tasks", str(good), "--dry-run")
        call_command("load_tasks", str(good))

        out = capsys.readouterr().out.splitlines()
        assert out == [
            "1 created, 0 changed, 0 unchanged (nothing was written)",
            "1 created, 0 changed, 0 unchanged",
        ]
        with pytest.raises(CommandError, match="1 problem"):
            call_command("load_tasks", str(bad))
        assert f"{bad}:2 team 'nowhere' is no team here" in capsys.readouterr().err
