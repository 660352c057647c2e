"""The first mail somebody gets: from a colleague they know, and theirs to end."""

import pytest

from engine.models import Mail
from people.models import Organisation
from tests.engine.delivery.post import fresh, send
from tests.engine_factories import WelcomeFactory
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def test_a_welcome_comes_from_a_named_colleague_who_gets_the_answers(post_to, settings):
    settings.DEFAULT_FROM_EMAIL = "Rampart <rampart@example.org>"
    Organisation.objects.create(pk=1, name="Acme")
    lena = PersonFactory(name="Lena Larsen", email="lena@example.org")
    sink, mail = post_to(), WelcomeFactory(sender=lena, note="Ask me anything.")

    send()

    [received] = sink.received()
    [sender] = received.message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Lena Larsen by Rampart", "rampart@example.org")
    assert [one.addr_spec for one in received.message["Reply-To"].addresses] == ["lena@example.org"]
    assert "Acme" in received.message["Subject"]
    for part in ("plain", "html"):
        assert "Lena Larsen" in received.part(part)
        assert "Ask me anything." in received.part(part)
        assert "/stop/" in received.part(part)
        assert "who sees it" in received.part(part)
    assert fresh(mail).status == Mail.Status.SENT


@pytest.mark.parametrize("changes", [{"is_active": False}, {"started_on": None}])
def test_a_welcome_goes_to_nobody_who_does_not_practise(post_to, changes):
    sink, mail = post_to(), WelcomeFactory(person=PersonFactory(**changes))

    send()

    assert fresh(mail).status == Mail.Status.CANCELLED
    assert sink.received() == []
