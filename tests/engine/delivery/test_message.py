"""What arrives: cases A1 to A7 and A40, read from the bytes that the relay took."""

import re
from email.header import decode_header, make_header
from email.parser import BytesParser
from html.parser import HTMLParser

import pytest

from engine.delivery import compose
from engine.errors import CannotCompose
from engine.models import Mail
from people.models import Person
from tests.engine.delivery.post import MONDAY, a_mail, fresh, send
from tests.engine_factories import (
    KINDS,
    ExerciseFactory,
    MailFactory,
    RepFactory,
    SkillFactory,
    WorkoutFactory,
    content,
)
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

EVIL = "Ann\r\nBcc: x@evil.example\n\r\x00\u2028\u2029\u202eBcc: x@evil.example"
NAMES = [
    'Zoë 🧪 O\'Neil, "Bob" <x>',
    '"; <a@evil.example>',
    "Doe, Jane (Finance) \\ [x]",
    "مهدی می‌خواهم",
    "Ünïcödé " * 12,
    "👩‍🔬 Ada",
    "",
    " =?utf-8?q?forged?= ",
]


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.add(dict(attrs)["href"] or "")


def links(text: str) -> set[str]:
    return set(re.findall(r"https?://[^\s<>\"]+", text))


def header_lines(data: bytes) -> list[bytes]:
    return data.split(b"\r\n\r\n", 1)[0].split(b"\r\n")


def display_name(data: bytes) -> str:
    """The name in To, read by the older decoder: the new one adds spaces between encoded words."""
    written = BytesParser().parsebytes(data)["To"].rpartition("<")[0].strip()
    return re.sub(r"\\(.)", r"\1", str(make_header(decode_header(written))).strip('"'))


@pytest.mark.parametrize("reps", range(1, 11))
def test_a1_both_parts_hold_every_item_and_every_link(post_to, reps):
    workout = WorkoutFactory(size=reps)
    for number in range(reps):
        RepFactory(workout=workout, kind=KINDS[number % len(KINDS)])
    sink, mail = post_to(), MailFactory(workout=workout)

    send()

    [received] = sink.received()
    text, html = received.part("plain"), received.part("html")
    assert received.message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in received.message.iter_parts()] == ["text/plain", "text/html"]
    assert links(text) == Links(html).found
    for rep in workout.reps.all():
        assert rep.skill.title in text
        assert rep.skill.title in html
    assert len(links(text)) > reps
    assert fresh(mail).status == Mail.Status.SENT


def longest(letter: str) -> str:
    """An exercise at the limits of the schema."""
    options = [
        {"id": f"o{number}", "text": letter * 120, "why": letter * 200, "correct": number == 1}
        for number in range(1, 6)
    ]
    return content("choice", prompt=f"{letter * 150}\n\n" * 5, options=options)


@pytest.mark.parametrize("letter", ["x", "ж", "語", "🧪", "&", "=", "."])
def test_a2_ten_longest_items_stay_under_both_limits_or_are_refused(post_to, letter):
    workout = WorkoutFactory(size=10)
    for _ in range(10):
        RepFactory(workout=workout, exercise=ExerciseFactory(content=longest(letter)))
    sink, mail = post_to(), MailFactory(workout=workout)

    send()

    mail = fresh(mail)
    if mail.status == Mail.Status.SENT:
        [received] = sink.received()
        assert len(received.part("html").encode()) < 80_000
        assert len(received.data) < 150_000
    else:
        assert (mail.status, mail.because[:7]) == (Mail.Status.FAILED, "too_big")
        assert sink.received() == []


def test_a2_an_ordinary_mail_of_ten_goes_out_whole(post_to):
    sink = post_to()
    a_mail(reps=10)

    send()

    [received] = sink.received()
    assert received.part("html").rstrip().endswith("</html>")


def test_a2_a_mail_that_is_too_big_fails_and_is_never_cut(post_to):
    sink = post_to()
    workout = WorkoutFactory(size=1)
    RepFactory(workout=workout, exercise=ExerciseFactory(skill=SkillFactory(idea="word " * 20_000)))
    mail = MailFactory(workout=workout)

    send()

    assert (fresh(mail).status, fresh(mail).because[:7]) == (Mail.Status.FAILED, "too_big")
    assert sink.received() == []


@pytest.mark.parametrize("field", ["name", "skill", "reply_to", "sender"])
def test_a3_a_header_cannot_be_broken_out_of(post_to, settings, field):
    sink, mail = post_to(), a_mail()
    if field == "name":
        name = EVIL.replace("\x00", "")  # PostgreSQL keeps no NUL
        Person.objects.filter(pk=mail.person_id).update(name=name)
    if field == "skill":
        mail.workout.reps.get().skill.__class__.objects.update(title=EVIL.replace("\x00", ""))
    if field == "reply_to":
        settings.REPLY_TO = f"{EVIL} <reply@example.org>"
    if field == "sender":
        settings.DEFAULT_FROM_EMAIL = f"{EVIL} <rampart@example.org>"

    send()

    [received] = sink.received()
    assert received.recipients == [mail.person.email]
    assert not {"Bcc", "Cc"} & set(received.message.keys())
    headers = "".join(f"{name}{value}" for name, value in received.message.items())
    assert not set(headers) & set("\r\n\x00\u2028\u2029\u202e")


def test_a3_a_nul_in_a_name_never_reaches_a_header():
    mail = a_mail()
    mail.person.name = "An\x00n"

    composed = compose.compose(mail, list(mail.workout.reps.all()), dated_at=MONDAY)

    assert composed.message.to == [f"An n <{mail.person.email}>"]


@pytest.mark.parametrize("name", NAMES)
def test_a4_a_name_comes_back_as_it_was(post_to, name):
    sink, mail = post_to(), a_mail(name=name)

    send()

    [received] = sink.received()
    assert [one.addr_spec for one in received.message["To"].addresses] == [mail.person.email]
    assert display_name(received.data) == " ".join(name.replace("=?", "= ?").split())[:80].strip()
    assert received.recipients == [mail.person.email]


@pytest.mark.parametrize(
    "title", ["🧪" * 200, "é" * 190, "word " * 39 + "word", "x" * 199, "a =?utf-8?q?b?= c"]
)
def test_a4_no_header_line_is_too_long_and_the_subject_comes_back(post_to, title):
    sink, mail = post_to(), a_mail(name="🧪" * 150)
    skill = mail.workout.reps.get().skill
    skill.__class__.objects.update(title=title)

    send()

    [received] = sink.received()
    assert received.message["Subject"] == title
    for line in header_lines(received.data):
        assert len(line) <= (76 if b"=?" in line else 998)
        assert all(len(word) <= 75 for word in re.findall(rb"=\?\S+\?=", line))


@pytest.mark.parametrize("name", ['Rampart: practice, daily <x@y> "now"', "@:,", "L" * 200])
def test_a4_our_own_name_cannot_pass_for_another_address(post_to, settings, name):
    settings.DEFAULT_FROM_EMAIL = f"{name} <rampart@example.org>"
    sink = post_to()
    a_mail()

    send()

    [sender] = sink.received()[0].message["From"].addresses
    assert sender.addr_spec == "rampart@example.org"
    assert not set(sender.display_name) & set('@:,"<>')
    assert len(sender.display_name) <= 80


def test_a5_an_international_domain_goes_out_in_ascii(post_to, settings):
    settings.DEFAULT_FROM_EMAIL = "Rampart <rampart@höhle.example>"
    sink = post_to()
    a_mail(email="user@bücher.example")

    send()

    [received] = sink.received()
    assert received.recipients == ["user@xn--bcher-kva.example"]
    assert received.sender == "rampart@xn--hhle-5qa.example"
    assert received.message["To"].addresses[0].domain == "xn--bcher-kva.example"
    assert received.data.isascii()


def test_a5_a_local_part_that_cannot_be_written_fails_alone(post_to):
    sink = post_to()
    bad, good = a_mail(email="zoë@example.org"), a_mail()

    send()

    assert fresh(bad).status == Mail.Status.FAILED
    assert "non-ASCII" in fresh(bad).because
    assert [received.recipients for received in sink.received()] == [[good.person.email]]


BODIES = [
    ".",
    "..",
    ".\n.\n..\n.x",
    "x" * 5_000,
    "ж" * 5_000,
    "From here on\n\nFrom there",
    "a=3D b=\n=20",
    "trailing   \n\ttab\t",
]


@pytest.mark.parametrize("body", BODIES)
def test_a6_what_is_read_is_what_was_written(post_to, body):
    sink = post_to()
    workout = WorkoutFactory(size=1)
    exercise = ExerciseFactory(content=content("recall", prompt=body), kind="recall")
    RepFactory(workout=workout, exercise=exercise)
    mail = MailFactory(workout=workout)

    send()

    [received], mail = sink.received(), fresh(mail)
    assert received.part("plain").splitlines() == mail.text.splitlines()
    assert received.part("html").splitlines() == mail.html.splitlines()
    assert body.split("\n")[0].strip()[:1_000] in received.part("plain")
    assert max(len(line) for line in received.data.split(b"\r\n")) <= 998
    assert received.data.isascii()


def test_a7_practice_mail_carries_the_headers_of_a_machine(post_to, settings):
    settings.DEFAULT_FROM_EMAIL, settings.REPLY_TO = "Rampart <rampart@example.org>", "L&D <ld@example.org>"
    settings.BASE_URL = "https://rampart.a-rather-long-name-of-an-organisation.example"
    sink, mail = post_to(), a_mail()

    send()

    [received] = sink.received()
    message = received.message
    assert message["Message-ID"] == mail.message_id
    assert message["Date"].datetime == MONDAY
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, NRN, AutoReply, RN"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Reply-To"].addresses[0].addr_spec == "ld@example.org"
    for name in ("To", "From", "Subject", "Date", "Message-ID", "List-Unsubscribe", "MIME-Version"):
        assert len(message.get_all(name)) == 1
    assert "Cc" not in message
    assert "Bcc" not in message
    [line] = [line for line in header_lines(received.data) if line.startswith(b"List-Unsubscribe:")]
    assert re.fullmatch(rb"List-Unsubscribe: <https://rampart\.a-rather[\w./:-]+/stop/[\w.-]+/>", line)


def test_a40_links_come_from_the_base_url_whatever_a_request_says(client, post_to, settings):
    settings.BASE_URL = "https://rampart.example.org"
    sink, mail = post_to(), a_mail()
    client.get("/", headers={"X-Forwarded-Host": "evil.example"})

    send()

    [received] = sink.received()
    text = received.part("plain") + received.part("html") + received.message["List-Unsubscribe"]
    own = {link for link in links(text) if "wiki.example.org" not in link}
    assert own
    assert all(link.startswith("https://rampart.example.org/") for link in own)
    assert "evil.example" not in text
    assert fresh(mail).status == Mail.Status.SENT


@pytest.mark.parametrize("path", ["/", "/preferences/", "/stop/x/", "/accounts/login/"])
def test_a40_a_request_for_another_host_is_refused(client, path):
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 400


def test_a_mail_that_cannot_be_built_says_why():
    mail = MailFactory(workout=WorkoutFactory(person=PersonFactory(), size=0))

    with pytest.raises(CannotCompose, match="cannot be built"):
        compose.compose(mail, [], dated_at=MONDAY)
