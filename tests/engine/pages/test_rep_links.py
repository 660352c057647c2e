from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from engine import links, practice
from engine.links import Purpose
from engine.models import Answer, Review
from engine.pages.doors import opened_by
from engine.pages.reps import REPS, address
from engine.rules.grading import Given
from people.models import Person
from tests.engine.pages.presses import answered, press, token_of, url
from tests.engine_factories import (
    KINDS,
    TODAY,
    ExerciseFactory,
    RepFactory,
    SkillFactory,
    WorkoutFactory,
    content,
)
from tests.every_page import build_world, every_page
from tests.factories import PersonFactory
from tests.shown import text

pytestmark = pytest.mark.django_db

ACTIONS = ["rep_undo", "rep_not_me", "rep_swap", "rep_not_useful", "rep_mistake", "rep_take_back"]


def test_a11_getting_every_link_thrice_changes_nothing(visitor, everything):
    reps = [RepFactory(kind=kind, workout=WorkoutFactory(day=TODAY)) for kind in KINDS]
    reps.append(answered(RepFactory()))
    before = everything()

    for rep in reps * 3:
        for address_ in [
            address(rep),
            *(url("rep_chosen", rep, 1, choice) for choice in ("a", "b", "c", "sound", "flawed")),
            *(url(action, rep) for action in ACTIONS),
        ]:
            assert visitor.get(address_).status_code in (200, 303)
            assert visitor.head(address_).status_code in (200, 303)

    assert everything() == before


def forged(rep):
    good = token_of(rep)
    other = RepFactory(person=rep.person)
    return {
        "one character changed": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "in lower case": good.lower(),
        "cut off": good[:-3],
        "another row's number": good.replace(str(rep.pk), str(other.pk), 1),
        "made to stop mails": links.token(Purpose.STOP, rep.pk),
        "made for settings": links.token(Purpose.SETTINGS, rep.pk),
        "of a row that is gone": links.token(Purpose.ANSWER, 999_999),
        "no token at all": "hello",
    }


def test_a15_a_forged_token_gets_one_neutral_page(visitor, everything):
    rep = RepFactory(person=PersonFactory(name="Ines Weber"), workout=WorkoutFactory())
    tokens = forged(rep)
    before = everything()
    pages = set()

    for why, token in tokens.items():
        for route in ["rep", *ACTIONS]:
            for response in [
                visitor.get(reverse(route, args=[token])),
                visitor.post(reverse(route, args=[token]), {"attempt": 1, "option": "b"}),
            ]:
                assert response.status_code == 404, why
                pages.add(text(response))

    assert len(pages) == 1
    assert "Ines" not in pages.pop()
    assert everything() == before
    assert visitor.get(address(rep)).status_code == 200


def test_a_link_that_does_not_work_leads_on_to_todays_workout(visitor):
    page = text(visitor.get(reverse("rep", args=["cut-off"])))

    assert '<a class="button quiet" href="/">To today’s workout</a>' in page


def test_a17_links_of_somebody_who_left_are_as_bad_as_forged_ones(visitor):
    rep = RepFactory(workout=WorkoutFactory(person=PersonFactory(gone=True)))

    pages = [
        visitor.get(address(rep)),
        press(visitor, rep, option="b"),
        visitor.get(reverse("rep", args=["hello"])),
    ]

    assert {page.status_code for page in pages} == {404}
    assert len({text(page) for page in pages}) == 1
    assert not Answer.objects.exists()


def test_a17_a_link_dies_even_between_the_look_at_the_person_and_the_press(rf):
    @opened_by(Purpose.ANSWER, REPS)
    def page(request, rep, *, now):
        Person.objects.update(is_active=False)
        return practice.answer(rep, Given(option="b"), attempt=1, now=now)

    response = page(rf.post("/"), token_of(RepFactory()))

    assert (response.status_code, Answer.objects.count()) == (404, 0)


def test_a16_an_expired_link_says_so_and_stores_nothing(visitor, at):
    rep = RepFactory()
    at(rep.workout.expires_at() + timedelta(seconds=1))

    responses = [
        visitor.get(address(rep)),
        press(visitor, rep, option="b"),
        visitor.post(url("rep_swap", rep)),
    ]

    assert {response.status_code for response in responses} == {410}
    assert all("expired" in text(response) for response in responses)
    assert not Answer.objects.exists()


def test_a16_an_answered_rep_shows_its_result_after_its_time_and_no_way_to_change_it(visitor, at):
    rep = answered(RepFactory())
    at(rep.workout.expires_at() + timedelta(days=1))

    response = visitor.get(address(rep))

    assert response.status_code == 200
    assert "Right." in text(response)
    assert "not me" not in text(response)


def test_a_page_names_nobody_and_no_other_day(visitor):
    person = PersonFactory(name="Ines Weber", email="ines@example.org")
    earlier = RepFactory(workout=WorkoutFactory(person=person, day=TODAY - timedelta(days=1)))
    rep = RepFactory(workout=WorkoutFactory(person=person))

    pages = text(visitor.get(address(rep))) + text(visitor.get(address(answered(rep))))

    assert "Ines" not in pages
    assert "ines@" not in pages
    assert earlier.skill.title not in pages


def test_a18_every_answer_behind_a_token_keeps_the_address_secret(visitor, at):
    rep, done = RepFactory(), answered(RepFactory())
    responses = [
        visitor.get(address(rep)),
        visitor.get(url("rep_chosen", rep, 1, "b")),
        visitor.get(reverse("rep", args=["hello"])),
        visitor.put(address(rep)),
        press(visitor, rep),
        visitor.post(url("rep_swap", rep)),
        visitor.get(address(done)),
        visitor.get(url("rep_mistake", done)),
        visitor.post(url("rep_mistake", done), {"attempt": 1, "text": ""}),
        visitor.post(url("rep_mistake", done), {"attempt": 1, "text": "The key is wrong."}),
        visitor.post(url("rep_not_useful", done), {"attempt": 1}),
        visitor.post(url("rep_take_back", done), {"attempt": 1, "kind": "mistake"}),
        visitor.post(url("rep_not_useful", rep)),
        visitor.post(url("rep_undo", done)),
    ]
    at(rep.workout.expires_at())
    responses.append(visitor.get(address(rep)))

    statuses = [200, 200, 404, 405, 422, 409, 200, 303, 422, 303, 303, 303, 409, 303, 410]
    assert [response.status_code for response in responses] == statuses
    for response in responses:
        keeps_its_address_secret(response)


def keeps_its_address_secret(response):
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert not response.cookies
    assert b"<script" not in response.content
    assert b"style=" not in response.content


TOKEN_PAGES = [page for page in every_page() if "token" in page.parameters]


@pytest.mark.parametrize("page", TOKEN_PAGES, ids=lambda page: page.name)
def test_a18_a_page_behind_a_token_that_breaks_keeps_its_address_secret_too(visitor, page, monkeypatch):
    address_ = build_world().address(page)

    def break_down(purpose, text):
        raise LookupError(text)

    monkeypatch.setattr(links, "row_id", break_down)
    visitor.raise_request_exception = False
    for response in (visitor.get(address_), visitor.post(address_)):
        assert response.status_code == 500
        assert address_.split("/")[2] not in text(response)
        keeps_its_address_secret(response)


def test_a19_the_token_is_enough_where_a_session_belongs_to_somebody_else():
    rep = RepFactory()
    colleague = Client(enforce_csrf_checks=True)
    colleague.force_login(PersonFactory())

    response = press(colleague, rep, option="b")

    assert response.status_code == 303
    assert Review.objects.get().person == rep.person


HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](//evil.example) "
    "[c](data:text/html,x) ![d](https://evil.example/pixel.png) <a href='https://evil.example/1'>e</a>"
)


def harmless(page):
    return not any(
        bad in page
        for bad in ["<script", "<img", 'href="javascript', 'href="//evil', 'href="data', 'src="http']
    )


def test_a42_hostile_markdown_is_inert_on_the_page(visitor):
    options = [
        {"id": "a", "text": HOSTILE, "why": HOSTILE},
        {"id": "b", "text": "fine", "why": HOSTILE, "correct": True},
    ]
    sources = [{"title": "<script>", "url": "javascript:alert(1)"}]
    hostile = content(
        "choice", prompt=HOSTILE, options=options, feedback=HOSTILE, moment="<img>", sources=sources
    )
    skill = SkillFactory(idea=HOSTILE, title="<script>alert(1)</script>")
    rep = RepFactory(exercise=ExerciseFactory(skill=skill, content=hostile))

    before = text(visitor.get(address(rep)))
    press(visitor, rep, option="a")
    after = text(visitor.get(address(rep)))

    assert harmless(before)
    assert harmless(after)


@pytest.mark.parametrize("kind", ["recall", "do"])
def test_a42_what_a_person_wrote_is_shown_as_text(visitor, kind):
    rep = RepFactory(kind=kind)

    press(visitor, rep, self_rating="good", text=HOSTILE)

    assert harmless(text(visitor.get(address(rep))))
