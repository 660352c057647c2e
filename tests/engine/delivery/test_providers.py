"""A provider's HTTP interface instead of SMTP: what each of its answers means for the mail."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from config.environment import mailer
from engine.models import Alert, Mail
from tests.engine.delivery.post import MINUTE, MONDAY, a_mail, fresh, mails, send, statuses

pytestmark = pytest.mark.django_db

TAKEN = {
    "ErrorCode": 0,
    "Message": "OK",
    "MessageID": "b7bc2f4a",
    "SubmittedAt": MONDAY.isoformat(),
}


@pytest.fixture
def provider(settings) -> Iterator[Callable[..., list[dict]]]:
    """Start a provider that gives one answer; returns the list of what was posted to it."""
    servers = []

    def start(status: int, body: object) -> list[dict]:
        posted: list[dict] = []

        class Provider(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                if not status:
                    self.close_connection = True
                    return
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Provider)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        settings.MAILERS = postmark(server.server_port)
        return posted

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def postmark(port: int) -> dict[str, object]:
    return {"default": mailer(f"anymail://postmark/?server_token=secret&api_url=http://127.0.0.1:{port}/")}


def test_a_mail_carries_its_message_id_for_the_events_that_come_back(provider):
    posted = provider(200, TAKEN)
    mail = a_mail()

    send()

    assert (fresh(mail).status, fresh(mail).because) == (Mail.Status.SENT, "")
    assert posted[0]["Metadata"] == {"mail": mail.message_id}
    headers = {header["Name"]: header["Value"] for header in posted[0]["Headers"]}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("status", "body", "means"),
    [
        (200, b"<html>not json", "uncertain"),
        (500, {}, "uncertain"),
        (503, {}, "queued"),
        (429, {}, "queued"),
        (422, {"ErrorCode": 300, "Message": "Invalid"}, "failed"),
        (0, {}, "uncertain"),
    ],
)
def test_each_answer_has_its_meaning(provider, status, body, means):
    provider(status, body)
    mail = a_mail()

    send()

    assert fresh(mail).status == means
    assert fresh(mail).because


def test_a_refused_key_pauses_everything(provider):
    provider(401, {"ErrorCode": 10, "Message": "Bad or missing server token"})
    mails(3)

    send()

    assert statuses() == {"queued": 3}
    assert Alert.objects.count() == 1


def test_a_provider_that_cannot_be_reached_has_received_nothing(settings):
    settings.MAILERS = postmark(1)
    mail = a_mail()

    send()

    mail = fresh(mail)
    assert (mail.status, mail.attempts) == (Mail.Status.QUEUED, 1)
    assert mail.not_before < MONDAY + 2 * MINUTE


@pytest.mark.parametrize("url", ["anymail://postmark/", "anymail://nobody/?token=x"])
def test_a_provider_that_is_set_up_wrongly_pauses_everything(settings, url):
    settings.MAILERS = {"default": mailer(url)}
    mails(2)

    send()

    assert statuses() == {"queued": 2}
    assert "EMAIL_URL" in Alert.objects.get().message
