"""Nothing is hard-coded: in a language in which every translation is marked, everything people read is."""

import json
import re
from pathlib import Path
from shutil import which

import html5lib
import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from config.languages import languages
from engine.delivery.compose import compose
from engine.models import ApiToken, Claim, Decision, Emergency, Mail, Remark, SignOff, Task
from engine.models import Request as ClaimRequest
from paths.models import Exercise, OnRamp, Skill
from paths.models import Path as LearningPath
from people.models import AbsenceCalendar, Organisation, Person, Team
from tests import pseudo, work_mails
from tests.engine_factories import (
    KINDS,
    DigestFactory,
    MailFactory,
    RepFactory,
    WelcomeFactory,
    WorkoutFactory,
)
from tests.factories import PersonFactory
from tests.moments import MONDAY
from tests.payments import TUESDAY
from tests.situations import situations

pytestmark = pytest.mark.django_db

SECRETS = re.compile(r"rampart_[\w-]{20,}")


@pytest.fixture(autouse=True)
def _pseudo(settings):
    with pseudo.spoken(settings):
        yield


def authored():
    """What people wrote: paths, names, addresses; nobody translates it."""
    words = {"L&D", "Europe/Berlin", "CET", *Person.objects.values_list("name", flat=True)}
    words.update(Person.objects.values_list("email", flat=True))
    words.update(Organisation.objects.values_list("name", flat=True))
    for skill in Skill.objects.all():
        words.update({skill.title, *lines(skill.idea)})
    words.update(Exercise.objects.values_list("slug", flat=True))
    words.update(Remark.objects.values_list("text", flat=True))
    words.update(AbsenceCalendar.objects.values_list("problem", flat=True))
    words.update(LearningPath.objects.values_list("title", flat=True))
    words.update(OnRamp.objects.values_list("title", flat=True))
    words.update(Team.objects.values_list("name", flat=True))
    for told in (
        *Task.objects.values_list("title", "details"),
        *ClaimRequest.objects.values_list("reason"),
        *Emergency.objects.values_list("reason", "incident"),
        *Claim.objects.values_list("code", "note"),
        *Decision.objects.values_list("reason"),
        *SignOff.objects.values_list("note", "contested_because"),
        *ApiToken.objects.values_list("name", "ending"),
    ):
        words.update(told)
    for exercise in Exercise.objects.all():
        words.update(text for value in strings(json.loads(exercise.content)) for text in lines(value))
    return {word for word in words if word}


def strings(value):
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return [text for one in inside for text in strings(one)]
    return [value] if isinstance(value, str) else []


def lines(markdown):
    """The texts that a reader sees of Markdown: as written, and around its emphasis."""
    words = re.split(r"[*`>\n]+", markdown)
    return {part.strip() for part in [markdown, *words] if part.strip()} | {
        markdown[:1].upper() + markdown[1:]
    }


def workout_of_every_kind():
    workout = WorkoutFactory(person=PersonFactory(language=pseudo.LANGUAGE), size=10)
    for kind in KINDS:
        RepFactory(workout=workout, kind=kind)
    for number, rating in enumerate((1, 2, 3, 4, None)):
        RepFactory(workout=workout, known=True, last_rating=rating, why="keeps" if number else "fading")
    return workout


def mail_of(kind):
    Organisation.objects.create(pk=1, name="Acme")
    if kind == Mail.Kind.WORKOUT:
        workout = workout_of_every_kind()
        return MailFactory(workout=workout), list(workout.reps.all())
    if kind == Mail.Kind.DIGEST:
        return DigestFactory(), []
    person = PersonFactory(language=pseudo.LANGUAGE)
    return WelcomeFactory(person=person, note=""), []


@pytest.mark.parametrize("kind", [*Mail.PRACTICE, Mail.Kind.DIGEST])
def test_a10_a_mail_is_marked_throughout_and_reads_from_right_to_left(kind, settings):
    settings.LANGUAGE_CODE = pseudo.LANGUAGE  # of mails to nobody in particular
    mail, reps = mail_of(kind)

    assert not_spoken(compose(mail, reps, dated_at=MONDAY)) == []


def test_a10_every_mail_about_work_is_marked_throughout_and_reads_from_right_to_left():
    seen, left = set(), {}
    for name, mail in work_mails.mails(language=pseudo.LANGUAGE):
        seen.add(mail.kind)
        left[name] = not_spoken(compose(mail, [], dated_at=TUESDAY))

    assert {name: texts for name, texts in left.items() if texts} == {}
    assert seen == set(Mail.Kind.values) - {*Mail.PRACTICE, Mail.Kind.DIGEST}


def not_spoken(composed):
    """What of a mail is not in its reader's language, or does not say which language it is in."""
    tree = html5lib.parse(composed.html, namespaceHTMLElements=False)
    assert (tree.get("dir"), tree.get("lang")) == ("rtl", pseudo.LANGUAGE)
    own = authored()
    in_text = pseudo.unmarked_in_text(f"{composed.subject}\n{composed.text}", own)
    return [*in_text, *pseudo.unmarked(composed.html, own)]


def test_a10_plural_forms_are_the_languages_own():
    workout = WorkoutFactory(person=PersonFactory(language=pseudo.LANGUAGE))
    RepFactory(workout=workout, known=True)

    text = compose(MailFactory(workout=workout), list(workout.reps.all()), dated_at=MONDAY).text

    assert pseudo.marked("Your practice today: 1 rep,") in text
    assert pseudo.marked("about 2 minutes") in text


@pytest.fixture
def seen(settings, tmp_path):
    """Look at a situation at the moment it is about, with a browser that prefers the language."""
    settings.STATIC_ROOT = tmp_path
    settings.CLOCK_OFFSET = MONDAY - timezone.now()

    def look(situation):
        client = Client(headers={"accept-language": pseudo.LANGUAGE})
        if situation.who is not None:
            client.force_login(situation.who)
        visit = client.post if situation.press else client.get
        return visit(situation.address, situation.press, follow=True).content.decode()

    return look


def test_a10_every_page_of_employees_is_marked_throughout_and_reads_from_right_to_left(seen):
    found = situations(now=MONDAY, language=pseudo.LANGUAGE)
    own = authored() | {"see my notes", "one row per thing"}

    pages = {situation.name: seen(situation) for situation in found}

    own |= set(SECRETS.findall(" ".join(pages.values())))  # of tokens; they are nowhere else
    own |= {f"…{ending}" for ending in ApiToken.objects.values_list("ending", flat=True)}
    left = {name: pseudo.unmarked(page, own) for name, page in pages.items()}
    assert {name: texts for name, texts in left.items() if texts} == {}
    assert [name for name, page in pages.items() if 'dir="rtl"' not in page[:200]] == []


def test_a10_a_text_that_was_forgotten_would_be_found():
    page = '<p title="Why">⟦Héllo <b>Acme</b>⟧, Acme at 09:00</p><p>on <i>⟦Monday⟧</i></p>'

    assert pseudo.unmarked(page, {"Acme"}) == ["Why", ", at 09:00", "on"]


TEMPLATES = sorted(Path(configured.BASE_DIR, "engine/templates").rglob("*.*"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: "/".join(path.parts[-3:]))
def test_a10_no_template_writes_dates_in_one_languages_order(template):
    """`|day`, `|full_day` and Django's named formats follow the language; a format of letters does not."""
    assert re.findall(r'\|(?:date|time):"(?![A-Z_]+")[^"]*"', template.read_text()) == []


def test_a_language_is_offered_once_its_texts_are_compiled(tmp_path):
    for locale in ("de", "pt_BR", "tlh", "fr"):
        folder = tmp_path / locale / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / ("django.po" if locale == "fr" else "django.mo")).touch()

    assert languages(tmp_path) == [
        ("en", "English"),
        ("de", "Deutsch"),
        ("pt-br", "Português Brasileiro"),
        ("tlh", "tlh"),
    ]


def test_without_a_folder_of_texts_there_is_english(tmp_path):
    assert languages(tmp_path / "nowhere") == [("en", "English")]


@pytest.mark.skipif(which("xgettext") is None, reason="gettext is not installed")
def test_makemessages_finds_the_texts_of_templates_code_and_rules(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]

    call_command("makemessages", locale=["de"], verbosity=0)

    texts = (tmp_path / "de" / "LC_MESSAGES" / "django.po").read_text()
    for text in ("Skip to the content", "New to you: read the idea, then try it once.", "nine days ago"):
        assert f'msgid "{text}"' in texts
    assert 'msgctxt "date format"' in texts
