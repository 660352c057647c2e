"""Who decides for somebody while they are away, and after some hours of silence: their own choice."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from engine.errors import NotADeputy
from engine.models import Record
from engine.onramps import audit
from people.models import Person


def possible_deputies(person: Person) -> QuerySet[Person]:
    """Whom somebody may choose: who shares their manager, leads a team, or reports to them."""
    beside = Q(manager=person) | Q(managed_teams__isnull=False) | Q(deputy_of=person)
    if person.manager_id is not None:
        beside |= Q(manager=person.manager_id)
    people = Person.objects.filter(beside, is_active=True, kind=Person.Kind.PERSON).exclude(pk=person.pk)
    return people.distinct().order_by("name")


@transaction.atomic
def choose_deputy(person: Person, deputy: Person | None, *, now: datetime) -> None:
    """Let this deputy decide for somebody while they are away, or nobody; raise NotADeputy."""
    if deputy is not None and not possible_deputies(person).filter(pk=deputy.pk).exists():
        raise NotADeputy(
            _("%(name)s cannot be your deputy. Choose somebody beside you, or who reports to you.")
            % {"name": deputy}
        )
    if person.deputy_id == (deputy.pk if deputy else None):
        return
    audit.note(
        Record.Kind.DEPUTY,
        now=now,
        by=person,
        person=person,
        before=person.deputy_id,
        after=deputy.pk if deputy else None,
    )
    person.deputy = deputy
    person.save(update_fields=["deputy"])
