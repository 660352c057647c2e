from datetime import datetime
from typing import TYPE_CHECKING, Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from engine.delivery.onramp_mails.decide import AllWaiting
    from people.models import Person


class EngineConfig(AppConfig):
    name = "engine"
    verbose_name = _("Practice")

    def ready(self) -> None:
        from engine.delivery.onramp_mails.decide import Above  # not above: apps come before their models

        tracking.connect(take_in_event, dispatch_uid="engine.bounces")
        Above.waiting_for = staticmethod(waiting_for)


def waiting_for(person: "Person", now: datetime) -> "AllWaiting":
    """Tell the mails to approvers what waits for them, which the rooms above delivery know."""
    from engine.onramps import inbox

    return inbox.waiting_for(person, now=now, most=inbox.MOST_IN_A_MAIL)


def take_in_event(event: AnymailTrackingEvent, esp_name: str, **_more: Any) -> None:
    """The door of django-anymail's webhooks; pages/bounces.py opens them where a secret is set."""
    from engine import delivery  # not above: apps come before their models
    from people.clock import present

    delivery.take_in(event, provider=esp_name, now=present())
