"""Links as they arrive in a real mail: A11, what a scanner does with them; A14, two presses at once."""

import random
import re
import threading
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from engine import links
from engine.delivery.workout_mail import in_mail
from engine.errors import BadLink
from engine.links import Purpose
from engine.models import Answer, Mail, Memory, Review
from tests.databases import dump
from tests.engine.delivery.post import LATEST, MONDAY, a_mail, practising, tick
from tests.engine_factories import KINDS, MailFactory, RepFactory, WorkoutFactory

ROUNDS = {"postgresql": 200, "sqlite": 20}


@pytest.fixture(autouse=True)
def _on_monday(settings, tmp_path):
    settings.CLOCK_OFFSET = LATEST - timezone.now()
    settings.STATIC_ROOT = tmp_path  # nothing was collected


def addresses(received) -> list[str]:
    """Every address of ours in the mail, its headers included."""
    parts = (received.part("plain"), received.part("html"), received.message["List-Unsubscribe"])
    found = {link for part in parts for link in re.findall(r"https?://[^\s<>\"]+", part)}
    return sorted(urlsplit(link).path for link in found if "wiki.example.org" not in link)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_a11_a_scanner_that_opens_every_link_thrice_changes_nothing(post_to, seed):
    sink = post_to()
    workout = WorkoutFactory(size=5)
    for kind in KINDS:
        RepFactory(workout=workout, kind=kind)
    MailFactory(workout=workout)
    tick(MONDAY)
    [received] = sink.received()
    visits = [(method, link) for link in addresses(received) for method in ("get", "head")] * 3
    random.Random(seed).shuffle(visits)
    before = dump()

    codes = {getattr(Client(), method)(link).status_code for method, link in visits}

    assert codes == {200}
    assert dump() == before
    rep = workout.reps.get(exercise__kind="choice")
    page = urlsplit(in_mail(rep, today=workout.day).page).path
    assert Client().post(page, {"attempt": 1, "option": "b"}).status_code == 303
    assert Answer.objects.get().rep == rep


@pytest.mark.django_db
def test_every_link_of_a_mail_ends_in_a_slash_and_in_no_letter_that_mail_programs_cut(post_to):
    sink = post_to()
    practising(3)

    tick(LATEST)

    links = [link for received in sink.received() for link in addresses(received)]
    assert len(links) > 10
    assert all(re.fullmatch(r"/[\w/.-]+/", link) for link in links)


@pytest.mark.django_db(transaction=True)
def test_a14_of_two_presses_at_once_the_first_one_wins():
    rounds = ROUNDS[connection.vendor]
    mails = [a_mail(reps=1) for _ in range(rounds)]
    links = [urlsplit(in_mail(mail.workout.reps.get(), today=mail.day).page).path for mail in mails]
    barrier = threading.Barrier(2)
    codes: list[int] = []

    def press(option: str) -> None:
        try:
            for link in links:
                barrier.wait(timeout=60)
                codes.append(Client().post(link, {"attempt": 1, "option": option}).status_code)
        finally:
            connection.close()

    presses = [threading.Thread(target=press, args=[option]) for option in ("a", "b")]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()

    assert codes == [303] * 2 * rounds
    for model in (Answer, Review, Memory):
        assert model.objects.count() == rounds
    pages = [Client().get(link) for link in links]
    assert {page.status_code for page in pages} == {200}
    assert not Mail.objects.filter(status="failed").exists()


def test_links_in_a_preview_open_nothing():
    with links.inert():
        inert = links.token(Purpose.ANSWER, 1)

    assert inert == "preview"
    with pytest.raises(BadLink):
        links.row_id(Purpose.ANSWER, inert)
