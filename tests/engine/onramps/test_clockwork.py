"""What the tick does with tasks and offers: everything once, at the instant it was due."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine import jobs, onramps
from engine.models import Alert, Bound, Claim, Mail, Offer, OfferPause, Record, Standing, Task, TeamRules
from engine.onramps.holding import Shape
from engine.onramps.recurring import latest
from engine.onramps.standings import note_standings, remember_managers
from engine.rules.onramp import Code
from paths.schema.on_ramp import Recurs
from tests.databases import dump
from tests.factories import AbsenceFactory, TeamFactory
from tests.payments import DUE, TODAY, TUESDAY, berlin, publish

THE_CLOCKS = ("engine.Heartbeat",)


@pytest.fixture
def payments(payments):
    note_standings(now=berlin("2026-11-23"))
    remember_managers()
    Claim.objects.filter(task=payments.bens_task).update(seen_at=berlin("2027-01-04"))  # he writes often
    return payments


def tasks_by_themselves():
    return Task.objects.filter(source="recurring")


def weekly(**changes):
    return {"every": "week", "on": "mon", "at": "09:00", "due_after_hours": 72, **changes}


class TestTwice:
    def test_case_23_the_tick_twice_with_the_same_now_changes_nothing_and_sends_nothing(
        self, payments, mailoutbox
    ):
        publish("k9", recurs=weekly(), match={"labels": ["k9"], "teams": ["payments"]})
        payments.sam.share = 0.5
        payments.sam.save()
        silent = onramps.take(payments.ann, payments.task("silent"), now=berlin("2026-11-18"))
        jobs.run_tick(now=TUESDAY)
        sent, before = len(mailoutbox), dump(without=THE_CLOCKS)

        again = jobs.run_tick(now=TUESDAY).as_dict()

        assert dump(without=THE_CLOCKS) == before
        assert len(mailoutbox) == sent > 0
        assert not any(again.values())
        silent.refresh_from_db()
        assert silent.ending == "released"

    def test_case_23_three_days_late_what_expired_carries_the_instant_it_expired_at(self, payments):
        onramps.keep(now=TUESDAY)
        offer = Offer.objects.get()
        claim = onramps.take(payments.cem, payments.task("free", has_kind=False), now=TUESDAY)
        late = TUESDAY + timedelta(days=6)

        assert onramps.may(payments.sam, payments.t1, now=late).verdict.code is Code.HOLD_ENDED
        onramps.keep(now=late)

        offer.refresh_from_db()
        claim.refresh_from_db()
        assert (offer.status, offer.answered_at) == ("lapsed", berlin("2026-11-24", "14:00"))
        assert (claim.ending, claim.ended_at) == ("released", berlin("2026-11-27", "10:00"))

    def test_what_is_wrong_with_on_ramps_keeps_nobodys_mail_waiting(self, payments, monkeypatch):
        def broken(**_):
            raise ValueError("no bound")

        monkeypatch.setattr(onramps, "keep", broken)
        jobs.run_tick(now=TUESDAY)
        assert Alert.objects.get(kind="on-ramps", resolved_at=None).message == "ValueError: no bound"

        monkeypatch.undo()
        jobs.run_tick(now=TUESDAY)
        assert not Alert.objects.filter(kind="on-ramps", resolved_at=None).exists()

    def test_the_offers_mail_goes_in_the_tick_that_made_the_offer(self, payments, mailoutbox):
        jobs.run_tick(now=TUESDAY)

        assert [mail.subject for mail in mailoutbox] == ["For you: t1"]


class TestStandings:
    def test_case_14_a_senior_made_a_learner_today_is_one_and_the_audit_has_it(self, payments):
        payments.sam.level = payments.ann.level
        payments.sam.level_since = TODAY
        payments.sam.save()

        assert onramps.keep(now=TUESDAY).standings == 1

        record = Record.objects.get(kind="standing")
        assert (record.person, record.team, record.at) == (payments.sam, payments.team, TUESDAY)
        assert list(record.told) == ["level"]
        assert record.told["level"][1:] == [payments.ann.level_id, "2026-11-24"]
        assert onramps.may(payments.sam, payments.t1, now=TUESDAY).verdict.code is Code.LEARNER

    def test_who_is_seen_for_the_first_time_has_changed_nothing(self, payments):
        new = payments._person("Nora")

        assert onramps.keep(now=TUESDAY).standings == 0
        assert Standing.objects.get(person=new).role == new.role

    def test_the_last_manager_of_a_team_is_remembered_when_nobody_leads_it(self, payments):
        payments.team.manager = None
        payments.team.save()

        onramps.keep(now=TUESDAY)

        assert TeamRules.objects.get(team=payments.team).last_manager == payments.mona
        assert onramps.may(payments.sam, payments.t1, now=TUESDAY).verdict.approvers == (payments.mona.pk,)


class TestRecurring:
    @pytest.fixture(autouse=True)
    def _every_monday(self, payments):
        self.kind = publish("k9", recurs=weekly(), match={"labels": ["k9"], "teams": ["payments"]})

    def test_a_task_comes_at_its_hour_once_and_is_held(self, payments):
        monday = berlin("2026-11-30", "09:00")
        onramps.keep(now=monday - timedelta(seconds=1))
        assert not tasks_by_themselves().exists()

        onramps.keep(now=monday)
        onramps.keep(now=monday + timedelta(minutes=1))

        task = tasks_by_themselves().latest("created_at")
        assert (task.title, task.team, task.on_ramp) == (
            "Kind k9 (2026-11-30)",
            payments.team,
            self.kind,
        )
        assert (task.due_at, task.first_seen_at, task.is_held) == (
            berlin("2026-12-03", "09:00"),
            monday,
            True,
        )

    def test_after_an_outage_only_the_latest_that_is_not_due_yet_comes(self):
        onramps.keep(now=berlin("2026-12-22", "10:00"))  # four Mondays later

        assert [task.title for task in tasks_by_themselves()] == ["Kind k9 (2026-12-21)"]

    def test_what_would_be_due_already_does_not_come(self):
        onramps.keep(now=berlin("2026-12-25", "10:00"))

        assert not tasks_by_themselves().exists()

    def test_nothing_comes_for_the_time_before_the_on_ramp_was_published(self):
        self.kind.current.__class__.objects.filter(pk=self.kind.current_id).update(published_at=TUESDAY)

        onramps.keep(now=TUESDAY + timedelta(minutes=1))

        assert not tasks_by_themselves().exists()

    def test_without_teams_it_comes_where_somebody_could_learn_it(self, payments):
        TeamFactory(slug="empty")
        publish("k8", recurs=weekly(), match={"labels": ["k8"], "teams": []})

        onramps.keep(now=TUESDAY)

        found = tasks_by_themselves().filter(title__startswith="Kind k8")
        assert [task.team for task in found] == [payments.team]


@pytest.mark.parametrize(
    ("recurs", "day"),
    [
        ({"every": "day", "at": "10:00"}, "2026-11-24"),
        ({"every": "day", "at": "10:01"}, "2026-11-23"),
        ({"every": "week", "on": "wed", "at": "00:00"}, "2026-11-18"),
        ({"every": "month", "on": 25, "at": "00:00"}, "2026-10-25"),
    ],
)
def test_the_latest_occurrence_is_read_off_the_clocks_of_the_team(recurs, day):
    assert str(latest(Recurs(due_after_hours=8, **recurs), "Europe/Berlin", now=TUESDAY)) == day


class TestLeases:
    """Case 42. Ann works Monday to Friday, 9 to 17."""

    @pytest.fixture
    def claim(self, payments):
        return onramps.take(payments.ann, payments.t1, now=TUESDAY)

    def test_case_42_silence_is_asked_about_on_the_second_working_day_and_ends_on_the_third(
        self, payments, claim
    ):
        second, third = berlin("2026-11-26"), berlin("2026-11-27")
        assert onramps.keep(now=second - timedelta(seconds=1)).reminded == 0
        assert onramps.keep(now=second).reminded == 1
        assert onramps.keep(now=second).reminded == 0
        [mail] = Mail.objects.filter(kind="silent")
        assert (mail.person, mail.about, mail.not_before) == (payments.ann, claim, second)

        assert onramps.keep(now=third - timedelta(seconds=1)).released == 0
        assert onramps.keep(now=third).released == 1

        claim.refresh_from_db()
        payments.t1.refresh_from_db()
        assert (claim.ending, claim.ended_at) == ("released", third)
        assert (payments.t1.status, payments.t1.held_until) == ("open", berlin("2026-11-27", "14:00"))
        assert Record.objects.filter(kind="claim-ended", task=payments.t1).count() == 1
        assert Bound.objects.filter(task=payments.t1).count() == 2

    def test_the_days_of_an_absence_are_no_working_days(self, payments, claim):
        AbsenceFactory(person=payments.ann, starts_on=berlin("2026-11-25").date(), ends_on=DUE.date())

        assert onramps.keep(now=DUE).reminded == 0

    def test_a_line_written_begins_the_days_anew(self, payments, claim):
        onramps.keep(now=berlin("2026-11-26"))
        Claim.objects.filter(pk=claim.pk).update(seen_at=berlin("2026-11-26", "12:00"))

        assert onramps.keep(now=berlin("2026-11-27")).released == 0
        assert onramps.keep(now=berlin("2026-11-30", "12:00")).reminded == 1

    def test_what_waits_for_its_sign_off_is_left_alone(self, payments, claim):
        Claim.objects.filter(pk=claim.pk).update(submitted_at=TUESDAY)

        kept = onramps.keep(now=DUE)

        assert (kept.reminded, kept.released) == (0, 0)

    def test_an_agents_owner_is_asked(self, payments):
        onramps.take(payments.bot_sam, payments.task("plain", has_kind=False), now=TUESDAY)

        onramps.keep(now=berlin("2026-11-26"))

        assert Mail.objects.get(kind="silent").person == payments.sam

    def test_the_reminder_goes_and_says_until_when(self, payments, claim, mailoutbox):
        jobs.run_tick(now=berlin("2026-11-26"))

        [mail] = [mail for mail in mailoutbox if mail.subject == "Still at it? t1"]
        assert "free again from Fri 27 Nov 10:00 CET" in mail.body

    def test_a_reminder_is_not_sent_when_a_line_came_meanwhile(self, payments, claim, mailoutbox):
        onramps.keep(now=berlin("2026-11-26"))
        Claim.objects.filter(pk=claim.pk).update(seen_at=berlin("2026-11-26", "10:30"))

        jobs.run_tick(now=berlin("2026-11-26", "11:00"))

        assert not [mail for mail in mailoutbox if mail.subject.startswith("Still")]


def test_a_kind_that_comes_into_force_later_matches_open_tasks_unless_somebody_chose_otherwise(payments):
    worn, chosen = (
        payments.task(title, has_kind=False, labels=["k7", "other"]) for title in ("worn", "chosen")
    )
    shape = Shape.of(chosen)
    onramps.revise(chosen, replace(shape, on_ramp=payments.k1.pk), by=payments.mona, now=TUESDAY)
    onramps.revise(chosen, shape, by=payments.mona, now=TUESDAY)
    kind = publish("k7")

    assert onramps.recompute(now=TUESDAY) == 2  # matched, and held
    assert onramps.recompute(now=TUESDAY) == 0

    for task in (worn, chosen):
        task.refresh_from_db()
    assert (worn.on_ramp, worn.is_held, worn.first_seen_at) == (kind, True, TUESDAY)
    assert chosen.on_ramp is None


def test_a_pause_and_its_reason_are_told_to_nobody(payments):
    onramps.pause_offers(payments.ann, payments.k1, until=DUE.date(), now=TUESDAY)

    jobs.run_tick(now=TUESDAY)

    assert OfferPause.objects.get().person == payments.ann
    assert not Record.objects.filter(person=payments.ann).exists()
    assert not Mail.objects.exclude(kind="workout").exists()
