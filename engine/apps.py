from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import PermissionDenied


class EngineConfig(AppConfig):
    name = "engine"
    verbose_name = "Practice"

    def ready(self) -> None:
        tracking.connect(take_in_event, dispatch_uid="engine.bounces")


def take_in_event(event: AnymailTrackingEvent, esp_name: str, **_more: Any) -> None:
    """The door of django-anymail's webhooks, which are open to everybody where no secret is set."""
    from engine import delivery, jobs  # not above: apps come before their models

    if not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise PermissionDenied("Set BOUNCE_WEBHOOK_SECRET, or anybody could report any address as dead.")
    delivery.take_in(event, provider=esp_name, now=jobs.present())
