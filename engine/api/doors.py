"""The way in: a bearer token with a scope, no faster than it may, on behalf of somebody here."""

from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from engine.api.problems import Problem
from engine.models import ApiToken, Task
from engine.onramps import tokens
from people.clock import present
from people.models import Person

MINUTE = 60  # seconds


class Bearer(HttpBearer):
    """Open to tokens with one scope; each answers to nobody but whom its token acts for."""

    def __init__(self, scope: ApiToken.Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        now = present()
        found = tokens.found(token.strip(), now=now)
        if found is None:
            return None
        request.auth = found  # type: ignore[attr-defined]  # for who reads the refusals below
        _slow_down(found, now=now)
        if self.scope not in found.scopes:
            said = _("This token may not do that; it lacks the scope “%(scope)s”.")
            raise Problem(403, "SCOPE_MISSING", said % {"scope": self.scope.value})
        if self.scope in ApiToken.FOR_PEOPLE and is_agent(found.person):
            raise agent_refused()
        return found


def _slow_down(token: ApiToken, *, now: datetime) -> None:
    """Count what a token asks in this minute, in this web process."""
    minute, seconds = divmod(int(now.timestamp()), MINUTE)
    key = f"api-{token.pk}-{minute}"
    cache.add(key, 0, timeout=2 * MINUTE)
    if cache.incr(key) > settings.API_PER_MINUTE:
        said = _("This token asks too often; go on in a minute.")
        raise Problem(429, "TOO_MANY", said, retry_after=MINUTE - seconds)


def is_agent(person: Person) -> bool:
    return person.kind == Person.Kind.AGENT


def agent_refused() -> Problem:
    return Problem(
        403, "AGENT_MAY_NOT", _("An agent never approves, declines, signs off or declares an emergency.")
    )


def token_of(request: HttpRequest) -> ApiToken:
    token = request.auth  # type: ignore[attr-defined]
    assert isinstance(token, ApiToken)
    return token


def actor_of(request: HttpRequest, address: str | None) -> Person:
    """Return whom this is about: whom the token acts for, or one of their agents by its address."""
    person = token_of(request).person
    if address is None or address.strip().lower() == person.email:
        return person
    agent = Person.objects.filter(owner=person, email=address.strip().lower()).select_related("owner").first()
    if agent is None:  # the same for somebody else: a token tells nothing about them
        said = _("This token acts for nobody with that address; leave `actor` out, or name an own agent.")
        raise Problem(422, "UNKNOWN_ACTOR", said)
    return agent


def colleague(address: str) -> Person:
    """Return a person by their address, to support or to be supported by."""
    found = Person.objects.filter(
        email=address.strip().lower(), kind=Person.Kind.PERSON, is_active=True
    ).first()
    if found is None:
        raise Problem(422, "UNKNOWN_PERSON", _("Nobody here has that address."))
    return found


def task_by(task_id: int) -> Task:
    task = Task.objects.filter(pk=task_id).select_related("team", "on_ramp").first()
    if task is None:
        raise Problem(404, "UNKNOWN_TASK", _("There is no such task."))
    return task
