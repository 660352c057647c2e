"""Programs that come in with a token."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from engine.models import ApiToken
from engine.onramps import tokens
from people.models import Person
from tests.payments import TUESDAY

ALL = list(ApiToken.Scope)


@dataclass
class Program:
    """What asks with a token: `program.post("/tasks", {...})`."""

    secret: str

    def __post_init__(self) -> None:
        self.client = Client()

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self._headers())

    def post(self, path: str, body: object = None, *, key: str = "") -> Any:
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        address = f"/api/v1{path}"
        return self.client.post(address, body, content_type="application/json", headers=headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1{path}", headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


def program_of(person: Person, *scopes: str) -> Program:
    """Return a program with a token for this person or agent, with every scope that it may have."""
    allowed = [one for one in ALL if person.owner is None or one not in ApiToken.FOR_PEOPLE]
    by = person.owner or person
    made = tokens.make("a test", person=person, scopes=scopes or allowed, by=by, now=TUESDAY)
    return Program(made.secret)
