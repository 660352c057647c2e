"""The team's page: who may open it, what it tells whom, and the choice of a deputy."""

from datetime import timedelta

import pytest
from django.urls import reverse

from engine import onramps
from engine.models import Record, Request, TeamRules
from people.models import Person, Team
from tests.databases import dump
from tests.factories import AbsenceFactory, PersonFactory
from tests.payments import TODAY, TUESDAY, Payments
from tests.shown import text
from tests.staff import member


@pytest.fixture
def payments(db, at):
    at(TUESDAY)
    return Payments()


@pytest.fixture
def page(client, payments):
    def look(person, name="team", *args):
        client.force_login(person)
        return client.get(reverse(name, args=args))

    return look


def words(response):
    return " ".join(text(response).split())


@pytest.mark.parametrize("who", ["Ann", "Sam", "Cem", "Pia", "Dario"])
def test_whoever_does_not_lead_the_team_finds_no_page(page, payments, who):
    person = payments.people[who]

    assert page(person).status_code == 404
    assert page(person, "team_of", "payments").status_code == 404


def test_the_deputy_of_an_absent_manager_opens_it(page, payments):
    AbsenceFactory(person=payments.mona, starts_on=TODAY, ends_on=TODAY)

    assert page(payments.dario).status_code == 200


def test_an_unknown_team_is_not_found(page, payments):
    assert page(payments.mona, "team_of", "nowhere").status_code == 404


def test_case_02_mona_reads_that_ann_has_1_of_3_and_greta_does_not(page, payments):
    mona, greta = words(page(payments.mona)), words(page(payments.greta))

    assert "Ann: 1 of 3 reps" in mona
    assert "Ben: 1 of 2 reps" in mona
    assert "learners led 2 tasks, and others 5." in mona
    assert "Of these, 5 went past a learner who still needed one." in mona
    assert "Ann" not in greta
    assert "learners led" not in greta
    assert "only for your own reports, or of five others and more" in greta


def test_no_index_and_no_label_of_it_is_shown(page, payments):
    shown = words(page(payments.mona)).lower()

    assert not any(word in shown for word in ("watch", "starving", "healthy", "critical", "0.4795", "0.48"))


def test_a_cause_is_told_with_what_to_do(page, payments):
    assert "others than learners took a good part of them" in words(page(payments.mona))


def test_the_picture_says_the_same_as_its_table(page, payments):
    shown = words(page(payments.mona))

    assert shown.count('<rect class="learners"') == 3  # two weeks, and the legend
    assert '<th scope="row">12 Oct</th><td>1</td><td>0</td>' in shown


def test_nothing_is_styled_in_line(page, payments):
    assert "style=" not in words(page(payments.mona))


def test_case_14_who_got_a_learners_level_today_stands_there(page, payments):
    Person.objects.filter(pk=payments.sam.pk).update(level=payments.ann.level, level_since=TODAY)

    assert "Sam: " in words(page(payments.mona))


def test_requests_that_wait_are_pointed_to(page, payments):
    Request.objects.create(
        task=payments.t1,
        by=payments.sam,
        owner=payments.sam,
        reason="It is mine",
        code="PROTECTED",
        asked_at=TUESDAY,
        on_ramp=payments.k1,
        team=payments.team,
        counted_until=TUESDAY,
    )

    assert "1 request waits for a decision." in words(page(payments.mona))


def test_somebody_who_leads_several_teams_chooses_their_own_first(page, payments):
    other = PersonFactory(team__slug="claims", team__name="A claims").team
    Team.objects.filter(pk=other.pk).update(manager=payments.greta)

    shown = words(page(payments.greta))

    assert shown.index(reverse("team_of", args=["claims"])) < shown.index(
        reverse("team_of", args=["payments"])
    )
    assert page(payments.greta, "team_of", "claims").status_code == 200


def test_without_on_ramps_the_page_says_what_to_do_next(page, payments):
    lone = PersonFactory(team__slug="claims", role__slug="manager", level__slug="lead")
    Team.objects.filter(pk=lone.team_id).update(manager=lone)

    shown = words(page(lone))

    assert "say which work juniors learn on here" in shown
    assert "No task reached Rampart from this team in 90 days." in shown


@pytest.mark.parametrize("mode", TeamRules.Mode)
def test_how_far_the_rules_go_is_said(page, payments, mode):
    TeamRules.objects.update(mode=mode)
    says = {"observe": "only look on", "advise": "advise here", "enforce": "needs a manager’s yes"}

    assert says[mode] in words(page(payments.mona))


def choose(client, person, deputy):
    client.force_login(person)
    return client.post(reverse("team_of", args=["payments"]), {"deputy": deputy.pk if deputy else ""})


def test_a_manager_chooses_and_clears_her_deputy_and_the_audit_has_both(client, payments):
    response = choose(client, payments.mona, payments.sue)
    payments.mona.refresh_from_db()
    assert (response.status_code, payments.mona.deputy) == (303, payments.sue)

    choose(client, payments.mona, None)
    payments.mona.refresh_from_db()

    assert payments.mona.deputy is None
    noted = Record.objects.filter(kind="deputy", person=payments.mona).order_by("pk")
    assert [one.told for one in noted] == [
        {"before": payments.dario.pk, "after": payments.sue.pk},
        {"before": payments.sue.pk, "after": None},
    ]


def test_the_same_deputy_again_changes_nothing(client, payments):
    choose(client, payments.mona, payments.dario)

    assert not Record.objects.filter(kind="deputy").exists()


@pytest.mark.parametrize("who", ["Mona", "bot-sam"])
def test_nobody_is_their_own_deputy_nor_is_an_agent(client, payments, who):
    response = choose(client, payments.mona, payments.people[who])
    payments.mona.refresh_from_db()

    assert (response.status_code, payments.mona.deputy) == (422, payments.dario)
    assert "Choose somebody of the list." in response.content.decode()


def test_who_does_not_lead_the_team_chooses_no_deputy_there(client, payments):
    assert choose(client, payments.sam, payments.sue).status_code == 404


def test_looking_changes_no_row(page, payments):
    page(payments.mona)
    before = dump(without=("sessions.Session", "people.Person"))
    page(payments.mona)

    assert dump(without=("sessions.Session", "people.Person")) == before


def test_the_letter_is_shown_to_whoever_leads_the_team_and_before_it_comes_its_day_is(page, payments):
    TeamRules.objects.update(mode="observe", mode_since=TUESDAY)

    early = words(page(payments.mona, "team_letter", "payments"))
    assert "On Tuesday, 22 December 2026 a letter says" in early
    assert "On Tuesday, 22 December 2026 a letter says" in words(page(payments.mona))
    assert page(payments.ann, "team_letter", "payments").status_code == 404


def test_the_letter_that_was_written_is_linked_from_the_teams_page(page, payments):
    TeamRules.objects.update(mode="observe", mode_since=TUESDAY - timedelta(weeks=5))
    onramps.queue_letters(now=TUESDAY)

    assert reverse("team_letter", args=["payments"]) in words(page(payments.mona))
    assert "learning tasks came; " in words(page(payments.mona, "team_letter", "payments"))


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (TeamRules.Mode.OBSERVE, "You decide whether to go on:"),
        (TeamRules.Mode.ADVISE, "The team went on: it is advised,"),
        (TeamRules.Mode.ENFORCE, "The team went on: it enforces,"),
    ],
)
def test_the_letter_asks_only_a_team_that_still_observes_whether_to_go_on(page, payments, mode, said):
    TeamRules.objects.update(mode="observe", mode_since=TUESDAY - timedelta(weeks=5))
    onramps.queue_letters(now=TUESDAY)
    TeamRules.objects.update(mode=mode)

    shown = words(page(payments.mona, "team_letter", "payments"))

    assert said in shown
    assert ("You decide" in shown) == (mode == TeamRules.Mode.OBSERVE)


def test_l_and_d_reads_the_letter_and_finds_no_team_page_behind_it(page, payments):
    lena = member("L&D admin", name="Lena")

    letter = page(lena, "team_letter", "payments")

    assert letter.status_code == 200
    assert reverse("team_of", args=["payments"]) not in words(letter).replace("/letter/", "")
    assert page(lena, "team_of", "payments").status_code == 404
