"""The commands of an operator: tick and rebuild_memory."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from engine import delivery, practice
from engine.models import Heartbeat, Mail, Memory, Review
from engine.onramps import Kept
from engine.rules.memory import Rating
from tests.engine_factories import SkillFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db


def tick(capsys, *arguments):
    call_command("tick", *arguments)
    return capsys.readouterr().out


class TestTick:
    @pytest.mark.parametrize(
        "written",
        ["2026-11-23T08:00:00+00:00", "2026-11-23T08:00:00Z", "2026-11-23T09:00+01:00", "20261123T080000Z"],
    )
    def test_now_is_given_as_an_instant_with_its_offset(self, capsys, written):
        tick(capsys, "--now", written)

        assert Heartbeat.objects.get().tick_at == MONDAY

    def test_since_lives_through_the_time_up_to_now_so_that_no_window_is_missed(self, capsys):
        published(path_text())
        early, late = PersonFactory(zone="Asia/Tokyo"), PersonFactory(zone="America/New_York")

        out = tick(capsys, "--since", "2026-11-22T20:00Z", "--now", "2026-11-23T20:00Z")

        assert Heartbeat.objects.get().tick_at == datetime(2026, 11, 23, 20, tzinfo=UTC)
        sent = Mail.objects.filter(status=Mail.Status.SENT).values_list("person", flat=True)
        assert set(sent) == {early.pk, late.pk}
        assert "tried 2" in out

    @pytest.mark.parametrize("since", ["2026-11-24T00:00Z", "2026-10-01T00:00Z"])
    def test_since_lies_before_now_and_not_months_ago(self, since):
        with pytest.raises(CommandError, match="at most 31 days before"):
            call_command("tick", "--since", since, "--now", "2026-11-23T20:00Z")

    @pytest.mark.parametrize(
        ("written", "because"),
        [
            ("2026-11-23T08:00:00", "has no offset; write 2026-11-23T08:00:00Z"),
            ("2026-11-23", "has no offset"),
            ("tomorrow", "is no instant"),
            ("2026-02-30T08:00:00Z", "is no instant"),
            ("", "is no instant"),
            ("9999-12-31T23:59:59-23:00", "more than ten years"),
            ("0001-01-01T00:00:00+23:00", "more than ten years"),
            ("2126-11-23T08:00:00Z", "more than ten years"),
        ],
    )
    def test_any_other_now_is_refused_and_nothing_runs(self, written, because):
        with pytest.raises(CommandError, match=because):
            call_command("tick", "--now", written)

        assert not Heartbeat.objects.exists()

    def test_without_now_it_takes_the_clock_as_a_demo_moved_it(self, capsys, settings):
        settings.CLOCK_OFFSET = timedelta(days=90)

        tick(capsys)

        assert abs(Heartbeat.objects.get().tick_at - timezone.now() - timedelta(days=90)) < timedelta(
            minutes=5
        )

    def test_it_says_what_it_changed_for_people_and_for_machines(self, capsys):
        published(path_text())
        PersonFactory()
        before = (MONDAY - timedelta(hours=2)).isoformat()

        assert json.loads(tick(capsys, "--now", before, "--json")) == {
            "left": 0,
            "enrolments": 1,
            "queued": 1,
            "digests": 0,
            "letters": 0,
            "retimed": 0,
            "ended": 0,
            "tried": 0,
            "calendars": 0,
            "github": 0,
            "beliefs": 0,
            **dict.fromkeys(Kept().as_dict(), 0),
        }
        assert "queued 0" in tick(capsys, "--now", before)

    def test_it_runs_to_the_end(self, capsys, mailoutbox):
        published(path_text())
        PersonFactory.create_batch(3)
        practice.reconcile(now=MONDAY)
        delivery.queue_workouts(now=MONDAY - timedelta(hours=2))

        told = json.loads(tick(capsys, "--now", (MONDAY + timedelta(minutes=59)).isoformat(), "--json"))

        assert told["tried"] == len(mailoutbox) == Mail.objects.filter(status="sent").count() == 3


@pytest.fixture
def remembered():
    """A person with one review, and the memory that follows from it."""
    person, skill = PersonFactory(email="ann@example.org"), SkillFactory()
    practice.remembering.record(
        person,
        skill_id=skill.pk,
        rating=Rating.GOOD,
        source=Review.Source.WORK,
        now=MONDAY,
        on=MONDAY.date(),
    )
    return Memory.objects.get()


class TestRebuildMemory:
    def test_memories_that_follow_from_their_reviews_stay(self, capsys, remembered):
        call_command("rebuild_memory")

        assert capsys.readouterr().out == "People rebuilt: 1. Differences found and repaired: 0.\n"

    def test_a_difference_is_told_and_repaired(self, capsys, remembered):
        Memory.objects.update(stability=99)

        call_command("rebuild_memory")

        told = capsys.readouterr().out
        assert f"person {remembered.person_id} skill {remembered.skill_id}: stored stability 99" in told
        assert "Differences found and repaired: 1." in told
        assert Memory.objects.get().stability == remembered.stability

    def test_a_memory_without_reviews_is_removed_and_one_that_is_missing_made(self, capsys, remembered):
        Memory.objects.update(skill=SkillFactory())

        call_command("rebuild_memory", "--person", " Ann@example.org ")

        told = capsys.readouterr().out
        assert "rebuilt nothing" in told
        assert "stored nothing" in told
        assert Memory.objects.get().skill_id == remembered.skill_id

    def test_only_the_person_asked_for_is_looked_at(self, capsys, remembered):
        Memory.objects.update(stability=99)
        PersonFactory(email="ben@example.org")

        call_command("rebuild_memory", "--person", "ben@example.org")

        assert Memory.objects.get().stability == 99

    def test_an_unknown_person_is_refused(self):
        with pytest.raises(CommandError, match="nobody has this address"):
            call_command("rebuild_memory", "--person", "eve@example.org")


def test_instants_are_told_in_utc(capsys):
    tick(capsys, "--now", "2026-11-23T13:45:00+05:45")

    assert Heartbeat.objects.get().tick_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
