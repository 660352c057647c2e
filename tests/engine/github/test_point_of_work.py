"""What is said and undone on GitHub: one comment, edited and never repeated, whatever its API does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine import github, onramps
from engine.models import Alert, Bound, GitHubCall, GitHubIssue, Repository, TeamRules
from engine.onramps.holding import Shape
from tests.engine.github.conftest import the_task, work
from tests.payments import TUESDAY, berlin

LATER = TUESDAY + timedelta(minutes=10)


def test_an_issue_gets_one_comment_that_says_what_anyone_reads(hub_there, hub):
    hub_there.deliver("opened")

    assert work(hub) == 1
    assert work(hub) == 0

    [body] = hub.bodies()
    assert "Held for a learner until Thu 26 Nov 10:00 CET." in body
    assert f"/tasks/{the_task().pk}/" in body
    assert not [name for name in ("Ann", "Ben", "Mona") if name in body]


def test_case_49_an_assignment_without_a_claim_is_answered_once_and_undone(hub_there, hub):
    hub_there.deliver("opened")
    work(hub)
    hub_there.deliver("assigned")

    work(hub)

    [body] = hub.bodies()
    assert "Held for a learner until Thu 26 Nov 10:00 CET." in body
    assert "support whoever leads it" in body
    assert "`sam-acme` was assigned without a claim; that was undone." in body
    assert hub.unassigned == [("acme/reports/issues/17", "sam-acme")]
    assert [method for method, _ in hub.asked].count("POST") == 1

    hub_there.deliver("unassigned")
    assert work(hub) == 0


def test_case_49_a_team_that_is_advised_is_answered_and_nothing_is_undone(hub_there, hub):
    TeamRules.objects.update(mode=TeamRules.Mode.ADVISE)
    hub_there.deliver("opened")
    hub_there.deliver("assigned")

    work(hub)

    [body] = hub.bodies()
    assert "`sam-acme` was assigned without a claim. Ask first" in body
    assert hub.unassigned == []


def test_in_a_team_that_observes_nothing_is_said(hub_there, hub):
    TeamRules.objects.update(mode=TeamRules.Mode.OBSERVE)
    hub_there.deliver("opened")
    hub_there.deliver("assigned")

    assert work(hub) == 0
    assert hub.asked == []


def test_who_has_the_claim_may_be_assigned(payments, hub_there, hub):
    hub_there.deliver("opened")
    onramps.release(the_task(), by=payments.mona, now=TUESDAY)
    onramps.take(payments.sam, the_task(), now=TUESDAY)

    hub_there.deliver("assigned")
    work(hub)

    assert hub.unassigned == []
    assert "Somebody leads this task already." in hub.bodies()[0]


def test_an_assignment_that_a_claim_made_good_meanwhile_is_not_undone(payments, hub_there, hub):
    hub_there.deliver("opened")
    hub_there.deliver("assigned")
    onramps.release(the_task(), by=payments.mona, now=TUESDAY)
    onramps.take(payments.sam, the_task(), now=TUESDAY)

    work(hub)

    assert hub.unassigned == []
    assert GitHubCall.objects.get(kind="unassign").status == GitHubCall.Status.DROPPED


def test_a_closing_without_a_claim_is_answered_and_undone(hub_there, hub):
    hub_there.deliver("opened")
    hub_there.deliver("closed")

    work(hub)
    hub_there.deliver("reopened")
    work(hub)

    assert hub.reopened == ["acme/reports/issues/17"]
    [body] = hub.bodies()
    assert "`sam-acme` closed this without a claim; that was undone." in body
    assert the_task().status == "open"


def test_a_comment_follows_the_clock_and_the_claim(payments, hub_there, hub):
    hub_there.deliver("opened")
    work(hub)

    ended = the_task().held_until
    assert work(hub, now=ended - timedelta(seconds=1)) == 0
    assert work(hub, now=ended) == 1
    assert "now anybody may take it" in hub.bodies()[0]

    onramps.take(payments.sam, the_task(), now=ended)
    assert work(hub, now=ended) == 1
    assert "Somebody leads this task already." in hub.bodies()[0]
    assert len(hub.bodies()) == 1


def test_a_due_date_that_came_later_ends_the_hold_and_never_made_it_too_urgent(payments, hub_there, hub):
    hub_there.deliver("opened")
    shape = replace(Shape.of(the_task()), due_at=TUESDAY + timedelta(hours=4))
    onramps.revise(the_task(), shape, by=payments.mona, now=LATER)

    work(hub, now=LATER)

    assert "now anybody may take it" in hub.bodies()[0]
    assert not the_task().is_too_urgent
    assert not Bound.objects.too_soon().exists()


@pytest.mark.parametrize("trouble", [500, 502, 403, 429, "cut", "slow"])
def test_a_rejected_or_slow_call_is_made_again_and_nothing_is_lost(hub_there, hub, trouble):
    hub_there.deliver("opened")
    hub_there.deliver("assigned")
    hub.troubles = [trouble]

    work(hub, seconds=0.2 if trouble == "slow" else 5)
    assert GitHubCall.objects.filter(status="queued").exists()
    work(hub, now=LATER)

    assert len(hub.bodies()) == 1
    assert set(hub.unassigned) == {("acme/reports/issues/17", "sam-acme")}
    assert not GitHubCall.objects.filter(status="queued").exists()


def test_a_comment_whose_answer_was_lost_is_found_again_and_not_repeated(hub_there, hub):
    hub_there.deliver("opened")
    hub.troubles = [None, "lost"]  # the look for it, and the comment

    work(hub)
    assert len(hub.bodies()) == 1
    assert GitHubIssue.objects.get().comment_id is None
    work(hub, now=LATER)

    assert len(hub.bodies()) == 1
    assert GitHubIssue.objects.get().comment_id == 800


def test_a_comment_that_somebody_deleted_is_written_anew_when_there_is_news(payments, hub_there, hub):
    hub_there.deliver("opened")
    work(hub)
    hub.comments.clear()
    onramps.take(payments.ann, the_task(), now=TUESDAY)

    work(hub)

    assert len(hub.bodies()) == 1


def test_what_is_refused_for_good_ends_and_an_operator_is_told(hub_there, hub):
    hub_there.deliver("opened")
    now = LATER
    for _ in range(10):
        hub.troubles = [422]
        work(hub, now=now)
        now += timedelta(hours=1)
        if GitHubCall.objects.get().status == GitHubCall.Status.FAILED:
            break

    assert GitHubCall.objects.get().status == GitHubCall.Status.FAILED
    assert Alert.objects.filter(kind="github", resolved_at=None).exists()


def test_a_call_that_another_worker_has_is_left_to_it(hub_there, hub):
    hub_there.deliver("opened")
    GitHubCall.objects.update(claimed_until=berlin("2099-01-01"))

    assert work(hub) == 0
    assert hub.asked == []


def test_while_github_does_not_answer_the_tick_goes_on(hub_there, hub):
    hub_there.deliver("opened")
    hub_there.deliver("assigned")
    hub.troubles = ["slow"] * 4

    work(hub, seconds=0.1)

    assert len(hub.asked) == 1


def test_an_issue_that_is_gone_is_not_spoken_to(hub_there, hub):
    hub_there.deliver("opened")
    hub_there.deliver("deleted")

    assert work(hub) == 0
    assert hub.asked == []


def test_nothing_is_said_or_undone_in_a_repository_that_is_switched_off(payments, hub_there, hub):
    hub_there.deliver("opened")
    hub_there.deliver("assigned")
    assert GitHubCall.objects.filter(status="queued").count() == 2
    repository = Repository.objects.get()
    github.switch_off(repository, now=TUESDAY)
    github.switch_off(repository, now=LATER)

    assert work(hub) == 0
    assert hub.asked == []
    assert {call.status for call in GitHubCall.objects.all()} == {"dropped"}
    repository.refresh_from_db()
    assert repository.off_since == TUESDAY

    github.switch_on(repository)
    assert work(hub) == 1
    assert "Held for a learner until" in hub.bodies()[0]


def test_a_call_that_was_claimed_before_its_repository_was_switched_off_is_dropped(hub_there, hub):
    hub_there.deliver("opened")
    Repository.objects.update(off_since=TUESDAY)  # as if it had been queued at the same moment

    work(hub)

    assert hub.asked == []
    assert GitHubCall.objects.get().status == "dropped"
