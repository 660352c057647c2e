"""The organisation of the demo: who is in it, how it is founded, and who signs in to it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction

from engine import onramps
from engine.append_only import guard, unguard
from engine.errors import EngineError
from engine.models import Record
from paths import publishing
from people import roster
from people.calendar import local_date
from people.models import Organisation, Person, Team

FIXTURES: Path = settings.BASE_DIR / "fixtures"
ADDRESSES = "@acme.example"  # a domain that no mail can ever reach
AGENT = "agent.of.ingrid@acme.example"
AGENT_OF = "ingrid.falkenau@acme.example"
GROUPS = ("L&D admin", "guardian", "operator")


class NotTheDemo(EngineError):
    """The database holds people who are not of the demo, and the demo would begin by emptying it."""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Somebody to look at the demo as."""

    who: str
    email: str
    group: str = ""

    @property
    def password(self) -> str:
        return f"demo-{self.email.partition('.')[0]}"


LEARNING = SignIn(who="L&D admin", email="paulina.achterberg@acme.example", group="L&D admin")
EMPLOYEE = SignIn(who="employee", email="amara.okoye@acme.example")
SIGN_INS = (
    LEARNING,
    SignIn(who="manager", email="katrin.osterwald@acme.example"),
    EMPLOYEE,
    SignIn(who="senior", email="ingrid.falkenau@acme.example"),
    SignIn(who="guardian", email="fatima.zerhouni@acme.example", group="guardian"),
    SignIn(who="operator", email="vikram.chatterji@acme.example", group="operator"),
)


def is_complete() -> bool:
    """Whether the demo was lived to its end: only then is anybody let in."""
    learning = Person.objects.filter(email=LEARNING.email).first()
    return learning is not None and learning.has_usable_password()


def check_ours() -> None:
    """Refuse a database in which real people may be; it may be of an older version, or without tables."""
    if Person._meta.db_table not in connection.introspection.table_names():
        return
    strangers = Person.objects.exclude(email__endswith=ADDRESSES).order_by("pk").values_list("pk", flat=True)
    if stranger := strangers.first():
        raise NotTheDemo(
            f"The database holds somebody who is not of the demo (number {stranger}). Leave DATABASE_URL "
            "unset for a database of its own, or give an empty one."
        )


def clear() -> None:
    """Empty every table; the groups, which a migration made, are made again."""
    audit = Record._meta.db_table
    with connection.schema_editor() as editor:
        unguard(audit, editor)  # a demo may forget what it lived
    call_command("flush", interactive=False, verbosity=0)
    with connection.schema_editor() as editor:
        guard(audit, editor)
    for name in GROUPS:
        Group.objects.get_or_create(name=name)


@transaction.atomic
def found(*, people: bytes | None = None, now: datetime) -> None:
    """Publish the starter library and import the roster; `people` replaces the demo's own CSV file."""
    library = {file.name: file.read_bytes() for file in sorted((FIXTURES / "paths").rglob("*.yaml"))}
    publishing.publish(library, by=None, now=now)
    text = (FIXTURES / "demo" / "roster.csv").read_bytes() if people is None else people
    today = local_date(now, zone=settings.TIME_ZONE)
    roster.load(roster.read_roster(text), by=None, today=today, create=True)
    # They were there long before; were they all new, a short demo would find that nobody needs a rep yet.
    Person.objects.update(role_since=None, level_since=None, team_since=None, share_since=None)
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Acme"})
    for team in Team.objects.all():
        _place(team)
    _stand_in(now=now)
    _bring_agent()


def _place(team: Team) -> None:
    """Put a team where the manager works who is in it: a roster does not say where teams are."""
    manager = team.people.filter(role__slug="people-manager").order_by("level__rank", "pk").first()
    if manager is not None:
        team.manager, team.zone = manager, manager.zone
        team.country, team.region = manager.country, manager.region
        team.save(update_fields=["manager", "zone", "country", "region"])


def _stand_in(*, now: datetime) -> None:
    """Let each manager choose another one as their deputy; a roster does not say who that is."""
    managers = [team.manager for team in Team.objects.order_by("pk") if team.manager is not None]
    for manager, other in zip(managers, [*managers[1:], *managers[:1]], strict=True):
        with suppress(EngineError):
            onramps.choose_deputy(manager, other, now=now)


def _bring_agent() -> None:
    """Let a senior have an agent, which acts for her and is judged as she is."""
    owner = Person.objects.filter(email=AGENT_OF).first()
    if owner is not None:
        agent = Person(email=AGENT, name=f"Agent of {owner.name}", kind=Person.Kind.AGENT, owner=owner)
        agent.set_unusable_password()
        agent.save()


@transaction.atomic
def let_in() -> None:
    """Give the sign-ins their passwords and groups; it comes last, as it says that the demo is complete."""
    for one in SIGN_INS:
        person = Person.objects.get(email=one.email)
        person.set_password(one.password)
        person.is_staff = bool(one.group)
        person.save(update_fields=["password", "is_staff"])
        person.groups.set(Group.objects.filter(name=one.group))
