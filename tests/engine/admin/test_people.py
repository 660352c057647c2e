import re
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.access import LEARNING, OPERATOR
from people.calendar import local_date
from people.models import Absence, Person
from tests.engine_factories import EnrolmentFactory
from tests.factories import AbsenceFactory, LevelFactory, PersonFactory, RoleFactory, TeamFactory
from tests.staff import member
from tests.texts import path_text, published

pytestmark = pytest.mark.django_db

LIST = "/admin/people/person/"


@pytest.fixture
def lena() -> Client:
    client = Client()
    client.force_login(member(LEARNING, name="Lena"))
    return client


def today() -> date:
    return local_date(timezone.now(), zone="Europe/Berlin")


def page(person: Person) -> str:
    return f"{LIST}{person.pk}/change/"


def filled(client: Client, address: str, **changes) -> dict:
    """What a browser would send back from a form, but for these changes."""
    context = client.get(address).context
    form = context["adminform"].form
    sent = {"absences-TOTAL_FORMS": "0", "absences-INITIAL_FORMS": "0"}
    for bound in form:
        value = bound.value()
        sent[bound.html_name] = "" if value is None else value
        if bound.field.show_hidden_initial:
            sent[bound.html_initial_name] = value if isinstance(value, list) else str(value or "")
    return {name: value for name, value in {**sent, **changes}.items() if value is not False}


def act(client: Client, action: str, *people: Person):
    chosen = {"action": action, "_selected_action": [person.pk for person in people]}
    return client.post(LIST, chosen, follow=True)


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_clearing_the_mark_lets_mail_go_to_an_address_again(lena):
    refused = PersonFactory(mail_refused_at=timezone.now(), mail_refused_because="550")
    fine = PersonFactory()

    response = act(lena, "clear_refused_address", refused, fine)

    refused.refresh_from_db()
    assert (refused.mail_refused_at, refused.mail_refused_because) == (None, "")
    assert told(response) == ["Mail goes to 1 address again."]


@pytest.mark.parametrize("action", ["start_practice", "take_back_start", "clear_refused_address"])
def test_an_operator_does_not_act_on_people(action):
    otto = Client()
    otto.force_login(member(OPERATOR))
    new = PersonFactory(new=True, mail_refused_at=timezone.now())

    response = otto.post(LIST, {"action": action, "_selected_action": [new.pk]})

    new.refresh_from_db()
    assert response.status_code == 403
    assert (new.started_on is None, new.mail_refused_at is None) == (True, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("role", lambda: RoleFactory(slug="software-engineer").pk),
        ("level", lambda: LevelFactory(slug="expert", rank=3).pk),
        ("team", lambda: TeamFactory(slug="payments").pk),
        ("share", lambda: "0.50"),
    ],
)
def test_a_change_of_role_level_team_or_share_counts_from_today(lena, name, value):
    person = PersonFactory()
    others = {"role_since", "level_since", "team_since", "share_since"} - {f"{name}_since"}
    before = {other: getattr(person, other) for other in others}

    response = lena.post(page(person), filled(lena, page(person), **{name: value()}))

    person.refresh_from_db()
    assert response.status_code == 302
    assert getattr(person, f"{name}_since") == today()
    assert {other: getattr(person, other) for other in others} == before


def test_what_a_new_person_is_counts_from_today(lena):
    address = f"{LIST}add/"

    lena.post(address, filled(lena, address, name="Nia", email="Nia@Example.org", role=RoleFactory().pk))

    nia = Person.objects.get(email="nia@example.org")
    assert (nia.role_since, nia.level_since, nia.share_since) == (today(), None, today())
    assert (nia.started_on, nia.has_usable_password()) == (None, False)


def test_a_saved_form_writes_only_what_was_edited(lena):
    person = PersonFactory()
    form = filled(lena, page(person), name="New name")

    with CaptureQueriesContext(connection) as queries:
        lena.post(page(person), form)

    [update] = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "people_person"')]
    assert '"name"' in update
    assert '"stopped_at"' not in update


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("send_time", time(7, 15)),
        ("workdays", "tue,wed"),
        ("left_on", date(2999, 1, 1)),
        ("share", Decimal("0.50")),
        ("external_id", "e-7"),
        ("manager", lambda: PersonFactory()),
        ("role", lambda: None),
    ],
)
def test_a_form_left_open_takes_back_nothing_that_changed_since(lena, column, value):
    person = PersonFactory()
    form = filled(lena, page(person), name="New name")
    changed = value() if callable(value) else value
    Person.objects.filter(pk=person.pk).update(**{column: changed})

    response = lena.post(page(person), form)

    person.refresh_from_db()
    assert response.status_code == 302
    assert (person.name, getattr(person, column)) == ("New name", changed)
    assert LogEntry.objects.get().get_change_message() == "Changed Name."


def test_two_admins_at_one_person_keep_both_edits(lena):
    person, team = PersonFactory(), TeamFactory(slug="payments")
    mine, theirs = (filled(lena, page(person)) for _tab in range(2))

    lena.post(page(person), theirs | {"team": team.pk})
    lena.post(page(person), mine | {"send_time": "10:30"})

    person.refresh_from_db()
    assert (person.team, person.send_time) == (team, time(10, 30))


def test_what_a_form_showed_comes_along_when_it_is_shown_again(lena):
    person = PersonFactory(send_time=time(8))
    refused = lena.post(page(person), filled(lena, page(person), name="", send_time="09:30"))
    Person.objects.filter(pk=person.pk).update(send_time=time(7))

    html = refused.content.decode()

    assert 'name="initial-send_time" value="08:00:00"' in html
    assert html.count('name="initial-workdays"') == 5


def test_who_reports_to_whom_by_now_is_what_a_circle_is_looked_for_in(lena):
    top, low = PersonFactory(name="Top"), PersonFactory(name="Low")
    form = filled(lena, page(top), manager=low.pk)
    Person.objects.filter(pk=low.pk).update(manager=top)

    response = lena.post(page(top), form)

    assert "Low reports to Top" in str(response.context["adminform"].form.errors["manager"])


def test_an_absence_shown_on_a_persons_page_keeps_a_day_that_changed_since(lena):
    absence = AbsenceFactory(starts_on=date(2999, 1, 1), ends_on=date(2999, 1, 9), source="staff")
    address = page(absence.person)
    [row] = lena.get(address).context["inline_admin_formsets"][0].formset.initial_forms
    sent = {"absences-TOTAL_FORMS": "1", "absences-INITIAL_FORMS": "1"}
    for bound in row:
        sent[bound.html_name] = bound.value() or ""
        if bound.field.show_hidden_initial:
            sent[bound.html_initial_name] = bound.value()
    Absence.objects.update(ends_on=date(2999, 1, 7))

    lena.post(address, filled(lena, address) | sent | {"absences-0-starts_on": "2999-01-02"})

    absence.refresh_from_db()
    assert (absence.starts_on, absence.ends_on) == (date(2999, 1, 2), date(2999, 1, 7))


@pytest.mark.parametrize(("days", "is_active"), [(-1, False), (0, False), (1, True)])
def test_who_leaves_is_ended_on_that_day(lena, days, is_active):
    person = PersonFactory()
    left_on = today() + timedelta(days=days)

    lena.post(page(person), filled(lena, page(person), left_on=left_on))

    person.refresh_from_db()
    assert (person.left_on, person.is_active) == (left_on, is_active)


def test_emptying_the_day_takes_somebody_back(lena):
    person = PersonFactory(gone=True)

    lena.post(page(person), filled(lena, page(person), left_on=""))

    person.refresh_from_db()
    assert person.is_active


def test_nobody_is_deleted(lena):
    person = PersonFactory()

    assert lena.post(f"{LIST}{person.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in dict(lena.get(LIST).context["action_form"].fields["action"].choices)


def test_a_circle_of_managers_is_refused(lena):
    top = PersonFactory(name="Top")
    low = PersonFactory(name="Low", manager=PersonFactory(manager=top))

    response = lena.post(page(top), filled(lena, page(top), manager=low.pk))

    assert "Low reports to Top" in str(response.context["adminform"].form.errors["manager"])


@pytest.mark.parametrize(
    ("kind", "has_owner", "field"), [("agent", False, "owner"), ("person", True, "owner")]
)
def test_agents_have_an_owner_and_people_have_none(lena, kind, has_owner, field):
    person, owner = PersonFactory(), PersonFactory()
    form = filled(lena, page(person), kind=kind, owner=owner.pk if has_owner else "")

    response = lena.post(page(person), form)

    assert field in response.context["adminform"].form.errors


def test_a_new_address_is_the_only_one_that_signs_in(lena):
    person = PersonFactory(email="old@example.org")
    EmailAddress.objects.create(user=person, email="old@example.org", verified=True)

    lena.post(page(person), filled(lena, page(person), email="new@example.org"))

    assert not EmailAddress.objects.filter(user=person).exists()


@pytest.mark.parametrize("field", ["email", "left_on"])
def test_ld_cannot_take_over_or_lock_out_other_staff(lena, field):
    otto = member(OPERATOR, email="otto@example.org")
    changes = {"email": "lena@example.org", "left_on": "2026-01-01"}

    lena.post(page(otto), filled(lena, page(otto), **{field: changes[field]}))

    otto.refresh_from_db()
    assert (otto.email, otto.left_on, otto.is_active) == ("otto@example.org", None, True)


@pytest.mark.parametrize("field", ["is_staff", "is_superuser", "groups"])
def test_ld_cannot_raise_anybodys_powers(lena, field):
    person = PersonFactory()

    lena.post(page(person), {**filled(lena, page(person)), field: "1"})

    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser, person.groups.count()) == (False, False, 0)


def test_a_superuser_makes_somebody_an_ld_admin():
    root = Client()
    root.force_login(PersonFactory(is_staff=True, is_superuser=True))
    person, group = PersonFactory(), member(LEARNING).groups.get()
    form = filled(root, page(person), is_staff="on", is_superuser=False, groups=[group.pk])

    response = root.post(page(person), form)

    assert response.status_code == 302
    assert Person.objects.get(pk=person.pk).has_perm("people.change_person")


@pytest.mark.parametrize(
    ("practice", "name"),
    [
        ("not-started", "New"),
        ("practising", "Practising"),
        ("paused", "Paused"),
        ("stopped", "Stopped"),
        ("left", "Left"),
    ],
)
def test_people_are_found_by_how_they_practise(lena, practice, name):
    Person.objects.filter(name="Lena").update(kind="agent", owner=PersonFactory(name="Practising"))
    PersonFactory(name="New", new=True)
    PersonFactory(name="Paused", paused_until=today() + timedelta(days=9))
    PersonFactory(name="Stopped", stopped_at=timezone.now())
    PersonFactory(name="Left", gone=True)

    rows = lena.get(LIST, {"practice": practice}).context["cl"].result_list

    assert [row.name for row in rows] == [name]


@pytest.mark.parametrize(("address", "name"), [("refused", "Refused"), ("fine", "Lena")])
def test_people_are_found_by_whether_their_address_was_refused(lena, address, name):
    PersonFactory(name="Refused", mail_refused_at=timezone.now())

    rows = lena.get(LIST, {"address": address}).context["cl"].result_list

    assert [row.name for row in rows] == [name]


def test_the_list_says_who_is_started_and_has_no_path(lena):
    [version] = published(path_text())
    PersonFactory(name="Fits")
    PersonFactory(name="Fits none", level=LevelFactory(slug="expert", rank=3))
    PersonFactory(name="No role", role=None)
    EnrolmentFactory(person=PersonFactory(name="By hand", role=None), path=version.path, source="by-hand")
    PersonFactory(name="Paused", role=None, paused_until=date(2999, 1, 1))

    html = lena.get(LIST).content.decode()

    states = dict(re.findall(r'change/">([^<]*)</a></th><td class="field-state">([^<]*)</td>', html))
    assert states == {
        "Lena": "practising",
        "Fits": "practising",
        "Fits none": "started, no path",
        "No role": "started, no path",
        "By hand": "practising",
        "Paused": "paused until 1 Jan 2999",
    }


def test_the_list_says_how_each_person_practises(lena):
    PersonFactory(name="Ada", paused_until=date(2999, 1, 1), mail_refused_at=timezone.now())

    assert "paused until 1 Jan 2999, address refused" in lena.get(LIST).content.decode()


def test_an_address_in_the_list_may_break_before_its_at_sign_only(lena):
    PersonFactory(email="ines.weber@example.org")

    assert "ines.weber<wbr>@example.org" in lena.get(LIST).content.decode()
