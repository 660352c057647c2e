from datetime import timedelta

import pytest
from django.utils import translation

from engine import wording
from engine.models import Rep
from engine.templatetags import wording as filters
from people.models import Person
from tests.engine_factories import TODAY


@pytest.mark.parametrize(
    ("days", "ago"),
    [
        (-1, "earlier today"),
        (0, "earlier today"),
        (1, "yesterday"),
        (2, "two days ago"),
        (12, "twelve days ago"),
        (13, "13 days ago"),
    ],
)
def test_a_fading_skill_says_when_it_was_practised_and_how_likely_it_is_still_known(days, ago):
    rep = Rep(why="fading", retrievability=0.826, last_review_on=TODAY - timedelta(days=days), last_rating=3)

    assert (
        wording.why(rep, today=TODAY) == f"You got this right {ago}; about 83\u00a0% likely to know it today."
    )


@pytest.mark.parametrize(
    ("rating", "words"),
    [
        (1, "You did not have this yet nine days ago;"),
        (2, "You got there with some effort nine days ago;"),
        (3, "You got this right nine days ago;"),
        (4, "This was easy for you nine days ago;"),
        (None, "You last practised this nine days ago;"),
    ],
)
def test_how_it_went_last_time_is_said_without_scolding(rating, words):
    last = TODAY - timedelta(days=9)
    rep = Rep(why="fading", retrievability=0.8, last_review_on=last, last_rating=rating)

    assert wording.why(rep, today=TODAY).startswith(words)


def test_a_skill_still_known_says_what_a_rep_is_good_for():
    rep = Rep(why="keeps", retrievability=0.97, last_review_on=TODAY - timedelta(days=3))

    assert wording.why(rep, today=TODAY).endswith(
        "about 97\u00a0% likely to know it today. A rep now makes it last longer."
    )


def test_nobody_is_ever_said_to_be_sure_to_know_a_skill():
    rep = Rep(why="keeps", retrievability=0.999, last_review_on=TODAY, last_rating=3)

    assert "about 99\u00a0% likely" in wording.why(rep, today=TODAY)


@pytest.mark.parametrize(
    "rep",
    [
        Rep(why="new"),
        Rep(why="fading"),
        Rep(why="fading", retrievability=0.8),
        Rep(why="new", retrievability=1),
    ],
)
def test_a_skill_without_a_review_is_new(rep):
    assert wording.why(rep, today=TODAY).startswith("New to you")


@pytest.mark.parametrize(("language", "spoken"), [("en", "en"), ("en-gb", "en"), ("tlh", "en"), ("", "en")])
def test_a_language_we_do_not_know_is_not_claimed(language, spoken):
    with wording.spoken_to(Person(language=language)):
        assert translation.get_language() == spoken


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.0, "4"),
        (11200, "11,200"),
        (0.1 + 0.2, "0.3"),
        (-3.5, "-3.5"),
        (0.00012, "0.00012"),
        (1234567.25, "1,234,567.25"),
        (0, "0"),
        (100.0, "100"),
        (9e99, "9E+99"),
    ],
)
def test_numbers_are_written_as_people_write_them(value, text):
    assert filters.number(value) == text


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("`x < 1`", "<code>x &lt; 1</code>"),
        ("one\n\ntwo", "one<br>two"),
        ("[a](https://a.example) *b*", "a <em>b</em>"),
        ("<b onclick=x>", "&lt;b onclick=x&gt;"),
        ("150", "150"),
    ],
)
def test_inline_text_holds_no_blocks_and_no_links(markdown, html):
    assert filters.inline(markdown) == html


@pytest.mark.parametrize(
    ("days", "rests", "said"),
    [
        (1, 20, "You did this for real on Sunday; it rests until 13\N{NO-BREAK SPACE}December."),
        (6, 100, "You did this for real on Tuesday; it rests until March."),
        (7, 46, "You did this for real on Monday, 16 November; it rests until January."),
        (1, 400, "You did this for real on Sunday; it rests until December 2027."),
        (1, 0, "You did this for real on Sunday."),
    ],
)
def test_work_that_kept_a_skill_fresh_is_told_with_its_day_and_until_when_it_rests(days, rests, said):
    on, until = TODAY - timedelta(days=days), TODAY + timedelta(days=rests)

    assert wording.done_for_real(on, rests_until=until, today=TODAY) == said


def test_a_skill_last_done_for_real_says_so_whatever_help_it_took():
    last = TODAY - timedelta(days=2)
    rep = Rep(why="fading", retrievability=0.9, last_review_on=last, last_rating=1, last_by_work=True)

    assert wording.why(rep, today=TODAY) == (
        "You did this for real two days ago; about 90\N{NO-BREAK SPACE}% likely to know it today."
    )
