"""The list of tasks, the form for a new one, and the import: what each reader finds, and what is refused."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.access import LEARNING
from engine import onramps
from engine.models import Claim, Offer, Request, Task
from tests.factories import PersonFactory
from tests.payments import DUE, TUESDAY, Payments, berlin
from tests.staff import member

pytestmark = pytest.mark.django_db

REASON = "The auditors wait for it."


@pytest.fixture
def payments(at):
    at(TUESDAY)
    return Payments()


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def look(person, route="tasks", **asked):
    return client_of(person).get(reverse(route), asked).content.decode()


def section(page, name):
    return page.split(f'aria-labelledby="{name}"')[1].split("</section>")[0]


def nav(person):
    return look(person, "preferences").split('class="own"')[1].split("</nav>")[0]


# The list


def test_a_learner_reads_what_is_offered_and_why_and_may_answer_in_one_press(payments):
    onramps.offer_due(now=TUESDAY)

    offered = section(look(payments.ann), "offered")

    assert "Why you: you have 1 of 3 reps of this kind." in offered
    assert "It is yours to accept until Tue 24 Nov 14:00 CET." in offered
    assert f'action="{reverse("task", args=[payments.t1.pk])}"' in offered
    assert 'value="accept"' in offered
    assert 'value="decline"' in offered


def test_an_offer_and_an_invitation_to_the_same_task_stand_together(payments):
    onramps.offer_due(now=TUESDAY)
    onramps.invite(payments.sam, payments.t1, learner=payments.ann, now=TUESDAY)

    offered = section(look(payments.ann), "offered")

    assert offered.count("<h3>") == 1
    assert "Sam would support you if you lead it." in offered


def test_what_is_in_progress_leads_to_its_claim(payments):
    claim = Claim.objects.get(person=payments.ben, ended_at=None)

    assert reverse("claim", args=[claim.pk]) in section(look(payments.ben), "progress")


def test_work_that_waits_for_a_sign_off_is_shown_to_who_may_sign_and_to_nobody_else(payments):
    claim = Claim.objects.get(person=payments.ben, ended_at=None)
    onramps.hand_in(claim, by=payments.ben, role="lead", ai="off", done_at=TUESDAY, now=TUESDAY)
    address = reverse("sign_off", args=[claim.pk])

    readers = {name: address in look(payments.people[name]) for name in ("Sam", "Sue", "Cem", "Mona")}

    assert readers == dict.fromkeys(readers, True)
    assert address not in look(payments.ann)
    assert address not in look(payments.ben)


def test_a_request_shows_how_it_stands_now_and_is_withdrawn(payments):
    asked = onramps.ask(payments.t1, by=payments.sam, reason=REASON, now=TUESDAY)
    shown = section(look(payments.sam), "requests")
    assert "Pending" in shown
    assert f'name="request" value="{asked.pk}"' in shown

    client_of(payments.sam).post(
        reverse("task", args=[payments.t1.pk]), {"do": "withdraw", "request": asked.pk}
    )

    asked.refresh_from_db()
    assert asked.status == Request.Status.WITHDRAWN


def test_a_request_that_expired_says_so_before_the_tick_wrote_it_down(payments, at):
    onramps.ask(payments.t1, by=payments.sam, reason=REASON, now=TUESDAY)
    at(berlin("2026-11-25", "10:01"))

    shown = section(look(payments.sam), "requests")

    assert "Expired" in shown
    assert "Withdraw" not in shown


def test_an_emergency_stands_there_until_it_was_reviewed(payments):
    told = {"reason": "Payouts stand still since three.", "incident": "INC-7"}
    onramps.take_in_emergency(payments.sam, payments.t1, now=TUESDAY, **told)

    assert "INC-7 · somebody else looks at it until" in section(look(payments.sam), "emergencies")


@pytest.mark.parametrize(
    ("who", "said"), [("Ann", "Meant for you"), ("Sam", "Held for a learner until Thu 26 Nov 10:00 CET")]
)
def test_each_open_task_says_in_a_line_what_the_verdict_comes_to(payments, who, said):
    assert said in section(look(payments.people[who]), "open")


def test_more_tasks_on_a_page_cost_no_more_queries(payments):
    client = client_of(payments.sam)
    client.get(reverse("tasks"))

    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("tasks"))
        return len(seen)

    for number in range(4):  # one more than there are places
        payments.task(f"one {number}", due_at=DUE)
    before = queries()
    for number in range(12):
        payments.task(f"one more {number}", due_at=DUE)

    assert queries() == before


def test_a_kind_can_be_looked_at_alone(payments):
    payments.task("of the second kind", on_ramp=payments.k2)

    page = section(look(payments.sam, kind="k2"), "open")

    assert "of the second kind" in page
    assert ">t1<" not in page


def test_many_tasks_are_turned_over_page_by_page(payments):
    for number in range(25):
        payments.task(f"one more {number}", due_at=DUE + timedelta(days=1))

    first, second = (section(look(payments.sam, page=number), "open") for number in (1, 2))

    assert "Page 1 of 2" in first
    assert ">t1<" in first
    assert ">t1<" not in second


@pytest.mark.parametrize("asked", [{"page": "x"}, {"page": "99"}, {"kind": "nowhere"}])
def test_an_odd_address_still_shows_a_page(payments, asked):
    assert "Open tasks" in look(payments.sam, **asked)


def test_who_belongs_to_no_team_is_told_whom_to_turn_to(payments):
    assert "You belong to no team yet" in look(PersonFactory(team=None))


def test_another_teams_tasks_are_not_listed(payments):
    assert "t1" not in section(look(PersonFactory(team__slug="elsewhere")), "open")


# The menu and today


def test_without_on_ramps_the_menu_is_as_it_was(db, at):
    at(TUESDAY)

    assert "Tasks" not in nav(PersonFactory())


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("Ann", {"Tasks", "Logbook"}),
        ("Mona", {"Tasks", "Decisions", "Team"}),
        ("Dario", {"Tasks", "Logbook", "Decisions"}),
        ("Pia", {"Tasks", "Logbook", "Decisions"}),
    ],
)
def test_the_menu_shows_what_somebody_has_a_use_for(payments, who, words):
    menu = nav(payments.people[who])

    assert {word for word in ("Tasks", "Logbook", "Decisions", "Team") if f">{word}</a>" in menu} == words


def test_today_points_to_what_waits(payments):
    onramps.offer_due(now=TUESDAY)
    onramps.ask(payments.t1, by=payments.sam, reason=REASON, now=TUESDAY)

    assert "1 task is offered to you" in look(payments.ann, "today")
    assert "1 thing waits for your decision" in look(payments.mona, "today")
    assert "Real work" not in look(payments.sue, "today")


# A new task


def write_down(person, **filled):
    given = {"title": "Check the fees", "team": person.team_id or "", **filled}
    return client_of(person).post(reverse("new_task"), given, follow=True)


def test_somebody_of_the_team_writes_down_a_task_and_reads_what_became_of_it(payments):
    for other in (payments.t1, payments.bens_task):
        onramps.release(other, by=payments.mona, now=TUESDAY)

    page = write_down(payments.sam, on_ramp=payments.k1.pk, due_on="2026-12-04", due_time="17:00")

    task = Task.objects.get(title="Check the fees")
    assert (task.team, task.on_ramp, task.due_at, task.created_by) == (
        *(payments.team, payments.k1, DUE),
        payments.sam,
    )
    assert "Written down, and held for a learner until Thu 26 Nov 10:00 CET." in page.content.decode()


def test_labels_decide_the_kind_where_none_is_chosen(payments):
    write_down(payments.sam, labels="urgent, K2 ,urgent")

    task = Task.objects.get(title="Check the fees")
    assert (task.on_ramp, task.labels) == (payments.k2, ["urgent", "K2"])


def test_work_of_no_kind_is_anybodys(payments):
    page = write_down(payments.sam)

    assert "It is no learning work, so anybody may take it." in page.content.decode()


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"title": " "}, "Say in a few words what is to be done."),
        ({"title": "x" * 301}, "Write at most 300 characters here"),
        ({"team": ""}, "Choose one of your teams."),
        ({"url": "javascript:alert(1)"}, "That is no address of a page"),
        ({"estimate": "-1"}, "Write hours such as 2 or 0.5"),
        ({"estimate": "nan"}, "Write hours such as 2 or 0.5"),
        ({"due_time": "17:00"}, "Choose the day, too"),
        ({"on_ramp": "99999"}, "Choose one of the kinds."),
    ],
)
def test_what_is_wrong_with_a_task_is_said_and_nothing_is_written(payments, filled, said):
    before = Task.objects.count()

    refused = write_down(payments.sam, **filled)

    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert Task.objects.count() == before


def test_nobody_writes_down_a_task_for_a_team_that_is_not_theirs(payments):
    stranger = PersonFactory(team__slug="elsewhere")

    refused = write_down(stranger, team=payments.team.pk)

    assert refused.status_code == 422


def test_who_wrote_it_down_by_mistake_cancels_it(payments):
    write_down(payments.sam)
    task = Task.objects.get(title="Check the fees")

    client_of(payments.sam).post(reverse("task", args=[task.pk]), {"do": "close"})

    task.refresh_from_db()
    assert task.status == Task.Status.CANCELLED


# A file of tasks


def send(person, text, do="check", **more):
    file = SimpleUploadedFile("tasks.csv", text.encode(), "text/csv")
    return client_of(person).post(reverse("import_tasks"), {"do": do, "file": file, **more}, follow=True)


FILE = "key,title,team,labels\nA-1,Check the fees,payments,k1\nA-2,=HYPERLINK(1),payments,\n"


def test_a_file_is_looked_at_first_and_imported_by_the_next_press(payments):
    checked = send(payments.mona, FILE)
    assert "tasks.csv would bring: 2 new tasks, 0 changed, 0 as before." in checked.content.decode()
    assert not Task.objects.filter(key="A-1").exists()

    upload = checked.context["checked"]
    done = client_of(payments.mona).post(
        reverse("import_tasks"), {"do": "import", "packed": upload.packed, "name": upload.name}, follow=True
    )

    assert "Imported: 2 new tasks, 0 changed, 0 as before." in done.content.decode()
    assert Task.objects.get(key="A-1").on_ramp == payments.k1


def test_every_problem_of_a_file_is_listed_and_nothing_is_imported(payments):
    refused = send(payments.mona, "key,title,team\nA-1,,payments\nA-2,x,nowhere\n", do="import")

    page = refused.content.decode()
    assert refused.status_code == 422
    assert "<td>2</td><td>title</td>" in page
    assert "<td>3</td><td>team</td>" in page
    assert not Task.objects.filter(source=Task.Source.FILE).exists()


def test_a_manager_brings_in_no_other_teams_tasks_and_takes_none_away(payments):
    other = PersonFactory(team__slug="elsewhere").team
    send(member(LEARNING, team=None), "key,title,team\nX-1,Theirs,elsewhere\n", do="import")
    assert Task.objects.get(key="X-1").team == other

    refused = send(payments.mona, "key,title,team\nX-1,Mine,payments\nX-2,y,elsewhere\n", do="import")

    assert refused.content.decode().count("This is not your team’s task; leave it out.") == 2
    assert Task.objects.get(key="X-1").team == other


@pytest.mark.parametrize("packed", ["", "nonsense", "eJw="])
def test_a_press_without_a_file_is_explained(payments, packed):
    refused = client_of(payments.mona).post(reverse("import_tasks"), {"do": "import", "packed": packed})

    assert refused.status_code == 422
    told = "did not come through. Choose it again." if packed else "Choose a file."
    assert told in refused.content.decode()


@pytest.mark.parametrize("who", ["Ann", "Sam", "Pia"])
def test_for_anybody_else_there_is_no_import(payments, who):
    assert client_of(payments.people[who]).get(reverse("import_tasks")).status_code == 404


def test_an_offer_that_is_over_is_not_listed(payments, at):
    onramps.offer_due(now=TUESDAY)
    at(berlin("2026-11-24", "14:00"))

    assert Offer.objects.filter(status=Offer.Status.LIVE).exists()
    assert "Offered to you" not in look(payments.ann)
