"""L&D says who is who on GitHub, operators see its outbox, and guardians shut out a program."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from config.access import GUARDIAN, LEARNING, OPERATOR
from engine import onramps
from engine.errors import TokenRefused
from engine.models import ApiToken, GitHubAccount, GitHubCall, GitHubIssue, Record, Repository
from engine.onramps import tokens
from people.clock import present
from people.models import Person
from tests.factories import PersonFactory, TeamFactory
from tests.moments import MONDAY
from tests.payments import TUESDAY, Payments
from tests.shown import text
from tests.staff import member

pytestmark = pytest.mark.django_db

ENGINE = "/admin/engine"


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def lena() -> Client:
    return client_of(member(LEARNING, name="Lena"))


@pytest.fixture
def gita() -> Person:
    return member(GUARDIAN, name="Gita")


def listed(client: Client, name: str, **query) -> list:
    return list(client.get(f"{ENGINE}/{name}/", query).context["cl"].result_list)


def refused(response) -> str:
    return str(response.context["adminform"].form.errors)


# Repositories and accounts


def test_a_repository_is_added_for_a_team_and_moves_to_another(lena):
    first, second = TeamFactory(), TeamFactory(slug="second")
    lena.post(f"{ENGINE}/repository/add/", {"full_name": "acme/reports", "team": first.pk})
    row = Repository.objects.get()

    shown = {"full_name": row.full_name, "initial-full_name": row.full_name, "initial-team": first.pk}
    lena.post(f"{ENGINE}/repository/{row.pk}/change/", shown | {"team": second.pk})

    row.refresh_from_db()
    assert (row.full_name, row.team) == ("acme/reports", second)
    assert listed(lena, "repository", q="reports") == [row]


def test_l_and_d_switches_a_repository_off_and_on_again(lena):
    off, on = (Repository.objects.create(full_name=name, team=TeamFactory()) for name in ("acme/a", "acme/b"))

    def press(action: str) -> str:
        pressed = {"action": action, "_selected_action": [off.pk]}
        return text(lena.post(f"{ENGINE}/repository/", pressed, follow=True))

    assert "Switched off. acme/a" in press("switch_off")
    assert listed(lena, "repository", state="off") == [off]
    assert listed(lena, "repository", state="on") == [on]
    since = Repository.objects.get(pk=off.pk).off_since
    assert "Switched off." not in press("switch_off")  # it is off
    assert Repository.objects.get(pk=off.pk).off_since == since

    assert "Switched on again. acme/a" in press("switch_on")
    assert listed(lena, "repository", state="off") == []
    said = LogEntry.objects.filter(object_id=str(off.pk)).order_by("pk")
    assert [entry.get_change_message() for entry in said] == ["Switched off.", "Switched on again."]


def test_an_operator_does_not_switch_repositories(lena):
    row = Repository.objects.create(full_name="acme/a", team=TeamFactory())

    pressed = {"action": "switch_off", "_selected_action": [row.pk]}
    client_of(member(OPERATOR)).post(f"{ENGINE}/repository/", pressed)

    assert Repository.objects.get().off_since is None


@pytest.mark.parametrize("name", ["reports", "https://github.com/acme/reports", "acme/", "acme/re ports"])
def test_a_repository_is_named_by_its_owner_and_name_alone(lena, name):
    response = lena.post(f"{ENGINE}/repository/add/", {"full_name": name, "team": TeamFactory().pk})

    assert "Write owner/name" in refused(response)
    assert not Repository.objects.exists()


def test_a_repository_in_other_capitals_is_the_same(lena):
    team = TeamFactory()
    Repository.objects.create(full_name="Acme/Reports", team=team)

    response = lena.post(f"{ENGINE}/repository/add/", {"full_name": "acme/reports", "team": team.pk})

    assert "here already" in refused(response)


@pytest.mark.parametrize(("given", "kept"), [("@Ada-L", "Ada-L"), ("helper[bot]", "helper[bot]")])
def test_an_account_is_noted_by_its_login(lena, given, kept):
    ada = PersonFactory(name="Ada")

    lena.post(f"{ENGINE}/githubaccount/add/", {"login": given, "person": ada.pk})

    assert [(one.login, one.person) for one in GitHubAccount.objects.all()] == [(kept, ada)]


@pytest.mark.parametrize(
    ("login", "told"), [("Ada Lovelace", "the login alone"), ("ADA-L", "somebody’s already"), ("@", "alone")]
)
def test_an_account_that_cannot_be_or_is_known_is_refused(lena, login, told):
    ada = PersonFactory(name="Ada")
    GitHubAccount.objects.create(login="ada-l", person=ada)

    response = lena.post(f"{ENGINE}/githubaccount/add/", {"login": login, "person": ada.pk})

    assert told in refused(response)
    assert GitHubAccount.objects.count() == 1


def test_accounts_are_found_by_agents_and_by_who_left(lena):
    agents = GitHubAccount.objects.create(login="bot", person=PersonFactory(agent=True))
    left = GitHubAccount.objects.create(login="otto", person=PersonFactory(is_active=False))

    assert listed(lena, "githubaccount", person__kind__exact="agent") == [agents]
    assert listed(lena, "githubaccount", person__is_active__exact=0) == [left]


# The outbox to GitHub


def test_an_operator_finds_a_call_that_failed_and_not_whom_it_was_about():
    repository = Repository.objects.create(full_name="acme/reports", team=TeamFactory())
    issue = GitHubIssue.objects.create(issue_id=7, number=12, repository=repository, said="Held for you.")
    times = {"queued_at": MONDAY, "not_before": MONDAY}
    failed = GitHubCall.objects.create(
        kind="unassign", issue=issue, login="ada-l", status="failed", problem="404 Not Found", **times
    )
    GitHubCall.objects.create(kind="comment", issue=issue, **times)
    otto = client_of(member(OPERATOR))

    pages = [f"{ENGINE}/githubcall/", f"{ENGINE}/githubcall/{failed.pk}/change/"]
    shown = [otto.get(page).content.decode() for page in pages]

    assert listed(otto, "githubcall", status__exact="failed", kind__exact="unassign") == [failed]
    assert listed(otto, "githubcall", issue__repository__id__exact=repository.pk + 1) == []
    for html in shown:
        assert "acme/reports#12" in html
        assert "404 Not Found" in html
        assert "ada-l" not in html
        assert "Held for you." not in html


def test_a_call_is_changed_by_nobody():
    repository = Repository.objects.create(full_name="acme/reports", team=TeamFactory())
    issue = GitHubIssue.objects.create(issue_id=7, number=12, repository=repository)
    call = GitHubCall.objects.create(kind="comment", issue=issue, queued_at=MONDAY, not_before=MONDAY)
    otto = client_of(member(OPERATOR))

    assert otto.post(f"{ENGINE}/githubcall/{call.pk}/change/", {"status": "done"}).status_code == 403


# Tokens


def a_token(person: Person, *, at=MONDAY, scopes=("verdicts", "claims")) -> tokens.Made:
    return tokens.make("my editor", person=person, scopes=scopes, by=person, now=at)


def revoke(client: Client, *rows: ApiToken):
    chosen = {"action": "revoke", "_selected_action": [row.pk for row in rows]}
    return client.post(f"{ENGINE}/apitoken/", chosen, follow=True)


def test_a_guardian_sees_what_a_token_may_and_never_its_secret_or_hash(gita):
    made = a_token(PersonFactory(name="Ada"))
    client = client_of(gita)

    pages = [f"{ENGINE}/apitoken/", f"{ENGINE}/apitoken/{made.token.pk}/change/"]
    for html in (client.get(page).content.decode() for page in pages):
        assert "Ada" in html
        assert "ask for verdicts" in html
        assert made.token.ending in html
        assert made.secret not in html
        assert made.token.digest not in html


def test_a_guardian_revokes_a_token_that_leaked_and_the_audit_has_it(gita):
    ada = PersonFactory(name="Ada")
    made, other = a_token(ada), a_token(ada)

    client = client_of(gita)
    revoke(client, made.token)
    again = revoke(client, made.token)

    assert tokens.found(made.secret, now=present()) is None
    assert tokens.found(other.secret, now=present()) == other.token
    record = Record.objects.get(kind="token", told__act="revoked")
    assert (record.by, record.person) == (gita, ada)
    assert "It was revoked already." in " ".join(map(str, again.context["messages"]))


def test_a_token_is_revoked_by_nobody_else(lena):
    made, other = a_token(PersonFactory(name="Ada")), PersonFactory(name="Emil")

    assert lena.get(f"{ENGINE}/apitoken/").status_code == 403
    with pytest.raises(TokenRefused, match="or a guardian"):
        tokens.revoke(made.token, by=other, now=MONDAY)
    assert tokens.found(made.secret, now=MONDAY) == made.token


def test_tokens_are_found_by_whether_they_work_and_are_used(gita):
    now, ada = present(), PersonFactory(name="Ada")
    used, idle, revoked = (a_token(ada, at=now - timedelta(days=100)).token for _ in range(3))
    ApiToken.objects.filter(pk=used.pk).update(used_at=now)
    tokens.revoke(revoked, by=ada, now=now)
    client = client_of(gita)

    assert {row.pk for row in listed(client, "apitoken", state="works")} == {used.pk, idle.pk}
    assert listed(client, "apitoken", state="idle") == [idle]
    assert listed(client, "apitoken", state="revoked") == [revoked]
    assert len(listed(client, "apitoken", q=used.ending)) == 1


# What guardians do besides


def test_a_guardian_withdraws_what_they_asked_themself_and_is_offered_nothing_else():
    payments, now = Payments(with_t1=False), present()
    task = payments.task("held", seen=now)
    request = onramps.ask(task, by=payments.sam, reason="I know it.", now=now)
    chosen = {"action": "withdraw", "_selected_action": [request.pk]}
    pia, sam = payments.pia, payments.sam
    Person.objects.filter(pk__in=[pia.pk, sam.pk]).update(is_staff=True)
    sam.groups.set(pia.groups.all())

    assert 'value="withdraw"' not in client_of(pia).get(f"{ENGINE}/request/").content.decode()
    client_of(pia).post(f"{ENGINE}/request/", chosen, follow=True)
    request.refresh_from_db()
    assert request.status == "pending"
    client_of(sam).post(f"{ENGINE}/request/", chosen, follow=True)

    request.refresh_from_db()
    assert request.status == "withdrawn"


def test_the_audit_is_read_for_one_person_and_their_agents(gita):
    payments = Payments()
    onramps.ask(payments.t1, by=payments.bot_sam, reason="I am quick.", now=TUESDAY)
    sam = payments.sam
    client = client_of(gita)

    found = listed(client, "record", whose=sam.pk)

    assert {record.by for record in found} == {payments.bot_sam}
    assert f'href="?whose={payments.ben.pk}"' in client.get(f"{ENGINE}/record/").content.decode()
    assert listed(client, "record", whose=gita.pk) == []


@pytest.mark.parametrize("whose", ["999999", "0", "9" * 30, "Sam", "1 or 1=1", "<b>"])
def test_the_audit_of_somebody_unknown_is_empty_and_says_so(gita, whose):
    payments = Payments()
    onramps.ask(payments.t1, by=payments.bot_sam, reason="I am quick.", now=TUESDAY)

    page = client_of(gita).get(f"{ENGINE}/record/", {"whose": whose})

    assert list(page.context["cl"].result_list) == []
    assert "Nothing fits this search and these filters." in text(page)
    assert "nobody here" in text(page)
