from datetime import timedelta

import pytest

from engine.models import Answer, Review
from engine.pages import shown
from engine.pages.reps import address
from engine.practice import remembering
from engine.rules.memory import Rating
from tests.engine.pages.presses import answered, press, token_of, url
from tests.engine_factories import (
    KINDS,
    TODAY,
    RepFactory,
    WorkoutFactory,
)
from tests.moments import MONDAY
from tests.shown import text

pytestmark = pytest.mark.django_db

RIGHT = {
    "choice": {"option": "b"},
    "judge": {"sound": "flawed"},
    "estimate": {"number": "11 000"},
    "recall": {"self_rating": "good", "text": "one row per <thing>"},
    "do": {"self_rating": "hard", "text": "120 and 364"},
}
WRONG = {"choice": {"option": "a"}, "judge": {"sound": "sound"}, "estimate": {"number": "61000"}}
WHAT_STANDS_THERE_AFTERWARDS = {
    "choice": [
        "100 three times and 50 once.",
        "That is the total without the join.",
        "Count rows before and after",
    ],
    "judge": ["It counts zeros that are gaps."],
    "estimate": ["11,200 calls", "11,000", "give or take 1,300"],
    "recall": ["<em>one row per</em>", "one row per &lt;thing&gt;", "says one row per"],
    "do": ["120 and 364", "says what they mean"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_shown_with_its_skill_idea_and_reason_and_one_button(visitor, kind):
    rep = RepFactory(kind=kind)

    page = text(visitor.get(address(rep)))

    assert f"<h1>{rep.skill.title}</h1>" in page
    assert "once for <em>every</em> match" in page
    assert "New to you" in page
    assert page.count("<button>") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_answered_by_one_press_that_leads_to_its_feedback(visitor, kind):
    rep = RepFactory(kind=kind)

    response = press(visitor, rep, **RIGHT[kind])
    page = text(visitor.get(response.url))

    assert (response.status_code, response.url) == (303, address(rep))
    assert Answer.objects.get().is_correct in (True, None)
    for words in WHAT_STANDS_THERE_AFTERWARDS[kind]:
        assert words in page
    assert "Undo my answer" in page


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_answer_shows_the_key_and_does_not_scold(visitor, kind):
    rep = RepFactory(kind=kind)

    press(visitor, rep, **WRONG[kind])
    page = text(visitor.get(address(rep)))

    assert Answer.objects.get().rating == Rating.AGAIN
    assert "Not this time." in page
    assert WHAT_STANDS_THERE_AFTERWARDS[kind][0] in page


def test_the_key_is_not_on_the_page_before_the_answer(visitor):
    page = text(visitor.get(address(RepFactory())))

    assert "100 three times" not in page
    assert "Count rows before and after" not in page


def test_the_feedback_of_a_choice_marks_the_chosen_and_the_right_option_in_words(visitor):
    rep = RepFactory()

    press(visitor, rep, option="c")
    page = text(visitor.get(address(rep)))

    assert page.index("Right answer") < page.index("100 three times") < page.index("Your answer")
    assert "https://wiki.example.org/dh#4" in page


def test_a_known_skill_says_when_and_not_its_idea(visitor):
    page = text(visitor.get(address(RepFactory(known=True))))

    assert "You got this right twelve days ago; about 83\u00a0% likely to know it today." in page
    assert "once for <em>every</em> match" not in page


@pytest.mark.parametrize(("kind", "choice"), [("choice", "b"), ("judge", "flawed")])
def test_a_link_in_the_mail_opens_the_page_with_its_option_chosen(visitor, kind, choice):
    rep = RepFactory(kind=kind)

    page = text(visitor.get(url("rep_chosen", rep, 1, choice)))

    assert page.count(" checked") == 1
    assert f'value="{choice}" required checked' in page
    assert f'action="{address(rep)}"' in page
    assert not Answer.objects.exists()


def test_an_option_that_does_not_exist_is_not_chosen(visitor):
    response = visitor.get(url("rep_chosen", RepFactory(), 1, "zzz"))

    assert response.status_code == 200
    assert " checked" not in text(response)


def test_a_link_older_than_the_rep_says_so_and_chooses_nothing(visitor):
    rep = RepFactory(attempt=2)

    page = text(visitor.get(url("rep_chosen", rep, 1, "b")))

    assert "This rep has changed since the mail." in page
    assert " checked" not in page


def test_a_link_older_than_the_rep_tells_of_an_answer_rather_than_of_a_change(visitor):
    rep = answered(RepFactory(attempt=2))

    page = text(visitor.get(url("rep_chosen", rep, 1, "b")))

    assert "This rep was answered already" in page
    assert "has changed since the mail" not in page


def test_a_rating_that_counts_for_less_is_told_as_it_was_given_and_why(visitor):
    rep = RepFactory(kind="recall", key_shown=True)

    page = text(visitor.post(address(rep), {"attempt": 1, "self_rating": "good"}, follow=True))

    assert "Noted: good." in page
    assert "It counts as hard, because an answer of this rep was shown before." in page


def test_a_rating_that_counts_as_given_needs_no_reason(visitor):
    rep = RepFactory(kind="recall", key_shown=True)

    page = text(visitor.post(address(rep), {"attempt": 1, "self_rating": "hard"}, follow=True))

    assert "Noted: hard." in page
    assert "It counts as" not in page


def test_a13_reload_back_and_a_second_press_show_the_stored_answer(visitor):
    rep = RepFactory()

    first = press(visitor, rep, option="b")
    second = press(visitor, rep, option="a")
    pages = [text(visitor.get(address(rep))), text(visitor.get(url("rep_chosen", rep, 1, "a")))]

    assert first.status_code == second.status_code == 303
    assert Answer.objects.get().given["option"] == "b"
    assert all("Right." in page for page in pages)


@pytest.mark.parametrize(
    ("kind", "filled", "words"),
    [
        ("choice", {}, "No option was chosen"),
        ("choice", {"option": "z"}, "choose one of them"),
        ("judge", {}, "sound or flawed"),
        ("judge", {"sound": "maybe"}, "maybe"),
        ("estimate", {}, "No number could be read"),
        ("estimate", {"number": "many"}, "No number could be read"),
        ("estimate", {"number": "9" * 41}, "40"),
        ("recall", {"text": "one row per thing"}, "No rating was chosen"),
        ("do", {"self_rating": "superb"}, "superb"),
        ("do", {"self_rating": "good", "text": "x" * 4_001}, "4000"),
        ("do", {"self_rating": "good", "text": "a\0b"}, "Null"),
    ],
)
def test_what_does_not_answer_the_exercise_is_refused_at_the_form(visitor, kind, filled, words):
    rep = RepFactory(kind=kind)

    response = press(visitor, rep, **filled)

    assert response.status_code == 422
    assert words in text(response)
    assert 'role="alert"' in text(response)
    assert not Answer.objects.exists()


def test_what_was_typed_is_still_there_after_a_refusal(visitor):
    rep = RepFactory(kind="recall")

    page = text(press(visitor, rep, text="one row per thing"))

    assert "one row per thing</textarea>" in page
    assert '<details class="reveal" open>' in page


@pytest.mark.parametrize("attempt", ["1", "", "x"])
def test_a_form_of_another_attempt_stores_nothing_and_shows_the_rep_as_it_is(visitor, attempt):
    rep = RepFactory(attempt=2)

    response = visitor.post(address(rep), {"attempt": attempt, "option": "b"})

    assert response.status_code == 409
    assert "as it is now" in text(response)
    assert 'name="attempt" value="2"' in text(response)
    assert not Answer.objects.exists()


def test_the_feedback_leads_to_the_next_open_rep_by_its_own_token(visitor):
    workout = WorkoutFactory(size=3)
    first, second, third = (RepFactory(workout=workout) for _ in range(3))

    answered(second)
    answered(first)
    page = text(visitor.get(address(first)))

    assert address(third) in page
    assert third.skill.title in page
    assert token_of(third) != token_of(first)


def test_after_the_last_rep_the_next_is_one_that_was_left_out(visitor):
    workout = WorkoutFactory(size=2)
    first, second = RepFactory(workout=workout), RepFactory(workout=workout)

    page = text(visitor.get(address(answered(second))))

    assert address(first) in page


def test_after_the_whole_workout_the_page_says_when_the_next_could_come(visitor):
    rep = answered(RepFactory())

    page = text(visitor.get(address(rep)))

    assert "Done for today" in page
    assert "The next workout could come on Tuesday, 24 November, from 09:00." in page


@pytest.mark.parametrize(
    ("confidence", "seconds", "rating"),
    [
        ("sure", 59, Rating.EASY),
        ("sure", 61, Rating.GOOD),
        ("fairly-sure", 59, Rating.GOOD),
        ("guessing", 59, Rating.HARD),
        ("", 59, Rating.GOOD),
    ],
)
def test_the_signed_time_of_display_and_confidence_make_the_rating(visitor, confidence, seconds, rating):
    rep = RepFactory()
    signed = shown.sign(rep, now=MONDAY - timedelta(seconds=seconds))

    press(visitor, rep, option="b", confidence=confidence, shown=signed)

    assert Answer.objects.get().rating == rating


def test_the_page_carries_a_signed_time_of_display(visitor):
    rep = RepFactory()

    signed = visitor.get(address(rep)).context["form"]["shown"].value()

    assert shown.seconds_since(signed, rep, now=MONDAY + timedelta(seconds=30)) == pytest.approx(30, abs=5)


def test_a_time_of_display_is_believed_only_for_its_own_form():
    rep, other = RepFactory(), RepFactory()
    signed = shown.sign(rep, now=MONDAY)

    assert shown.seconds_since(signed, rep, now=MONDAY) == 0
    assert shown.seconds_since(signed, other, now=MONDAY) is None
    assert shown.seconds_since(signed[:-1], rep, now=MONDAY) is None
    assert shown.seconds_since("", rep, now=MONDAY) is None


def test_who_chose_in_the_mail_is_not_taken_for_quick(visitor):
    rep = RepFactory()
    page = visitor.get(url("rep_chosen", rep, 1, "b"))

    press(visitor, rep, option="b", confidence="sure", shown=page.context["form"]["shown"].value())

    assert Answer.objects.get().rating == Rating.GOOD


def test_feedback_says_what_the_answer_did_and_until_when_it_is_expected_to_last(visitor):
    rep = RepFactory()
    remembering.record(
        rep.person,
        skill_id=rep.skill_id,
        rating=Rating.GOOD,
        source=Review.Source.WORK,
        now=MONDAY - timedelta(days=9),
        on=TODAY - timedelta(days=9),
    )

    page = text(visitor.get(address(answered(rep))))

    assert "Your memory of this skill now holds for about 24 days; before, it was 2." in page
    assert (
        "We expect you to know it at 90\N{NO-BREAK SPACE}% until about 17\N{NO-BREAK SPACE}December." in page
    )


def test_feedback_on_a_first_answer_does_not_speak_of_a_memory_before_it(visitor):
    page = text(visitor.get(address(answered(RepFactory()))))

    assert "This was your first rep of this skill." in page
    assert "before, it was" not in page


def test_feedback_brings_the_reasons_the_idea_and_the_source_before_the_way_on(visitor):
    rep = RepFactory(known=True)

    page = text(visitor.get(address(answered(rep))))

    places = [
        page.index(words)
        for words in (
            "Right.",
            "The exercise once more",
            "That is the total without the join.",
            "Count rows before and after every join.",
            "The idea of this skill",
            "Data handbook 4",
            "Done for today",
            "Undo my answer",
            "Report a mistake",
        )
    ]
    assert places == sorted(places)


def test_the_idea_lies_open_where_the_skill_is_new(visitor):
    new, known = (
        text(visitor.get(address(answered(RepFactory(**facts))))) for facts in ({}, {"known": True})
    )

    assert '<details class="more" open>\n  <summary>The idea' in new
    assert '<details class="more">\n  <summary>The idea' in known
