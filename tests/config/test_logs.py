"""No token, no answer and no address of a person is in any log."""

import io
import json
import logging
import socket
import subprocess
import sys
import urllib.request
from urllib.error import HTTPError

import pytest
import structlog
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.urls import path

from config.logs import redacted, structured
from engine import links
from engine.delivery import alerts
from engine.delivery.relay import RelayConnection
from engine.errors import RecipientRefused
from engine.links import Purpose
from engine.models import Review
from tests.engine_factories import ReviewFactory
from tests.every_page import build_world, every_page
from tests.moments import MONDAY
from tests.processes import environment, eventually

TOKEN = links.token(Purpose.ANSWER, 4711)
ADDRESS = "ann.o'brien+rampart@example.org"
ANSWER = "I would ask Ben"
NEVER = [TOKEN, TOKEN.split(".")[1], "o'brien", "brien+rampart", ANSWER, "4711."]


def fail(request, token):
    """A page that breaks while it holds everything that may not be logged."""
    try:
        float(request.POST.get("answer", ANSWER))
    except ValueError as error:
        raise LookupError(f"{request.get_full_path()} of {ADDRESS}: {ANSWER!r}") from error


def mail(request, token):
    return HttpResponse("fine")


urlpatterns = [
    path("rep/<str:token>/", fail, name="rep"),
    path("mail/<str:token>/", mail, name="mail_settings"),
]


@pytest.fixture(params=[False, True], ids=["json", "human"])
def log(request, monkeypatch):
    """Everything that is logged, at the most talkative level."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    raises = logging.raiseExceptions
    structured(level="DEBUG", human=request.param)
    yield stream
    monkeypatch.undo()
    structured(level="INFO", human=False)
    logging.raiseExceptions = raises


def is_clean(log):
    text = log.getvalue()
    return bool(text) and not [secret for secret in NEVER if secret in text]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"Not Found: /rep/{TOKEN}/", "Not Found: /rep/…"),
        (f"'path': 'rep/{TOKEN}/1/b/'", "'path': 'rep/…'"),
        (f"https://rampart.example/stop/{TOKEN}/ was asked", "https://rampart.example/stop/… was asked"),
        (f"cut off: {TOKEN[:-1]}", "cut off: …"),
        ("/accounts/password/reset/key/3-abc-def/", "/accounts/password/reset/key/…"),
        ("GET /start/?next=/rep/1&email=ann@x.org done", "GET /start/?… done"),
        ("550 5.1.1 <ann@example.org>: unknown", "550 5.1.1 <…@…>: unknown"),
        ("ann%40example.org and ben@localhost", "…@… and …@…"),
        ('550 "ann bee"@example.org refused', "550 …@… refused"),
        ("müller@büro.example", "…@…"),
        ("postgres://ann:secret@db.example/rampart", "postgres://ann:…@…/rampart"),
        (
            "violates x\nDETAIL: Failing row contains (1, I would ask Ben).\nnext",
            "violates x\nDETAIL: …\nnext",
        ),
    ],
)
def test_secrets_are_cut_out_of_texts(text, kept):
    assert redacted(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        'File "engine/templates/mail/workout.html", line 3',
        "retrievability 0.91234567890123456",
        "    @wraps(function)",
        "version 6.1.2 on 127.0.0.1:8000",
        "2026-11-23T08:00:00.123456+00:00",
        "engine.jobs.tick took 0.25 s",
    ],
)
def test_what_is_no_secret_stays(text):
    assert redacted(text) == text


def test_whatever_an_event_holds_is_cleaned(log):
    held = {"to": [ADDRESS], "deep": {ADDRESS: {"path": f"/rep/{TOKEN}/"}}, "error": ValueError(ADDRESS)}

    structlog.get_logger("test").info("sent to " + ADDRESS, **held)
    logging.getLogger("other").warning("%s of %s", f"/rep/{TOKEN}/", ADDRESS)

    assert is_clean(log)


@pytest.mark.urls(__name__)
@pytest.mark.django_db
class TestRequests:
    def test_a_missing_page_is_logged_without_its_path(self, client, log):
        assert client.get(f"/rep/{TOKEN}/1/b/and-more/").status_code == 404

        assert is_clean(log)
        assert "404" in log.getvalue()

    def test_an_error_is_a_plain_page_and_its_trace_keeps_where_but_not_what(self, client, log):
        client.raise_request_exception = False

        response = client.post(f"/rep/{TOKEN}/", {"answer": ANSWER})

        assert response.status_code == 500
        assert not [secret for secret in NEVER if secret in response.content.decode()]
        assert is_clean(log)
        assert "LookupError" in log.getvalue()
        assert "ValueError: could not convert string to float: '…'" in log.getvalue()
        assert "in fail" in log.getvalue()

    def test_a_page_that_works_is_logged_by_its_route(self, client, log):
        client.get(f"/mail/{TOKEN}/?email={ADDRESS}")

        assert is_clean(log)
        assert "mail_settings" in log.getvalue()

    def test_a_foreign_host_with_a_token_is_logged_without_it(self, client, log):
        assert client.get(f"/mail/{TOKEN}/", headers={"host": "evil.example"}).status_code in {200, 400}

        assert is_clean(log)


TOKEN_PAGES = [page for page in every_page() if "token" in page.parameters]


@pytest.mark.django_db
@pytest.mark.parametrize("page", TOKEN_PAGES, ids=lambda page: page.name)
def test_a18_the_token_of_a_page_that_breaks_is_in_no_log(page, client, log, monkeypatch):
    address = build_world().address(page)
    token = address.split("/")[2]

    def break_down(purpose, text):
        raise LookupError(f"nothing at {address} for {text}")

    monkeypatch.setattr(links, "row_id", break_down)
    client.raise_request_exception = False
    statuses = [client.get(address).status_code, client.post(address, {"text": ANSWER}).status_code]

    written = log.getvalue()
    assert statuses == [500, 500]
    assert "LookupError: nothing at" in written
    assert not [secret for secret in (token, token.split(".")[1], ANSWER) if secret in written]


class Refusing:
    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd's name)
        return f"550 5.1.1 <{address}>: {ADDRESS} does not live here"


@pytest.mark.django_db
def test_a_refused_recipient_is_logged_without_the_address(log, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    relay = Controller(Refusing(), hostname="127.0.0.1", port=port)
    relay.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "engine.delivery.smtp.PhasedSmtp",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }
    try:
        with pytest.raises(RecipientRefused) as refused:
            RelayConnection().send(EmailMessage("Subject", "Body", "rampart@example.org", [ADDRESS]))
        alerts.raise_alert("relay", str(refused.value), now=MONDAY)
        structlog.get_logger("delivery").error("refused", exc_info=refused.value, because=str(refused.value))
    finally:
        relay.stop()

    assert ADDRESS in str(refused.value)
    assert is_clean(log)
    assert "550 5.1.1" in log.getvalue()


@pytest.mark.django_db
def test_what_the_database_says_of_a_broken_rule_names_no_values(log):
    with pytest.raises(IntegrityError) as broken, transaction.atomic():
        ReviewFactory(rating=9, reviewed_at=MONDAY)
    structlog.get_logger("test").error("broken", exc_info=broken.value, because=str(broken.value))

    assert "rating_is_1_to_4" in log.getvalue()
    assert "Failing row" not in log.getvalue()
    assert not Review.objects.exists()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_gunicorn_logs_routes_and_never_paths(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "config/gunicorn.py",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    log = tmp_path / "web.log"
    with log.open("wb") as output:
        web = subprocess.Popen(
            command, cwd=django_settings.BASE_DIR, env=environment(), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        eventually(lambda: log.read_text().count("Booting worker") == 2, within=30)
        assert _status(f"http://127.0.0.1:{port}/rep/{TOKEN}/x/y/z/?email={ADDRESS}") == 404
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(f"GET /rep/{TOKEN}/ {ADDRESS} nonsense\r\n\r\n".encode())
            assert b"400" in raw.recv(1_000)
    finally:
        web.terminate()
        assert web.wait(timeout=30) == 0

    written = log.read_text()
    assert not [secret for secret in NEVER if secret in written]
    assert {json.loads(line)["logger"] for line in written.splitlines()} >= {"gunicorn.error", "request"}


def _status(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status
    except HTTPError as error:
        with error:
            return error.code
