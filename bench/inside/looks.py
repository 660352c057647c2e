"""What there is to look at in a demo, and a session for whoever looks."""

from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.utils import timezone

from engine import pace
from engine.demo.looks import Look, looks
from engine.pages.urls import urlpatterns
from people.clock import present
from people.models import Person


def run() -> list[dict[str, str]]:
    _simulate_paces()
    return [
        {
            "name": look.name,
            "of": look.of,
            "address": look.address,
            "session": client.cookies["sessionid"].value if look.email else "",
        }
        for look in all_looks()
        for client in [client_of(look)]
    ]


def _simulate_paces() -> None:
    """Do what the worker of a demo would have done meanwhile."""
    while pace.work_off_one(now=timezone.now(), is_over=lambda: False, is_asked_to_stop=lambda: False):
        pass


def all_looks() -> list[Look]:
    return looks(list(urlpatterns), now=present())


def client_of(look: Look) -> Client:
    """Return a browser in which this look's person is signed in."""
    client = Client(headers={"host": urlsplit(settings.BASE_URL).hostname})
    if look.email:
        client.force_login(Person.objects.get(email=look.email))
    return client
