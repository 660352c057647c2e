"""What a welcome says: who asked for this, what it is, what is recorded, and how to end it."""

from engine import links
from engine.models import Enrolment, Mail
from paths.models import Path


def contents(mail: Mail) -> dict[str, object]:
    on = Enrolment.objects.active().filter(person=mail.person, path__status__in=Path.PRACTISED)
    return {
        "paths": list(on.order_by("started_on", "path").values_list("path__title", flat=True)),
        "sender": mail.sender,
        "note": mail.note,
        "sign_in_url": links.url("today"),
    }
