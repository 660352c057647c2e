from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from config.access import GUARDIAN, LEARNING, MAY, OPERATOR, GroupBackend, permissions_of
from tests.factories import PersonFactory
from tests.staff import member

pytestmark = pytest.mark.django_db


def test_the_groups_of_the_table_exist_from_the_first_migration():
    assert set(Group.objects.values_list("name", flat=True)) >= set(MAY)


@pytest.mark.parametrize("group", MAY)
def test_every_permission_of_the_table_is_one_that_django_knows(group):
    known = {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Permission.objects.select_related("content_type")
    }

    assert permissions_of(group) <= known


@pytest.mark.parametrize("group", MAY)
def test_no_group_may_delete_what_is_ended_or_retired(group):
    kept = [f"{model._meta.app_label}.delete_{model._meta.model_name}" for model in apps.get_models()]
    may_go = {"people.delete_absence", "people.delete_absencecalendar", "people.delete_holiday"}

    assert permissions_of(group) & set(kept) <= may_go


@pytest.mark.parametrize("group", MAY)
@pytest.mark.parametrize("model", ["answer", "rep", "review", "memory", "workout"])
def test_no_group_may_see_what_is_a_persons_own(group, model):
    assert not any(name.endswith(f"_{model}") for name in permissions_of(group))


def test_a_member_may_do_what_the_table_says():
    lena, otto, gita = (member(group) for group in (LEARNING, OPERATOR, GUARDIAN))

    assert lena.has_perm("people.change_person")
    assert not lena.has_perm("engine.view_mail")
    assert otto.has_perm("engine.view_mail")
    assert not otto.has_perm("people.view_person")
    assert gita.has_perm("engine.view_record")
    assert not gita.has_perm("people.view_person")
    assert not lena.has_perm("engine.view_claim")


def test_a_member_of_two_groups_may_do_what_both_may():
    both = member(LEARNING)
    both.groups.add(Group.objects.get(name=OPERATOR))

    assert both.has_perms(["people.change_person", "engine.view_mail"])


def test_permissions_in_the_database_grant_nothing():
    person = PersonFactory(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_mail"))
    group = Group.objects.create(name="curious")
    group.permissions.add(Permission.objects.get(codename="view_person"))
    person.groups.add(group)

    assert GroupBackend().get_all_permissions(person) == set()


def test_who_left_may_do_nothing():
    gone = member(LEARNING, is_active=False)

    assert not gone.has_perm("people.change_person")


def test_the_admin_sends_to_the_one_sign_in_and_back():
    response = Client().get(reverse("admin:people_person_changelist"), follow=True)

    address, status = response.redirect_chain[-1]
    assert status == 302
    assert urlsplit(address).path == reverse("account_login")
    assert "next=/admin/people/person/" in address.replace("%2F", "/")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_host(elsewhere):
    PersonFactory(email="lena@example.org", password="a long password")
    client = Client()
    client.get(reverse("admin:login"), {"next": elsewhere})

    response = client.post(
        reverse("account_login"),
        {"login": "lena@example.org", "password": "a long password", "next": elsewhere},
    )

    assert response.status_code == 302
    assert "evil" not in response["Location"]
    assert "alert" not in response["Location"]


def test_staff_who_are_signed_in_go_from_the_admins_sign_in_to_the_admin():
    client = Client()
    client.force_login(member(LEARNING))

    assert client.get(reverse("admin:login"))["Location"] == reverse("admin:index")


def test_who_is_not_staff_is_refused_and_not_sent_in_circles():
    client = Client()
    client.force_login(PersonFactory())

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_the_admin_lists_people_then_paths_with_practice_then_history():
    client = Client()
    client.force_login(member(LEARNING))

    apps_shown = client.get(reverse("admin:index")).context["app_list"]

    assert [app["app_label"] for app in apps_shown] == ["people", "paths", "engine", "admin"]
    assert [model["object_name"] for model in apps_shown[0]["models"]][:2] == ["Person", "Team"]
    assert [model["object_name"] for model in apps_shown[1]["models"]] == [
        "Path",
        "PaceLine",
        "Belief",
        "OnRamp",
        "Enrolment",
        "Remark",
    ]


def test_groups_are_not_edited_in_the_admin():
    client = Client()
    client.force_login(PersonFactory(is_staff=True, is_superuser=True))

    assert client.get("/admin/auth/group/").status_code == 404
