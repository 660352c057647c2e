"""What /healthz and /metrics say."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, connection
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from prometheus_client.parser import text_string_to_metric_families

from config.environment import mailer
from engine import health, schedule
from engine.delivery import alerts
from engine.health import Facts, State
from engine.models import Heartbeat, Mail
from tests.engine_factories import MailFactory, ReviewFactory
from tests.factories import PersonFactory
from tests.moments import MONDAY

MINUTE = timedelta(minutes=1)


def facts(**changes):
    sound = {
        "silent_for": MINUTE,
        "waiting": 1,
        "ticks": 1,
        "broken_schedules": [],
        "zone_data_is_sound": True,
        "paused_since": None,
        "mails_out": 1_000,
        "mails_uncertain": 10,
        "alerts": [],
    }
    return Facts(**sound | changes)


def test_a_sound_installation_has_nothing_but_sound_checks():
    checked = health.judged(facts())

    assert {check.state for check in checked.values()} == {State.SOUND}
    assert health.is_sound(checked)


@pytest.mark.parametrize(
    ("changes", "name", "sentence"),
    [
        ({"silent_for": None}, "worker", "has never ticked"),
        ({"silent_for": 3 * MINUTE + timedelta(seconds=1)}, "worker", "181 s ago"),
        ({"waiting": 11}, "queue", "11 jobs wait"),
        ({"ticks": 0}, "schedule", "No schedule runs the tick"),
        ({"broken_schedules": [7, 9]}, "schedule", "cannot read schedule 7, 9"),
        ({"zone_data_is_sound": False}, "zones", "Time zone data is old"),
        ({"paused_since": MONDAY}, "sending", "paused since 2026-11-23T08:00+00:00"),
    ],
)
def test_what_stands_still_is_broken(changes, name, sentence):
    checked = health.judged(facts(**changes))

    assert [found for found, check in checked.items() if check.state is not State.SOUND] == [name]
    assert checked[name].state is State.BROKEN
    assert sentence in checked[name].sentence
    assert not health.is_sound(checked)


@pytest.mark.parametrize(
    ("changes", "name", "sentence"),
    [
        ({"ticks": 2}, "schedule", "2 schedules run the tick"),
        ({"mails_uncertain": 11}, "uncertain", "11 of 1000 practice mails"),
        ({"alerts": ["relay"]}, "alerts", "Open alerts: relay."),
        ({"mails_to_console": True}, "sending", "Mails go to the server's console: EMAIL_URL is not set."),
    ],
)
def test_what_goes_on_all_the_same_is_a_warning(changes, name, sentence):
    checked = health.judged(facts(**changes))

    assert checked[name].state is State.WARNING
    assert sentence in checked[name].sentence
    assert health.is_sound(checked)


def test_a_pause_for_everyone_is_said_and_sound():
    checked = health.judged(facts(held_since=MONDAY))

    assert checked["practice"].state is State.SOUND
    assert "paused practice for everyone since 2026-11-23T08:00+00:00" in checked["practice"].sentence


def test_no_mails_at_all_are_no_reason_to_warn():
    assert health.judged(facts(mails_out=0, mails_uncertain=0))["uncertain"].state is State.SOUND


@pytest.fixture
def sound(db):
    now = timezone.now()
    Heartbeat.objects.create(pk=1, beat_at=now, tick_at=now, seconds=0.25)
    schedule.ensure(now=now)


@pytest.mark.usefixtures("sound")
class TestHealthz:
    def test_a_sound_installation_answers_200(self, client):
        response = client.get(reverse("healthz"))

        assert response.status_code == 200
        assert response.json()["ok"] is True
        assert response.headers["Cache-Control"].startswith("max-age=0, no-cache")

    def test_a_silent_worker_answers_503(self, client):
        Heartbeat.objects.update(beat_at=timezone.now() - 4 * MINUTE)

        response = client.get(reverse("healthz"))

        assert response.status_code == 503
        assert response.json()["ok"] is False
        assert response.json()["checks"]["worker"]["state"] == "broken"

    def test_the_heartbeat_lives_on_the_real_clock_even_in_a_demo(self, client):
        with override_settings(CLOCK_OFFSET=timedelta(days=90)):
            assert client.get(reverse("healthz")).status_code == 200

    def test_one_unreadable_schedule_is_named_by_its_id(self, client):
        row = Schedule.objects.create(name="a secret name", func="math.sqrt", args="not python(")

        response = client.get(reverse("healthz"))

        assert response.status_code == 503
        assert str(row.pk) in response.json()["checks"]["schedule"]["sentence"]
        assert "secret" not in response.content.decode()

    def test_a_relay_that_refuses_us_is_told_without_its_words(self, client):
        alerts.pause_relay("535 who is ann@example.org?", real_now=timezone.now())

        response = client.get(reverse("healthz"))

        assert response.status_code == 503
        assert response.json()["checks"]["sending"]["state"] == "broken"
        assert "ann" not in response.content.decode()

    @pytest.mark.parametrize(("url", "state"), [("console:", "warning"), ("dummy:", "sound")])
    def test_mails_that_only_reach_the_console_are_told(self, client, settings, url, state):
        settings.MAILERS = {"default": mailer(url)}

        response = client.get(reverse("healthz"))

        assert response.status_code == 200
        assert response.json()["checks"]["sending"]["state"] == state

    def test_old_uncertain_mails_no_longer_warn(self, client):
        now = timezone.now()
        MailFactory(status=Mail.Status.UNCERTAIN, sent_at=now - timedelta(hours=25))
        assert client.get(reverse("healthz")).json()["checks"]["uncertain"]["state"] == "sound"

        MailFactory(status=Mail.Status.UNCERTAIN, sent_at=now - timedelta(hours=23))
        assert client.get(reverse("healthz")).json()["checks"]["uncertain"]["state"] == "warning"

    def test_it_costs_the_same_queries_whatever_there_is(self, client, django_assert_num_queries):
        for number in range(5):
            MailFactory(status=Mail.Status.SENT, sent_at=timezone.now())
            Schedule.objects.create(name=f"other {number}", func="math.sqrt", args="4")
            OrmQ.objects.create(key="rampart", payload="")

        with django_assert_num_queries(8):
            client.get(reverse("healthz"))

    def test_without_a_database_it_still_answers(self, client):
        with connection.execute_wrapper(_refuse):
            response = client.get(reverse("healthz"))

        assert response.status_code == 503
        [(name, check)] = response.json()["checks"].items()
        assert (name, check["state"]) == ("database", "broken")

    def test_a40_a_foreign_host_is_refused(self, client):
        assert client.get(reverse("healthz"), headers={"host": "evil.example"}).status_code == 400
        assert client.get(reverse("healthz"), headers={"x-forwarded-host": "evil.example"}).status_code == 200


def _refuse(execute, sql, params, many, context):
    raise OperationalError("the server went away")


TOKEN = override_settings(METRICS_TOKEN="a long random text")


@pytest.mark.usefixtures("sound")
class TestMetrics:
    @pytest.mark.parametrize(
        "given", ["", "Bearer ", "Bearer wrong", "a long random text", "Basic a long random text"]
    )
    @TOKEN
    def test_without_the_token_it_is_closed(self, client, given):
        response = client.get(reverse("metrics"), headers={"authorization": given})

        assert response.status_code == 403

    @pytest.mark.parametrize("given", ["", "Bearer ", "Bearer"])
    def test_without_a_token_set_no_header_opens_it(self, client, given):
        with override_settings(METRICS_TOKEN=""):
            assert client.get(reverse("metrics"), headers={"authorization": given}).status_code == 403

    @pytest.mark.parametrize(("group", "status"), [("operator", 200), ("L&D admin", 403), ("guardian", 403)])
    def test_of_the_groups_only_operators_see_it(self, client, group, status):
        person = PersonFactory()
        person.groups.add(Group.objects.get_or_create(name=group)[0])
        client.force_login(person, backend="config.access.GroupBackend")

        assert client.get(reverse("metrics")).status_code == status

    def test_superusers_see_it(self, client):
        client.force_login(PersonFactory(is_superuser=True), backend="config.access.GroupBackend")

        assert client.get(reverse("metrics")).status_code == 200

    @TOKEN
    def test_the_figures_are_those_of_the_database(self, client):
        for status in ("sent", "sent", "uncertain"):
            MailFactory(status=status, workout__person__stopped_at=MONDAY)
        ReviewFactory(person=PersonFactory())
        OrmQ.objects.create(key="rampart", payload="")
        alerts.raise_alert("relay", "It refuses us.", now=MONDAY)
        Heartbeat.objects.update(beat_at=timezone.now() - MINUTE)

        found = figures(client)

        assert found["rampart_mails", "sent"] == 2
        assert found["rampart_mails", "uncertain"] == 1
        assert found["rampart_mails", "queued"] == 0
        assert found["rampart_reviews_total", None] == 1
        assert found["rampart_people_practising", None] == 1
        assert found["rampart_queue_length", None] == 1
        assert found["rampart_alerts_open", None] == 1
        assert found["rampart_tick_seconds", None] == 0.25
        assert 60 <= found["rampart_heartbeat_age_seconds", None] < 120

    @TOKEN
    def test_before_the_first_tick_there_is_no_age(self, client):
        Heartbeat.objects.all().delete()

        assert ("rampart_heartbeat_age_seconds", None) not in figures(client)


def figures(client):
    response = client.get(reverse("metrics"), headers={"authorization": "Bearer a long random text"})
    assert response.status_code == 200
    families = text_string_to_metric_families(response.content.decode())
    return {
        (sample.name, sample.labels.get("status")): sample.value
        for family in families
        for sample in family.samples
    }
