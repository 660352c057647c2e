"""What a welcome says: who asked for this, what it is, what is recorded, and how to end it."""

from engine import links
from engine.models import Mail


def contents(mail: Mail) -> dict[str, object]:
    return {
        "sender": mail.sender,
        "note": mail.note,
        "sign_in_url": links.url("today"),
    }
