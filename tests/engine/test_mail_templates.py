import re
from collections import Counter
from html import unescape

import html5lib
import pytest
from django.urls import resolve

from engine.delivery.compose import compose
from people.models import Organisation
from tests import work_mails
from tests.contrast import contrast
from tests.engine_factories import (
    CONTENT,
    KINDS,
    ExerciseFactory,
    MailFactory,
    RepFactory,
    SkillFactory,
    WorkoutFactory,
    content,
)
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.payments import TUESDAY

pytestmark = pytest.mark.django_db

URL = re.compile(r"https?://[^\s>]+")


def composed(workout):
    return compose(MailFactory(workout=workout), list(workout.reps.all()), dated_at=MONDAY)


def mail_with(count, **rep):
    workout = WorkoutFactory(size=count)
    for number in range(count):
        RepFactory(workout=workout, **{"kind": KINDS[number % len(KINDS)]} | rep)
    return composed(workout)


def parsed(html):
    """The tree of a mail as everybody but Outlook reads it."""
    return html5lib.parse(re.sub("<!--.*?-->", "", html, flags=re.S), namespaceHTMLElements=False)


def words(html):
    return " ".join("".join(parsed(html).find("body").itertext()).split())


def shown(html):
    """The words on the page, without what only a list of mails shows."""
    tree = parsed(html)
    [preheader] = [element for element in tree.iter("div") if element.get("class") == "preheader"]
    preheader.text = ""
    return " ".join("".join(tree.find("body").itertext()).split())


def links_of(html):
    return [link.get("href") for link in parsed(html).iter("a")]


@pytest.mark.parametrize("count", range(1, 11))
def test_a1_both_parts_hold_every_exercise_and_every_link(count):
    mail = mail_with(count)

    assert set(links_of(mail.html)) == set(URL.findall(mail.text))
    for number in range(count):
        prompt = CONTENT[KINDS[number % len(KINDS)]]["prompt"].splitlines()[-1].replace("**", "")
        for part in (words(mail.html), mail.text):
            assert prompt in part
            assert f"{number + 1}. Notice skill-" in part


BUTTONS = ("go", "option", "other")


def test_no_button_lies_in_text_which_dresses_tables_of_data():
    pages = [compose(mail, [], dated_at=TUESDAY).html for _name, mail in work_mails.mails()]
    pages += [mail_with(len(KINDS)).html]

    buttons = 0
    for page in map(parsed, pages):
        texts = [one for one in page.iter() if "text" in one.get("class", "").split()]
        assert not [one for text in texts for one in text.iter("td") if one.get("class") in BUTTONS]
        buttons += sum(one.get("class") in BUTTONS for one in page.iter("td"))
    assert buttons > len(KINDS)


def test_accept_and_decline_look_of_a_kind():
    offer = next(mail for name, mail in work_mails.mails() if name == "offers")

    cells = parsed(compose(offer, [], dated_at=TUESDAY).html).iter("td")

    looks = {cell.get("class"): cell for cell in cells if cell.get("class") in BUTTONS}
    assert looks.keys() == {"go", "other"}
    for cell in looks.values():
        assert "text-align:center" in cell.get("style").replace(" ", "")
        assert "font-weight:600" in cell.find("a").get("style").replace(" ", "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_why_it_was_chosen_and_what_may_help(kind):
    new, known = mail_with(1, kind=kind), mail_with(1, kind=kind, known=True)

    for part in (words(new.html), new.text):
        assert "New to you: read the idea, then try it once." in part
        assert "A join repeats a row once for every match." in part
        assert "without AI" in part.replace("Without", "without")
    for part in (words(known.html), known.text):
        assert "You got this right twelve days ago; about 83 % likely to know it today." in " ".join(
            part.split()
        )
        assert "A join repeats" not in part


def test_no_key_travels_in_a_mail():
    mail = mail_with(5)

    for part in (mail.html, mail.text):
        for secret in ("100 three times", "Count rows before", "zeros that are gaps", "11200", "one row per"):
            assert secret not in part


@pytest.mark.parametrize(("name", "sender"), [("Acme", "Rampart at Acme"), ("", "Rampart")])
def test_the_first_lines_say_who_writes_and_how_long_it_takes(name, sender):
    Organisation.objects.create(pk=1, name=name)

    mail = mail_with(3)

    first, _, second, *_ = mail.text.splitlines()
    assert (first, second) == (sender, "Your practice today: 3 reps, about 6 minutes")
    assert shown(mail.html).startswith(f"{first} {second}")


def test_one_rep_is_spoken_of_as_one():
    workout = WorkoutFactory()
    RepFactory(workout=workout, exercise=ExerciseFactory(minutes=1))

    assert "Your practice today: 1 rep, about 1 minute\n" in composed(workout).text


def test_a_list_of_mails_shows_beside_the_subject_why_the_first_rep_was_chosen():
    tree = parsed(mail_with(2, known=True).html)

    [preheader] = [element for element in tree.iter("div") if element.get("class") == "preheader"]

    assert preheader.text.startswith("You got this right twelve days ago;")
    assert "display:none" in preheader.get("style")


def test_a_reps_answers_are_in_a_table_of_their_own_after_its_text():
    tree = parsed(mail_with(5).html)

    answers = [table for table in tree.iter("table") if table.get("class") == "answers"]

    assert [len(list(table.iter("a"))) for table in answers] == [3, 1, 1, 2, 1]
    assert all(cell.get("class") in {"option", "go"} for table in answers for cell in table.iter("td"))


@pytest.mark.parametrize(("count", "subject"), [(1, "Notice fan-out"), (3, "Notice fan-out, and 2 more")])
def test_the_subject_names_the_first_skill(count, subject):
    workout = WorkoutFactory(size=count)
    RepFactory(workout=workout, exercise=ExerciseFactory(skill=SkillFactory(title="Notice fan-out")))
    for _ in range(count - 1):
        RepFactory(workout=workout)

    assert composed(workout).subject == subject


def test_a_subject_and_a_text_part_are_not_escaped():
    workout = WorkoutFactory()
    skill = SkillFactory(title="Say “no” & mean it: <3", idea="Ask > tell & wait.")
    RepFactory(workout=workout, exercise=ExerciseFactory(skill=skill))

    mail = composed(workout)

    assert mail.subject == skill.title
    assert skill.title in mail.text
    assert "Ask > tell & wait." in mail.text
    assert skill.title in words(mail.html)


def test_every_link_has_a_text_of_its_own():
    mail = mail_with(10)

    texts = Counter(" ".join("".join(link.itertext()).split()) for link in parsed(mail.html).iter("a"))

    assert texts.most_common(1)[0][1] == 1
    assert "1a 150" in texts


def test_every_link_of_ours_opens_a_page_and_ends_in_a_slash(settings):
    mail = mail_with(5)

    ours = [link for link in links_of(mail.html) if link.startswith(settings.BASE_URL)]

    assert all(link.endswith("/") for link in ours)
    routes = Counter(resolve(link.removeprefix(settings.BASE_URL)).url_name for link in ours)
    assert routes == {"rep_chosen": 5, "rep": 3, "mail_settings": 1, "stop": 1}


def test_a8_language_and_direction_stand_on_html_and_on_the_first_child_of_body():
    tree = parsed(mail_with(2).html)

    for element in (tree, next(iter(tree.find("body")))):
        assert (element.get("lang"), element.get("dir")) == ("en", "ltr")


def test_a8_layout_tables_are_presentation_and_tables_of_data_are_not():
    table = "| a | b |\n| - | - |\n| 1 | 2 |"
    tree = parsed(mail_with(1, exercise=ExerciseFactory(content=content("choice", prompt=table))).html)

    roles = {element.get("class"): element.get("role") for element in tree.iter("table")}

    assert roles == {"sheet": "presentation", "answers": "presentation", None: None}


def test_a8_what_only_outlook_reads_lays_out_with_presentation_tables_too():
    html = mail_with(1).html

    tables = re.findall(
        "<table[^>]*>", "".join(re.findall(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", html, re.S))
    )

    assert tables != []
    assert all('role="presentation"' in table for table in tables)


def test_a8_nothing_is_fetched_to_read_a_mail():
    tree = parsed(mail_with(5).html)

    assert not list(tree.iter("img"))
    assert not list(tree.iter("link"))
    assert not list(tree.iter("script"))
    assert "url(" not in "".join(tree.find("head").itertext())


def test_a8_headings_name_the_reps_in_order():
    tree = parsed(mail_with(3).html)

    headings = [element.tag for element in tree.iter() if element.tag in {"h1", "h2", "h3"}]

    assert headings == ["h1", "h2", "h2", "h2"]


LIGHT = [("#23241f", "#fbfaf6"), ("#5d5f57", "#fbfaf6"), ("#1d5c48", "#fbfaf6"), ("#23241f", "#e8f0ea")]
DARK = [("#e7e5dc", "#171916"), ("#aeb0a4", "#171916"), ("#8fd0b2", "#171916"), ("#e7e5dc", "#23322b")]
BOXES = [
    ("#1d5c48", "#e8f0ea"),
    ("#23241f", "#ffffff"),
    ("#23241f", "#f0eee5"),
    ("#1d5c48", "#ffffff"),
    ("#ffffff", "#1d5c48"),
]
DARK_BOXES = [
    ("#8fd0b2", "#23322b"),
    ("#e7e5dc", "#1f221e"),
    ("#e7e5dc", "#282b26"),
    ("#8fd0b2", "#1f221e"),
    ("#10231b", "#8fd0b2"),
]
PAIRS = LIGHT + DARK + BOXES + DARK_BOXES


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_a8_text_stands_out_in_light_and_in_dark(text, ground):
    assert contrast(text, ground) >= 4.5


def test_a8_the_colours_of_a_mail_are_those_whose_contrast_was_checked():
    html = mail_with(5).html
    edges = {"#d9d7cc", "#85877b", "#383b34", "#7d8075"}

    assert set(re.findall(r"#[0-9a-f]{6}\b", html)) == {colour for pair in PAIRS for colour in pair} | edges


def test_a8_dark_mode_and_tables_of_data_survive_the_inlining():
    style = "".join(parsed(mail_with(1).html).find("head").itertext())

    assert "@media (prefers-color-scheme: dark)" in style
    assert ".text td" in style


def test_a2_ten_long_exercises_stay_under_eighty_kilobytes():
    options = [{"id": f"o{n}", "text": "wörter " * 20, "why": "x", "correct": n == 0} for n in range(5)]
    long = content("choice", prompt="Grüße und **viele** Wörter, ein Absatz. " * 64, options=options)

    workout = WorkoutFactory(size=10)
    for _ in range(10):
        skill = SkillFactory(idea="Eine Idee. " * 40)
        RepFactory(workout=workout, exercise=ExerciseFactory(skill=skill, content=long))

    assert 60_000 < len(composed(workout).html.encode()) < 80_000


HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](//evil.example) "
    "[c](data:text/html,x) ![d](https://evil.example/pixel.png) <a href='https://evil.example/1'>e</a>"
)


def test_a42_hostile_markdown_is_inert_in_a_mail():
    options = [
        {"id": "a", "text": HOSTILE, "why": "x"},
        {"id": "b", "text": "fine", "why": "x", "correct": True},
    ]
    hostile = content("choice", prompt=HOSTILE, options=options, moment="<img src=x>")
    workout = WorkoutFactory()
    skill = SkillFactory(idea=HOSTILE, title="<script>alert(1)</script>")
    RepFactory(workout=workout, exercise=ExerciseFactory(skill=skill, content=hostile))

    mail = composed(workout)
    tree = parsed(mail.html)

    assert not list(tree.iter("script"))
    assert not list(tree.iter("img"))
    assert all(link.startswith("http://127.0.0.1:8000/") for link in links_of(mail.html))
    assert not any(name.startswith("on") for element in tree.iter() for name in element.attrib)


def test_an_options_own_link_does_not_break_the_link_around_it():
    options = [
        {"id": "a", "text": "see [the book](https://book.example) `x < 1`", "why": "x"},
        {"id": "b", "text": "two\n\nparagraphs", "why": "x", "correct": True},
    ]
    workout = WorkoutFactory()
    RepFactory(workout=workout, exercise=ExerciseFactory(content=content("choice", options=options)))

    html = unescape(composed(workout).html)

    assert "see the book <code>x < 1</code></a>" in html
    assert "two<br>paragraphs</a>" in html


def test_a_mail_names_its_reader_nowhere_but_in_its_address():
    workout = WorkoutFactory(person=PersonFactory(name="Ines Weber", email="ines@example.org"))
    RepFactory(workout=workout)

    mail = composed(workout)

    assert "Ines" not in mail.text + mail.html
    assert mail.message.to == ["Ines Weber <ines@example.org>"]
