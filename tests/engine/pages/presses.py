"""What the tests of rep pages do again and again."""

from django.urls import reverse

from engine import links, practice
from engine.links import Purpose
from engine.pages.reps import address
from engine.rules.grading import Given
from tests.moments import MONDAY


def token_of(rep):
    return links.token(Purpose.ANSWER, rep.pk)


def url(route, rep, *more):
    return reverse(route, args=[token_of(rep), *more])


def answered(rep, given=None, *, now=MONDAY):
    practice.answer(rep, given or Given(option="b"), attempt=rep.attempt, now=now)
    rep.refresh_from_db()
    return rep


def press(client, rep, **filled):
    return client.post(address(rep), {"attempt": rep.attempt, **filled})
