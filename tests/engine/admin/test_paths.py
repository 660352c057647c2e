import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from config.access import LEARNING
from engine.admin.text_pages import stamp
from paths.models import Path, PathVersion
from paths.publishing import publish, save_draft
from people.models import Person
from tests.factories import LevelFactory, PersonFactory
from tests.staff import member
from tests.texts import path_text, published, skill_text

pytestmark = pytest.mark.django_db

TEXT = path_text()
NEWER = TEXT.replace("Trust no number", "Trust few numbers")
BROKEN = TEXT.replace("kind: judge", "kind: essay", 1)


@pytest.fixture
def author() -> Person:
    return member(LEARNING, name="Lena", role=None, level=None)


@pytest.fixture
def lena(author) -> Client:
    client = Client()
    client.force_login(author)
    return client


@pytest.fixture
def path() -> Path:
    [version] = published(TEXT)
    return version.path


def at(path: Path, page: str = "change") -> str:
    return f"/admin/paths/path/{path.pk}/{page}/"


def seen(client: Client, address: str) -> str:
    return re.search(r'name="seen" value="([^"]*)"', client.get(address).content.decode())[1]


def write(client: Client, path: Path, text: str, do: str = "save"):
    """Open the editor, change the text as a browser sends it, and press a button."""
    address = at(path, "edit")
    sent = {"text": text.replace("\n", "\r\n"), "seen": seen(client, address), "do": do}
    return client.post(address, sent, follow=True)


def confirmation(client: Client, path: Path, page: str = "publish") -> dict[str, str]:
    """What a press on the confirmation sends."""
    html = client.get(at(path, page)).content.decode()
    return dict(re.findall(r'name="(seen|digest)" value="([^"]*)"', html))


def confirm(client: Client, path: Path, page: str = "publish"):
    return client.post(at(path, page), confirmation(client, path, page), follow=True)


def drafts() -> list[str]:
    return list(Path.objects.values_list("draft", flat=True))


def test_the_list_shows_what_is_published_by_whom_and_what_is_due(lena, author):
    publish(
        {"a.yaml": TEXT.replace("title:", "review_by: 2020-01-01\ntitle:", 1).encode()},
        by=author,
        now=timezone.now(),
    )
    save_draft(Path.objects.get(), BROKEN, by=author, now=timezone.now())

    html = lena.get("/admin/paths/path/").content.decode()

    for shown in (
        "Trust no number",
        "Active",
        "Lena",
        "1 Jan 2020 (due)",
        '<td class="field-has_draft">draft</td>',
    ):
        assert shown in html


@pytest.mark.parametrize(
    ("query", "found"), [({}, 2), ({"review": "due"}, 1), ({"draft": "yes"}, 1), ({"status": "draft"}, 1)]
)
def test_paths_are_found_by_what_needs_doing(lena, path, query, found):
    Path.objects.filter(pk=path.pk).update(review_by="2020-01-01")
    Path.objects.create(slug="other", title="Other", draft="id: other")

    assert len(lena.get("/admin/paths/path/", query).context["cl"].result_list) == found


def test_a_path_shows_its_text_as_published(lena, path):
    html = lena.get(at(path)).content.decode()

    assert "analyst-novice.yaml" in html
    assert "title: Trust no number" in html


def test_a_path_says_who_will_be_on_it_once_they_are_started(lena, path):
    PersonFactory(new=True), PersonFactory(new=True)
    PersonFactory(new=True, level=LevelFactory(slug="expert"))

    page = " ".join(lena.get(at(path)).content.decode().split())

    assert "and 2 more, once they are started" in page


def test_a_retired_path_waits_for_nobody(lena, path):
    PersonFactory(new=True)
    Path.objects.filter(pk=path.pk).update(status=Path.Status.RETIRED)

    assert "once started" not in lena.get(at(path)).content.decode()


def test_a_path_is_never_changed_by_a_form(lena, path):
    assert lena.post(at(path), {"title": "Mine", "slug": "mine"}).status_code == 405


def test_a_new_path_starts_from_a_text_that_says_what_is_missing(lena):
    response = lena.post("/admin/paths/path/add/", {"title": 'Say "no"', "slug": "say-no"}, follow=True)
    new = Path.objects.get()
    text = response.context["text"]

    checked = write(lena, new, text, do="check").context["quotes"]

    assert (new.slug, new.status, new.current) == ("say-no", "draft", None)
    assert 'title: "Say \\"no\\""' in text
    assert {quote.problem.code for quote in checked} == {"too-few"}  # only the audience is left to fill in


@pytest.mark.parametrize("slug", ["Say No", "-no", "no_no", ""])
def test_an_id_that_files_could_not_use_is_refused(lena, slug):
    lena.post("/admin/paths/path/add/", {"title": "No", "slug": slug})

    assert not Path.objects.exists()


def test_a_draft_is_kept_byte_for_byte_and_published_text_stays(lena, path, author):
    odd = "\ufeff\n  # süß \t \n" + NEWER + "\n\n"

    write(lena, path, odd)

    path.refresh_from_db()
    assert path.draft == odd
    assert path.drafted_by == author
    assert path.current.text == TEXT


def test_a_saved_draft_lists_its_problems_as_check_does(lena, path):
    saved = write(lena, path, BROKEN)

    problems = [quote.problem for quote in saved.context["quotes"]]

    assert "The draft is saved." in saved.content.decode()
    assert (
        problems == [quote.problem for quote in write(lena, path, BROKEN, do="check").context["quotes"]] != []
    )


def test_saving_what_is_published_leaves_no_draft_and_says_so(lena, path):
    write(lena, path, NEWER)

    html = write(lena, path, TEXT).content.decode()

    assert "so there is no draft." in html
    assert "The draft is saved." not in html
    assert drafts() == [""]


@pytest.mark.parametrize("do", ["save", "publish"])
@pytest.mark.parametrize("text", ["", " \n\n"])
def test_an_empty_text_is_refused_and_the_draft_stays(lena, path, do, text):
    write(lena, path, NEWER)

    response = write(lena, path, text, do=do)

    assert "The text is empty, so nothing was saved." in response.content.decode()
    assert drafts() == [NEWER]


@pytest.mark.parametrize(
    ("text", "draft", "words"),
    [
        (TEXT, "", "what is published"),
        (NEWER, NEWER, "the draft"),
        (NEWER, "", "not saved"),
        (BROKEN, NEWER, "not saved"),
    ],
)
def test_the_editor_says_what_its_text_is(lena, path, text, draft, words):
    save_draft(path, draft, by=None, now=timezone.now())

    html = write(lena, path, text, do="check").content.decode()

    assert "As published" not in html
    assert f"This {'text ' if words == 'not saved' else ''}is {words}" in html


def test_a_text_with_windows_line_ends_keeps_them(lena):
    [version] = published(TEXT.replace("\n", "\r\n"))

    write(lena, version.path, NEWER)

    assert drafts() == [NEWER.replace("\n", "\r\n")]


def test_what_the_editor_shows_is_what_it_sends_back(lena):
    text = "\n\n<textarea>&amp; </textarea>\n" + TEXT
    path = Path.objects.create(slug="analyst-novice", draft=text)

    html = lena.get(at(path, "edit")).content.decode()

    inside = re.search(r'<textarea name="text"[^>]*>\n(.*?)</textarea>', html, flags=re.S)[1]
    assert unescape(inside) == text


def test_a_draft_with_errors_is_saved(lena, path):
    write(lena, path, BROKEN)

    assert drafts() == [BROKEN]


def test_checking_shows_problems_at_their_lines_and_saves_nothing(lena, path):
    response = write(lena, path, BROKEN, do="check")

    html = response.content.decode()
    [quote] = response.context["quotes"]
    assert (quote.problem.code, quote.there) == ("unknown-kind", "essay")
    assert f'href="#line-{quote.problem.line}"' in html
    assert f'id="line-{quote.problem.line}" class="error"' in html
    assert response.context["text"] == BROKEN
    assert drafts() == [""]


def test_a_text_without_problems_is_said_to_have_none(lena, path):
    assert "No problems." in write(lena, path, NEWER, do="check").content.decode()


def test_publishing_errors_is_refused_and_the_draft_kept(lena, path):
    response = write(lena, path, BROKEN, do="publish")

    assert "not published: it has errors" in response.content.decode()
    assert (PathVersion.objects.count(), drafts()) == (1, [BROKEN])


def test_publishing_shows_what_changes_before_it_happens(lena, path):
    PersonFactory.create_batch(2)
    text = path_text(skills=["fan-out", "grain", "nulls"]).replace("sound: true", "sound: false", 1)

    response = write(lena, path, text, do="publish")

    impact = response.context["impact"]
    assert (impact.change, impact.joining, impact.difference.skills_new) == ("major", 2, ("nulls",))
    assert [key.exercise for key in impact.keys] == ["fan-out/first"]
    assert PathVersion.objects.count() == 1


def test_a_confirmed_draft_is_published_and_logged(lena, path, author):
    write(lena, path, NEWER, do="publish")

    confirm(lena, path)

    path.refresh_from_db()
    assert (path.title, path.current.number, path.current.author, path.draft) == (
        "Trust few numbers",
        2,
        author,
        "",
    )
    assert "Published version 2 (cosmetic)." in LogEntry.objects.values_list("change_message", flat=True)


def test_a_text_whose_status_is_draft_is_said_to_reach_nobody(lena, path):
    write(lena, path, NEWER.replace("status: active", "status: draft"))

    asked = lena.get(at(path, "publish")).content.decode()
    done = confirm(lena, path).content.decode()

    assert "nobody will get it" in asked
    assert "Published version 2" in done
    assert "nobody will get it" in done


def test_the_confirmation_counts_who_is_not_started_yet(lena, path):
    PersonFactory.create_batch(2, new=True)
    write(lena, path, NEWER)

    html = lena.get(at(path, "publish")).content.decode()

    assert "2 more people will be on it once they are started." in html


def test_a_text_whose_status_is_active_needs_no_such_warning(lena, path):
    write(lena, path, NEWER)

    asked = lena.get(at(path, "publish")).content.decode()

    assert "nobody will get it" not in asked + confirm(lena, path).content.decode()


def test_looking_at_the_confirmation_publishes_nothing(lena, path):
    write(lena, path, NEWER)

    lena.get(at(path, "publish"))

    assert PathVersion.objects.count() == 1


def test_a_first_version_is_published_from_the_editor(lena):
    new = Path.objects.create(slug="analyst-novice", title="New")

    write(lena, new, TEXT, do="publish")
    confirm(lena, new)

    new.refresh_from_db()
    assert (new.current.number, new.status, new.title) == (1, "active", "Trust no number")


def test_the_text_of_another_path_is_refused(lena, path):
    other = (
        TEXT.replace("id: analyst-novice", "id: analyst-expert").replace("fan-out", "x").replace("grain", "y")
    )

    response = write(lena, path, other, do="publish")
    confirmed = lena.post(at(path, "publish"), {"seen": seen_stamp(path)})

    assert "analyst-expert" in response.content.decode()
    assert confirmed.status_code == 200
    assert list(Path.objects.values_list("slug", flat=True)) == ["analyst-novice"]


def seen_stamp(path: Path) -> str:
    path.refresh_from_db()
    return stamp(path)


def test_publishing_what_is_published_says_so(lena, path):
    assert "This text is published." in write(lena, path, TEXT, do="publish").content.decode()


def test_saving_what_is_published_leaves_no_draft(lena, path):
    write(lena, path, NEWER)

    write(lena, path, TEXT)

    assert drafts() == [""]


@pytest.mark.parametrize("page", ["publish", "versions/1/publish"])
def test_without_a_draft_or_an_earlier_version_there_is_nothing_to_publish(lena, path, page):
    response = lena.post(at(path, page), {"seen": seen_stamp(path)}, follow=True)

    assert response.redirect_chain == [(at(path), 302)]
    assert PathVersion.objects.count() == 1


@pytest.mark.parametrize("do", ["save", "publish"])
def test_a_stale_edit_is_refused_and_both_texts_are_kept(lena, path, do):
    address = at(path, "edit")
    stamp = seen(lena, address)
    theirs = TEXT.replace("Trust no number", "Theirs")
    save_draft(path, theirs, by=PersonFactory(name="Otto"), now=timezone.now())

    response = lena.post(address, {"text": NEWER, "seen": stamp, "do": do})

    assert "Otto changed this text" in response.content.decode()
    assert response.context["text"] == NEWER
    assert response.context["theirs"] == theirs
    assert drafts() == [theirs]


def test_whoever_overtook_themself_on_another_page_is_called_you(lena, path):
    stamp = seen(lena, at(path, "edit"))
    write(lena, path, TEXT.replace("Trust no number", "Mine too"))

    html = lena.post(at(path, "edit"), {"text": NEWER, "seen": stamp, "do": "save"}).content.decode()

    assert "You changed this text on another page" in html
    assert "Lena changed this text" not in html
    assert "theirs" not in re.sub("<[^>]*>", "", html)


def test_who_saw_the_other_text_may_replace_it(lena, path):
    stamp = seen(lena, at(path, "edit"))
    save_draft(path, BROKEN, by=PersonFactory(), now=timezone.now())
    refused = lena.post(at(path, "edit"), {"text": NEWER, "seen": stamp, "do": "save"})

    lena.post(at(path, "edit"), {"text": NEWER, "seen": refused.context["seen"], "do": "save"})

    assert drafts() == [NEWER]


def test_checking_a_stale_text_does_not_make_it_fresh(lena, path):
    stamp = seen(lena, at(path, "edit"))
    published(TEXT.replace("Trust no number", "Theirs"))
    checked = lena.post(at(path, "edit"), {"text": NEWER, "seen": stamp, "do": "check"})

    refused = lena.post(at(path, "edit"), {"text": NEWER, "seen": checked.context["seen"], "do": "save"})

    assert "nothing was saved" in refused.content.decode()


def test_a_confirmation_that_is_older_than_the_draft_publishes_nothing(lena, path):
    write(lena, path, NEWER)
    stamp = seen(lena, at(path, "publish"))
    save_draft(path, TEXT.replace("Trust no number", "Theirs"), by=PersonFactory(), now=timezone.now())

    response = lena.post(at(path, "publish"), {"seen": stamp})

    assert "Look again" in response.content.decode()
    assert PathVersion.objects.count() == 1


@pytest.mark.parametrize(("page", "number"), [("publish", 3), ("versions/1/publish", 3)])
def test_a_second_press_on_publish_says_what_the_first_one_did(lena, path, page, number):
    published(NEWER)
    write(lena, path, NEWER.replace("few numbers", "no figures"))
    pressed = confirmation(lena, path, page)
    lena.post(at(path, page), pressed)

    response = lena.post(at(path, page), pressed, follow=True)

    assert response.redirect_chain == [(at(path), 302)]
    assert [str(message) for message in response.context["messages"]][-1:] == [
        f"Version {number} was published already."
    ]
    assert PathVersion.objects.count() == number


def test_a_press_after_somebody_published_another_text_says_that_nothing_was_published(lena, path):
    write(lena, path, NEWER)
    pressed = confirmation(lena, path)
    published(TEXT.replace("Trust no number", "Theirs"))

    response = lena.post(at(path, "publish"), pressed, follow=True)

    assert "nothing was published. Look again." in response.content.decode()
    assert PathVersion.objects.count() == 2


def test_an_earlier_version_is_shown_whole_and_compared(lena, path):
    published(NEWER)

    response = lena.get(at(path, "versions/1"))

    changes = [(line.kind, line.text) for line in response.context["changes"]]
    assert ("removed", "-title: Trust no number") in changes
    assert ("added", "+title: Trust few numbers") in changes
    assert response.context["version"].text == TEXT


def test_an_earlier_version_is_published_again_after_a_confirmation(lena, path):
    published(NEWER)

    confirm(lena, path, "versions/1/publish")

    path.refresh_from_db()
    assert (path.current.number, path.current.text) == (3, TEXT)
    assert LogEntry.objects.latest("pk").change_message.endswith("It says what version 1 said.")


def test_going_back_behind_a_new_skill_says_why_not_and_offers_the_editor(lena, path):
    published(path_text(skills=["fan-out", "grain", "nulls"]))
    page = "versions/1/publish"

    response = lena.post(at(path, page), {"seen": seen_stamp(path)})
    offered = lena.get(at(path, "edit"), {"from": "1"})

    assert "vanished" in {quote.problem.code for quote in response.context["quotes"]}
    assert PathVersion.objects.count() == 2
    assert offered.context["text"] == TEXT


def test_publishing_an_earlier_version_warns_of_the_draft_it_discards(lena, path):
    published(NEWER)
    save_draft(path, BROKEN, by=PersonFactory(name="Otto"), now=timezone.now())

    assert "discards the draft of Otto" in lena.get(at(path, "versions/1/publish")).content.decode()


@pytest.mark.parametrize("page", ["versions/9", "versions/9/publish"])
def test_a_version_that_never_was_is_not_found(lena, path, page):
    assert lena.get(at(path, page)).status_code == 404


@pytest.mark.parametrize("page", ["change", "edit", "publish", "versions/1"])
def test_a_path_that_never_was_is_not_found(lena, page):
    assert lena.get(f"/admin/paths/path/99/{page}/").status_code == 404


@pytest.mark.parametrize(
    "sent", [{"text": TEXT, "do": "burn"}, {"text": TEXT + "\0", "do": "save"}, {"text": "gone"}]
)
def test_a_form_that_makes_no_sense_saves_nothing(lena, path, sent):
    response = lena.post(at(path, "edit"), {"seen": seen(lena, at(path, "edit")), **sent})

    assert response.status_code == 200
    assert drafts() == [""]


def test_markup_in_titles_and_texts_is_inert_on_every_page_of_a_path(lena):
    evil = "<script>alert(1)</script>"
    text = path_text(body=skill_text("grain", prompt="Plain?")).replace("Trust no number", f'"{evil}"')
    [version] = published(text)
    path = version.path
    write(lena, path, text.replace("kind: judge", f'kind: "{evil}"', 1))
    save_draft(
        path,
        text.replace("Count the rows", f"{evil} the rows"),
        by=PersonFactory(name=evil),
        now=timezone.now(),
    )
    addresses = [
        "/admin/",
        "/admin/paths/path/",
        *(at(path, page) for page in ("change", "edit", "publish", "versions/1", "history")),
    ]

    pages = [lena.get(address).content.decode() for address in addresses]
    pages.append(
        write(lena, path, text.replace("kind: judge", f'kind: "{evil}"', 1), do="check").content.decode()
    )

    assert all(evil not in html for html in pages)
    assert any("&lt;script&gt;" in html for html in pages)
