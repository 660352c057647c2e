"""Make, find and revoke the tokens that programs come in with; a secret is shown once and never stored."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from engine.errors import TokenRefused
from engine.models import ApiToken, Record
from engine.onramps import audit
from engine.onramps.approvers import GUARDIAN
from people.models import Person

PREFIX = "rampart_"  # so that scanners for leaked secrets can know one
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A new token, and its secret, which nobody will see again."""

    token: ApiToken
    secret: str


def acts_for(by: Person) -> QuerySet[Person]:
    """Return for whom somebody may make tokens: themself, and the agents that act for them."""
    return Person.objects.filter(Q(pk=by.pk) | Q(owner=by), is_active=True).order_by("kind", "name")


@transaction.atomic
def make(name: str, *, person: Person, scopes: Collection[str], by: Person, now: datetime) -> Made:
    """Make a token that acts for `person`, who is `by` or one of their agents."""
    if by.kind == Person.Kind.AGENT or not acts_for(by).filter(pk=person.pk).exists():
        raise TokenRefused(_("You can make tokens for yourself and for your own agents."))
    if person.kind == Person.Kind.AGENT and set(scopes) & set(ApiToken.FOR_PEOPLE):
        raise TokenRefused(_("An agent never signs work off, and never reads how a team is."))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name,
        person=person,
        made_by=by,
        scopes=sorted(scopes),
        digest=_digest(secret),
        ending=secret[-4:],
        made_at=now,
    )
    audit.note(
        Record.Kind.TOKEN, now=now, by=by, person=person, act="made", token=token.pk, scopes=token.scopes
    )
    return Made(token=token, secret=secret)


def own(by: Person) -> QuerySet[ApiToken]:
    """Return the tokens that work and that somebody may revoke: what acts for them or their agents."""
    return ApiToken.objects.filter(_mine(by), revoked_at=None).select_related("person")


def _mine(by: Person) -> Q:
    return Q(person=by) | Q(person__owner=by) | Q(made_by=by)


@transaction.atomic
def revoke(token: ApiToken, *, by: Person, now: datetime) -> None:
    """End a token for good. Raise TokenRefused where that is not for `by` to do, or was done already."""
    if not _revocable(by).filter(pk=token.pk).exists():
        raise TokenRefused(_("Only who has a token, or a guardian, revokes it."))
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        raise TokenRefused(_("It was revoked already."))
    audit.note(Record.Kind.TOKEN, now=now, by=by, person=token.person, act="revoked", token=token.pk)


def _revocable(by: Person) -> QuerySet[ApiToken]:
    """A secret that leaked cannot wait for who has it: guardians revoke any."""
    may_any = by.is_active and (by.is_superuser or by.groups.filter(name=GUARDIAN).exists())
    return ApiToken.objects.all() if may_any else ApiToken.objects.filter(_mine(by))


def found(secret: str, *, now: datetime) -> ApiToken | None:
    """Return the token of a secret, if it works and whom it acts for is here; note that it was used."""
    token = (
        ApiToken.objects.filter(digest=_digest(secret), revoked_at=None)
        .select_related("person__owner", "person__team")
        .first()
    )
    if token is None or not _is_here(token.person):
        return None
    if token.used_at is None or now - token.used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token


def _is_here(person: Person) -> bool:
    return person.is_active and (person.owner is None or person.owner.is_active)


def _digest(secret: str) -> str:
    """Return what is stored; a secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
