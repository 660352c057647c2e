"""The team of the cases, its repository, and GitHub, which delivers and is called."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone

from engine import github
from engine.github.client import Api
from engine.models import GitHubAccount, Repository, Task
from people.clock import present
from tests.github_server import TOKEN, Hub, serving
from tests.payments import TUESDAY, Payments

SECRET = "a secret for tests"
RECORDED = Path(configured.BASE_DIR) / "tests" / "github"


def recorded(name: str) -> dict[str, Any]:
    """Return an event as GitHub sends it."""
    event: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())
    return event


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class GitHub:
    """It delivers recorded events, each with an id of its own unless a test says which."""

    number: int = 0

    def deliver(
        self,
        name: str,
        *,
        delivery: str = "",
        signature: str | None = None,
        event: str = "issues",
        payload: Any = None,
    ) -> Any:
        self.number += 1
        body = json.dumps(payload or recorded(name)).encode()
        return self.send(
            body,
            delivery=delivery or f"d-{self.number}",
            signature=sign(body) if signature is None else signature,
            event=event,
        )

    def send(self, body: bytes, *, delivery: str, signature: str, event: str = "issues") -> Any:
        headers = {
            "X-GitHub-Delivery": delivery,
            "X-GitHub-Event": event,
            "X-Hub-Signature-256": signature,
        }
        return Client().post("/github/", body, content_type="application/json", headers=headers)


@pytest.fixture
def payments(db: None, settings: Any) -> Payments:
    settings.CLOCK_OFFSET = TUESDAY - timezone.now()
    settings.GITHUB_WEBHOOK_SECRET, settings.GITHUB_TOKEN = SECRET, TOKEN
    payments = Payments(with_t1=False)
    Repository.objects.create(full_name="Acme/Reports", team=payments.team)
    GitHubAccount.objects.create(login="Sam-Acme", person=payments.sam)
    return payments


@pytest.fixture
def hub_there(payments: Payments) -> GitHub:
    return GitHub()


@pytest.fixture
def hub(payments: Payments) -> Iterator[Hub]:
    with serving() as hub:
        yield hub


def work(hub: Hub, *, now: Any = None, seconds: float = 5.0) -> int:
    """Let the tick's part run: queue what changed, and make the calls that are due."""
    now = now or present()
    github.queue_comments(now=now)
    api = Api(url=hub.url, token=TOKEN, seconds=seconds)
    return github.send_due(now=now, clock=timezone.now, api=api)


def the_task() -> Task:
    return Task.objects.get(source="github")
