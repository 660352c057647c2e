"""People who may open the admin."""

from typing import Any

from django.contrib.auth.models import Group

from people.models import Person
from tests.factories import PersonFactory


def member(group: str, **fields: Any) -> Person:
    """Somebody in this group, who may open the admin unless `is_staff=False`."""
    person: Person = PersonFactory(**{"is_staff": True, **fields})
    person.groups.add(Group.objects.get_or_create(name=group)[0])
    return person
