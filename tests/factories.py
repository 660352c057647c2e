"""Rows with sensible defaults; a test names only what it is about."""

from datetime import date, time

import factory
from factory.django import DjangoModelFactory, Password

from people.models import Absence, AbsenceCalendar, Level, Person, Role, Team

FIRST_MONDAY = date(2026, 1, 5)


class RoleFactory(DjangoModelFactory):
    class Meta:
        model = Role
        django_get_or_create = ["slug"]

    slug = "data-analyst"
    name = factory.LazyAttribute(lambda role: role.slug.replace("-", " ").capitalize())


class LevelFactory(DjangoModelFactory):
    class Meta:
        model = Level
        django_get_or_create = ["slug"]

    slug = "novice"
    name = factory.LazyAttribute(lambda level: level.slug.replace("-", " ").capitalize())
    rank = 1


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team
        django_get_or_create = ["slug"]

    slug = "insights"
    name = factory.LazyAttribute(lambda team: team.slug.replace("-", " ").capitalize())
    zone = "Europe/Berlin"


class PersonFactory(DjangoModelFactory):
    """Somebody who practises: started, active, a novice analyst in Berlin, nine o'clock on workdays."""

    class Meta:
        model = Person

    class Params:
        new = factory.Trait(started_on=None)
        gone = factory.Trait(is_active=False, left_on=date(2026, 1, 30))
        agent = factory.Trait(
            kind=Person.Kind.AGENT, owner=factory.SubFactory("tests.factories.PersonFactory"), started_on=None
        )

    email = factory.Sequence(lambda number: f"person{number}@example.org")
    name = factory.Sequence(lambda number: f"Person {number}")
    password = Password(None)
    role = factory.SubFactory(RoleFactory)
    level = factory.SubFactory(LevelFactory)
    team = factory.SubFactory(TeamFactory)
    role_since = level_since = team_since = share_since = FIRST_MONDAY
    zone = "Europe/Berlin"
    send_time = time(9)
    started_on = FIRST_MONDAY


class AbsenceFactory(DjangoModelFactory):
    class Meta:
        model = Absence

    person = factory.SubFactory(PersonFactory)
    starts_on = FIRST_MONDAY
    ends_on = factory.SelfAttribute("starts_on")


class AbsenceCalendarFactory(DjangoModelFactory):
    class Meta:
        model = AbsenceCalendar

    person = factory.SubFactory(PersonFactory)
    address = "https://calendar.example.org/secret/kumquat.ics"
