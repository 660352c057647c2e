from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngineConfig(AppConfig):
    name = "engine"
    verbose_name = _("Practice")

    def ready(self) -> None:
        tracking.connect(take_in_event, dispatch_uid="engine.bounces")


def take_in_event(event: AnymailTrackingEvent, esp_name: str, **_more: Any) -> None:
    """The door of django-anymail's webhooks; pages/bounces.py opens them where a secret is set."""
    from engine import delivery  # not above: apps come before their models
    from people.clock import present

    delivery.take_in(event, provider=esp_name, now=present())
