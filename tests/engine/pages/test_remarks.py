import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from engine.models import Remark
from engine.pages.reps import address
from tests.engine.pages.presses import answered, token_of, url
from tests.engine_factories import ExerciseFactory, RemarkFactory, RepFactory
from tests.shown import text

pytestmark = pytest.mark.django_db

REPORT = {"attempt": 1, "text": "The key says 350; I count 400."}


@pytest.fixture(params=["asked", "answered"])
def rep(request):
    """A rep on both of its pages."""
    return RepFactory() if request.param == "asked" else answered(RepFactory())


def test_both_pages_offer_to_remark_and_say_what_happens(visitor, rep):
    ExerciseFactory(skill=rep.skill)

    page = text(visitor.get(address(rep)))

    assert "Not useful to me" in page
    assert "You will not get this exercise again while its skill has another." in page
    assert "Report a mistake" in page
    assert "L&amp;D reads what you write, and never who wrote it." in page


def test_not_useful_is_one_press_and_one_more_takes_it_back(visitor, rep):
    said = visitor.post(url("rep_not_useful", rep), {"attempt": 1})
    page = text(visitor.get(said.url))
    back = visitor.post(url("rep_take_back", rep), {"attempt": 1, "kind": "not-useful"})
    after = text(visitor.get(back.url))

    assert (said.status_code, said.url) == (303, address(rep) + "#remarks")
    assert "Noted: not useful to you." in page
    assert "It is useful after all" in page
    assert "Noted: not useful" not in after
    assert Remark.objects.get().withdrawn_at is not None


def test_of_the_last_exercise_that_is_left_both_pages_say_that_it_may_come_again(visitor, rep):
    other = ExerciseFactory(skill=rep.skill)
    RemarkFactory(rep=rep, exercise=other, kind="not-useful")

    before = text(visitor.get(address(rep)))
    after = text(visitor.get(visitor.post(url("rep_not_useful", rep), {"attempt": 1}).url))

    for page in (before, after):
        assert "may come again" in page
        assert "You will not get this exercise again" not in page
    assert "You have said so of every exercise of this skill." in after


def test_only_an_exercise_of_today_that_the_person_did_not_refuse_is_another(visitor, rep):
    ExerciseFactory(skill=rep.skill, is_current=False)
    elsewhere = RepFactory(exercise=ExerciseFactory(skill=rep.skill))
    RemarkFactory(rep=elsewhere, kind="not-useful")

    visitor.post(url("rep_not_useful", rep), {"attempt": 1})

    assert "You will not get this exercise again while its skill has another." in text(
        visitor.get(address(rep))
    )


def test_a_reported_mistake_is_confirmed_in_its_own_words_and_can_be_taken_back(visitor, rep):
    said = visitor.post(url("rep_mistake", rep), REPORT)
    page = text(visitor.get(said.url))
    visitor.post(url("rep_take_back", rep), {"attempt": 1, "kind": "mistake"})

    assert said.status_code == 303
    assert "Thank you for the report." in page
    assert "I count 400." in page
    assert "Send the report" not in page
    assert "Send the report" in text(visitor.get(address(rep)))


def test_a_press_again_is_no_news(visitor, rep):
    for _ in range(2):
        assert visitor.post(url("rep_not_useful", rep), {"attempt": 1}).status_code == 303
        assert visitor.post(url("rep_mistake", rep), REPORT).status_code == 303

    assert Remark.objects.count() == 2


@pytest.mark.parametrize(
    ("written", "words"),
    [("", "Say in a few words"), (" ", "Say in a few words"), ("x" * 2_001, "at most 2000")],
)
def test_a_report_that_says_nothing_or_too_much_is_refused_at_its_field(visitor, rep, written, words):
    response = visitor.post(url("rep_mistake", rep), {"attempt": 1, "text": written})

    assert response.status_code == 422
    assert words in text(response)
    assert '<details class="more" open>' in text(response)
    assert not Remark.objects.exists()


def test_a_report_of_two_thousand_characters_is_kept_whole(visitor, rep):
    visitor.post(url("rep_mistake", rep), {"attempt": 1, "text": "é" * 2_000})

    assert Remark.objects.get().text == "é" * 2_000


def test_what_ld_looked_at_is_said(visitor, rep):
    RemarkFactory(rep=rep, settled_at=rep.workout.planned_at)

    page = text(visitor.get(address(rep)))

    assert "L&amp;D has looked at the mistake you reported." in page
    assert "Send the report" in page


def test_a_remark_on_an_older_page_is_refused(visitor):
    rep = RepFactory()
    ExerciseFactory(skill=rep.skill)
    visitor.post(url("rep_swap", rep))

    for route in ("rep_not_useful", "rep_mistake"):
        response = visitor.post(url(route, rep), REPORT)
        assert response.status_code == 409
        assert "older than your last press" in text(response)
    assert not Remark.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"attempt": "one"}, {"attempt": 1, "kind": "praise"}])
def test_a_press_that_says_nothing_known_changes_nothing(visitor, rep, sent):
    response = visitor.post(url("rep_take_back", rep), sent)

    assert response.status_code == 409
    assert "incomplete" in text(response)


def test_a_remark_is_inert_text(visitor, rep):
    visitor.post(url("rep_mistake", rep), {"attempt": 1, "text": "<script>alert(1)</script>"})

    assert "<script" not in text(visitor.get(address(rep)))


def test_a_colleagues_remark_shows_on_no_page_of_mine(visitor, rep):
    RemarkFactory(rep=RepFactory(exercise=rep.exercise), text="Mine alone")

    page = text(visitor.get(address(rep)))

    assert "Mine alone" not in page
    assert "Thank you for the report" not in page


def test_another_one_is_offered_only_where_there_is_another(visitor):
    rep = RepFactory()
    alone = text(visitor.get(address(rep)))
    ExerciseFactory(skill=rep.skill)

    assert "Another one, please" not in alone
    assert "Another one, please" in text(visitor.get(address(rep)))
    assert "Another one, please" not in text(visitor.get(address(answered(rep))))


def test_the_three_addresses_lead_a_mere_visitor_to_the_rep(visitor):
    rep = RepFactory()

    for route in ("rep_not_useful", "rep_mistake", "rep_take_back"):
        assert visitor.get(reverse(route, args=[token_of(rep)])).url == address(rep)


@pytest.mark.django_db(transaction=True)
def test_of_two_reports_at_once_one_is_kept_and_both_are_thanked():
    reps = [RepFactory() for _ in range(20)]
    addresses = [url("rep_mistake", rep) for rep in reps]
    barrier = threading.Barrier(2)
    statuses = []

    def press():
        try:
            for there in addresses:
                barrier.wait(timeout=60)
                statuses.append(Client().post(there, REPORT).status_code)
        finally:
            connection.close()

    presses = [threading.Thread(target=press) for _ in range(2)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()

    assert statuses == [303] * 40
    assert Remark.objects.count() == 20
